"""The overview's figures: counted from the views for everybody alike, and kept for a minute, because counting takes its time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from projections.blacklist import search
from projections.coverage import read as coverage
from services.regulator.application import Reading, audited

DAYS = 30
KEPT = timedelta(minutes=1)


class Figures(msgspec.Struct, frozen=True):
    """As of `at`. `days`: for each day, how many were restricted and blacklisted at its end, and statements recorded on it."""

    at: datetime
    days: list[tuple[str, int, int, int]]
    categories: list[tuple[str, int, int]]
    unanswered: list[coverage.Unanswered]
    platforms: list[coverage.Platform]


class Overview:
    """Used by several threads; one of them counts, the others wait for it."""

    def __init__(self, pool: ConnectionPool, statements: Callable[[psycopg.Connection, datetime], dict[str, int]]) -> None:
        self._pool, self._statements, self._lock = pool, statements, Lock()
        self._known: Figures | None = None

    def figures(self, reading: Reading) -> Figures:
        """Audited each time, counted at most once a minute."""
        with self._lock, audited(self._pool, reading, "overview") as conn:
            if self._known is None or not timedelta(0) <= reading.at - self._known.at < KEPT:
                self._known = self._counted(conn, reading.at)
            return self._known

    def _counted(self, conn: psycopg.Connection, now: datetime) -> Figures:
        since = now - timedelta(days=DAYS - 1)
        said = self._statements(conn, since)
        days: dict[str, dict[int, int]] = {}
        for level in search.levels(conn, since, now):
            days.setdefault(level.day, {})[int(level.tier)] = level.count
        categories: dict[str, dict[int, int]] = {}
        for category, tier, count in search.by_category(conn, now):
            categories.setdefault(category, {})[int(tier)] = count
        dates = sorted({*days, *said, *((since + timedelta(days=n)).strftime("%Y-%m-%d") for n in range(DAYS))})
        return Figures(
            at=now,
            days=[(day, days.get(day, {}).get(2, 0), days.get(day, {}).get(3, 0), said.get(day, 0)) for day in dates],
            categories=sorted(((name, of.get(2, 0), of.get(3, 0)) for name, of in categories.items()), key=lambda row: -row[1] - row[2]),
            unanswered=sorted(coverage.unanswered(conn, now), key=lambda one: (one.action != "lift", one.age != "overdue", one.age)),
            platforms=sorted(coverage.platforms(conn), key=lambda one: (one.overdue_since is None, -sum(one.unanswered.values()))),
        )
