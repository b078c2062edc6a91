"""What readers see of a subject at a moment: never a tier or a measure past its last day, fact or no fact. Pure."""

from datetime import date, datetime

import msgspec

from events.facts.directive import Reason
from events.facts.fact import Category, Tier
from events.facts.listing import MeasureUntil
from projections.blacklist.fold import Subject
from projections.day import shanghai_day


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A subject's place as it is told. At tier none and watch there is nothing but the tier and, for a watch, its term."""

    tier: Tier = Tier.NONE
    contested: bool = False
    measures: tuple[MeasureUntil, ...] = ()
    since: date | None = None
    until: date | None = None
    decision: str | None = None
    reasons: tuple[Reason, ...] = ()
    categories: tuple[Category, ...] = ()


def shown(subject: Subject, now: datetime) -> Shown:
    """What holds at the moment. `until` is the last day in force, Asia/Shanghai."""
    today = shanghai_day(now)
    if subject.tier > Tier.WATCH and (subject.until is None or subject.until >= today):
        return Shown(
            tier=subject.tier,
            contested=subject.contested,
            measures=tuple(measure for measure in subject.measures if measure.until >= today),
            since=subject.since,
            until=subject.until,
            decision=subject.decision,
            reasons=subject.reasons,
            categories=subject.categories,
        )
    watches = [watch for watch in subject.watches if watch.until >= today]
    if watches:
        return Shown(tier=Tier.WATCH, since=min(watch.since for watch in watches), until=max(watch.until for watch in watches))
    return Shown()


def shown_until(subject: Subject, now: datetime) -> date | None:
    """The last day on which `shown` stays as it is now without a new fact; None for ever. For caches."""
    today = shanghai_day(now)
    days = [watch.until for watch in subject.watches] + [measure.until for measure in subject.measures]
    if subject.until is not None:
        days.append(subject.until)
    return min((day for day in days if day >= today), default=None)
