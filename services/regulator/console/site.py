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
from services.regulator.console.entry.attempts import Attempts
from services.regulator.console.entry.login import Door, come_back, go_away, log_in, log_out, show_login
from services.regulator.console.entry.password import change_password, show_password
from services.regulator.console.entry.session import LoggedOut, Session
from services.regulator.console.reading.dossier import say_purpose, show_dossier
from services.regulator.console.reading.pages import show_changes, show_list, show_overview
from services.regulator.console.reading.taking import show_exports, take_export
from services.regulator.console.reading.trail import show_audit
from services.regulator.console.rendering import HEADERS, HERE, page
from services.regulator.console.visit import Visit
from services.regulator.console.work.counter import Counter, Open
from services.regulator.console.work.evidence import open_evidence, take_evidence
from services.regulator.console.work.pages import judge, provide_form, show_listing, show_queue, take_step
from services.web import Caller, Problem
from services.web.answers import as_problem

Incoming = Request[Any, Any, Any]


class NotHere(Exception):
    """Somebody begins at the first page, whose own one is another."""


def provide_stranger(request: Incoming, demo: NamedDependency[bool]) -> Visit:
    """A visit before logging in."""
    query = dict(request.query_params)
    return Visit("en" if query.get("lang") == "en" else "zh", request.url.path, query, demo)


async def provide_login(request: Incoming, door: NamedDependency[Door]) -> tuple[Caller, Session]:
    """Who is logged in; LoggedOut when nobody is."""
    return await door.sessions.find(request.cookies)


def provide_session(login: NamedDependency[tuple[Caller, Session]]) -> Session:
    return login[1]


def provide_visit(
    request: Incoming, login: NamedDependency[tuple[Caller, Session]], demo: NamedDependency[bool], pace: NamedDependency[Attempts]
) -> Visit:
    """The visit of somebody who is logged in, and not too fast."""
    caller, session = login
    pace.spend(caller.key_id)
    return provide_stranger(request, demo)._replace(
        actor=caller.code, purpose=session.purpose, role=caller.member_class, token=session.token, account=session.lent
    )


def provide_counter(visit: NamedDependency[Visit], session: NamedDependency[Session], counters: NamedDependency[Open]) -> Counter:
    """An auditor has no business there: he decides nothing, and reads no case."""
    if visit.role == "auditor":
        raise Problem("forbidden")
    return counters(session.key, session.purpose)


def provide_reading(visit: NamedDependency[Visit], clock: NamedDependency[Clock]) -> Reading:
    """Of the list and of dossiers: everybody's but the auditors'."""
    if visit.role == "auditor":
        raise NotHere if visit.path == "/" else Problem("forbidden")
    return Reading(visit.actor, visit.purpose, clock())


def provide_auditing(visit: NamedDependency[Visit], clock: NamedDependency[Clock]) -> Reading:
    """Of the audit: the auditors' alone."""
    if visit.role != "auditor":
        raise Problem("forbidden")
    return Reading(visit.actor, visit.purpose, clock())


def to_audit(request: Incoming, _: NotHere) -> Redirect:
    return Redirect(provide_stranger(request, demo=False).link("/audit"), status_code=303, headers=HEADERS)


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
    route_handlers=[show_login, log_in, go_away, come_back, log_out],
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
        say_purpose,
        show_queue,
        show_listing,
        take_step,
        open_evidence,
        take_evidence,
        judge,
        show_exports,
        take_export,
        show_audit,
        show_password,
        change_password,
    ],
    dependencies={
        "login": Provide(provide_login),
        "session": Provide(provide_session, sync_to_thread=False),
        "visit": Provide(provide_visit, sync_to_thread=True),
        "reading": Provide(provide_reading, sync_to_thread=False),
        "auditing": Provide(provide_auditing, sync_to_thread=False),
        "counter": Provide(provide_counter, sync_to_thread=False),
        "form": Provide(provide_form),
    },
    exception_handlers={LoggedOut: to_login, NotHere: to_audit, Exception: show_problem},
    include_in_schema=False,
)
FILES = create_static_files_router("/static", directories=[HERE / "static"], cache_control=CacheControlHeader(max_age=3600))

CONSOLE = (LOGIN, PAGES, FILES)
