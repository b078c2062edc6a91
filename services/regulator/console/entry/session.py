"""Who is logged in on the pages: a random name in a cookie, and everything else in the drawer that only this name opens.

Litestar's session middleware is not used: it goes on with whatever session name a browser brings along, also after logging in.
"""

import asyncio
import secrets
from datetime import timedelta
from typing import TypeVar

import msgspec
from litestar.datastructures import Cookie

from events.facts.member import MemberClass
from services.regulator.console.entry.drawer import Drawer
from services.regulator.console.entry.oidc import Begun
from services.web import Caller, Credentials, Problem

T = TypeVar("T")
COOKIE = "liancheng_regulator"
ON_THE_WAY = "liancheng_login"
IDLE = timedelta(minutes=30)
AWAY = timedelta(minutes=10)
MOST_ASKED = 500

ROLES: tuple[MemberClass, ...] = ("regulator", "reviewer", "approver", "panel", "auditor")
"""Who may log in: regulators read, officers decide too, auditors read who read what."""


class Session(msgspec.Struct, frozen=True):
    """The key stays here, so that revoking it ends the session; the browser never sees it again.

    `token` is in every form of the session, and no other site can know it.
    """

    key: str
    purpose: str
    token: str
    asked: dict[str, str] = {}
    """For what purpose the dossiers were opened that were opened in this session, by subject."""
    lent: bool = False
    """The key was handed out for this session, and ends with it."""


class LoggedOut(Exception):
    """Nobody is logged in with this cookie."""


class Sessions:
    """Sessions of the console, in all of its processes. One ends after half an hour without a request."""

    def __init__(self, credentials: Credentials, drawer: Drawer, https: bool) -> None:
        self._credentials, self._drawer, self._https = credentials, drawer, https

    async def open(self, key: str, purpose: str, *, lent: bool = False) -> Cookie:
        """A new session for a regulator's, an officer's or an auditor's key; Problem unauthorized or unavailable."""
        await self._official(key)
        name, session = secrets.token_urlsafe(32), Session(key, purpose, secrets.token_urlsafe(32), lent=lent)
        await asyncio.to_thread(self._drawer.put, name, msgspec.json.encode(session), IDLE)
        return self._cookie(name)

    async def ask(self, cookies: dict[str, str], session: Session, subject: str, purpose: str) -> None:
        """Keep for what this dossier is opened; of very many the first are asked for again."""
        asked = dict([*session.asked.items(), (subject, purpose)][-MOST_ASKED:])
        content = msgspec.json.encode(msgspec.structs.replace(session, asked=asked))
        await asyncio.to_thread(self._drawer.replace, cookies.get(COOKIE, ""), content)

    async def send_away(self, begun: Begun) -> Cookie:
        """Remember a log-in that goes on elsewhere. Its cookie comes back with a link from there, which a strict one would not."""
        name = secrets.token_urlsafe(32)
        await asyncio.to_thread(self._drawer.put, name, msgspec.json.encode(begun), AWAY)
        return Cookie(
            key=ON_THE_WAY, value=name, path="/login", httponly=True, samesite="lax", secure=self._https, max_age=int(AWAY.total_seconds())
        )

    async def back(self, cookies: dict[str, str]) -> Begun | None:
        """What was begun in this browser, once."""
        content = await asyncio.to_thread(self._drawer.take, cookies.get(ON_THE_WAY, ""))
        return None if content is None else _read(content, Begun)

    async def find(self, cookies: dict[str, str]) -> tuple[Caller, Session]:
        """LoggedOut when there is no session or its key has been revoked."""
        name = cookies.get(COOKIE, "")
        content = await asyncio.to_thread(self._drawer.get, name, IDLE) if name else None
        session = _read(content, Session) if content is not None else None
        if session is None:
            raise LoggedOut
        try:
            return await self._official(session.key), session
        except Problem as problem:
            if problem.code == "unauthorized":
                raise LoggedOut from None
            raise

    async def close(self, cookies: dict[str, str]) -> Cookie:
        """The cookie that takes the name away from the browser."""
        await asyncio.to_thread(self._drawer.take, cookies.get(COOKIE, ""))
        return self._cookie("", max_age=0)

    async def _official(self, key: str) -> Caller:
        caller = await self._credentials.identify(f"Bearer {key}")
        if caller.member_class not in ROLES:
            raise Problem("unauthorized")
        return caller

    def _cookie(self, value: str, max_age: int | None = None) -> Cookie:
        return Cookie(key=COOKIE, value=value, path="/", httponly=True, samesite="strict", secure=self._https, max_age=max_age)


def _read(content: bytes, kind: type[T]) -> T | None:
    """None for what was kept as something else: a log-in on its way is no session."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError:
        return None
