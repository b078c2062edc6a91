"""The standing service, put together."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from litestar import Litestar

from events.transport import postgres
from events.transport.settings import read
from events.transport.telemetry import configure_logs
from projections.credit.read import scorecard
from services.standing.api import Lookups, routes, score
from services.standing.application import Follower
from services.standing.description import SCHEMAS
from services.standing.replica import Replica
from services.standing.settings import Settings
from services.web import Credentials, Site, serve
from services.web import application as web_application


def _now() -> datetime:
    return datetime.now(UTC)


def application(settings: Settings) -> Site:
    """The service as an ASGI application; it begins to follow the views when it is served."""
    pool = postgres.pool(settings.database_standing, name="standing", size=2)
    credentials = Credentials(pool)
    replica = Replica(scorecard())
    follower = Follower(settings.database_standing, replica)

    @asynccontextmanager
    async def following(_: Litestar) -> AsyncIterator[None]:
        follower.start()
        try:
            yield
        finally:
            follower.stop()
            credentials.close()
            pool.close()

    return web_application(
        title="standing",
        handlers=[score],
        raw=routes(Lookups(replica, follower, credentials, _now)),
        schemas=SCHEMAS,
        credentials=credentials,
        ready=lambda: follower.ready(_now()),
        provide={"replica": replica},
        lifespan=[following],
    )


def main() -> None:
    settings = read(Settings, os.environ)
    configure_logs("standing", settings.log_level, settings.otlp_endpoint)
    serve(application(settings), settings.host, settings.standing_port)


if __name__ == "__main__":
    main()
