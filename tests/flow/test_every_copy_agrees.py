"""Two ways of following, one truth: whatever happened to a copy, it ends as the hub's digest has it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from deploy.demo.patience import until
from events.client.follow.directive import Directive, MeasureUntil
from events.client.follow.feed import Feed
from events.client.follow.live import Live
from events.client.follow.replica import Replica
from services.directives.token import Place
from tests.flow.members import Platform
from tests.flow.world import World


@pytest.fixture
def replica() -> Replica:
    """In memory, and not closed: the thread that fills it may outlive the test by a heartbeat."""
    return Replica()


class Listening:
    """A live copy, and how often it was told of news."""

    def __init__(self, replica: Replica) -> None:
        self.replica, self.heard = replica, 0
        self.doubts: list[Exception] = []

    def hear(self, changed: int) -> None:
        self.heard += changed

    def news_of(self, subject_id: str, tier: str) -> Directive | None:
        found = self.replica.directive(subject_id)
        return found if found is not None and found.tier == tier else None


@contextmanager
def listening(platform: Platform, replica: Replica) -> Iterator[Listening]:
    """A thread of its own, as a platform has it; it ends with the process at the latest."""
    here, stop = Listening(replica), Event()
    live = Live(platform.directives, replica)
    Thread(target=live.run, args=(stop, here.hear, here.doubts.append), daemon=True).start()
    try:
        yield here
    finally:
        stop.set()


def subject(world: World, uscc: str) -> str:
    found = world.reader.standing(uscc).subject_id
    assert found is not None
    return found


def test_a_live_copy_hears_of_a_restriction_and_of_its_end(world: World, replica: Replica) -> None:
    with listening(world.gamma, replica) as here:
        who = world.merchant()
        sanction = world.restrict(who)
        told = until("the restriction", lambda: here.news_of(subject(world, who.uscc), "restricted"))
        assert told.your_accounts == (who.accounts["gamma"],)
        world.alpha.say("sanction.lifted", who, {"sanction": sanction, "reason": "overturned"})
        lifted = until("the lift", lambda: here.news_of(subject(world, who.uscc), "none"))
        assert lifted.seq > told.seq
        assert here.heard >= 2
        assert not here.doubts


@pytest.mark.timeout(180)
def test_a_live_copy_goes_on_after_the_service_was_killed(world: World, replica: Replica) -> None:
    with listening(world.gamma, replica) as here:
        until("the first page", lambda: replica.token)
        os.kill(world.hub.pid("desk"), signal.SIGKILL)
        world.hub.await_ready("desk")
        who = world.merchant()
        world.restrict(who)
        until("the restriction", lambda: here.news_of(subject(world, who.uscc), "restricted"), 20.0)
        assert here.doubts


def test_a_copy_that_differs_is_mended_by_itself(world: World, replica: Replica) -> None:
    feed = Feed(world.alpha.directives, replica)
    feed.poll()
    assert replica.token is not None
    replica.apply([Directive("00000000-0000-5000-8000-000000000000", 1, "restricted", measures=(MeasureUntil("limit"),))], replica.token)
    assert feed.poll() >= 1
    freed = replica.directive("00000000-0000-5000-8000-000000000000")
    assert freed is not None
    assert not freed.restricts
    world.beta.feed.poll()
    assert (replica.digest, replica.count) == (world.beta.replica.digest, world.beta.replica.count)


def test_a_token_of_another_history_ends_in_a_fresh_snapshot(world: World, replica: Replica) -> None:
    who = world.merchant()
    world.restrict(who)
    replica.apply([], str(Place(99, 7)))
    Feed(world.alpha.directives, replica).poll()
    assert replica.restriction(world.alpha.today, uscc=who.uscc) is not None


def test_a_snapshot_of_many_pages_is_one_copy(world: World, replica: Replica) -> None:
    for _ in range(3):
        world.restrict(world.merchant())
    Feed(world.alpha.directives, replica, limit=1).poll()
    world.beta.feed.poll()
    assert (replica.digest, replica.count) == (world.beta.replica.digest, world.beta.replica.count)
