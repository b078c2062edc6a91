"""What waits is committed together, in order; a request that fails, gives up or goes away harms no other."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import wraps
from time import monotonic

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError

from events.transport.store import Recorded, Submission
from events.wire.statement import parse_structured
from services.gateway.application import GROUP, WAITING, Intake, Unavailable
from tests.wire.made import ARRIVAL, NOON, body, event


def on_a_loop(test: Callable[..., Coroutine[object, object, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*arguments: object, **named: object) -> None:
        asyncio.run(test(*arguments, **named))

    return run


def said(statement_id: str) -> Submission:
    return Submission(*parse_structured(body(event(id=statement_id)), ARRIVAL))


class Records:
    """A store in memory that can be held, and that fails on what a test names."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.going, self.entered = threading.Event(), threading.Event()
        self.going.set()
        self.failing: dict[str, Exception] = {}
        self.away = self.closed = False

    def append_statements(self, submissions: Sequence[Submission]) -> list[Recorded]:
        self.entered.set()
        self.going.wait(5)
        if self.away:
            raise psycopg.OperationalError("away")
        ids = [submission.fact.id for submission in submissions]
        for statement_id in ids:
            if statement_id in self.failing:
                raise self.failing[statement_id]
        self.groups.append(ids)
        return [Recorded("accepted", place, submission.fact.sha256, NOON) for place, submission in enumerate(submissions)]

    def receipt(self, source: str, statement_id: str) -> Recorded | None:
        self.going.wait(5)
        return None

    def reachable(self) -> bool:
        return not self.away

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def intake(records: Records) -> Iterator[Intake]:
    intake = Intake(lambda: records)
    intake.start()
    yield intake
    records.going.set()
    intake.stop()


async def held(records: Records, intake: Intake) -> "asyncio.Task[list[Recorded]]":
    """A first request that the store is busy with until `going` is set."""
    records.going.clear()
    records.entered.clear()
    first = asyncio.ensure_future(intake.record([said("first")], soon()))
    await asyncio.to_thread(records.entered.wait, 5)
    return first


def soon() -> float:
    return monotonic() + 5


@on_a_loop
async def test_what_waits_is_committed_together_in_order(records: Records, intake: Intake) -> None:
    first = await held(records, intake)
    others = [asyncio.ensure_future(intake.record([said(f"{n}a"), said(f"{n}b")], soon())) for n in range(5)]
    await asyncio.sleep(0)
    records.going.set()
    answers = await asyncio.gather(first, *others)
    assert records.groups == [["first"], [f"{n}{letter}" for n in range(5) for letter in "ab"]]
    assert [[one.position for one in answer] for answer in answers[1:]] == [[2 * n, 2 * n + 1] for n in range(5)]


@on_a_loop
async def test_a_request_is_never_divided(records: Records, intake: Intake) -> None:
    first = await held(records, intake)
    size = GROUP - 1
    big = [asyncio.ensure_future(intake.record([said(f"{n}-{place}") for place in range(size)], soon())) for n in range(2)]
    await asyncio.sleep(0)
    records.going.set()
    await asyncio.gather(first, *big)
    assert [len(group) for group in records.groups] == [1, size, size]


@on_a_loop
async def test_one_that_fails_harms_no_neighbour(records: Records, intake: Intake) -> None:
    records.failing["bad"] = ValueError("unforeseen")
    first = await held(records, intake)
    others = [asyncio.ensure_future(intake.record([said(name)], soon())) for name in ("good", "bad", "fine")]
    await asyncio.sleep(0)
    records.going.set()
    answers = await asyncio.gather(first, *others, return_exceptions=True)
    assert [type(answer) for answer in answers] == [list, list, ValueError, list]


@on_a_loop
async def test_a_store_that_is_away_is_told_to_all_and_found_again(records: Records, intake: Intake) -> None:
    records.away = True
    with pytest.raises(Unavailable):
        await intake.record([said("a")], soon())
    assert intake.state() == "the store is away"
    records.away = False
    assert await intake.record([said("a")], soon())
    assert intake.state() == "ready"


@on_a_loop
async def test_at_the_deadline_nothing_is_promised_and_what_was_not_begun_is_dropped(records: Records, intake: Intake) -> None:
    first = await held(records, intake)
    with pytest.raises(Unavailable):
        await intake.record([said("late")], monotonic() + 0.05)
    records.going.set()
    await first
    await intake.record([said("next")], soon())
    assert records.groups == [["first"], ["next"]]


@on_a_loop
async def test_a_client_that_goes_away_stops_no_commit(records: Records, intake: Intake) -> None:
    first = await held(records, intake)
    gone = asyncio.ensure_future(intake.record([said("gone")], soon()))
    await asyncio.sleep(0)
    gone.cancel()
    records.going.set()
    await first
    await intake.record([said("next")], soon())
    assert [name for group in records.groups for name in group] == ["first", "gone", "next"]


@on_a_loop
async def test_too_much_waiting_is_said_at_once(records: Records, intake: Intake) -> None:
    first = await held(records, intake)
    one = said("one")
    waiting = [asyncio.ensure_future(intake.record([one] * 1000, soon())) for _ in range(WAITING // 1000)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await intake.record([one], soon())
    records.going.set()
    await asyncio.gather(first, *waiting)
    assert await intake.record([one], soon())


@on_a_loop
async def test_a_lookup_is_answered_in_time_or_not_at_all(records: Records, intake: Intake) -> None:
    records.going.clear()
    began = monotonic()
    with pytest.raises(Unavailable):
        await intake.receipt("/platforms/tmall", "x")
    assert monotonic() - began < 1.5


@on_a_loop
async def test_stopping_commits_what_waits_and_takes_nothing_more(records: Records, intake: Intake) -> None:
    first = await held(records, intake)
    last = asyncio.ensure_future(intake.record([said("last")], soon()))
    await asyncio.sleep(0)
    stopping = asyncio.ensure_future(asyncio.to_thread(intake.stop))
    await asyncio.sleep(0.05)
    records.going.set()
    await asyncio.gather(first, last, stopping)
    assert records.groups == [["first"], ["last"]]
    with pytest.raises(Unavailable):
        await intake.record([said("more")], soon())


@on_a_loop
async def test_a_store_that_cannot_be_opened_is_opened_later(records: Records) -> None:
    tries = iter([psycopg.OperationalError("away"), PersistenceError("away")])

    def open_store() -> Records:
        for failure in tries:
            raise failure
        return records

    intake = Intake(open_store)
    intake.start()
    assert await intake.record([said("a")], soon())
    assert intake.state() == "ready"
    intake.stop()
    assert records.closed


@on_a_loop
async def test_stopping_without_a_store_ends_too(records: Records) -> None:
    def never() -> Records:
        raise psycopg.OperationalError("away")

    intake = Intake(never)
    intake.start()
    with pytest.raises(Unavailable):
        await intake.record([said("a")], monotonic() + 0.05)
    with pytest.raises(Unavailable):
        await intake.receipt("/platforms/tmall", "a")
    await asyncio.to_thread(intake.stop)


def test_it_is_starting_until_it_has_reached_the_store(records: Records) -> None:
    assert Intake(lambda: records).state() == "starting"


def test_a_commit_without_end_is_seen(records: Records) -> None:
    now = [100.0]
    intake = Intake(lambda: records, clock=lambda: now[0])
    intake._busy_since = now[0]
    assert intake.state() == "starting"
    now[0] += 2
    assert intake.state() == "the store does not answer"
