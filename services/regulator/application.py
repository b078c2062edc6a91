"""Reads that leave a trace: who read what, why and when is kept in the transaction that reads, before anything is answered."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from events.facts.fact import Category, Tier
from projections.blacklist import read as blacklist
from projections.casefile import read as casefile
from services.web import Problem

STEPS = 200
"""Facts of a dossier on one page."""


class Reading(NamedTuple):
    """Who reads, for what purpose, and when: a row of the audit."""

    actor: str
    purpose: str
    at: datetime


class Filter(NamedTuple):
    """Which part of the list, as of when."""

    tier: Tier | None = None
    category: Category | None = None
    as_of: blacklist.AsOf = blacklist.AsOf()

    def moment(self, now: datetime) -> datetime:
        """The moment at which tiers and measures are shown."""
        return self.as_of.moment or now

    def resource(self) -> str:
        chosen = {
            "tier": self.tier and self.tier.word,
            "category": self.category and self.category.value,
            "as_of": self.as_of.position if self.as_of.moment is None else self.as_of.moment.isoformat(),
        }
        return f"blacklist?{urlencode({name: value for name, value in chosen.items() if value is not None})}"


class Dossier(NamedTuple):
    """One subject with its accounts and a page of its history; `next` is the position to go on after, None at the end."""

    subject: blacklist.Subject
    accounts: tuple[blacklist.Account, ...]
    steps: tuple[casefile.Step, ...]
    next: int | None


class Reader:
    """Reads the views through their doors."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def page(self, reading: Reading, which: Filter, cursor: UUID | None, limit: int) -> blacklist.Page:
        with self._audited(reading, which.resource()) as conn:
            tier, category, as_of = which
            return blacklist.page(conn, reading.at, tier=tier, category=category, as_of=as_of, cursor=cursor, limit=limit)

    def counted_page(self, reading: Reading, which: Filter, cursor: UUID | None, limit: int) -> tuple[blacklist.Page, int]:
        """The page, and how many there are on all pages."""
        with self._audited(reading, which.resource()) as conn:
            tier, category, as_of = which
            page = blacklist.page(conn, reading.at, tier=tier, category=category, as_of=as_of, cursor=cursor, limit=limit)
            return page, blacklist.count(conn, reading.at, tier=tier, category=category, as_of=as_of)

    def changes(self, reading: Reading, start: datetime, end: datetime, cursor: int, limit: int) -> blacklist.Changes:
        span = urlencode({"from": start.isoformat(), "to": end.isoformat()})
        with self._audited(reading, f"blacklist/changes?{span}") as conn:
            return blacklist.changes(conn, start, end, cursor=cursor, limit=limit)

    def dossier(self, reading: Reading, subject_id: UUID, after: int) -> Dossier | None:
        """None when there is no such subject; that was read too, and is in the audit."""
        with self._audited(reading, f"subjects/{subject_id}") as conn:
            subject = blacklist.subject(conn, subject_id)
            if subject is None:
                return None
            accounts = blacklist.accounts(conn, subject_id)
            steps = casefile.timeline(conn, subject_id, after=after, limit=STEPS + 1)
        return Dossier(subject, accounts, steps[:STEPS], steps[STEPS - 1].id if len(steps) > STEPS else None)

    def ready(self) -> str:
        """`ready` once both views can be read. Blocks for a second at most."""
        try:
            with self._pool.connection() as conn:
                built = {name for (name,) in conn.execute("SELECT name FROM view")}
        except psycopg.OperationalError:
            return "the database is away"
        return "ready" if {blacklist.VIEW, casefile.VIEW} <= built else "starting"

    def _audited(self, reading: Reading, resource: str) -> AbstractContextManager[psycopg.Connection]:
        return audited(self._pool, reading, resource)


@contextmanager
def audited(pool: ConnectionPool, reading: Reading, resource: str) -> Iterator[psycopg.Connection]:
    """A transaction of one snapshot that begins with the audit row: without the row there is nothing to read."""
    try:
        with pool.connection() as conn, conn.transaction():
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            conn.execute("INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)", (reading.at, *reading[:2], resource))
            yield conn
    except blacklist.NotBuilt:
        raise Problem("unavailable", "The view is not built yet.") from None
