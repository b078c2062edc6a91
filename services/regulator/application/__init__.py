"""Reads that leave a trace: who read what, why and when is kept in the transaction that reads, before anything is answered."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool
from rapidfuzz import fuzz
from stdnum.cn import uscc as credit_code

from events.facts.fact import Category, Tier
from projections.blacklist import numbers, search
from projections.blacklist import read as blacklist
from projections.casefile import read as casefile
from projections.coverage import read as coverage
from projections.credit import read as credit
from services.regulator.application.account import Enforcing, Point, enforcing, over_time
from services.regulator.query import Span
from services.web import Problem

MOST_FOUND = 50
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
    score: credit.Score
    points: list[Point]
    enforced: list[Enforcing]


class Found(NamedTuple):
    """What a search came to; `how` it was understood."""

    how: Literal["uscc", "account", "name", "common"]
    subjects: list[blacklist.Subject]


class Reader:
    """Reads the views through their doors."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def page(self, reading: Reading, which: Filter, cursor: UUID | None, limit: int) -> blacklist.Page:
        with self._audited(reading, which.resource()) as conn:
            tier, category, as_of = which
            return blacklist.page(conn, reading.at, tier=tier, category=category, as_of=as_of, cursor=cursor, limit=limit)

    def counted_page(self, reading: Reading, which: Filter, cursor: UUID | None, limit: int) -> tuple[blacklist.Page, int]:
        """The page, and how many there are on all pages; of a past moment, how many there were at the end of its day."""
        with self._audited(reading, which.resource()) as conn:
            tier, category, as_of = which
            page = blacklist.page(conn, reading.at, tier=tier, category=category, as_of=as_of, cursor=cursor, limit=limit)
            return page, numbers.count(conn, which.moment(reading.at), tier=tier, category=category)

    def changes(self, reading: Reading, span: Span, cursor: blacklist.Place | None, limit: int) -> blacklist.Changes:
        with self._audited(reading, f"blacklist/changes?{span.query()}") as conn:
            read = blacklist.differences if span.net else blacklist.changes
            return read(conn, span.start, span.end, cursor=cursor, limit=limit)

    def dossier(self, reading: Reading, subject_id: UUID, after: int) -> Dossier | None:
        """None when there is no such subject; that was read too, and is in the audit."""
        with self._audited(reading, f"subjects/{subject_id}") as conn:
            subject = blacklist.subject(conn, subject_id)
            if subject is None:
                return None
            accounts = blacklist.accounts(conn, subject_id)
            steps = casefile.timeline(conn, subject_id, after=after, limit=STEPS + 1)
            ledger = credit.ledger(conn, subject_id)
            told = coverage.of_subject(conn, subject_id)
        score = credit.score_of(ledger, reading.at, credit.scorecard())
        following = steps[STEPS - 1].id if len(steps) > STEPS else None
        return Dossier(subject, accounts, steps[:STEPS], following, score, over_time(ledger, reading.at), enforcing(told))

    def search(self, reading: Reading, text: str, as_of: blacklist.AsOf = blacklist.CURRENT) -> Found:
        """By credit code, `platform/account`, or else a name: the most alike first, and none of them is thereby identified.

        As of a past moment: what was known then of whom the code or the name finds, and of whose the account is now.
        """
        moment = {"as_of": as_of.moment.isoformat()} if as_of.moment else {}
        with self._audited(reading, f"search?{urlencode({'q': text} | moment)}") as conn:
            if credit_code.is_valid(text):
                return Found("uscc", _one(blacklist.subject(conn, search.by_uscc(credit_code.compact(text)), as_of)))
            platform, slash, account = text.partition("/")
            if slash:
                owner = search.by_account(conn, platform.strip(), account.strip())
                return Found("account", _one(blacklist.subject(conn, owner, as_of)) if owner else [])
            found = search.by_name(conn, text, reading.at, as_of)
        if not search.telling(text):
            return Found("common", [])
        alike = {one.subject_id: fuzz.WRatio(text, one.name or "") for one in found}
        return Found("name", sorted(found, key=lambda one: (-alike[one.subject_id], one.subject_id))[:MOST_FOUND])

    def ready(self) -> str:
        """`ready` once all views can be read. Blocks for a second at most."""
        try:
            with self._pool.connection() as conn:
                built = {name for (name,) in conn.execute("SELECT name FROM view")}
        except psycopg.OperationalError:
            return "the database is away"
        return "ready" if {blacklist.VIEW, casefile.VIEW, coverage.VIEW, credit.VIEW} <= built else "starting"

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


def _one(subject: blacklist.Subject | None) -> list[blacklist.Subject]:
    return [subject] if subject is not None else []
