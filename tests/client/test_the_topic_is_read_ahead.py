"""Who follows by the topic reads ahead of what it takes in, so that a lift waits for no listing. Records as Kafka gives them, no broker."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from events.client.follow.feed import Feed
from events.client.follow.replica import Replica
from events.client.follow.topic import AT_ONCE, SOON, Topic
from events.client.publish.kafka import Access
from events.facts.fact import Tier
from tests.client.hub_in_memory import HubInMemory
from tests.services.directives.made import directive, subject

MANY = 2 * AT_ONCE


@contextmanager
def following() -> Iterator[tuple[Topic, Replica]]:
    with closing(Replica()) as copy:
        yield Topic(Access("", "", ""), copy), copy


def records(*directives: tuple[int, int, Tier]) -> dict[str, list[object]]:
    return {"partition": [HubInMemory().record(directive(*one)) for one in directives]}


def listed(*numbers: int, seq: int = 1) -> list[tuple[int, int, Tier]]:
    return [(number, seq, Tier.RESTRICTED) for number in numbers]


def seq(copy: Replica, number: int) -> int:
    held = copy.directive(str(subject(number)))
    return 0 if held is None else held.seq


def test_a_lift_is_taken_in_when_it_is_read_and_listings_some_at_a_time() -> None:
    with following() as (topic, copy):
        topic.take(records(*listed(1)))
        assert topic.read(records(*listed(*range(100, 100 + MANY)))) == 0 == topic.read(records())
        assert topic.read(records((1, 2, Tier.NONE))) == 1
        assert (seq(copy, 1), copy.count) == (2, 0)
        assert (topic.take_some(), topic.take_some(), topic.take_some()) == (AT_ONCE, MANY - AT_ONCE, 0)
        assert copy.count == MANY


def test_what_waits_of_somebody_freed_since_is_not_taken_in_any_more() -> None:
    with following() as (topic, copy):
        topic.read(records(*listed(1, 2)))
        topic.read(records((1, 2, Tier.NONE)))
        assert topic.take_some() == 1
        assert (seq(copy, 1), copy.count) == (2, 1)


def test_the_newest_of_those_that_wait_is_taken_in_whatever_was_written_last() -> None:
    with following() as (topic, copy):
        topic.read(records(*listed(1, seq=3)))
        topic.read(records(*listed(1, seq=2)))  # a relay that thawed wrote it late
        topic.take_some()
        assert seq(copy, 1) == 3


class Broker:
    """Gives what it is told to, a batch a poll, and notes how long the reader was willing to wait."""

    def __init__(self) -> None:
        self.batches, self.waits = list[dict[str, list[object]]](), list[int]()

    def poll(self, timeout_ms: int) -> dict[str, list[object]]:
        self.waits.append(timeout_ms)
        return self.batches.pop(0) if self.batches else {}


def test_between_two_pages_of_the_feed_the_topic_is_read() -> None:
    hub, broker, now, changes = HubInMemory(), Broker(), [100.0], list[int]()
    with closing(Replica()) as copy:
        feed = Feed(hub, copy, limit=2, clock=lambda: now[0])  # type: ignore[arg-type]
        topic = Topic(Access("", "", ""), copy, feed, clock=lambda: now[0])
        feed.resync()

        def turn(*batches: dict[str, list[object]]) -> int:
            broker.batches, before = list(batches), sum(changes)
            consumer: Any = broker
            topic.turn(consumer, changes.append)
            now[0] += 10.0
            return sum(changes) - before

        for number in range(1, 10):
            hub.issue(number, "restricts")
        assert turn() == 2, "a page"
        hub.issue(9, "lifts")
        assert turn({"partition": [hub.record(hub.newest()[subject(9)])]}) == 3, (
            "the lift, and a page that names its account and has one more"
        )
        assert changes[-2:] == [1, 2] and seq(copy, 9) == 2
        while turn():
            pass
        assert (copy.digest, copy.count) == (hub.state.hexadecimal, 8)
        assert copy.proof() is not None


def test_nobody_waits_for_the_topic_while_something_waits_to_be_taken_in() -> None:
    broker: Any = Broker()
    with following() as (topic, copy):
        topic.turn(broker, lambda _: None)
        topic.turn(broker, lambda _: None)
        broker.batches = [records(*listed(*range(100, 100 + MANY))), {}]
        for _ in range(4):
            topic.turn(broker, lambda _: None)
        assert copy.count == MANY
        assert [wait > 0 for wait in broker.waits[1:]] == [True, True, False, True, True]


def test_what_the_topic_brings_at_the_end_of_a_look_at_the_feed_is_proven_soon() -> None:
    hub, now = HubInMemory(), [100.0]
    broker: Any = Broker()
    with closing(Replica()) as copy:
        feed = Feed(hub, copy, clock=lambda: now[0])  # type: ignore[arg-type]
        topic = Topic(Access("", "", ""), copy, feed, clock=lambda: now[0])
        feed.resync()
        feed.prove()
        hub.issue(1, "restricts")
        for brought in (False, True, False, False):
            if brought:
                hub.issue(1, "lifts")
                broker.batches = [{"partition": [hub.record(hub.newest()[subject(1)])]}]
            topic.turn(broker, lambda _: None)
            now[0] += 2.0 * SOON
        assert copy.proof() is not None and (seq(copy, 1), copy.count) == (2, 0)
