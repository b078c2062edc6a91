"""One keep-alive HTTP/1.1 connection with one request in flight, as thin as asyncio allows: it must not be what is measured."""

import asyncio
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

EMPTY: Mapping[str, str] = MappingProxyType({})
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")


class ConnectionLost(Exception):
    """The server closed a connection that was in use, or answered what is no HTTP."""


class Connection(asyncio.Protocol):
    """`answered(connection, status, body)` is called for every answer; it may ask the next question at once."""

    def __init__(self, answered: Callable[["Connection", int, bytes], None], lost: Callable[[Exception], None]) -> None:
        self._answered, self._lost = answered, lost
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class

    def ask(self, request: bytes) -> None:
        self._transport.write(request)

    def close(self) -> None:
        self._lost = lambda _: None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        head = buffer.find(HEAD_END)
        if head < 0:
            self._buffer = buffer
            return
        length = LENGTH.search(buffer, 0, head + 2)
        if length is None:
            self._lost(ConnectionLost(f"no length in {buffer[:head]!r}"))
            return
        end = head + len(HEAD_END) + int(length[1])
        if len(buffer) < end:
            self._buffer = buffer
            return
        self._buffer = b""
        self._answered(self, int(buffer[9:12]), buffer[head + len(HEAD_END) : end])

    def connection_lost(self, reason: Exception | None) -> None:
        self._lost(reason or ConnectionLost("closed by the server"))


def request(
    method: str, host: str, path: str, key: str, body: bytes = b"", media: str = "application/json", headers: Mapping[str, str] = EMPTY
) -> bytes:
    """A whole request as it goes on the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {key}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method != "GET":
        lines += [f"Content-Type: {media}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
