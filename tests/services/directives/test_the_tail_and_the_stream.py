"""What a feed does when the log has another history, or when nothing comes: in one process, over a real database."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import psycopg
import pytest

from events.transport import postgres
from services.directives.api import Desk
from services.directives.application import Directives, Feeds
from services.directives.copies.compare import Copies
from services.directives.log.tail import Tail
from services.directives.notices.notice import Hub
from services.directives.pace import Pace
from services.directives.platforms import Members
from services.directives.stream import Source, follow
from services.web import Problem
from tests.services.directives.made import directive, record
from tests.support.stack import Database


class Followed(NamedTuple):
    tail: Tail
    feeds: Feeds
    pen: psycopg.Connection
    database: Database


@pytest.fixture
def followed(database: Database) -> Iterator[Followed]:
    """A tail that is not running: a test says when it looks."""
    tail = Tail(database.conninfo("directives"))
    with postgres.pool(database.conninfo("directives"), name="test") as pool, database.connect("adjudication") as pen:
        yield Followed(tail, Feeds(pool, tail, kept=100, hub=Hub("x", bytes(32), demo=False)), pen, database)


def look(followed: Followed) -> None:
    with followed.database.connect("directives") as conn:
        followed.tail.catch_up(conn)


def test_another_epoch_ends_every_token_and_a_snapshot_begins_again(followed: Followed) -> None:
    record(followed.pen, directive(1, 1))
    page = followed.feeds.directives("tmall", None, 10)
    assert len(page.items) == 1
    with followed.database.connect() as owner:
        owner.execute("UPDATE log SET epoch = 2")
    look(followed)
    with pytest.raises(Problem, match="token-gone"):
        followed.feeds.directives("tmall", str(page.next), 10)
    again = followed.feeds.directives("tmall", None, 10)
    assert again.next.epoch == 2 and again.state == page.state


def test_a_token_from_a_process_that_is_further_along_is_good(followed: Followed) -> None:
    record(followed.pen, directive(1, 1))
    behind = followed.feeds.directives("tmall", None, 10)
    record(followed.pen, directive(2, 1))
    other = Tail(followed.database.conninfo("directives"))
    with postgres.pool(followed.database.conninfo("directives"), name="other") as pool:
        ahead = Feeds(pool, other, kept=100, hub=Hub("x", bytes(32), demo=False)).directives("tmall", None, 10)
    assert behind.next != ahead.next
    assert followed.feeds.directives("tmall", str(ahead.next), 10).state == ahead.state


def test_the_tail_says_when_it_is_ready(followed: Followed) -> None:
    assert followed.tail.ready() == "starting"
    look(followed)
    assert followed.tail.ready() == "degraded"  # it has no connection of its own yet
    followed.tail.start()
    for _ in range(200):
        if followed.tail.ready() == "ready":
            break
        asyncio.run(asyncio.sleep(0.02))
    assert followed.tail.ready() == "ready"
    followed.tail.stop()


async def stream(followed: Followed, heartbeat: float = 0.05, admit: bool = True) -> AsyncIterator[bytes]:
    async def read_page(token: str | None, limit: int) -> Directives:
        return await asyncio.to_thread(followed.feeds.directives, "tmall", token, limit)

    async def admitted() -> None:
        if not admit:
            raise Problem("unauthorized")

    lifts = partial(followed.feeds.lifts_at_hand, "tmall")
    return await follow(Source(read_page, lifts, followed.tail.bell, Pace(), admitted), None, heartbeat)


def test_a_quiet_stream_beats_and_a_ring_wakes_it(followed: Followed) -> None:
    async def scenario() -> None:
        events = await stream(followed)
        assert b"event: state" in await anext(events)
        beat = await anext(events)
        assert beat.startswith(b": heartbeat\nid: ")
        record(followed.pen, directive(1, 1))
        await asyncio.to_thread(look, followed)
        assert b'"seq":1' in await asyncio.wait_for(anext(events), 1)

    asyncio.run(scenario())


def test_a_stream_ends_when_its_key_is_revoked(followed: Followed) -> None:
    async def scenario() -> list[bytes]:
        return [event async for event in await stream(followed, admit=False)]

    assert len(asyncio.run(scenario())) == 1


def test_a_stream_ends_when_the_log_has_another_history(followed: Followed) -> None:
    async def scenario() -> list[bytes]:
        events = await stream(followed, heartbeat=5)
        seen = [await anext(events)]
        with followed.database.connect() as owner:
            owner.execute("UPDATE log SET epoch = 2")
        await asyncio.to_thread(look, followed)
        return seen + [event async for event in events]

    assert len(asyncio.run(scenario())) == 1


def test_no_answer_waits_for_a_database_that_does_not_answer(followed: Followed) -> None:
    async def scenario() -> None:
        with ThreadPoolExecutor(1) as threads:
            pool, feeds = followed.feeds._pool, followed.feeds
            desk = Desk(feeds, Members(pool, feeds), Copies(pool, feeds), followed.tail.bell, Pace(), threads)
            with pytest.raises(Problem, match="unavailable"):
                await asyncio.wait_for(desk.run(time.sleep, 1.5), 2)

    asyncio.run(scenario())
