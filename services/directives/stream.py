"""The feed of directives as server-sent events: what there is, then what comes, each with the token to resume from."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import psycopg

from services.directives.application import Directives
from services.directives.log.tail import Bell
from services.web import Problem

HEARTBEAT_SECONDS = 15.0
PAGE = 200
PACE_SECONDS = 0.02
"""Between two pages of changes: what lies in buffers on the way cannot be overtaken by a lift."""

ReadPage = Callable[[str | None, int], Awaitable[Directives]]


async def follow(
    read_page: ReadPage, since: str | None, bell: Bell, admitted: Callable[[], Awaitable[object]], heartbeat: float = HEARTBEAT_SECONDS
) -> AsyncIterator[bytes]:
    """Until the reader or the service leaves, the key is revoked or the log cannot be read: a reader comes back with its last token.

    The first page is asked for before anything is sent, so that a bad token is answered as a problem.
    """
    return _events(await read_page(since, PAGE), read_page, bell, admitted, heartbeat)


async def _events(
    page: Directives, read_page: ReadPage, bell: Bell, admitted: Callable[[], Awaitable[object]], heartbeat: float
) -> AsyncIterator[bytes]:
    with bell.heard() as news:
        yield _written(page)
        while not bell.silenced:
            news.clear()
            try:
                page = await read_page(str(page.next), PAGE)
                if page.items:
                    yield _written(page)
                if page.more:
                    await asyncio.sleep(PACE_SECONDS)
                elif not await _rung(news, heartbeat):
                    await admitted()
                    yield _heartbeat(page)
            except (Problem, psycopg.OperationalError):
                return


async def _rung(news: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(news.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _written(page: Directives) -> bytes:
    """Each directive with its token, then what a copy that has taken them in holds."""
    events = [b"id: %b\ndata: %b\n\n" % (str(sent.token).encode(), msgspec.json.encode(sent.event)) for sent in page.items]
    state = {"next": str(page.next), "more": page.more, "digest": page.state.hexadecimal, "count": page.state.listed}
    events.append(b"id: %b\nevent: state\ndata: %b\n\n" % (str(page.next).encode(), msgspec.json.encode(state)))
    return b"".join(events)


def _heartbeat(page: Directives) -> bytes:
    return b": heartbeat\nid: %b\n\n" % str(page.next).encode()
