"""Who is calling: bearer keys, compared with their stored digests, remembered for a moment."""

import asyncio
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from time import monotonic
from typing import NamedTuple

import msgspec
import psycopg
from psycopg_pool import ConnectionPool

from events.facts.member import MemberClass
from services.web.problem import Problem

FRESH = 2.0
"""Seconds that an answer of the database is used: a revoked key is refused after at most twice this."""
GRACE = 60.0
"""Seconds that a key is still taken while the database is away: nobody can revoke one then."""
LOOKUP_SECONDS = 0.9
_REMEMBERED = 10_000

_SELECT = (
    "SELECT c.digest, m.code, m.class, m.entity FROM credential c JOIN member m USING (code) WHERE c.key_id = %s AND c.revoked_at IS NULL"
    " AND (c.expires_at IS NULL OR c.expires_at > now())"
)


class Caller(msgspec.Struct, frozen=True):
    """The member behind a request, as its credential says."""

    code: str
    member_class: MemberClass
    entity: str
    key_id: str = ""

    @property
    def source(self) -> str:
        """The CloudEvents source of what the caller says."""
        return f"/authorities/{self.code}" if self.member_class == "authority" else f"/platforms/{self.code}"


class _Known(NamedTuple):
    caller: Caller | None
    digest: bytes
    read_at: float


class _Key(NamedTuple):
    code: str
    key_id: str
    secret: str


def _parse(authorization: str | None) -> _Key:
    """`Bearer lc_{code}_{keyid}_{secret}`; only the secret may hold underscores."""
    scheme, _, token = (authorization or "").partition(" ")
    parts = token.strip().split("_", 3)
    if scheme.lower() != "bearer" or len(parts) != 4 or parts[0] != "lc" or not token.isascii() or "\0" in token:
        raise Problem("unauthorized")
    return _Key(*parts[1:])


class Credentials:
    """Keys from the tables `credential` and `member`. Safe to use from many threads; `identify` never blocks its event loop."""

    def __init__(self, pool: ConnectionPool, clock: Callable[[], float] = monotonic) -> None:
        self._pool, self._clock = pool, clock
        self._known: dict[str, _Known] = {}
        self._lookups = ThreadPoolExecutor(2, thread_name_prefix="credentials")
        self._running: dict[str, asyncio.Future[_Known]] = {}

    def caller(self, authorization: str | None) -> Caller:
        """The caller, or the problem unauthorized; unavailable when the key is not known and the database is away. Blocks."""
        key = _parse(authorization)
        known = self._known.get(key.key_id)
        if known is None or self._clock() - known.read_at > FRESH:
            try:
                known = self._read(key.key_id)
            except psycopg.OperationalError:
                known = self._in_grace(known)
        return self._checked(known, key)

    async def identify(self, authorization: str | None) -> Caller:
        """As `caller`, without blocking. A key read a moment ago is taken at once, and read again behind the answer."""
        key = _parse(authorization)
        known = self._known.get(key.key_id)
        age = self._clock() - known.read_at if known else None
        if known is None or age is None or age > 2 * FRESH:
            known = await self._awaited(key.key_id, known)
        elif age > FRESH:
            self._start(key.key_id)
        return self._checked(known, key)

    def close(self) -> None:
        self._lookups.shutdown(wait=False, cancel_futures=True)

    def _checked(self, known: _Known, key: _Key) -> Caller:
        given = sha256(key.secret.encode()).digest()
        same = hmac.compare_digest(given, known.digest)
        if known.caller is None or not same or known.caller.code != key.code:
            raise Problem("unauthorized")
        return known.caller

    def _read(self, key_id: str) -> _Known:
        with self._pool.connection() as conn:
            row = conn.execute(_SELECT, (key_id,)).fetchone()
        now = self._clock()
        known = _Known(None, b"", now) if row is None else _Known(Caller(row[1], row[2], row[3], key_id), bytes(row[0]), now)
        if len(self._known) >= _REMEMBERED:
            self._known = {key: k for key, k in list(self._known.items()) if k.caller is not None and now - k.read_at < GRACE}
        self._known[key_id] = known
        return known

    def _in_grace(self, known: _Known | None) -> _Known:
        if known is None or self._clock() - known.read_at > GRACE:
            raise Problem("unavailable", "Credentials cannot be checked now.") from None
        return known

    def _start(self, key_id: str) -> "asyncio.Future[_Known]":
        """Read the key in a thread; one lookup at a time for each key."""
        running = self._running.get(key_id)
        if running is None:
            running = asyncio.get_running_loop().run_in_executor(self._lookups, self._read, key_id)
            self._running[key_id] = running
            running.add_done_callback(lambda done: self._finished(key_id, done))
        return running

    def _finished(self, key_id: str, done: "asyncio.Future[_Known]") -> None:
        self._running.pop(key_id, None)
        if not done.cancelled():
            done.exception()  # fetched, so that a lookup behind an answer does not complain; the next request tries again

    async def _awaited(self, key_id: str, known: _Known | None) -> _Known:
        try:
            return await asyncio.wait_for(asyncio.shield(self._start(key_id)), LOOKUP_SECONDS)
        except (TimeoutError, psycopg.OperationalError):
            return self._in_grace(known)
