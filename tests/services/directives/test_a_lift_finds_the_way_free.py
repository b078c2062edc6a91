"""What is no lift is told at moments that follow one another, and lifts are told between them. No network, no database, no waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from services.directives.application import AT_HAND, Directives, Feeds
from services.directives.domain import Issued
from services.directives.log.tail import Memory, Tail
from services.directives.pace import CALM, EAGER, HOLD_SECONDS, LATE_SECONDS, LONGEST_SECONDS, PATIENT, Pace
from services.directives.stream import CHANGES, Source, follow
from services.directives.token import Place
from tests.services.directives.made import directive

MANY = 3 * CHANGES


class Hub:
    """Feeds over a memory that holds everything."""

    def __init__(self) -> None:
        self.tail, self.memory = Tail(""), Memory(1)
        self.tail._memory = self.memory
        nobody: Any = SimpleNamespace()
        self.feeds = Feeds(nobody, self.tail, kept=1000, hub=nobody)
        self.asked = list[str | None]()

    def issue(self, *facts: DirectiveIssued) -> None:
        for fact in facts:
            self.memory.read_to += 1
            self.memory.recent.add(self.memory.read_to, fact)
            self.memory.directives.add(Issued(self.memory.read_to, fact.subject_id, fact.seq, fact.tier > Tier.NONE, fact.lift))
        self.tail.bell.ring()

    async def page(self, token: str | None, limit: int) -> Directives:
        self.asked.append(token)
        found = self.feeds.at_hand("tmall", token, min(limit, CHANGES))
        assert found is not None
        return found

    def source(self, pace: Pace) -> Source:
        async def admitted() -> None:
            return None

        return Source(self.page, partial(self.feeds.lifts_at_hand, "tmall"), self.tail.bell, pace, admitted)


def lifted(number: int) -> DirectiveIssued:
    return directive(number, 2, Tier.NONE)


def told(events: bytes) -> list[str]:
    """Subject and number of everything in some events, in their order."""
    return [line.partition(b'"id":"')[2].partition(b'"')[0].decode() for line in events.split(b"\n") if b'"specversion"' in line]


def name(fact: DirectiveIssued) -> str:
    return f"{fact.subject_id}/{fact.seq}"


BEGINNING = str(Place(1, 0))


# --- moments ---


def test_moments_follow_one_another_at_the_distance_of_the_work() -> None:
    pace = Pace(2.0)
    moments = [pace.moment(100.0, 0.001) for _ in range(4)]
    assert moments[0] == 100.0 and [b - a for a, b in pairwise(moments)] == pytest.approx([0.002] * 3)
    assert pace.moment(200.0, 0.001) == 200.0, "what was not used is not made up for"


def test_nobody_waits_longer_than_a_reader_takes_silence_for_a_broken_line() -> None:
    pace = Pace()
    assert [pace.moment(100.0, 100.0) for _ in range(3)] == [100.0, 105.0, 105.0]


def test_whoever_wakes_late_slows_everybody_down_and_punctual_ones_bring_it_back() -> None:
    pace = Pace()
    pace.woke(2 * LATE_SECONDS)
    assert pace.patience > CALM
    for _ in range(100):
        pace.woke(2 * LATE_SECONDS)
    assert pace.patience == PATIENT
    for _ in range(500):
        pace.woke(LATE_SECONDS / 2)
    assert pace.patience == EAGER


def test_while_a_lift_is_told_nothing_else_begins() -> None:
    pace = Pace(2.0)
    pace.lift(100.0)
    assert [pace.moment(100.01, 0.001) for _ in range(2)] == pytest.approx([100.0 + HOLD_SECONDS, 100.002 + HOLD_SECONDS])
    pace.lift(99.0)
    assert pace.moment(200.0, 0.001) == 200.0, "what is over holds nobody"


# --- pages ---


def test_a_page_of_lifts_alone_leaves_the_reader_where_it_was_with_the_rest() -> None:
    hub = Hub()
    hub.issue(*(directive(number, 1) for number in range(MANY)))
    assert hub.feeds.lifts_at_hand("tmall", Place(1, 0)) is None
    hub.issue(lifted(7), lifted(8))
    page = hub.feeds.lifts_at_hand("tmall", Place(1, 0))
    assert page is not None and page.more
    assert [sent.event["id"] for sent in page.items] == [name(lifted(7)), name(lifted(8))]
    assert page.next == Place(1, 0, hub.memory.read_to) and page.state.listed == 0
    assert hub.feeds.lifts_at_hand("tmall", page.next) is None, "they are told once"


def test_a_token_that_memory_cannot_go_on_from_gets_no_lifts() -> None:
    hub = Hub()
    hub.issue(directive(1, 1), lifted(1))
    assert hub.feeds.lifts_at_hand("tmall", Place(2, 0)) is None
    hub.memory.rounds = {"tmall": 1}
    assert hub.feeds.lifts_at_hand("tmall", Place(1, 0)) is None


def test_of_however_many_a_small_page_needs_no_thread() -> None:
    hub = Hub()
    hub.issue(*(directive(number, 1) for number in range(MANY)))
    page = hub.feeds.at_hand("tmall", BEGINNING, CHANGES)
    assert page is not None and len(page.items) == CHANGES and page.more
    assert hub.feeds.at_hand("tmall", BEGINNING, AT_HAND + 1) is None, "that many are put into words by a thread"


# --- the stream ---


def streamed(hub: Hub, pace: Pace, scenario: Callable[[Callable[[], Awaitable[bytes]]], Awaitable[None]]) -> None:
    """Play against a reader for whom no timer ends sooner than its moment: the clock stands still."""

    async def play() -> None:
        events = await follow(hub.source(pace), BEGINNING, clock=lambda: 100.0)
        await scenario(lambda: asyncio.wait_for(anext(events), 60))
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(play())


def test_a_lift_is_told_at_once_while_listings_wait_for_their_moment() -> None:
    hub, pace = Hub(), Pace()
    pace.moment(100.0, 1000.0)  # somebody else's work takes all the time there is
    hub.issue(*(directive(number, 1) for number in range(MANY)))

    async def scenario(read: Callable[[], Awaitable[bytes]]) -> None:
        assert len(told(await read())) == CHANGES
        reading = asyncio.ensure_future(read())
        await asyncio.sleep(0.05)
        assert not reading.done() and len(hub.asked) == 1
        hub.issue(lifted(70))
        assert told(await reading) == [name(lifted(70))]
        assert len(hub.asked) == 1, "the page of listings was not asked for"

    streamed(hub, pace, scenario)


def test_what_follows_a_lift_that_overtook_is_all_the_rest_once() -> None:
    hub, pace, seen = Hub(), Pace(), list[str]()
    hub.issue(*(directive(number, 1) for number in range(MANY)))

    async def scenario(read: Callable[[], Awaitable[bytes]]) -> None:
        seen.extend(told(await read()))
        hub.issue(lifted(70), lifted(3))
        while len(seen) < MANY + 1:
            seen.extend(told(await read()))

    streamed(hub, pace, scenario)
    rest = [name(directive(number, 1)) for number in range(CHANGES, MANY) if number != 70]
    assert seen == [*(name(directive(number, 1)) for number in range(CHANGES)), name(lifted(70)), name(lifted(3)), *rest]


def test_whoever_was_told_a_lift_lets_the_others_have_theirs_before_it_goes_on() -> None:
    hub, pace, clock = Hub(), Pace(), [100.0]
    hub.issue(*(directive(number, 1) for number in range(MANY)))

    async def play() -> None:
        events = await follow(hub.source(pace), BEGINNING, clock=lambda: clock[0])
        await asyncio.wait_for(anext(events), 60)
        reading = asyncio.ensure_future(anext(events))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        hub.issue(lifted(70))
        await asyncio.wait_for(reading, 60)
        assert pace.moment(clock[0], 0.0) >= clock[0] + HOLD_SECONDS
        before = len(hub.asked)
        reading = asyncio.ensure_future(anext(events))  # type: ignore[arg-type]
        await asyncio.sleep(HOLD_SECONDS / 2)
        assert len(hub.asked) == before and not reading.done()
        assert told(await asyncio.wait_for(reading, 60))
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(play())


def test_lifts_without_end_hold_listings_for_so_long_and_no_longer() -> None:
    hub, pace, clock = Hub(), Pace(), [100.0]
    hub.issue(*(directive(number, 1) for number in range(MANY)))

    async def play() -> None:
        events = await follow(hub.source(pace), BEGINNING, clock=lambda: clock[0])
        await asyncio.wait_for(anext(events), 60)
        for number in range(70, 74):
            hub.issue(lifted(number))
            assert told(await asyncio.wait_for(anext(events), 60)) == [name(lifted(number))]
            clock[0] += LONGEST_SECONDS / 2
        assert len(told(await asyncio.wait_for(anext(events), 60))) > 1, "after the longest wait it is their turn"
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(play())


class Asked(Pace):
    """Counts who asks for a moment."""

    times = 0

    def moment(self, now: float, work: float) -> float:
        self.times += 1
        return super().moment(now, work)


def test_a_single_listing_waits_for_no_moment() -> None:
    hub, pace = Hub(), Asked()
    hub.issue(directive(1, 1))

    async def scenario(read: Callable[[], Awaitable[bytes]]) -> None:
        await read()
        hub.issue(directive(2, 1))
        assert told(await read()) == [name(directive(2, 1))] and pace.times == 0

    streamed(hub, pace, scenario)
