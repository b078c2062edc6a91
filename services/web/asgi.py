"""The short way for hot routes: a request and an answer on bare ASGI, before any routing of a framework."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from litestar.types import HTTPScope, Receive, Send

from services.web.problem import Problem

BODY_SECONDS = 10
"""A body has to be there within this time."""


class ClientGone(Exception):
    """The client closed the connection before it had sent everything: there is nobody to answer."""


class Answer(NamedTuple):
    """What goes back."""

    status: int
    body: bytes
    media: str = "application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Incoming:
    """A request whose body has not been read yet. Header names are lower-case bytes, as ASGI has them."""

    __slots__ = ("_receive", "scope")

    def __init__(self, scope: HTTPScope, receive: Receive) -> None:
        self.scope, self._receive = scope, receive

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return self.scope["headers"]  # type: ignore[return-value]

    def header(self, name: bytes) -> str | None:
        """The first value of this header."""
        for key, value in self.scope["headers"]:
            if key == name:
                return value.decode("latin-1")
        return None

    async def body(self, limit: int) -> bytes:
        """The whole body; the problem too-large as soon as it is known to be longer than `limit`, without reading on."""
        stated = self.header(b"content-length")
        if stated is not None and stated.isascii() and stated.isdigit() and int(stated[:18]) > limit:
            raise Problem("too-large", f"At most {limit} bytes.")
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await self._receive()
                    if message["type"] != "http.request":
                        raise ClientGone
                    chunks.append(message["body"])
                    size += len(message["body"])
                    if size > limit:
                        raise Problem("too-large", f"At most {limit} bytes.")
                    if not message["more_body"]:
                        return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        except TimeoutError:
            raise Problem("request-timeout", f"The body has to arrive within {BODY_SECONDS} seconds.") from None


class Raw(NamedTuple):
    """A hot route: one method, one exact path, and what OpenAPI says of it (an operation object)."""

    method: str
    path: str
    handle: Callable[[Incoming], Awaitable[Answer]]
    operation: dict[str, Any]


async def send_answer(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.media.encode()), (b"content-length", b"%d" % len(answer.body)), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def problem_answer(problem: Problem) -> Answer:
    headers = tuple((name.lower().encode(), value.encode()) for name, value in problem.headers.items())
    return Answer(problem.status, problem.body(), "application/problem+json", headers)
