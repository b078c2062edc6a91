"""The feed of directives as server-sent events: what there is, then what comes, each with the token to resume from."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import msgspec
import psycopg

from services.directives.application import Directives
from services.directives.log.tail import Bell, rung
from services.directives.pace import LONGEST_SECONDS, Pace
from services.directives.token import Part, Place
from services.web import Problem

HEARTBEAT_SECONDS = 15.0
PAGE = 200
CHANGES = 25
"""On a page, of those that lead on from a snapshot: what is on its way cannot be overtaken by a lift."""
REST_SECONDS = 0.01
"""Between two pages of changes to the same reader, at least."""
WORK_SECONDS = 0.0001
"""That a change costs the hub and its reader together."""


class Source(NamedTuple):
    """Where a platform's stream comes from. `lifts` gives a page of lifts alone, when there are any, and does not block."""

    page: Callable[[str | Place | Part | None, int], Awaitable[Directives]]
    lifts: Callable[[Place | Part], Directives | None]
    bell: Bell
    pace: Pace
    admitted: Callable[[], Awaitable[object]]


async def follow(
    source: Source, since: str | None, heartbeat: float = HEARTBEAT_SECONDS, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[bytes]:
    """Until the reader or the service leaves, the key is revoked or the log cannot be read: a reader comes back with its last token.

    The first page is asked for before anything is sent, so that a bad token is answered as a problem.
    """
    return _events(source, await source.page(since, PAGE), heartbeat, clock)


async def _events(source: Source, page: Directives, heartbeat: float, clock: Callable[[], float]) -> AsyncIterator[bytes]:
    with source.bell.heard() as news:
        yield _written(page)
        while not source.bell.silenced:
            try:
                if page.more:
                    async for lifts in _lifts_meanwhile(source, page, news, clock):
                        page = lifts
                        yield _written(page)
                news.clear()
                page = await source.page(page.next, PAGE if isinstance(page.next, Part) else CHANGES)
                if page.items:
                    yield _written(page)
                if not page.more and not await rung(news, heartbeat):
                    await source.admitted()
                    yield _heartbeat(page)
            except (Problem, psycopg.OperationalError):
                return


async def _lifts_meanwhile(source: Source, page: Directives, news: asyncio.Event, clock: Callable[[], float]) -> AsyncIterator[Directives]:
    """Pages of lifts, until the moment for what else there is to tell."""
    began, work = clock(), WORK_SECONDS * len(page.items)
    moment = max(began + REST_SECONDS, source.pace.moment(began, work))
    while not source.bell.silenced:
        news.clear()
        lifts = source.lifts(page.next)
        if lifts is not None:
            source.pace.lift(now := clock())
            moment = min(max(moment, source.pace.moment(now, work)), began + LONGEST_SECONDS)
            page = lifts
            yield page
        elif not await rung(news, moment - clock()):
            source.pace.woke(clock() - moment)
            return


def _written(page: Directives) -> bytes:
    """Each directive with its token, then what a copy that has taken them in holds."""
    events = [b"id: %b\ndata: %b\n\n" % (str(sent.token).encode(), msgspec.json.encode(sent.event)) for sent in page.items]
    token = str(page.next)
    state = {"next": token, "more": page.more, "digest": page.state.hexadecimal, "count": page.state.listed}
    events.append(b"id: %b\nevent: state\ndata: %b\n\n" % (token.encode(), msgspec.json.encode(state)))
    return b"".join(events)


def _heartbeat(page: Directives) -> bytes:
    return b": heartbeat\nid: %b\n\n" % str(page.next).encode()
