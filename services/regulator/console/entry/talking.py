"""A connection for whatever lets people in: the log-in page shows a database that is away itself, before the boundary of errors would."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg_pool import ConnectionPool

from services.web import Problem


@contextmanager
def talking(pool: ConnectionPool) -> Iterator[psycopg.Connection]:
    """Problem unavailable when the database is away."""
    try:
        with pool.connection() as conn:
            yield conn
    except psycopg.OperationalError:
        raise Problem("unavailable") from None
