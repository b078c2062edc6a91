"""The overview's figures, from sums that the views keep: nobody is counted when they are asked for."""

from collections import defaultdict
from datetime import datetime, timedelta

import msgspec
from psycopg_pool import ConnectionPool

from events.facts.fact import Category, Tier
from projections.blacklist import numbers
from projections.casefile import read as casefile
from projections.coverage import read as coverage
from projections.day import shanghai_day
from services.regulator.application import Reading, audited

DAYS = 30
MOST_LINES = 6
"""Categories in one chart; more lines than that nobody tells apart."""


class Of(msgspec.Struct, frozen=True):
    """How many are listed for a category: now at each tier, and at the end of each day, those at both together."""

    category: Category
    restricted: int
    blacklisted: int
    days: list[int]


class Figures(msgspec.Struct, frozen=True):
    """As of `at`. `days`: for each day, how many were restricted and blacklisted at its end, and statements recorded on it."""

    at: datetime
    days: list[tuple[str, int, int, int]]
    categories: list[Of]
    unanswered: list[coverage.Unanswered]
    platforms: list[coverage.Platform]

    @property
    def over_time(self) -> list[Of]:
        """The categories that a chart shows: those with the most."""
        return [one for one in self.categories if any(one.days)][:MOST_LINES]


class Overview:
    """Used by several threads."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def figures(self, reading: Reading) -> Figures:
        """What is overdue comes first, and of that what is to be lifted."""
        now = reading.at
        since = now - timedelta(days=DAYS - 1)
        with audited(self._pool, reading, "overview") as conn:
            levels = numbers.levels(conn, since, now)
            said = casefile.statements_by_day(conn, since)
            unanswered, platforms = coverage.unanswered(conn, now), coverage.platforms(conn)
        days = [(shanghai_day(since) + timedelta(days=n)).isoformat() for n in range(DAYS)]
        return Figures(
            at=now,
            days=_days(days, levels, said),
            categories=_categories(days, levels),
            unanswered=sorted(unanswered, key=lambda one: (one.age != "overdue", one.action != "lift", one.age)),
            platforms=sorted(platforms, key=_behind),
        )


def _days(days: list[str], levels: list[numbers.Level], said: dict[str, int]) -> list[tuple[str, int, int, int]]:
    of = {(level.day, level.tier): level.count for level in levels if level.category is None}
    return [(day, of.get((day, Tier.RESTRICTED), 0), of.get((day, Tier.BLACKLISTED), 0), said.get(day, 0)) for day in days]


def _categories(days: list[str], levels: list[numbers.Level]) -> list[Of]:
    """The one with the most now first."""
    numbered: dict[Category, dict[tuple[str, Tier], int]] = defaultdict(dict)
    for level in levels:
        if level.category is not None:
            numbered[level.category][level.day, level.tier] = level.count
    found = []
    for category, of in numbered.items():
        both = [of.get((day, Tier.RESTRICTED), 0) + of.get((day, Tier.BLACKLISTED), 0) for day in days]
        if any(both):
            found.append(Of(category, of.get((days[-1], Tier.RESTRICTED), 0), of.get((days[-1], Tier.BLACKLISTED), 0), both))
    return sorted(found, key=lambda one: (-one.days[-1], one.category))


def _behind(platform: coverage.Platform) -> tuple[bool, int, datetime | None, str]:
    """Whoever owes lifts comes first, then whoever has owed for longest."""
    since = platform.overdue_since
    return since is None, -platform.unanswered.get("lift", 0), since, platform.platform
