"""The directives service, put together."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from random import random
from secrets import token_urlsafe

from litestar import Litestar
from psycopg_pool import ConnectionPool

from events.transport import postgres
from events.transport.settings import read
from events.transport.telemetry import WEBHOOK_ADMITTED, configure_logs, log
from services.directives.api import ROUTES, Desk
from services.directives.application import Feeds
from services.directives.copies.compare import Copies
from services.directives.copies.watch import Watch
from services.directives.log.tail import Tail
from services.directives.notices.notice import Hub
from services.directives.pace import Pace
from services.directives.platforms import Members
from services.directives.settings import Settings
from services.directives.webhooks.api import WEBHOOK_ROUTES, Counter
from services.directives.webhooks.call.guard import Guard, networks
from services.directives.webhooks.call.post import Post
from services.directives.webhooks.kept.ledger import Ledger
from services.directives.webhooks.kept.registry import Registry
from services.directives.webhooks.kept.seal import Seal
from services.directives.webhooks.sender import Letters, Sender
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
    desk = Desk(feeds, Members(pool, feeds), Copies(pool, feeds), tail.bell, Pace(), threads)
    watch = Watch(settings.database_directives, tail, timedelta(seconds=settings.digest_seconds))
    credentials = Credentials(pool)
    sender, counter = _webhooks(settings, pool, tail, feeds, threads)

    @asynccontextmanager
    async def following(_: Litestar) -> AsyncIterator[None]:
        tail.start()
        watch.start()
        admitted = networks(settings.webhook_allow)
        WEBHOOK_ADMITTED.set(len(admitted))
        log.info("webhooks may reach the public internet, and beside it", networks=[str(network) for network in admitted])
        sending = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            tail.bell.silence()
            sender.wake()
            await sending
            tail.stop()
            watch.stop()
            threads.shutdown(wait=False, cancel_futures=True)
            credentials.close()
            pool.close()

    return web_application(
        title="directives",
        handlers=(*ROUTES, *WEBHOOK_ROUTES),
        credentials=credentials,
        ready=tail.ready,
        provide={"desk": desk, "counter": counter},
        leaving=tail.bell.silence,
        lifespan=[following],
    )


def _webhooks(settings: Settings, pool: ConnectionPool, tail: Tail, feeds: Feeds, threads: Executor) -> tuple[Sender, Counter]:
    seal, post = Seal(bytes.fromhex(settings.webhook_key)), Post(Guard(networks(settings.webhook_allow)))
    sender = Sender(
        tail,
        Ledger(settings.database_directives, seal),
        post,
        Letters(pool.connection, threads),
        Pace(),
        threads,
        clock=lambda: datetime.now(UTC),
        chance=random,
        word=partial(token_urlsafe, 24),
    )
    return sender, Counter(Registry(pool, seal), feeds, tail, post, threads, sender.wake)


def main() -> None:
    settings = read(Settings, os.environ)
    configure_logs("directives", settings.log_level, settings.otlp_endpoint)
    serve(application(settings), settings.host, settings.directives_port)


if __name__ == "__main__":
    main()
