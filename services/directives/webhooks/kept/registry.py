"""The table of webhooks as platforms change and read it: one row for each."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import ConnectionPool

from services.directives.webhooks.kept.registration import Registration
from services.directives.webhooks.kept.seal import Broken, Seal
from services.directives.webhooks.way.places import Places

COLUMNS = (
    "w.code, w.url, w.state, w.why, w.secret, w.earlier, w.earlier_until, w.asked_at, w.proven_at, w.revision, w.round,"
    " w.snapshot_to, w.others_after, w.lifts_after, w.failures, w.failing_since, w.delivered_at"
)
_FIND = f"SELECT {COLUMNS} FROM webhook w WHERE w.code = %s"
_KEEP = (
    "INSERT INTO webhook (code, url, state, why, secret, earlier, earlier_until, asked_at, proven_at, round, snapshot_to, others_after,"
    " lifts_after, failures, failing_since, delivered_at, revision)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, nextval('webhook_revision_seq'))"
    " ON CONFLICT (code) DO UPDATE SET (url, state, why, secret, earlier, earlier_until, asked_at, proven_at, round, snapshot_to,"
    " others_after, lifts_after, failures, failing_since, delivered_at, revision) = (excluded.url, excluded.state, excluded.why,"
    " excluded.secret, excluded.earlier, excluded.earlier_until, excluded.asked_at, excluded.proven_at, excluded.round,"
    " excluded.snapshot_to, excluded.others_after, excluded.lifts_after, excluded.failures, excluded.failing_since,"
    " excluded.delivered_at, excluded.revision)"
)
_REVIVE = "UPDATE webhook_retry SET due = %s, since = %s, failures = 0, given_up = false WHERE code = %s"
_PUT_ASIDE = "SELECT count(*), count(*) FILTER (WHERE given_up) FROM webhook_retry WHERE code = %s"


class Row(NamedTuple):
    """What is kept of one platform's webhook."""

    registration: Registration
    places: Places
    round: int
    revision: int = 0


class Kept(NamedTuple):
    """A row as its platform may read it, with how many directives it did not take, and how many of these were given up."""

    row: Row
    put_aside: int
    given_up: int


class Registry:
    """Any number of threads may use it."""

    def __init__(self, pool: ConnectionPool, seal: Seal) -> None:
        self._pool, self._seal = pool, seal

    def find(self, code: str) -> Kept | None:
        """None also for one whose secret cannot be opened any more: it is as good as none, and may be registered anew."""
        with self._pool.connection() as conn:
            found = conn.execute(_FIND, (code,)).fetchone()
            if found is None:
                return None
            put_aside, given_up = conn.execute(_PUT_ASIDE, (code,)).fetchone() or (0, 0)
        try:
            return Kept(row_of(found, self._seal), put_aside, given_up)
        except Broken:
            return None

    def keep(self, row: Row, now: datetime, *, afresh: bool) -> None:
        """Replace the row, whatever its sender still wants to keep of the one before. What failed is tried again; `afresh`: forgotten."""
        it, places = row.registration, row.places
        earlier = None if it.earlier is None else self._seal.close(it.code, it.earlier)
        values = (
            it.code, it.url, it.state, it.why, self._seal.close(it.code, it.secret), earlier, it.earlier_until, it.asked_at, it.proven_at,
            row.round, places.snapshot_to, places.others_after, places.lifts_after,
            places.failures, places.failing_since, places.delivered_at,
        )  # fmt: skip
        with self._pool.connection() as conn, conn.transaction():
            conn.execute(_KEEP, values)
            if afresh:
                conn.execute("DELETE FROM webhook_retry WHERE code = %s", (it.code,))
            else:
                conn.execute(_REVIVE, (now, now, it.code))

    def remove(self, code: str) -> bool:
        """Whether there was one."""
        with self._pool.connection() as conn:
            return conn.execute("DELETE FROM webhook WHERE code = %s", (code,)).rowcount > 0


def row_of(found: tuple[Any, ...], seal: Seal) -> Row:
    """From the columns, in their order."""
    code, url, state, why, secret, earlier, earlier_until, asked_at, proven_at, revision, number, *places = found
    opened = None if earlier is None else seal.open(code, bytes(earlier))
    registration = Registration(
        code, url, seal.open(code, bytes(secret)), asked_at, state, why, opened, earlier_until, proven_at
    )  # fmt: skip
    return Row(registration, Places(*places), number, revision)


def advisory_lock(conn: psycopg.Connection) -> bool:
    """Whether this connection is now the one that sends; it stays so until it ends."""
    found = conn.execute("SELECT pg_try_advisory_lock(hashtextextended('webhooks', 0))").fetchone()
    return found is not None and bool(found[0])
