"""One blocking keep-alive connection, for questions where the time of a single answer counts."""

import re
import socket
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

from tests.bench.client.connection import EMPTY, HEAD_END, LENGTH, ConnectionLost, request

SILENCE = 5.0
"""Seconds after which a connection is made anew: a service closes what says nothing for ten."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)\r\n", self.head, re.IGNORECASE)
        return found[1].decode() if found else ""

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    def expect(self, status: int) -> Self:
        """Itself; whoever sets the stage for a measurement can do nothing with another answer."""
        if self.status != status:
            raise RuntimeError(f"{self.status} instead of {status}: {self.body[:300].decode(errors='replace')}")
        return self


class Line:
    """Speaks to one service under one key."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self._place, self._host, self._key = (host, port), f"{host}:{port}", key
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._socket.close()

    def get(self, path: str, headers: Mapping[str, str] = EMPTY) -> Answer:
        return self._ask(request("GET", self._host, path, self._key, headers=headers))

    def post(self, path: str, body: bytes, media: str = "application/json", headers: Mapping[str, str] = EMPTY) -> Answer:
        return self._ask(request("POST", self._host, path, self._key, body, media, headers))

    def _open(self) -> None:
        self._socket = socket.create_connection(self._place, timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._asked_at = time.monotonic()

    def _ask(self, words: bytes) -> Answer:
        if time.monotonic() - self._asked_at > SILENCE:
            self._socket.close()
            self._open()
        self._asked_at = time.monotonic()
        self._socket.sendall(words)
        received = b""
        while (end := received.find(HEAD_END)) < 0:
            received += self._more()
        head, body = received[: end + 2], received[end + len(HEAD_END) :]
        length = LENGTH.search(head)
        while len(body) < int(length[1] if length else 0):
            body += self._more()
        return Answer(int(head[9:12]), head, body)

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionLost("closed by the server")
        return data
