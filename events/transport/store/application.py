"""The store as an eventsourcing application: its log, its repository, and the append that intake uses."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from events.facts.fact import statement_stream
from events.transport.postgres import CONNECT_SECONDS, pool, session
from events.transport.store.append import Recorded, Submission, append_statements, originals
from events.transport.store.mapper import FactMapper
from events.transport.store.recorder import HubRecorder


class Store(Application[UUID]):
    """Needs the database when it is made (the library looks its types up); later it survives one that is away.

    What is raised then is psycopg.OperationalError, or the library's of that name while it is made.
    """

    name = "hub"
    env: ClassVar[dict[str, str]] = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "MAPPER_TOPIC": f"{FactMapper.__module__}:{FactMapper.__qualname__}",
        "APPLICATION_RECORDER_TOPIC": f"{HubRecorder.__module__}:{HubRecorder.__qualname__}",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
        "POSTGRES_CONNECT_TIMEOUT": str(CONNECT_SECONDS),
        "POSTGRES_LOCK_TIMEOUT": "2",
        "POSTGRES_POOL_SIZE": "1",
        "POSTGRES_MAX_OVERFLOW": "3",
        "POSTGRES_MAX_WAITING": "64",
        "CREATE_TABLE": "no",
    }

    def __init__(self, conninfo: str, *, name: str = "hub") -> None:
        parts = conninfo_to_dict(conninfo)
        named = {word: str(parts.pop(word.lower(), "")) for word in ("DBNAME", "HOST", "PORT", "USER", "PASSWORD")}
        self._rest = parts | session(name)
        super().__init__({f"POSTGRES_{word}": value for word, value in named.items()})
        self.pool: ConnectionPool = pool(conninfo, name=name)

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """The library passes nothing on of how long to wait, nor of how the server has to prove its name; and it connects at once."""
        factory = super().construct_factory(env)
        library_pool: Any = factory.datastore.pool  # type: ignore[attr-defined]
        library_pool.kwargs.update(self._rest)
        return factory

    def append_statements(self, submissions: Sequence[Submission]) -> list[Recorded]:
        """Record a group; see append_statements. A commit whose answer was lost is found by calling again."""
        with self.pool.connection() as conn:
            return append_statements(conn, submissions)

    def receipt(self, source: str, statement_id: str) -> Recorded | None:
        """What is recorded under this id, readable as soon as the answer was sent."""
        stream = statement_stream(source, statement_id)
        with self.pool.connection() as conn:
            return originals(conn, [stream]).get(stream)

    def reachable(self) -> bool:
        """Whether the database answers now."""
        try:
            with self.pool.connection() as conn:
                conn.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def close(self) -> None:
        self.pool.close()
        super().close()
