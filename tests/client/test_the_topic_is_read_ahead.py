"""Who follows by the topic reads ahead of what it takes in, so that a lift waits for no listing. Records as Kafka gives them, no broker."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from events.client.follow.replica import Replica
from events.client.follow.topic import AT_ONCE, Topic
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
