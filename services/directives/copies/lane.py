"""What comes next for a copy that is behind: every lift first, then the rest in the order of ids. Pure.

A reader stands at two ids: it has everything up to `after`, and of what follows the lifts up to `lifts`. So a lift that is issued
while a reader takes in fifty thousand listings is on its next page, and its token stays exact.
"""

from typing import NamedTuple

from services.directives.domain import Register

SCANNED = 5_000
"""At most so many directives are looked at for one page, which may then hold few: those that lifts have overtaken are left out."""


class Stand(NamedTuple):
    """How far a reader has come. `lifts` is 0 when no lift beyond `after` has been told."""

    after: int
    lifts: int = 0


class Step(NamedTuple):
    """A directive to be told, and where whoever has had it stands."""

    id: int
    stand: Stand


def steps(register: Register, stand: Stand, limit: int, *, lifts_only: bool = False) -> tuple[list[Step], Stand]:
    """The next ones, and where they lead. No older directive of a subject comes after a lift of it."""
    head = register.head
    ahead = max(stand.after, stand.lifts)
    lifts = register.lifts(ahead, head)
    told = [Step(position, Stand(stand.after, position)) for position in lifts[:limit]]
    if len(lifts) > limit:
        return told, told[-1].stand
    known = lifts[-1] if lifts else stand.lifts
    after, scanned = stand.after, 0 if not lifts_only else SCANNED
    while scanned < SCANNED and len(told) < limit and (window := register.following(after, limit)):
        scanned += len(window)
        for position in window:
            if position > head or len(told) == limit:
                return told, _stand(after, known)
            after = position
            if not _had(register, position, known):
                told.append(Step(position, _stand(after, known)))
    return told, _stand(after, known)


def _had(register: Register, position: int, lifts: int) -> bool:
    """Whether it was told as a lift, or is overtaken by one that was."""
    return position <= lifts and (bool(register.lifts(position - 1, position)) or register.lifted_since(position, lifts))


def _stand(after: int, lifts: int) -> Stand:
    return Stand(after, lifts if lifts > after else 0)
