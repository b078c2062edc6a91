"""Reads that leave a trace: who read what and why is kept in the transaction that reads, before anything is answered."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from events.transport import store
from services.adjudication.application import records
from services.adjudication.application.records import CandidateRow, ListingRow
from services.adjudication.application.shown import ShownListing, shown
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.evolve import fold
from services.web import Problem
from services.web.reading import cursor


class Reading(NamedTuple):
    """Who reads, and what for."""

    actor: str
    purpose: str


class ListedItem(msgspec.Struct, frozen=True):
    """A listing among others; the whole of it is at /v1/listings/{listing_id}."""

    listing_id: UUID
    subject_id: UUID
    tier: str
    state: str
    undelivered: bool
    objected: bool
    contested: bool
    proposed_at: datetime
    held: bool
    appeal_open: bool
    repair_open: bool
    answer_by: datetime | None
    """By when persons have to answer what was asked for the subject; from then on it is granted."""

    @classmethod
    def of(cls, row: ListingRow) -> "ListedItem":
        return cls(**row._asdict() | {"tier": row.tier.word})


class Listings(msgspec.Struct, frozen=True):
    items: list[ListedItem]


class Candidates(msgspec.Struct, frozen=True):
    items: list[CandidateRow]


class Reader:
    """Any number of threads may use it. OperationalError when the database is away."""

    def __init__(self, pool: ConnectionPool, clock: Callable[[], datetime]) -> None:
        self._pool, self._clock = pool, clock

    def listings(
        self, reading: Reading, state: str | None, before: tuple[datetime, UUID] | None, limit: int, *, waits: records.Waits | None = None
    ) -> tuple[Listings, str | None]:
        """A page, and the cursor of the next one."""
        with self._audited(reading, f"listings?state={state or ''}{f'&waits={waits}' if waits else ''}") as conn:
            rows = records.listings(conn, state, before, limit, waits=waits)
        following = cursor(rows[-1].proposed_at, rows[-1].listing_id) if len(rows) == limit else None
        return Listings([ListedItem.of(row) for row in rows]), following

    def listing(self, reading: Reading, listing_id: UUID) -> ShownListing:
        """Problem not-found for an id that was never given."""
        dossier = self.dossier_of(reading, listing_id, "")
        found = shown(dossier, listing_id) if dossier is not None else None
        if found is None:
            raise Problem("not-found")
        return found

    def dossier_of(self, reading: Reading, listing_id: UUID, part: str) -> Dossier | None:
        """The dossier that a listing is of; `part`: what of the listing is read, for the audit. None for an id that was never given."""
        with self._audited(reading, f"listings/{listing_id}{f'/{part}' if part else ''}") as conn:
            subject = records.subject_of_listing(conn, listing_id)
            facts = store.load(conn, [subject]).get(subject, []) if subject else []
        return fold(subject, [(position, fact) for _, position, fact in facts]) if subject else None

    def kept(self, hashes: Iterable[str]) -> frozenset[str]:
        """Of these hashes, those whose content was handed in."""
        with self._pool.connection() as conn:
            return records.kept(conn, hashes)

    def dossier(self, reading: Reading, subject_id: UUID, what: str) -> Dossier:
        """The whole of it, for the subject itself."""
        with self._audited(reading, what) as conn:
            facts = store.load(conn, [subject_id]).get(subject_id, [])
        return fold(subject_id, [(position, fact) for _, position, fact in facts])

    def candidates(self, reading: Reading, after: int, limit: int) -> tuple[Candidates, str | None]:
        """A page of those that nobody has judged, and the cursor of the next one."""
        with self._audited(reading, "accounts/candidates") as conn:
            rows = records.open_candidates(conn, after, limit)
        return Candidates(rows), cursor(rows[-1].id) if len(rows) == limit else None

    @contextmanager
    def _audited(self, reading: Reading, resource: str) -> Iterator[psycopg.Connection]:
        with self._pool.connection() as conn, conn.transaction():
            conn.execute(
                "INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)",
                (self._clock(), reading.actor, reading.purpose, resource),
            )
            yield conn
