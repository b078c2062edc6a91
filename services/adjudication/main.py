"""The process of adjudication's HTTP interface, put together."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from litestar import Litestar
from psycopg_pool import ConnectionPool

from events.transport import settings as reading
from events.transport.postgres import pool
from events.transport.telemetry import configure_logs
from services.adjudication.api import API, MERCHANT
from services.adjudication.application.commands import Commands
from services.adjudication.application.merchant.holder import Holders
from services.adjudication.application.reading import Reader
from services.adjudication.application.rules import Rules, rules
from services.adjudication.clock import Trust
from services.adjudication.evidence.api import EVIDENCE
from services.adjudication.evidence.application import Evidence
from services.adjudication.evidence.safe import Safe
from services.adjudication.legislation import api as legislation_api
from services.adjudication.legislation.commands import Legislation
from services.adjudication.reporters.api import REPORTERS
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


def application(settings: Settings, given: Rules | None = None, trusted: Callable[[], bool] | None = None) -> Site:
    """`given`: other rules or another clock than those of the settings; `trusted`: whether that clock may be trusted now."""
    database = pool(settings.database_adjudication, name="adjudication")
    credentials = Credentials(database)
    readiness = Readiness(database)
    made = given or rules(settings)
    commands = Commands(database, made, trusted or Trust(made.clock, time.monotonic).look)

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
        handlers=[API, MERCHANT, REPORTERS, EVIDENCE, legislation_api.API],
        credentials=credentials,
        ready=lambda: readiness.word,
        provide={
            "commands": commands,
            "database": database,
            "reader": Reader(database, made.clock),
            "books": made.books,
            "rules": made,
            "holders": Holders(database, made.hub_key),
            "keeper": _keeper(settings, database, made),
            "legislation": Legislation(commands, database, made.current, made.clock),
        },
        lifespan=[lifespan],
    )


def _keeper(settings: Settings, database: ConnectionPool, made: Rules) -> Evidence | None:
    """None where no folder is set."""
    return Evidence(database, made, Safe(Path(settings.evidence_folder), made.hub_key)) if settings.evidence_folder else None


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("adjudication", settings.log_level)
    serve(application(settings), settings.host, settings.adjudication_port)


if __name__ == "__main__":
    main()
