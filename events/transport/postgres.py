"""How processes connect to PostgreSQL: quickly or not at all, and never waiting without a bound."""

from contextlib import suppress
from time import perf_counter
from typing import Any
from weakref import ref

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from events.transport.telemetry import POOL_CONNECTIONS, POOL_TIMEOUTS, POOL_WAIT_SECONDS

CONNECT_SECONDS = 1
TRY_SECONDS = 0.2
"""Whoever waits for a pool's connection to a server that is away has one tried for again after so long."""

STATEMENT_SECONDS = 2
IDLE_SECONDS = 5
"""So long a process that stands still in the middle of a transaction keeps its locks from all others; then what it began is undone."""

LOG_TIMEOUT = "liancheng.log_timeout"
"""Our own setting of a session, in milliseconds: so long may a transaction go on once it has asked for the log (`TAKE_LOCK`)."""


def session(
    name: str, statement_seconds: float = STATEMENT_SECONDS, idle_seconds: float = IDLE_SECONDS, *, durable: bool = True
) -> dict[str, Any]:
    """Connection parameters that bound every wait: to connect, for a lock, for a statement, for a peer that went silent.

    With `durable` false a commit does not wait for the disk: a crash of the server may undo the last half second, whole
    transactions and the latest first. For what is made again from the log.
    """
    settings = {
        "synchronous_commit": "on" if durable else "off",
        "statement_timeout": int(statement_seconds * 1000),
        "lock_timeout": 2000,
        "idle_in_transaction_session_timeout": int(idle_seconds * 1000),
        LOG_TIMEOUT: int(2 * idle_seconds * 1000),
        "timezone": "UTC",
    }
    return {
        "application_name": name,
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": 5000,
        "keepalives_idle": 5,
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }


def connect(
    conninfo: str,
    *,
    name: str,
    statement_seconds: float = STATEMENT_SECONDS,
    idle_seconds: float = IDLE_SECONDS,
    durable: bool = True,
) -> psycopg.Connection:
    """One dedicated connection in autocommit; psycopg.OperationalError when there is none within a second or two."""
    return psycopg.connect(conninfo, autocommit=True, **session(name, statement_seconds, idle_seconds, durable=durable))


class Watched(ConnectionPool):
    """A pool whose waits operators see, under its name, and that finds a server again as soon as it is back."""

    def getconn(self, timeout: float | None = None) -> psycopg.Connection:
        began = perf_counter()
        until = began + (self.timeout if timeout is None else timeout)
        try:
            while (left := until - perf_counter()) > TRY_SECONDS:
                with suppress(PoolTimeout):  # the library tries for whoever asks, not for whoever goes on waiting
                    return super().getconn(TRY_SECONDS)
            return super().getconn(left)
        except PoolTimeout:
            POOL_TIMEOUTS.labels(self.name).inc()
            raise
        finally:
            POOL_WAIT_SECONDS.labels(self.name).observe(perf_counter() - began)


def _watch(watched: Watched) -> None:
    """What the pool holds is asked of it whenever it is scraped; a metric keeps no pool alive."""
    asked = ref(watched)

    def held(state: str) -> float:
        open_pool = asked()
        if open_pool is None:
            return 0.0
        told = open_pool.get_stats()
        idle = told.get("pool_available", 0)
        return idle if state == "idle" else told.get("pool_size", 0) - idle

    POOL_TIMEOUTS.labels(watched.name)  # a counter that is there from the start shows its first increase
    POOL_CONNECTIONS.labels(watched.name, "idle").set_function(lambda: held("idle"))
    POOL_CONNECTIONS.labels(watched.name, "used").set_function(lambda: held("used"))


def pool(conninfo: str, *, name: str, size: int = 4, statement_seconds: float = STATEMENT_SECONDS) -> ConnectionPool:
    """A pool that is already open but does not wait for its first connection: a service starts while the database is away.

    Taking a connection raises psycopg_pool.PoolTimeout, an OperationalError, after a second.
    """
    opened = Watched(
        conninfo,
        kwargs={"autocommit": True, **session(name, statement_seconds)},
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        max_lifetime=3600,
        reconnect_timeout=TRY_SECONDS,  # with more the library pauses for seconds between tries, and callers wait for the next one
        check=ConnectionPool.check_connection,
        name=name,
        open=True,
    )
    _watch(opened)
    return opened
