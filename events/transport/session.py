"""A worker's own connection, and a step that is tried in a transaction until it commits."""

import time
from collections.abc import Callable
from typing import TypeVar

import psycopg

from events.catalogue import UnknownFact
from events.transport.postgres import connect
from events.transport.store import VersionConflict, check, lock_log
from events.transport.telemetry import log

T = TypeVar("T")


class RetryLater(RuntimeError):
    """What may pass: the same batch is tried again."""


class Session:
    """Used by one thread. What may pass (the database away, a race, a fact of a newer hub) is waited for; the rest is raised."""

    def __init__(self, conninfo: str, *, name: str, statement_seconds: float, durable: bool = True) -> None:
        self._conninfo, self._name, self._statement_seconds, self._durable = conninfo, name, statement_seconds, durable
        self._conn: psycopg.Connection | None = None
        self.epoch = 0
        """Of the log, as it was when the connection was opened."""

    def until_done(self, step: Callable[[psycopg.Connection, Callable[[], None]], T]) -> T:
        """Run `step` in a transaction until it commits.

        It gets the connection, and what it has to call once its position rows are locked: whoever was overtaken takes the
        log's lock with that, so that he is not again. Nobody else does: waiting for rows he would keep every writer out.
        """
        attempt, overtaken = 0, False
        while True:
            try:
                conn = self._connection()
                with conn.pipeline(), conn.transaction():
                    return step(conn, (lambda: lock_log(conn)) if overtaken else _nothing)  # noqa: B023  # called before the next round
            except (psycopg.OperationalError, RetryLater, UnknownFact, VersionConflict) as wait:
                log.warning("retry", attempt=attempt, why=f"{type(wait).__name__}: {str(wait).strip()}")
                overtaken = isinstance(wait, VersionConflict)
                time.sleep(0.0 if overtaken and attempt < 3 else min(0.05 * 2**attempt, 2.0))
                attempt += 1

    def close(self) -> None:
        """Give the connection back. A worker never does: it ends with its process."""
        if self._conn is not None:
            self._conn.close()

    def _connection(self) -> psycopg.Connection:
        if self._conn is None or self._conn.closed or self._conn.broken:
            self._conn = connect(self._conninfo, name=self._name, statement_seconds=self._statement_seconds, durable=self._durable)
            self.epoch = check(self._conn).epoch
        return self._conn


def _nothing() -> None:
    return None
