"""How processes connect to PostgreSQL: quickly or not at all, and never waiting without a bound."""

from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

CONNECT_SECONDS = 1
STATEMENT_SECONDS = 2


def session(name: str, statement_seconds: float = STATEMENT_SECONDS) -> dict[str, Any]:
    """Connection parameters that bound every wait: to connect, for a lock, for a statement, for a peer that went silent."""
    milliseconds = int(statement_seconds * 1000)
    bounds = {
        "statement_timeout": milliseconds,
        "lock_timeout": 2000,
        "idle_in_transaction_session_timeout": max(milliseconds, 10_000),
        "timezone": "UTC",
    }
    return {
        "application_name": name,
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": 5000,
        "keepalives_idle": 5,
        "options": " ".join(f"-c {name}={value}" for name, value in bounds.items()),
    }


def connect(conninfo: str, *, name: str, statement_seconds: float = STATEMENT_SECONDS) -> psycopg.Connection:
    """One dedicated connection in autocommit; psycopg.OperationalError when there is none within a second or two."""
    return psycopg.connect(conninfo, autocommit=True, **session(name, statement_seconds))


def pool(conninfo: str, *, name: str, size: int = 4, statement_seconds: float = STATEMENT_SECONDS) -> ConnectionPool:
    """A pool that is already open but does not wait for its first connection: a service starts while the database is away.

    Taking a connection raises psycopg_pool.PoolTimeout, an OperationalError, after a second.
    """
    return ConnectionPool(
        conninfo,
        kwargs={"autocommit": True, **session(name, statement_seconds)},
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        max_lifetime=3600,
        reconnect_timeout=5,
        check=ConnectionPool.check_connection,
        name=name,
        open=True,
    )
