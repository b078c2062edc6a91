"""The process of adjudication's HTTP interface, put together."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from litestar import Litestar
from psycopg_pool import ConnectionPool

from events.transport import settings as reading
from events.transport.postgres import pool
from events.transport.telemetry import configure_logs
from services.adjudication.api import API
from services.adjudication.application.commands import Commands
from services.adjudication.application.reading import Reader
from services.adjudication.application.rules import Rules, rules
from services.adjudication.settings import Settings
from services.web import Credentials, Site, serve
from services.web import application as site

PROBE_SECONDS = 1.0


class Readiness:
    """Whether the database answered when it was last asked: a probe is answered at once."""

    def __init__(self, database: ConnectionPool) -> None:
        self._database, self.word = database, "starting"

    async def keep(self) -> None:
        while True:
            self.word = await asyncio.to_thread(self._ask)
            await asyncio.sleep(PROBE_SECONDS)

    def _ask(self) -> str:
        try:
            with self._database.connection() as conn:
                conn.execute("SELECT 1")
        except psycopg.OperationalError:
            return "the database does not answer"
        return "ready"


def application(settings: Settings, given: Rules | None = None) -> Site:
    """`given`: other rules or another clock than those of the settings."""
    database = pool(settings.database_adjudication, name="adjudication")
    credentials = Credentials(database)
    readiness = Readiness(database)
    made = given or rules(settings)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        probing = asyncio.create_task(readiness.keep())
        try:
            yield
        finally:
            probing.cancel()
            await asyncio.gather(probing, return_exceptions=True)
            credentials.close()
            await asyncio.to_thread(database.close)

    return site(
        title="adjudication",
        handlers=[API],
        credentials=credentials,
        ready=lambda: readiness.word,
        provide={"commands": Commands(database, made), "reader": Reader(database, made.clock), "books": made.books},
        lifespan=[lifespan],
    )


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("adjudication", settings.log_level)
    serve(application(settings), settings.host, settings.adjudication_port)


if __name__ == "__main__":
    main()
