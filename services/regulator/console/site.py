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
from services.regulator.console.pages import show_changes, show_dossier, show_list, show_overview
from services.regulator.console.rendering import HEADERS, HERE, Visit, page
from services.regulator.console.session import LoggedOut, Session, Sessions
from services.regulator.console.taking import show_exports, take_export
from services.regulator.console.work.counter import Counter, Open
from services.regulator.console.work.pages import judge, provide_form, show_listing, show_queue, take_step
from services.web import Caller, Quota
from services.web.answers import as_problem

Incoming = Request[Any, Any, Any]


def provide_stranger(request: Incoming, demo: NamedDependency[bool]) -> Visit:
    """A visit before logging in."""
    query = dict(request.query_params)
    return Visit("en" if query.get("lang") == "en" else "zh", request.url.path, query, demo)


async def provide_login(request: Incoming, sessions: NamedDependency[Sessions]) -> tuple[Caller, Session]:
    """Who is logged in; LoggedOut when nobody is."""
    return await sessions.find(request.cookies)


def provide_session(login: NamedDependency[tuple[Caller, Session]]) -> Session:
    return login[1]


def provide_visit(
    request: Incoming, login: NamedDependency[tuple[Caller, Session]], demo: NamedDependency[bool], pace: NamedDependency[Quota]
) -> Visit:
    """The visit of somebody who is logged in, and not too fast."""
    caller, session = login
    pace.spend(caller.key_id)
    return provide_stranger(request, demo)._replace(
        actor=caller.code, purpose=session.purpose, role=caller.member_class, token=session.token
    )


def provide_counter(session: NamedDependency[Session], counters: NamedDependency[Open]) -> Counter:
    return counters(session.key, session.purpose)


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
    route_handlers=[
        show_overview,
        show_list,
        show_changes,
        show_dossier,
        show_queue,
        show_listing,
        take_step,
        judge,
        show_exports,
        take_export,
    ],
    dependencies={
        "login": Provide(provide_login),
        "session": Provide(provide_session, sync_to_thread=False),
        "visit": Provide(provide_visit, sync_to_thread=False),
        "reading": Provide(provide_reading, sync_to_thread=False),
        "counter": Provide(provide_counter, sync_to_thread=False),
        "form": Provide(provide_form),
    },
    exception_handlers={LoggedOut: to_login, Exception: show_problem},
    include_in_schema=False,
)
FILES = create_static_files_router("/static", directories=[HERE / "static"], cache_control=CacheControlHeader(max_age=3600))

CONSOLE = (LOGIN, PAGES, FILES)
