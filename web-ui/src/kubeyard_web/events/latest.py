"""Which topics have changed since a page was rendered, so that none is missed before it listens."""

from kubeyard_client.messages.events import EVERYBODY, Change, Topic


class Latest:
    """The last version of each topic, for each owner: as large as there are people, however many changes."""

    def __init__(self) -> None:
        self.version: int | None = None
        self._first: int | None = None
        self._of_owner: dict[tuple[Topic, str], int] = {}
        self._of_anybody: dict[Topic, int] = {}

    def note(self, change: Change) -> None:
        """Remember a change; versions only ever grow."""
        self._first = change.version if self._first is None else self._first
        self.version = change.version
        self._of_anybody[change.topic] = change.version
        for owner in {*change.owners} if change.ids else {EVERYBODY}:
            self._of_owner[change.topic, owner] = change.version

    def since(self, version: int | None, name: str, *, is_admin: bool) -> dict[Topic, int]:
        """The topics that changed for this person after `version`; every one where that cannot be known."""
        if version is None or self._first is None or version < self._first - 1:
            return dict.fromkeys(Topic, self.version or 0)
        latest = {topic: self._version(topic, name, is_admin=is_admin) for topic in Topic}
        return {topic: at for topic, at in latest.items() if at > version}

    def _version(self, topic: Topic, name: str, *, is_admin: bool) -> int:
        if is_admin:
            return self._of_anybody.get(topic, 0)
        return max(self._of_owner.get((topic, owner), 0) for owner in (name, EVERYBODY))
