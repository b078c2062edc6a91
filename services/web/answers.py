"""From whatever was raised in a request to a problem: nothing leaves the hub without a code of the closed list."""

from typing import Any

import psycopg
import structlog
from litestar import Request
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Response
from litestar.types import ExceptionHandlersMap

from events.wire.problems import Fault, Invalid
from services.web.problem import MEDIA, Problem

log = structlog.get_logger()

_BY_STATUS = {
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "unavailable",
}


def as_problem(error: Exception, method: str, route: str) -> Problem:
    """The problem for this error. What is not foreseen is logged with its traceback and becomes `internal`."""
    match error:
        case Problem():
            problem = error
        case Invalid():
            problem = Problem.of(error)
        case psycopg.OperationalError():
            log.warning("database unavailable", method=method, route=route, error=type(error).__name__)
            problem = Problem("unavailable")
        case ValidationException():
            problem = _wrong_input(error)
        case HTTPException(status_code=400):
            problem = Problem("not-json")
        case HTTPException(status_code=status) if status in _BY_STATUS:
            problem = Problem(_BY_STATUS[status], headers=error.headers)
        case _:
            log.error("request failed", method=method, route=route, exc_info=error)
            problem = Problem("internal")
    return problem


def _wrong_input(error: ValidationException) -> Problem:
    """Litestar names the fields of a body and the parameters; a body that is no JSON at all names nothing."""
    extra: Any = error.extra if isinstance(error.extra, list) else []
    named = [one for one in extra if isinstance(one, dict)]
    faults = tuple(Fault("#/" + str(one.get("key", "")).replace(".", "/"), "bad-parameter", str(one.get("message", ""))) for one in named)
    return Problem("bad-parameter", faults[0].detail if faults else error.detail, faults)


def _answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    problem = as_problem(error, request.method, str(request.scope.get("path_template") or "unmatched"))
    return Response(problem.body(), status_code=problem.status, headers=problem.headers, media_type=MEDIA)


HANDLERS: ExceptionHandlersMap = {HTTPException: _answer, Exception: _answer}
