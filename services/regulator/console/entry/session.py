"""Who is logged in on the pages: a random name in a cookie, and everything else in the memory of the process.

Litestar's session middleware is not used: it goes on with whatever session name a browser brings along, also after logging in.
"""

import secrets
from datetime import timedelta

import msgspec
from litestar.datastructures import Cookie
from litestar.stores.memory import MemoryStore

from events.facts.member import MemberClass
from services.regulator.console.entry.oidc import Begun
from services.web import Caller, Credentials, Problem

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
    """Sessions of this process; a restart ends them all. One ends after half an hour without a request."""

    def __init__(self, credentials: Credentials, https: bool) -> None:
        self._credentials, self._https, self._store, self._away = credentials, https, MemoryStore(), MemoryStore()

    async def open(self, key: str, purpose: str, *, lent: bool = False) -> Cookie:
        """A new session for a regulator's, an officer's or an auditor's key; Problem unauthorized or unavailable."""
        await self._official(key)
        await self._store.delete_expired()
        name = secrets.token_urlsafe(32)
        await self._store.set(name, msgspec.json.encode(Session(key, purpose, secrets.token_urlsafe(32), lent=lent)), expires_in=IDLE)
        return self._cookie(name)

    async def ask(self, cookies: dict[str, str], session: Session, subject: str, purpose: str) -> None:
        """Keep for what this dossier is opened; of very many the first are asked for again."""
        asked = dict([*session.asked.items(), (subject, purpose)][-MOST_ASKED:])
        await self._store.set(cookies.get(COOKIE, ""), msgspec.json.encode(msgspec.structs.replace(session, asked=asked)), expires_in=IDLE)

    async def send_away(self, begun: Begun) -> Cookie:
        """Remember a log-in that goes on elsewhere. Its cookie comes back with a link from there, which a strict one would not."""
        await self._away.delete_expired()
        name = secrets.token_urlsafe(32)
        await self._away.set(name, msgspec.json.encode(begun), expires_in=AWAY)
        return Cookie(
            key=ON_THE_WAY, value=name, path="/login", httponly=True, samesite="lax", secure=self._https, max_age=int(AWAY.total_seconds())
        )

    async def back(self, cookies: dict[str, str]) -> Begun | None:
        """What was begun in this browser, once."""
        name = cookies.get(ON_THE_WAY, "")
        state = await self._away.get(name)
        await self._away.delete(name)
        return None if state is None else msgspec.json.decode(state, type=Begun)

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
