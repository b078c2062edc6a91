"""The gateway process, put together."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from litestar import Litestar

from events.transport import postgres
from events.transport.settings import read
from events.transport.store import Store
from events.transport.telemetry import configure_logs
from services.gateway.api import Statements, get_statement
from services.gateway.application import Intake
from services.gateway.description import schemas
from services.gateway.settings import Settings
from services.web import Credentials, Quota, Site, serve
from services.web import application as web_application


def application(settings: Settings) -> Site:
    """The gateway as an ASGI application. It takes statements while it is served (lifespan), not before."""
    pool = postgres.pool(settings.database_gateway, name="gateway credentials", size=2)
    credentials, intake = Credentials(pool), Intake(lambda: Store(settings.database_gateway, name="gateway"))
    quota = Quota(settings.gateway_rate, settings.gateway_burst)
    hub_key = bytes.fromhex(settings.hub_key)
    statements = Statements(intake, credentials, quota, hub_key, lambda: datetime.now(UTC), secrets.token_bytes)

    @asynccontextmanager
    async def taking(_: Litestar) -> AsyncIterator[None]:
        intake.start()
        try:
            yield
        finally:
            intake.stop()
            credentials.close()
            pool.close()

    return web_application(
        title="gateway",
        handlers=[get_statement],
        raw=[statements.route()],
        credentials=credentials,
        quota=quota,
        ready=intake.state,
        schemas=schemas(),
        provide={"intake": intake},
        lifespan=[taking],
    )


def main() -> None:
    settings = read(Settings, os.environ)
    configure_logs("gateway", settings.log_level, settings.otlp_endpoint)
    serve(application(settings), settings.host, settings.gateway_port)


if __name__ == "__main__":
    main()
