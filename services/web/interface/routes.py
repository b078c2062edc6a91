"""The routes that every service has: health, metrics, its own description, and what each problem means."""

from typing import Any

from litestar import get
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Response

from events.transport.telemetry import exposition, is_ready
from events.wire.problems import PROBLEMS, explanation
from services.web.problem import Problem


@get("/healthz", media_type="text/plain", security=[{}], sync_to_thread=False)
def healthz() -> str:
    """The process runs."""
    return "ok\n"


@get("/readyz", media_type="text/plain", security=[{}], sync_to_thread=False)
def readyz(state: State) -> Response[str]:
    """200 `ready` or `degraded`; 503 and the reason until it can serve."""
    word = state["ready"]()
    return Response(f"{word}\n", status_code=200 if is_ready(word) else 503, media_type="text/plain")


@get("/metrics", security=[{}], sync_to_thread=False)
def metrics() -> Response[bytes]:
    """The process's metrics, for Prometheus."""
    body, media = exposition()
    return Response(body, media_type=media)


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi(state: State) -> dict[str, Any]:
    return state["site"].openapi()  # type: ignore[no-any-return]


@get("/problems", security=[{}], sync_to_thread=False)
def problems() -> dict[str, list[dict[str, Any]]]:
    """Every problem that the hub answers with."""
    return {"items": [explanation(code) for code in PROBLEMS]}


@get("/problems/{code:str}", security=[{}], sync_to_thread=False)
def problem(code: FromPath[str]) -> dict[str, Any]:
    """What one problem means."""
    if code not in PROBLEMS:
        raise Problem("not-found")
    return explanation(code)


ROUTES = (healthz, readyz, metrics, openapi, problems, problem)
