"""Who is logged in on the pages: a random name in a cookie, and everything else in the memory of the process.

Litestar's session middleware is not used: it goes on with whatever session name a browser brings along, also after logging in.
"""

import secrets
from datetime import timedelta

import msgspec
from litestar.datastructures import Cookie
from litestar.stores.memory import MemoryStore

from events.facts.member import MemberClass
from services.web import Caller, Credentials, Problem

COOKIE = "liancheng_regulator"
IDLE = timedelta(minutes=30)


ROLES: tuple[MemberClass, ...] = ("regulator", "reviewer", "approver", "panel")
"""Who may log in: regulators read, officers decide too."""


class Session(msgspec.Struct, frozen=True):
    """The key stays here, so that revoking it ends the session; the browser never sees it again.

    `token` is in every form of the session, and no other site can know it.
    """

    key: str
    purpose: str
    token: str


class LoggedOut(Exception):
    """Nobody is logged in with this cookie."""


class Sessions:
    """Sessions of this process; a restart ends them all. One ends after half an hour without a request."""

    def __init__(self, credentials: Credentials, https: bool) -> None:
        self._credentials, self._https, self._store = credentials, https, MemoryStore()

    async def open(self, key: str, purpose: str) -> Cookie:
        """A new session for a regulator's or an officer's key; Problem unauthorized or unavailable."""
        await self._official(key)
        await self._store.delete_expired()
        name = secrets.token_urlsafe(32)
        await self._store.set(name, msgspec.json.encode(Session(key, purpose, secrets.token_urlsafe(32))), expires_in=IDLE)
        return self._cookie(name)

    async def find(self, cookies: dict[str, str]) -> tuple[Caller, Session]:
        """LoggedOut when there is no session or its key has been revoked."""
        state = await self._store.get(cookies.get(COOKIE, ""), renew_for=IDLE)
        if state is None:
            raise LoggedOut
        session = msgspec.json.decode(state, type=Session)
        try:
            return await self._official(session.key), session
        except Problem as problem:
            if problem.code == "unauthorized":
                raise LoggedOut from None
            raise

    async def close(self, cookies: dict[str, str]) -> Cookie:
        """The cookie that takes the name away from the browser."""
        await self._store.delete(cookies.get(COOKIE, ""))
        return self._cookie("", max_age=0)

    async def _official(self, key: str) -> Caller:
        caller = await self._credentials.identify(f"Bearer {key}")
        if caller.member_class not in ROLES:
            raise Problem("unauthorized")
        return caller

    def _cookie(self, value: str, max_age: int | None = None) -> Cookie:
        return Cookie(key=COOKIE, value=value, path="/", httponly=True, samesite="strict", secure=self._https, max_age=max_age)
