"""The caller of a Litestar request: found once, injected as `caller`, and let through by class of member."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from events.facts.member import MemberClass
from services.web.caller.credentials import Caller, Credentials
from services.web.caller.quota import Quota
from services.web.problem import Problem

Connection = ASGIConnection[Any, Any, Any, Any]


async def calling(connection: Connection) -> Caller:
    """The caller of this request, whose quota is charged once."""
    found: Caller | None = connection.scope.get("liancheng.caller")  # type: ignore[assignment]
    if found is None:
        credentials: Credentials = connection.app.state["credentials"]
        quota: Quota | None = connection.app.state["quota"]
        found = await credentials.identify(connection.headers.get("authorization"))
        if quota is not None:
            quota.spend(found.key_id)
        connection.scope["liancheng.caller"] = found  # type: ignore[typeddict-unknown-key]
    return found


async def provide_caller(request: Request[Any, Any, Any]) -> Caller:
    return await calling(request)


def only(*classes: MemberClass) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """A guard: callers of these classes pass, others get 403."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        caller = await calling(connection)
        if caller.member_class not in classes:
            raise Problem("forbidden", f"This is for: {', '.join(classes)}.")

    return guard
