"""The regulator service's process."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from litestar import Litestar

from events.transport import settings as reading
from events.transport.postgres import pool
from events.transport.telemetry import configure_logs
from services.regulator.api import API
from services.regulator.application import Reader
from services.regulator.application.figures import Overview
from services.regulator.application.trail import Trail
from services.regulator.console.entry.accounts import Accounts
from services.regulator.console.entry.attempts import Attempts
from services.regulator.console.entry.drawer import Drawer
from services.regulator.console.entry.login import Door
from services.regulator.console.entry.oidc import Issuer, Oidc
from services.regulator.console.entry.session import Sessions
from services.regulator.console.rendering import template_config
from services.regulator.console.site import CONSOLE
from services.regulator.console.work.counter import Counters
from services.regulator.exports.api import EXPORTS, Sums
from services.regulator.exports.reading import Exporter
from services.regulator.settings import Settings
from services.web import Credentials, Site, serve
from services.web import application as site

PROBE_SECONDS = 1.0
LOGIN_RATE, LOGIN_BURST = 0.2, 10
NAME_RATE, NAME_BURST = 0.05, 20
"""Attempts at one account, from wherever they come."""
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
    counters = Counters(settings.adjudication)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        probing = asyncio.create_task(readiness.keep())
        yield
        probing.cancel()
        with suppress(asyncio.CancelledError):
            await probing
        credentials.close()
        counters.close()
        await asyncio.to_thread(database.close)

    return site(
        title="regulator",
        handlers=[API, EXPORTS, *CONSOLE],
        credentials=credentials,
        ready=lambda: readiness.word,
        provide={
            "reader": reader,
            "overview": Overview(database),
            "exporter": Exporter(database),
            "sums": Sums(),
            "clock": clock,
            "door": Door(
                Sessions(credentials, Drawer(database, clock), settings.regulator_https),
                Accounts(database, clock),
                _oidc(settings, clock),
                Attempts(database, clock, "address", LOGIN_RATE, LOGIN_BURST),
                Attempts(database, clock, "name", NAME_RATE, NAME_BURST),
            ),
            "trail": Trail(database),
            "counters": counters,
            "pace": Attempts(database, clock, "page", PAGE_RATE, PAGE_BURST),
            "demo": settings.demo,
        },
        template_config=template_config(),
        lifespan=[lifespan],
    )


def _oidc(settings: Settings, clock: Callable[[], datetime]) -> Oidc | None:
    """None where no issuer is set."""
    if not settings.regulator_oidc_issuer:
        return None
    given = (settings.regulator_oidc_issuer, settings.regulator_oidc_client, settings.regulator_oidc_secret)
    return Oidc(Issuer(*given, settings.regulator_address.rstrip("/")), clock)


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("regulator", settings.log_level, settings.otlp_endpoint)
    serve(application(settings), settings.host, settings.regulator_port)


if __name__ == "__main__":
    main()
