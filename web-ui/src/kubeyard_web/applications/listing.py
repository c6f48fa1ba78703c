"""Which applications a list shows and in which order: all of it in the address, so that it can be shared."""

from dataclasses import asdict, dataclass, replace
from typing import Any, cast, get_args

from flask import url_for
from kubeyard_client.messages.applications import ApplicationQuery, ApplicationSort, ApplicationState
from werkzeug.datastructures import MultiDict

PAGE_SIZE = 50
DEFAULT_SORT = "-started_at"
STARTING = (
    ApplicationState.NEW,
    ApplicationState.NEW_SAVING,
    ApplicationState.SUBMITTED,
    ApplicationState.ACCEPTED,
)
FILTERS: dict[str, tuple[ApplicationState, ...]] = {
    "all": (),
    "running": (ApplicationState.RUNNING,),
    "waiting": STARTING,
    "finished": (ApplicationState.FINISHED,),
    "failed": (ApplicationState.FAILED,),
    "killed": (ApplicationState.KILLED,),
}


@dataclass(frozen=True)
class Listing:
    """What the address of the page says."""

    state: str = "all"
    q: str = ""
    owner: str = ""
    queue: str = ""
    sort: str = DEFAULT_SORT
    cursor: str = ""

    @classmethod
    def of(cls, arguments: MultiDict[str, str]) -> "Listing":
        """Read an address; what it says wrongly is left at its default."""
        given = {name: arguments.get(name, "").strip()[:200] for name in ("q", "owner", "queue")}
        state = arguments.get("state", "all")
        sort = arguments.get("sort", DEFAULT_SORT)
        return cls(
            state=state if state in FILTERS else "all",
            sort=sort if sort in get_args(ApplicationSort) else DEFAULT_SORT,
            cursor=arguments.get("cursor", "")[:1000],
            **given,
        )

    @property
    def query(self) -> ApplicationQuery:
        """What to ask the API."""
        return ApplicationQuery(
            state=FILTERS[self.state],
            owner=self.owner[:63] or None,
            queue=self.queue or None,
            search=self.q or None,
            sort=cast("ApplicationSort", self.sort),
            cursor=self.cursor or None,
            limit=PAGE_SIZE,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return replace(self, sort=DEFAULT_SORT, cursor="") != Listing()

    def url(self, endpoint: str = "applications.page", **changes: str) -> str:
        """Return the address of this list with some things changed, from the first page on unless told."""
        changed = replace(self, **{"cursor": "", **changes}) if changes else self
        default = asdict(Listing())
        said: dict[str, Any] = {
            name: value for name, value in asdict(changed).items() if value != default[name]
        }
        return url_for(endpoint, **said)

    def sorted_by(self, column: str) -> str:
        """Return the address with this column's order, turned round if it is the order already."""
        first = f"-{column}" if column in ("started_at", "memory_mb", "vcores") else column
        other = column if first.startswith("-") else f"-{column}"
        return self.url(sort=other if self.sort == first else first)

    def direction(self, column: str) -> str:
        """Return how this column is sorted, in the words of aria-sort."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort, "none")
