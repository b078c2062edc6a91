"""One HTTP service: Litestar for its routes, hot routes before it, and problems, metrics, health and a description around both."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from time import perf_counter
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.openapi import OpenAPIConfig
from litestar.types import ControllerRouterHandler, HTTPScope, Message, Receive, Scope, Send

from events.transport.telemetry import HTTP_SECONDS
from services.web.answers import HANDLERS, as_problem
from services.web.asgi import ClientGone, Incoming, Raw, problem_answer, send_answer
from services.web.caller.calling import provide_caller
from services.web.caller.credentials import Credentials
from services.web.caller.quota import Quota
from services.web.interface.description import complete, described
from services.web.interface.routes import ROUTES
from services.web.problem import Problem

BODY_LIMIT = 1024 * 1024
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Site:
    """The ASGI application of one service. `openapi()` is its description, the hot routes included."""

    def __init__(
        self, service: str, litestar: Litestar, raw: Sequence[Raw], describe: Callable[[], dict[str, Any]], leaving: Callable[[], None]
    ) -> None:
        self.service, self.litestar, self.openapi, self.leaving = service, litestar, cache(describe), leaving
        self._routes = {route.path: {r.method: r for r in raw if r.path == route.path} for route in raw}
        litestar.state["site"] = self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.litestar(scope, receive, send)
            return
        started, answered = perf_counter(), _Status(send)
        routes = self._routes.get(scope["path"])
        route = scope["path"]
        if routes is not None and scope["method"] in routes:
            await self._answer_raw(routes[scope["method"]], scope, receive, answered)
        elif routes is not None and not any(scope["path"] == known.path for known in self.litestar.routes):
            problem = Problem("method-not-allowed", headers={"Allow": ", ".join(sorted(routes))})
            await send_answer(answered, problem_answer(problem))
        else:
            await self.litestar(scope, receive, answered)
            route = str(scope.get("path_template") or "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        HTTP_SECONDS.labels(self.service, route, method, answered.code).observe(perf_counter() - started)

    async def _answer_raw(self, route: Raw, scope: HTTPScope, receive: Receive, send: Send) -> None:
        try:
            answer = await route.handle(Incoming(scope, receive))
        except ClientGone:
            return
        except Exception as error:
            # The boundary: whatever failed is logged with its traceback and answered as a problem.
            answer = problem_answer(as_problem(error, scope["method"], route.path))
        await send_answer(send, answer)


class _Status:
    """Passes messages on and remembers the status; 499 when nobody was answered."""

    __slots__ = ("_send", "code")

    def __init__(self, send: Send) -> None:
        self._send, self.code = send, "499"

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.code = str(message["status"])
        await self._send(message)


def application(
    *,
    title: str,
    handlers: Sequence[ControllerRouterHandler],
    credentials: Credentials | None,
    ready: Callable[[], str],
    raw: Sequence[Raw] = (),
    quota: Quota | None = None,
    schemas: Mapping[str, Any] | None = None,
    provide: Mapping[str, object] | None = None,
    leaving: Callable[[], None] = lambda: None,
    **more: Any,
) -> Site:
    """The service `title` (its name in metrics and in the description). `ready` says ready, degraded, starting or a reason, at once.

    `provide` are objects injected into handlers by name, beside `caller`; `schemas` are those that raw routes refer to; `leaving`
    is called when the server is told to stop, to end answers that would never end; `more` goes to Litestar (lifespan, on_shutdown …).
    Without `credentials` no handler may ask who calls.
    """
    dependencies = {name: _given(value) for name, value in (provide or {}).items()} | more.pop("dependencies", {})
    limit = more.pop("request_max_body_size", BODY_LIMIT)

    def built(openapi: OpenAPIConfig | None) -> Litestar:
        return Litestar(
            route_handlers=[*handlers, *ROUTES],
            dependencies={"caller": Provide(provide_caller), **dependencies},
            exception_handlers=HANDLERS,
            openapi_config=openapi,
            logging_config=None,
            request_max_body_size=limit,
            **more,
        )

    litestar = built(None)
    litestar.state.update({"credentials": credentials, "quota": quota, "ready": ready})
    # Litestar's own pages of the description load scripts from elsewhere: a second application describes, the first one serves.
    return Site(title, litestar, raw, lambda: complete(built(described(title)).openapi_schema.to_schema(), raw, schemas or {}), leaving)


def _given(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)
