"""Logging in with a key and a purpose, and logging out."""

from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from services.regulator.console.rendering import HEADERS, Visit, page
from services.regulator.console.session import LoggedOut, Session, Sessions
from services.web import Problem, Quota
from services.web.reading import PURPOSE_LENGTH

_SAID = {"unauthorized": "login.wrong", "unavailable": "login.unavailable", "too-many-requests": "login.too.many"}


@get("/login", sync_to_thread=False)
def show_login(visit: NamedDependency[Visit]) -> Template:
    return page("login", visit, wrong=None, purpose="")


@post("/login", status_code=303)
async def log_in(
    request: Request[Any, Any, Any], visit: NamedDependency[Visit], sessions: NamedDependency[Sessions], attempts: NamedDependency[Quota]
) -> Redirect | Template:
    if foreign(request):
        return _again(visit, 403, "login.foreign", "")
    form = await request.form()
    key, purpose = str(form.get("key", "")).strip(), str(form.get("purpose", "")).strip()
    try:
        attempts.spend(request.client.host if request.client else "")
        if not purpose or len(purpose) > PURPOSE_LENGTH or not purpose.isprintable():
            return _again(visit, 422, "login.purpose.missing", purpose[:PURPOSE_LENGTH])
        cookie = await sessions.open(key, purpose)
    except Problem as problem:
        if problem.code not in _SAID:
            raise
        return _again(visit, problem.status, _SAID[problem.code], purpose)
    return Redirect(visit.link("/"), status_code=303, cookies=[cookie], headers=HEADERS)


@post("/logout", status_code=303)
async def log_out(
    request: Request[Any, Any, Any], visit: NamedDependency[Visit], sessions: NamedDependency[Sessions]
) -> Redirect | Template:
    try:
        _, session = await sessions.find(request.cookies)
    except LoggedOut:
        return Redirect(visit.link("/login"), status_code=303, headers=HEADERS)
    if not own(request, session, str((await request.form()).get("token", ""))):
        return _again(visit, 403, "login.foreign", "")
    cookie = await sessions.close(request.cookies)
    return Redirect(visit.link("/login"), status_code=303, cookies=[cookie], headers=HEADERS)


def foreign(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser says that another site's page sent this form. The cookie's SameSite=Strict is the first lock, this the second."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def own(request: Request[Any, Any, Any], session: Session, token: str) -> bool:
    """Whether a page of this very session sent the form."""
    return not foreign(request) and compare_digest(token.encode(), session.token.encode())


def _again(visit: Visit, status: int, wrong: str, purpose: str) -> Template:
    return page("login", visit, status, wrong=wrong, purpose=purpose)
