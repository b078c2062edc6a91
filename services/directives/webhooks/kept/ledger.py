"""How far each platform has been told, kept by the one process that sends: read and written together, over one connection."""

from collections.abc import Sequence
from typing import NamedTuple

import psycopg

from events.transport import postgres
from services.directives.webhooks.kept.registration import Registration
from services.directives.webhooks.kept.registry import COLUMNS, Row, advisory_lock, row_of
from services.directives.webhooks.kept.seal import Broken, Seal
from services.directives.webhooks.way.places import Places, Retry

# A member whose last key was revoked is a member no more.
_ALL = (
    f"SELECT {COLUMNS} FROM webhook w"
    " WHERE EXISTS (SELECT FROM credential c WHERE c.code = w.code AND c.revoked_at IS NULL)"
)  # fmt: skip
_RETRIES = "SELECT id, lift, issued_at, since, failures, due, given_up FROM webhook_retry WHERE code = %s"
_SAVE = (
    "UPDATE webhook w SET (state, why, proven_at, round, snapshot_to, others_after, lifts_after, failures, failing_since, delivered_at)"
    " = (n.state, n.why, n.proven_at, n.round, n.snapshot_to, n.others_after, n.lifts_after, n.failures, n.failing_since, n.delivered_at)"
    " FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],"
    " %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS n (code, revision, state, why, proven_at, round, snapshot_to,"
    " others_after, lifts_after, failures, failing_since, delivered_at)"
    " WHERE (w.code, w.revision) = (n.code, n.revision) RETURNING w.code"
)
_PUT_ASIDE = (
    "INSERT INTO webhook_retry (id, lift, issued_at, since, failures, due, given_up, code) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (code, id) DO UPDATE SET (since, failures, due, given_up)"
    " = (excluded.since, excluded.failures, excluded.due, excluded.given_up)"
)
_TAKE_UP = "DELETE FROM webhook_retry WHERE code = %s AND id = %s"


class Change(NamedTuple):
    """What became of one platform's webhook since it was kept last."""

    registration: Registration
    revision: int
    round: int
    places: Places
    put_aside: Sequence[Retry]
    taken_up: Sequence[int]


class Ledger:
    """Used by one thread at a time. Of several processes only the one that holds the lock gets rows; it holds it until its connection ends.

    Two that believe to hold it, for a moment after a failover, tell some things twice: platforms drop what is not newer.
    """

    def __init__(self, conninfo: str, seal: Seal) -> None:
        self._conninfo, self._seal = conninfo, seal
        self._conn: psycopg.Connection | None = None
        self._ours = False
        self.unreadable = frozenset[str]()
        """Platforms whose secrets are not sealed under this key: they are told nothing until they register anew."""

    def exchange(self, changes: Sequence[Change]) -> list[Row] | None:
        """Keep the changes; all webhooks as they are then, or None while another process sends.

        psycopg.OperationalError when the database is away: from then on this process does not send.
        """
        try:
            conn = self._connection()
            if not self._ours:
                self._ours = advisory_lock(conn)
                return self._rows(conn) if self._ours else None
            if changes:
                with conn.transaction():
                    _save(conn, changes)
            return self._rows(conn)
        except psycopg.OperationalError:
            self.close()
            raise

    def retries(self, code: str) -> list[Retry]:
        """What the platform did not take."""
        try:
            return [Retry(*row) for row in self._connection().execute(_RETRIES, (code,))]
        except psycopg.OperationalError:
            self.close()
            raise

    def close(self) -> None:
        """Somebody else may send."""
        if self._conn is not None:
            self._conn.close()
        self._conn, self._ours = None, False

    def _connection(self) -> psycopg.Connection:
        if self._conn is None:
            self._conn = postgres.connect(self._conninfo, name="webhooks")
        return self._conn

    def _rows(self, conn: psycopg.Connection) -> list[Row]:
        rows, unreadable = list[Row](), set[str]()
        for found in conn.execute(_ALL):
            try:
                rows.append(row_of(found, self._seal))
            except Broken as broken:
                unreadable.add(str(broken))
        self.unreadable = frozenset(unreadable)
        return rows


def _save(conn: psycopg.Connection, changes: Sequence[Change]) -> None:
    """A registration that was replaced or removed meanwhile keeps nothing of it; its row, locked first by everybody, says so."""
    kept = {code for (code,) in conn.execute(_SAVE, [list(column) for column in zip(*map(_columns, changes), strict=True)])}
    ours = [change for change in changes if change.registration.code in kept]
    aside = [
        (one.id, one.lift, one.issued_at, one.since, one.failures, one.due, one.given_up, change.registration.code)
        for change in ours
        for one in change.put_aside
    ]
    taken = [(change.registration.code, id) for change in ours for id in change.taken_up]
    with conn.cursor() as cursor:
        if aside:
            cursor.executemany(_PUT_ASIDE, aside)
        if taken:
            cursor.executemany(_TAKE_UP, taken)


def _columns(change: Change) -> tuple[object, ...]:
    it, places = change.registration, change.places
    return (it.code, change.revision, it.state, it.why, it.proven_at, change.round, places.snapshot_to, places.others_after,
            places.lifts_after, places.failures, places.failing_since, places.delivered_at)  # fmt: skip
