"""Which limits count for a person, which of them a start would break, and how that is said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kubeyard_identity import Caller

from kubeyard_gateway.holdings import Holding, Need, total
from kubeyard_gateway.limits_file import Amounts, Limits

KINDS = ("kernels", "memory_mb", "cores")
# A refusal is one line in a dialog.
MOST_KERNELS_NAMED = 4
MOST_PEOPLE_NAMED = 4


@dataclass(frozen=True)
class Scope:
    """One limit of one kind: where the file has it, and the group that shares it, if one does."""

    place: str
    kind: str
    most: int
    group: str = ""


@dataclass(frozen=True)
class Overrun:
    """A limit that a start would break."""

    scope: Scope
    held: int
    wanted: int

    @property
    def place(self) -> str:
        """Where the file has the limit."""
        return self.scope.place


def scopes_of(limits: Limits, caller: Caller) -> list[Scope]:
    """Return every limit that counts for the caller, his own before his groups'."""
    groups = sorted(group for group in caller.groups if group in limits.groups)
    own = [scope for kind in KINDS if (scope := _personal(limits, caller.name, groups, kind)) is not None]
    shared = [
        Scope(f"groups.{group}.together.{kind}", kind, most, group)
        for group in groups
        for kind in KINDS
        if (most := _amount(limits.groups[group].together, kind)) is not None
    ]
    return [*own, *shared]


def _personal(limits: Limits, user: str, groups: Sequence[str], kind: str) -> Scope | None:
    """The person's own limit, else the widest that one of the groups gives each member, else everyone's."""
    if user in limits.users and (most := _amount(limits.users[user], kind)) is not None:
        return Scope(f"users.{user}.{kind}", kind, most)
    offers = [
        (most, group) for group in groups if (most := _amount(limits.groups[group].each, kind)) is not None
    ]
    if offers:
        most, group = max(offers)
        return Scope(f"groups.{group}.each.{kind}", kind, most)
    most = _amount(limits.everyone, kind)
    return None if most is None else Scope(f"everyone.{kind}", kind, most)


def _amount(amounts: Amounts | Need, kind: str) -> int | None:
    value: int | None = getattr(amounts, kind)
    return value


def overrun_of(scope: Scope, held: Need, wanted: Need) -> Overrun | None:
    """Return what is broken when `wanted` comes to what is `held`, None if there is room."""
    now, more = _amount(held, scope.kind) or 0, _amount(wanted, scope.kind) or 0
    return Overrun(scope, now, more) if now + more > scope.most else None


def words(overrun: Overrun, user: str, set_by: str, held: Sequence[Holding]) -> str:
    """Return the refusal: the limit, who set it, who holds what, and what to stop first."""
    scope = overrun.scope
    who = f"group {scope.group} holds" if scope.group else "you hold"
    new = "" if scope.kind == "kernels" else f", this kernel takes {_said(scope.kind, overrun.wanted)}"
    told = (
        f"No room for another kernel: {who} {_said(scope.kind, overrun.held)}{new}, and the limit is "
        f"{_said(scope.kind, scope.most)} ({scope.place}, set by {set_by})."
    )
    if overrun.wanted > scope.most:
        return f"{told} This kernel alone is above it: choose a smaller one, or ask for a higher limit."
    mine = sorted((each for each in held if each.user == user), key=lambda each: -_size(each, scope.kind))
    others = [each for each in held if each.user != user]
    return " ".join(filter(None, (told, _stop(mine, scope.kind), _holders(others, scope.kind))))


def _size(holding: Holding, kind: str) -> int:
    return _amount(holding.need, kind) or 0


def _stop(mine: Sequence[Holding], kind: str) -> str:
    if not mine:
        return "None of them is yours."
    named = "; ".join(_named(each, kind) for each in mine[:MOST_KERNELS_NAMED])
    more = f"; and {len(mine) - MOST_KERNELS_NAMED} more" if len(mine) > MOST_KERNELS_NAMED else ""
    return f"Stop one of yours first: {named}{more}."


def _named(holding: Holding, kind: str) -> str:
    if not holding.kernel_id:
        return f"{holding.name} (just starting)"
    size = "" if kind == "kernels" else f", {_said(kind, _size(holding, kind))}"
    since = f", since {holding.started_at:%d %b %H:%M} UTC" if holding.started_at else ""
    return f"{holding.name} (kernel {holding.kernel_id[:8]}{size}{since})"


def _holders(others: Iterable[Holding], kind: str) -> str:
    by_user: dict[str, list[Holding]] = {}
    for each in others:
        by_user.setdefault(each.user, []).append(each)
    sums = sorted(((_amount(total(each), kind) or 0, user) for user, each in by_user.items()), reverse=True)
    if not sums:
        return ""
    named = ", ".join(f"{user} {_said(kind, amount)}" for amount, user in sums[:MOST_PEOPLE_NAMED])
    return f"The others hold: {named}{' and more' if len(sums) > MOST_PEOPLE_NAMED else ''}."


def _said(kind: str, amount: int) -> str:
    if kind == "memory_mb":
        return f"{amount:,} MB"
    one = kind.removesuffix("s")
    return f"{amount} {one if amount == 1 else kind}"
