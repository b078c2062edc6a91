"""The process of adjudication's HTTP interface, put together."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

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
from services.adjudication.evidence.opening import Opening
from services.adjudication.evidence.places import place
from services.adjudication.evidence.safe import Safe
from services.adjudication.evidence.stamps import Stamps
from services.adjudication.legislation import api as legislation_api
from services.adjudication.legislation.commands import Legislation
from services.adjudication.page.admission import Admission
from services.adjudication.page.site import PAGE
from services.adjudication.reporters.api import REPORTERS
from services.adjudication.settings import Settings
from services.web import Credentials, Site, serve
from services.web import application as site

T = TypeVar("T")
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
    lies = _set("EVIDENCE_BUCKET", partial(place, settings.evidence_folder), settings.evidence_bucket)
    stamps = _set("TIMESTAMP_ANCHORS", Stamps, settings.timestamp_anchors)
    database = pool(settings.database_adjudication, name="adjudication")
    credentials = Credentials(database)
    readiness = Readiness(database)
    made = given or rules(settings)
    safe = Safe(lies, made.hub_key) if lies is not None else None
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
        handlers=[API, MERCHANT, PAGE, REPORTERS, EVIDENCE, legislation_api.API],
        credentials=credentials,
        ready=lambda: readiness.word,
        provide={
            "commands": commands,
            "database": database,
            "reader": Reader(database, made.clock),
            "books": made.books,
            "rules": made,
            "holders": Holders(database, made.hub_key),
            "admission": Admission(made.hub_key),
            "keeper": Evidence(database, made.clock, safe, stamps) if safe else None,
            "opening": Opening(database, made, safe) if safe else None,
            "legislation": Legislation(commands, database, made.current, made.clock),
        },
        lifespan=[lifespan],
    )


def _set(name: str, make: Callable[[str], T], value: str) -> T:
    """What is made of a setting; one that is wrong stops the start with its name."""
    try:
        return make(value)
    except ValueError as wrong:
        raise reading.WrongSetting(f"LIANCHENG_{name}", str(wrong)) from None


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("adjudication", settings.log_level, settings.otlp_endpoint)
    serve(application(settings), settings.host, settings.adjudication_port)


if __name__ == "__main__":
    main()
