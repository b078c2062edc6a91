"""A database that is away for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier

from deploy.local.servers.postgres import conninfo
from tests.support.stack import Database


@contextmanager
def away(database: Database) -> Iterator[None]:
    """Nobody gets in, and who was in is thrown out."""
    server = database.stack
    name = Identifier(database.name)
    with psycopg.connect(conninfo(server.settings.postgres_port, server.secrets.superuser), autocommit=True) as founder:
        founder.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        founder.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database.name,))
        try:
            yield
        finally:
            founder.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
