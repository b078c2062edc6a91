"""One request to a platform's address: connected to an address that the guard admits, within ten seconds, its answer read a little."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from types import TracebackType
from typing import Literal, NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from services.directives.webhooks.call.guard import Endpoint, Guard, Refused
from services.directives.webhooks.way.schedule import DEADLINE_SECONDS

MOST_READ = 16 * 1024
THREADS = 64
"""That resolve names: a name server that does not answer holds one of them."""
KNOWN = 1024
"""Addresses whose letters need not be read again."""
AGENT = "Liancheng/1"

Result = Literal["delivered", "gone", "redirect", "status", "timeout", "tls", "unreachable", "refused"]
Resolve = Callable[[str, int], Sequence[str]]


class Answer(NamedTuple):
    """What came of a request. `body` is at most the first 16 KiB."""

    result: Result
    status: int = 0
    body: bytes = b""


class NotAdmitted(OSError):
    """The guard refuses an address at the moment of connecting to it."""


def resolve(host: str, port: int) -> list[str]:
    """Every address that the system's resolver gives. Blocks; OSError when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Post:
    """Follows no redirect, asks no proxy, keeps no cookie, unpacks nothing. To be entered and left in one event loop.

    A name is resolved for each new connection, which goes to the addresses that were checked and to no others; TLS still asks for
    the name. A connection that is kept stays with the address that it was made to.
    """

    def __init__(
        self, guard: Guard, *, resolve: Resolve = resolve, deadline: float = DEADLINE_SECONDS, trust: ssl.SSLContext | None = None
    ) -> None:
        self._guard, self._resolve, self._deadline, self._trust = guard, resolve, deadline, trust
        self._endpoint = lru_cache(KNOWN)(guard.endpoint)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")

    async def __aenter__(self) -> "Post":
        trust = self._trust or ssl.create_default_context()
        self._sessions = {secure: self._session(trust, secure=secure) for secure in (True, False)}
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        for session in self._sessions.values():
            await session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def look(self, url: str) -> None:
        """Refused unless the hub calls this address as it is now; what has no address now is refused too."""
        end = self._guard.endpoint(url)
        try:
            async with asyncio.timeout(self._deadline):
                self._guard.check(end, await self._addresses(end.host, end.port))
        except OSError:
            raise Refused("has no address now") from None

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Never raises for what a platform can do."""
        status = 0
        try:
            end = self._endpoint(url)
            async with asyncio.timeout(self._deadline):
                request = self._sessions[end.secure].post(URL(url, encoded=True), headers=headers, data=body, allow_redirects=False)
                async with request as answer:
                    status = answer.status
                    return Answer(_meaning(status), status, await _beginning(answer.content))
        except Refused:
            return Answer("refused")
        except (aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError, OSError, ValueError) as trouble:
            # A status that came is the answer, however the rest of it dragged on.
            return Answer(_meaning(status), status) if status else Answer(_trouble(trouble))

    async def _addresses(self, host: str, port: int) -> list[str]:
        return list(await asyncio.get_running_loop().run_in_executor(self._threads, self._resolve, host, port))

    def _session(self, trust: ssl.SSLContext, *, secure: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=trust,
            limit=0,
            use_dns_cache=False,
            resolver=_Checked(self._guard, self._addresses, secure=secure),
            socket_factory=partial(_open, self._guard, secure),
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None),
            headers={"User-Agent": AGENT},
        )


class _Checked(AbstractResolver):
    """Gives the connector the addresses of a name when the guard admits every one of them."""

    def __init__(self, guard: Guard, addresses: Callable[[str, int], Awaitable[list[str]]], *, secure: bool) -> None:
        self._guard, self._addresses, self._secure = guard, addresses, secure

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._addresses(host, port)
        try:
            self._guard.check(Endpoint("", host, port, self._secure), found)
        except Refused as refused:
            raise NotAdmitted(str(refused)) from None
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _open(guard: Guard, secure: bool, info: aiohttp.AddrInfoType) -> socket.socket:
    """The last look, at the very address that is connected to: what some other way of resolving gave is refused here."""
    family, kind, protocol, _, address = info
    if not guard.admits(str(address[0]), int(address[1]), secure=secure):
        raise NotAdmitted("not an address that the hub calls")
    opened = socket.socket(family, kind, protocol)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    body = b""
    while len(body) < MOST_READ and (more := await content.read(MOST_READ - len(body))):
        body += more
    return body


def _meaning(status: int) -> Result:
    if 200 <= status < 300:
        return "delivered"
    if status == 410:
        return "gone"
    return "redirect" if 300 <= status < 400 else "status"


def _trouble(error: Exception) -> Result:
    cause = getattr(error, "os_error", error)
    if isinstance(cause, NotAdmitted):
        return "refused"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "tls" if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError) else "unreachable"
