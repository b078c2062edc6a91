"""Logging in with an account, with an organisation's account or with a key, always with a purpose; and logging out."""

import asyncio
from collections.abc import Mapping
from hmac import compare_digest
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Redirect, Template

from services.regulator.console.entry.accounts import Accounts
from services.regulator.console.entry.attempts import Attempts
from services.regulator.console.entry.oidc import Oidc
from services.regulator.console.entry.session import LoggedOut, Session, Sessions
from services.regulator.console.rendering import HEADERS, page
from services.regulator.console.visit import Visit
from services.web import Problem
from services.web.reading import PURPOSE_LENGTH

_SAID = {"unauthorized": "login.wrong", "unavailable": "login.unavailable", "too-many-requests": "login.too.many"}
Incoming = Request[Any, Any, Any]


class Door(NamedTuple):
    """All by which people come in. `attempts` are counted for each address, `names` for each account, from wherever they come."""

    sessions: Sessions
    accounts: Accounts
    oidc: Oidc | None
    attempts: Attempts
    names: Attempts

    async def admit(self, address: str, login: str | None = None) -> None:
        """Problem too-many-requests."""
        await asyncio.to_thread(self.attempts.spend, address)
        if login is not None:
            await asyncio.to_thread(self.names.spend, login)


@get("/login", sync_to_thread=True)
def show_login(visit: NamedDependency[Visit], door: NamedDependency[Door], by: FromQuery[str] = "") -> Template:
    return _shown(visit, door, by="key" if by == "key" else "account")


@post("/login", status_code=303)
async def log_in(request: Incoming, visit: NamedDependency[Visit], door: NamedDependency[Door]) -> Redirect | Template:
    form = {name: str(value) for name, value in (await request.form()).items()}
    by = "key" if "key" in form else "account"
    wrong = _wrong(request, form)
    if wrong is not None:
        return await asyncio.to_thread(_shown, visit, door, *wrong, by=by, form=form)
    purpose = form["purpose"].strip()
    try:
        login = None if by == "key" else form.get("login", "").strip().lower()
        await door.admit(_address(request), login)
        if login is None:
            cookie = await door.sessions.open(form["key"].strip(), purpose)
        else:
            key = await asyncio.to_thread(door.accounts.by_password, login, form.get("password", ""), purpose)
            cookie = await door.sessions.open(key, purpose, lent=True)
    except Problem as problem:
        if problem.code not in _SAID:
            raise
        return await asyncio.to_thread(_shown, visit, door, problem.status, _SAID[problem.code], by=by, form=form)
    return Redirect(visit.link("/"), status_code=303, cookies=[cookie], headers=HEADERS)


@post("/login/away", status_code=303)
async def go_away(request: Incoming, visit: NamedDependency[Visit], door: NamedDependency[Door]) -> Redirect | Template:
    """To the organisation's own log-in; the purpose stays here."""
    if door.oidc is None:
        raise Problem("not-found")
    form = {name: str(value) for name, value in (await request.form()).items()}
    wrong = _wrong(request, form)
    if wrong is not None:
        return await asyncio.to_thread(_shown, visit, door, *wrong, by="account", form=form)
    await door.admit(_address(request))
    address, begun = await asyncio.to_thread(door.oidc.begin, form["purpose"].strip())
    return Redirect(address, status_code=303, cookies=[await door.sessions.send_away(begun)], headers=HEADERS)


@get("/login/back")
async def come_back(
    request: Incoming,
    visit: NamedDependency[Visit],
    door: NamedDependency[Door],
    given: Annotated[str, QueryParameter(name="state", max_length=4096)] = "",
    code: Annotated[str, QueryParameter(max_length=4096)] = "",
) -> Template:
    """From there, with its word. The answer is a page and no redirect: a strict cookie would not be sent along with one."""
    begun = await door.sessions.back(request.cookies)
    if door.oidc is None or begun is None:
        return await asyncio.to_thread(_shown, visit, door, 401, "login.again", by="account")
    try:
        subject = await asyncio.to_thread(door.oidc.finish, begun, given, code)
        key = await asyncio.to_thread(door.accounts.by_issuer, door.oidc.issuer.url, subject, begun.purpose)
        cookie = await door.sessions.open(key, begun.purpose, lent=True)
    except Problem as problem:
        if problem.code not in _SAID:
            raise
        said = "login.nobody" if problem.code == "unauthorized" else _SAID[problem.code]
        return await asyncio.to_thread(_shown, visit, door, problem.status, said, by="account", form={"purpose": begun.purpose})
    answer = page("entered", visit)
    answer.cookies.append(cookie)
    return answer


@post("/logout", status_code=303)
async def log_out(request: Incoming, visit: NamedDependency[Visit], door: NamedDependency[Door]) -> Redirect | Template:
    try:
        _, session = await door.sessions.find(request.cookies)
    except LoggedOut:
        return Redirect(visit.link("/login"), status_code=303, headers=HEADERS)
    if not own(request, session, str((await request.form()).get("token", ""))):
        return await asyncio.to_thread(_shown, visit, door, 403, "login.foreign", by="account")
    cookie = await door.sessions.close(request.cookies)
    if session.lent:
        await asyncio.to_thread(door.accounts.close, session.key)
    return Redirect(visit.link("/login"), status_code=303, cookies=[cookie], headers=HEADERS)


def foreign(request: Incoming) -> bool:
    """Whether a browser says that another site's page sent this form. The cookie's SameSite=Strict is the first lock, this the second."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def own(request: Incoming, session: Session, token: str) -> bool:
    """Whether a page of this very session sent the form."""
    return not foreign(request) and compare_digest(token.encode(), session.token.encode())


def purpose_of(text: str) -> str | None:
    """A purpose as it is kept; None when it is none."""
    said = text.strip()
    return said if said and len(said) <= PURPOSE_LENGTH and said.isprintable() else None


def _wrong(request: Incoming, form: Mapping[str, str]) -> tuple[int, str] | None:
    if foreign(request):
        return 403, "login.foreign"
    return None if purpose_of(form.get("purpose", "")) else (422, "login.purpose.missing")


def _address(request: Incoming) -> str:
    return request.client.host if request.client else ""


def _shown(
    visit: Visit, door: Door, status: int = 200, wrong: str | None = None, *, by: str, form: Mapping[str, str] | None = None
) -> Template:
    """The log-in page. Its forms may end at the issuer's, which a browser asks the policy for."""
    given = form or {}
    issuer, policy = None, HEADERS
    if door.oidc is not None and (origin := door.oidc.origin()) is not None:
        issuer = door.oidc.name
        strict = HEADERS["Content-Security-Policy"]
        policy = HEADERS | {"Content-Security-Policy": strict.replace("form-action 'self'", f"form-action 'self' {origin}")}
    answer = page(
        "login", visit, status, wrong=wrong, by=by, issuer=issuer, purpose=given.get("purpose", "")[:PURPOSE_LENGTH],
        login=given.get("login", "")[:64],
    )  # fmt: skip
    answer.headers.update(policy)
    return answer
