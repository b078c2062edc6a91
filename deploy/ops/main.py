"""The process of the operators' page: it reads metrics and nothing else, and has no credentials."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
from litestar import Litestar

from deploy.ops import expressions
from deploy.ops.alerts import table
from deploy.ops.page import HANDLERS
from deploy.ops.settings import Settings
from deploy.ops.sources import FromPrometheus, OwnScrapes, Source
from events.transport import settings as reading
from events.transport.telemetry import configure_logs, log
from services.web import Site, serve
from services.web import application as site


def source(settings: Settings, client: httpx.AsyncClient) -> Source:
    rules = table.read()
    asked = expressions.read(rules)
    if settings.prometheus_url:
        return FromPrometheus(settings.prometheus_url, rules, asked.asked, client, time.time)
    return OwnScrapes(rules, asked, settings.targets, client, time.time)


def _end_if_failed(keeping: "asyncio.Task[None]") -> None:
    """Curves that stand still without a word would be worse than a page that is away until it is started again."""
    if not keeping.cancelled() and keeping.exception() is not None:
        log.critical("ops ends", exc_info=keeping.exception())
        os._exit(70)


def application(settings: Settings) -> Site:
    client = httpx.AsyncClient(trust_env=False)
    curves = source(settings, client)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        keeping = asyncio.create_task(curves.keep())
        keeping.add_done_callback(_end_if_failed)
        yield
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await client.aclose()

    return site(
        title="ops",
        handlers=HANDLERS,
        credentials=None,
        ready=curves.ready,
        provide={"source": curves, "demo": settings.demo},
        lifespan=[lifespan],
    )


def main() -> None:
    settings = reading.read(Settings, os.environ)
    configure_logs("ops", settings.log_level, settings.otlp_endpoint)
    serve(application(settings), settings.host, settings.ops_port)


if __name__ == "__main__":
    main()
