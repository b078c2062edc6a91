"""What is used up: sanctions that listings rested on, and what accusers go on to state after people found them not to justify one."""

from collections.abc import Callable, Sequence
from datetime import datetime

from events.facts.dossier import Weighing
from events.facts.fact import Tier
from services.adjudication.domain.dossier import Dossier, SanctionKey
from services.adjudication.domain.law.calendar import months_after

UpTo = Callable[[Weighing], Tier]
"""The tier up to which a weighing brings no proposal about; beside one that does, it still counts."""


def stated_in_vain(dossier: Dossier, months: int, before: datetime | None = None) -> UpTo:
    """Where people turned a listing down, whatever else the legal entities of its platforms state until so many months have passed.

    Those whose word was not enough cannot try again and again until somebody is inattentive: it takes another legal entity, or an
    authority. By when it was stated, so that no order matters. `before`: only what people had turned down by then.
    """
    until: dict[str, list[tuple[datetime, Tier]]] = {}
    for entry in dossier.weighed.values() if dossier.turned_down else ():
        at = dossier.turned_down.get(entry.key)
        if at is not None and (before is None or at <= before) and entry.discounted != "detached":
            until.setdefault(entry.weighing.entity, []).append((months_after(at, months), dossier.spent.get(entry.key, Tier.NONE)))

    def upto(weighing: Weighing) -> Tier:
        ends = until.get(weighing.entity, ()) if weighing.document is None else ()
        return max((tier for end, tier in ends if weighing.recorded_at < end), default=Tier.NONE)

    return upto


def used(dossier: Dossier, months: int) -> UpTo:
    """What a listing rested on before, and what is stated in vain."""
    in_vain = stated_in_vain(dossier, months)
    return lambda it: max(in_vain(it), dossier.spent.get(SanctionKey(it.account, it.sanction), Tier.NONE))


def fresh(dossier: Dossier, months: int, tier: Tier, basis: Sequence[Weighing]) -> bool:
    """Whether at least one of these is not used up for the tier."""
    upto = used(dossier, months)
    return any(upto(weighing) < tier for weighing in basis)
