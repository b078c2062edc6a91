"""The console as one router: who visits, what is refused in HTML, and the files that the pages need."""

from typing import Any

from litestar import Request, Router
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect, Template
from litestar.static_files import create_static_files_router

from events.wire.problems import PROBLEMS
from services.regulator.api import Clock
from services.regulator.application import Reading
from services.regulator.console.login import log_in, log_out, show_login
from services.regulator.console.pages import show_changes, show_dossier, show_list
from services.regulator.console.rendering import HEADERS, HERE, Visit, page
from services.regulator.console.session import LoggedOut, Sessions
from services.web.answers import as_problem

Incoming = Request[Any, Any, Any]


def provide_stranger(request: Incoming, demo: NamedDependency[bool]) -> Visit:
    """A visit before logging in."""
    query = dict(request.query_params)
    return Visit("en" if query.get("lang") == "en" else "zh", request.url.path, query, demo)


async def provide_visit(request: Incoming, sessions: NamedDependency[Sessions], demo: NamedDependency[bool]) -> Visit:
    """The visit of somebody who is logged in; LoggedOut otherwise."""
    caller, session = await sessions.find(request.cookies)
    return provide_stranger(request, demo)._replace(actor=caller.code, purpose=session.purpose)


def provide_reading(visit: NamedDependency[Visit], clock: NamedDependency[Clock]) -> Reading:
    return Reading(visit.actor, visit.purpose, clock())


def to_login(request: Incoming, _: LoggedOut) -> Redirect:
    return Redirect(provide_stranger(request, demo=False).link("/login"), status_code=303, headers=HEADERS)


def show_problem(request: Incoming, error: Exception) -> Template:
    """A page's error is a page, with the status and the words of the problem."""
    problem = as_problem(error, request.method, str(request.scope.get("path_template") or "unmatched"))
    meaning = PROBLEMS[problem.code]
    visit = provide_stranger(request, demo=False)
    title, rule = (meaning.title_zh, meaning.rule_zh) if visit.language == "zh" else (meaning.title_en, meaning.rule_en)
    return page("problem", visit, problem.status, code=problem.code, title=title, rule=rule)


LOGIN = Router(
    "/",
    route_handlers=[show_login, log_in, log_out],
    dependencies={"visit": Provide(provide_stranger, sync_to_thread=False)},
    exception_handlers={Exception: show_problem},
    include_in_schema=False,
)
PAGES = Router(
    "/",
    route_handlers=[show_list, show_changes, show_dossier],
    dependencies={"visit": Provide(provide_visit), "reading": Provide(provide_reading, sync_to_thread=False)},
    exception_handlers={LoggedOut: to_login, Exception: show_problem},
    include_in_schema=False,
)
FILES = create_static_files_router("/static", directories=[HERE / "static"], cache_control=CacheControlHeader(max_age=3600))

CONSOLE = (LOGIN, PAGES, FILES)
