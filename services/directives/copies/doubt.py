"""Which platforms' copies are in doubt, and since when: those that differ, those that prove nothing, those that cannot act. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from events.facts.fact import Measure


class Known(NamedTuple):
    """What a platform last told of its copy and of itself."""

    platform: str
    enrolled_at: datetime
    told_at: datetime | None
    """When it last told a digest."""
    differs_since: datetime | None
    measures: Collection[Measure]
    """Those that it has declared an action for."""


class Doubt(NamedTuple):
    """In seconds, 0 when there is none; and how many measures that are asked of it it has no action for."""

    differs: float
    silent: float
    unmapped: int


def doubt(known: Known, asked: Collection[Measure], now: datetime, period: timedelta) -> Doubt:
    """`period`: within which a platform tells the digest of its copy. `asked`: the measures that directives have asked for."""
    differs = 0.0 if known.differs_since is None else max(0.0, (now - known.differs_since).total_seconds()) + 1.0
    silent = max(0.0, (now - (known.told_at or known.enrolled_at) - period).total_seconds())
    return Doubt(differs, silent, len(set(asked) - set(known.measures)))


def unable(asked: Collection[Measure], declared: Collection[Measure]) -> list[Measure]:
    """What of the asked is `unable` whatever the platform answers: it has declared no action for it."""
    return sorted(set(asked) - set(declared), key=lambda measure: measure.value)
