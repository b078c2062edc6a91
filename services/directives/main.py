"""The directives service, put together."""

import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from litestar import Litestar

from events.transport import postgres
from events.transport.settings import read
from events.transport.telemetry import configure_logs
from services.directives.api import ROUTES, Desk
from services.directives.application import Feeds
from services.directives.log.tail import Tail
from services.directives.notices.notice import Hub
from services.directives.platforms import Members
from services.directives.settings import Settings
from services.web import Credentials, Site, serve
from services.web import application as web_application

THREADS = 8


def application(settings: Settings) -> Site:
    """The service as an ASGI application; it begins to follow the log when it is served."""
    pool = postgres.pool(settings.database_directives, name="directives", size=THREADS)
    tail = Tail(settings.database_directives)
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="directives")
    hub = Hub(settings.adjudication, bytes.fromhex(settings.notice_key), settings.demo)
    feeds = Feeds(pool, tail, kept=settings.directives_kept, hub=hub)
    desk = Desk(feeds, Members(pool, feeds), tail.bell, threads)
    credentials = Credentials(pool)

    @asynccontextmanager
    async def following(_: Litestar) -> AsyncIterator[None]:
        tail.start()
        try:
            yield
        finally:
            tail.stop()
            threads.shutdown(wait=False, cancel_futures=True)
            credentials.close()
            pool.close()

    return web_application(
        title="directives",
        handlers=ROUTES,
        credentials=credentials,
        ready=tail.ready,
        provide={"desk": desk},
        leaving=tail.bell.silence,
        lifespan=[following],
    )


def main() -> None:
    settings = read(Settings, os.environ)
    configure_logs("directives", settings.log_level)
    serve(application(settings), settings.host, settings.directives_port)


if __name__ == "__main__":
    main()
