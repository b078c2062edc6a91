"""The regulator service's process."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

from litestar import Litestar

from events.transport import settings as reading
from events.transport.postgres import pool
from events.transport.telemetry import configure_logs
from projections.casefile import read as casefile
from services.regulator.api import API
from services.regulator.application import Reader
from services.regulator.console.rendering import template_config
from services.regulator.console.session import Sessions
from services.regulator.console.site import CONSOLE
from services.regulator.console.work.counter import Counter
from services.regulator.exports.api import EXPORTS, Sums
from services.regulator.exports.reading import Exporter
from services.regulator.figures import Overview
from services.regulator.settings import Settings
from services.web import Credentials, Quota, Site, serve
from services.web import application as site

PROBE_SECONDS = 1.0
LOGIN_RATE, LOGIN_BURST = 0.2, 10
PAGE_RATE, PAGE_BURST = 10.0, 200
"""Pages a second for one key: more than a person reads, less than a script takes."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Readiness:
    """What the views said when they were last asked; asking takes time, and an answer to a probe must not."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask, self.word = ask, "starting"

    async def keep(self) -> None:
        while True:
            self.word = await asyncio.to_thread(self._ask)
            await asyncio.sleep(PROBE_SECONDS)


def application(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Site:
    database = pool(settings.database_regulator, name="regulator")
    credentials = Credentials(database)
    reader = Reader(database)
    readiness = Readiness(reader.ready)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        probing = asyncio.create_task(readiness.keep())
        yield
        probing.cancel()
        with suppress(asyncio.CancelledError):
            await probing
        credentials.close()
        await asyncio.to_thread(database.close)

    return site(
        title="regulator",
        handlers=[API, EXPORTS, *CONSOLE],
        credentials=credentials,
        ready=lambda: readiness.word,
        provide={
            "reader": reader,
            "overview": Overview(database, casefile.statements_by_day),
            "exporter": Exporter(database),
            "sums": Sums(),
            "clock": clock,
            "sessions": Sessions(credentials, settings.regulator_https),
            "counters": partial(Counter, settings.adjudication),
            "pace": Quota(PAGE_RATE, PAGE_BURST),
            "attempts": Quota(LOGIN_RATE, LOGIN_BURST),
            "demo": settings.demo,
        },
        template_config=template_config(),
        lifespan=[lifespan],
    )


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("regulator", settings.log_level)
    serve(application(settings), settings.host, settings.regulator_port)


if __name__ == "__main__":
    main()
