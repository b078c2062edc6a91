"""One platform's courier, with an address that answers as it is told and a clock that stands still: no network, no database."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from services.directives.domain import Issued
from services.directives.log.recent import Worded
from services.directives.log.tail import Memory, Tail
from services.directives.pace import FEW, HOLD_SECONDS, Pace
from services.directives.webhooks.call.post import Answer
from services.directives.webhooks.courier import Courier, Means
from services.directives.webhooks.kept.registration import Registration
from services.directives.webhooks.kept.registry import Row
from services.directives.webhooks.way.places import Places
from tests.services.directives.made import directive, subject

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
PENDING = Registration("tmall", "https://hooks.shop.example/", "whsec_c2VjcmV0", NOON)
BEGINNING = Places(0, 0, 0)
ECHO = Answer("delivered", 200, b'{"challenge": "sesame"}')


class World:
    """What a courier works with. `answers` are given one after the other, the last one for ever."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers, self.sent, self.now = list(answers), list[dict[str, Any]](), NOON
        self.tail = Tail("")
        self.memory = Memory(1)
        self.tail._memory = self.memory
        self.pace, self.ticks = Pace(), 100.0
        means = (self.tail, self.words, self, lambda: self.now, lambda: 0.5, lambda: "sesame", lambda: None, self.pace, lambda: self.ticks)
        self.means = Means(*means)  # type: ignore[arg-type]

    def issue(self, *facts: DirectiveIssued) -> None:
        for fact in facts:
            position = self.memory.read_to + 1
            self.memory.recent.add(position, fact)
            self.memory.directives.add(Issued(position, fact.subject_id, fact.seq, fact.tier > Tier.NONE, fact.lift))
            self.memory.read_to = position
        self.tail.bell.ring()

    async def words(self, memory: Memory, ids: Sequence[int]) -> Worded:
        words = memory.recent.words(ids[0])
        assert words is not None
        return words

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        self.sent.append(msgspec.json.decode(body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.sent]


def run(world: World, courier: Courier, *, turns: int = 50) -> None:
    """Until it rests, or has ended by itself."""

    async def running() -> None:
        task = asyncio.create_task(courier.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled() or task.exception() is None, task.exception()

    asyncio.run(running())


def courier(world: World, registration: Registration = PENDING, places: Places = BEGINNING) -> Courier:
    return Courier(Row(registration, places, 0, 1), [], world.means)


def test_an_address_that_says_the_word_back_is_told_what_there_is() -> None:
    world = World(ECHO)
    world.issue(directive(1, 1), directive(2, 1))
    it = courier(world)
    run(world, it)
    assert (it.registration.state, it.registration.proven_at) == ("on", NOON)
    assert world.ids == [world.ids[0], f"{subject(1)}/1", f"{subject(2)}/1"] and world.ids[0].startswith("challenge-")
    assert "token" not in world.sent[1] and world.sent[2]["count"] == 2


@pytest.mark.parametrize("answer", [Answer("delivered", 200, b"ok"), Answer("status", 404), Answer("timeout"), Answer("refused")])
def test_an_address_that_does_not_is_asked_again_after_a_pause_whatever_happens_meanwhile(answer: Answer) -> None:
    world = World(answer)
    it = courier(world)
    run(world, it)
    assert len(world.sent) == 1 and it.registration.state == "pending"
    world.issue(directive(1, 1))
    run(world, it)
    assert len(world.sent) == 1, "news is no reason to ask sooner"
    world.now += timedelta(seconds=2)
    run(world, it)
    assert len(world.sent) == 2


def test_an_address_has_a_quarter_of_an_hour_to_prove_itself() -> None:
    world = World(Answer("status", 404))
    world.now = NOON + timedelta(minutes=15)
    it = courier(world)
    run(world, it)
    assert (it.registration.state, it.registration.why, world.sent) == ("off", "unproven", [])


@pytest.mark.parametrize("registration", [PENDING, PENDING.proven(NOON)])
def test_gone_ends_it_at_once(registration: Registration) -> None:
    world = World(Answer("gone", 410))
    world.issue(directive(1, 1), directive(2, 1))
    it = courier(world, registration)
    run(world, it)
    assert (it.registration.state, it.registration.why, len(world.sent)) == ("off", "gone", 1)
    change = it.change()
    assert change is not None and change.places.others_after == 0, "what it did not take is still to be told"


def test_five_days_of_failure_end_it() -> None:
    world = World(Answer("status", 503))
    world.issue(directive(1, 1))
    it = courier(world, PENDING.proven(NOON), Places(0, 0, 0, failures=9, failing_since=NOON - timedelta(days=5)))
    run(world, it)
    assert (it.registration.state, it.registration.why) == ("off", "failing")


def test_a_defect_that_an_answer_brings_out_counts_as_a_failure_of_that_address() -> None:
    world = World(RuntimeError("what nobody thought of"), Answer("delivered", 204))
    world.issue(directive(1, 1), directive(2, 1))
    it = courier(world, PENDING.proven(NOON))
    run(world, it)
    assert world.ids == [f"{subject(1)}/1", f"{subject(2)}/1"]
    change = it.change()
    assert change is not None and [retry.id for retry in change.put_aside] == [1]


def test_what_is_to_be_kept_is_said_once() -> None:
    world = World(Answer("delivered", 204))
    it = courier(world, PENDING.proven(NOON))
    assert it.change() is None
    world.issue(directive(1, 1))
    run(world, it)
    change = it.change()
    assert change is not None and change.places.others_after == 1 and it.change() is None


def test_how_old_the_oldest_is_that_was_not_taken() -> None:
    world = World(Answer("status", 500))
    world.issue(directive(1, 1, Tier.NONE))
    it = courier(world, PENDING.proven(NOON + timedelta(minutes=1)))
    assert it.oldest(lift=True) is None
    run(world, it)
    assert it.oldest(lift=True) == NOON + timedelta(minutes=1), "it counts from when it was to be told at all"
    assert it.oldest(lift=False) is None


def test_a_copy_that_differed_is_told_everything_the_free_included() -> None:
    world = World(Answer("delivered", 204))
    world.issue(directive(1, 1), directive(2, 1), directive(1, 2, Tier.NONE))
    it = courier(world, PENDING.proven(NOON), Places(3, 3, 3))
    run(world, it)
    assert world.sent == []
    world.memory.rounds = {"tmall": 1}
    run(world, it)
    assert world.ids == [f"{subject(1)}/2", f"{subject(2)}/1"]
    change = it.change()
    assert change is not None and change.round == 1
    run(world, it)
    assert len(world.sent) == 2


def test_whoever_is_to_be_told_of_many_waits_for_a_moment_and_a_lift_does_not() -> None:
    world = World(Answer("delivered", 204))
    world.pace.moment(world.ticks, 1000.0)  # somebody else's work
    world.issue(*(directive(number, 1) for number in range(FEW + 1)))
    it = courier(world, PENDING.proven(NOON))
    run(world, it)
    assert world.sent == []
    world.issue(directive(99, 1, Tier.NONE))
    run(world, it)
    assert world.ids == [f"{subject(99)}/1"]
    world.ticks += 10.0
    run(world, it)
    assert len(world.sent) == FEW + 2, "at its moment the first one goes, and then few are left"


def test_a_lift_puts_off_what_else_there_is_to_tell() -> None:
    world = World(Answer("delivered", 204))
    world.issue(directive(99, 1, Tier.NONE), *(directive(number, 1) for number in range(FEW + 5)))
    it = courier(world, PENDING.proven(NOON))
    run(world, it)
    assert world.ids == [f"{subject(99)}/1"], "its moment comes when the lift has reached everybody"
    world.ticks += HOLD_SECONDS
    run(world, it)
    assert len(world.sent) > 1


def test_whoever_is_to_be_told_of_few_waits_for_nobody() -> None:
    world = World(Answer("delivered", 204))
    world.pace.moment(world.ticks, 1000.0)
    world.issue(*(directive(number, 1) for number in range(FEW)))
    run(world, courier(world, PENDING.proven(NOON)))
    assert len(world.sent) == FEW


@pytest.mark.parametrize("turns", range(8))
def test_a_courier_that_is_replaced_says_nothing_more_even_when_news_comes_at_that_moment(turns: int) -> None:
    """No way of waiting may swallow a cancellation that comes with its event, as asyncio.wait_for of Python 3.11 does."""

    async def replaced() -> None:
        world = World(Answer("delivered", 204))
        task = asyncio.create_task(courier(world, PENDING.proven(NOON)).run())
        await asyncio.sleep(0.01)
        world.tail.bell.ring()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 5)
        world.issue(directive(1, 1))
        await asyncio.sleep(0.01)
        assert world.sent == []

    asyncio.run(replaced())
