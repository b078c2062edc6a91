"""The compacted topic of directives: of each subject the newest, lifts first, and never an older one last. Real Kafka."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from threading import Event
from typing import Any, NamedTuple

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from deploy.local.access import topics
from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.transport.kafka import producer
from events.transport.store import ForeignLog
from events.transport.topics import DIRECTIVE_TOPIC, PARTITIONS
from events.wire.directive import kafka_record
from services.relay import lease
from services.relay.directive_topic import DirectiveTopic
from services.relay.directives import BATCH, LONGEST_REST, SAVE_SECONDS, SHORTEST_REST, DirectivePublisher, Issued, Pending
from tests.services.directives.made import directive, record, subject
from tests.support.stack import Broker, Database


class Topic(NamedTuple):
    """The broker with an empty topic, a log, and the pen that fills it."""

    broker: Broker
    database: Database
    pen: psycopg.Connection
    producer: KafkaProducer
    cleaning: ExitStack

    def publisher(self, holder: str = "me", clock: Callable[[], float] | None = None) -> DirectivePublisher:
        """A relay that has just started; it reads its topic back at every call."""
        conn = self.cleaning.enter_context(self.database.connect("relay"))
        assert lease.acquire(conn, holder)
        topic = DirectiveTopic(self.broker.user("relay"))
        self.cleaning.callback(topic.close)
        ticks = count(10, 10)
        return DirectivePublisher(conn, self.producer, topic, holder, clock or (lambda: float(next(ticks))))

    def write(self, fact: DirectiveIssued) -> None:
        """As another relay does that does not know that it was replaced."""
        key, value, headers = kafka_record(fact)
        self.producer.send(DIRECTIVE_TOPIC, key=key, value=value, headers=headers).get(timeout=10)

    def records(self) -> list[tuple[str, int]]:
        """(subject, seq) of everything in the topic, each key's in its order."""
        return [(record.key.decode(), json.loads(record.value)["seq"]) for record in self.raw()]

    def last(self) -> dict[str, int]:
        return dict(self.records())

    def raw(self) -> list[Any]:
        partitions = [TopicPartition(DIRECTIVE_TOPIC, partition) for partition in range(PARTITIONS)]
        consumer = KafkaConsumer(**self.broker.user("relay").client(), group_id=None, auto_offset_reset="earliest")
        try:
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            found: list[Any] = []
            while any(consumer.position(tp) < ends[tp] for tp in partitions):
                found += [record for batch in consumer.poll(timeout_ms=200).values() for record in batch]
            return sorted(found, key=lambda record: (record.partition, record.offset))
        finally:
            consumer.close()


@pytest.fixture(scope="module")
def relay_producer(kafka: Broker) -> Iterator[KafkaProducer]:
    """Rights that were granted a moment ago may not be known to the broker yet, and a producer does not try again."""
    until = time.monotonic() + 10
    while True:
        made = producer(kafka.user("relay"))
        try:
            made.send(DIRECTIVE_TOPIC, key=b"probe", value=None).get(timeout=10)
        except KafkaError:
            made.close()
            if time.monotonic() > until:
                raise
        else:
            break
    yield made
    made.close()


@pytest.fixture
def topic(kafka: Broker, database: Database, relay_producer: KafkaProducer) -> Iterator[Topic]:
    empty(kafka)
    with ExitStack() as cleaning, database.connect("adjudication") as pen:
        yield Topic(kafka, database, pen, relay_producer, cleaning)


def empty(kafka: Broker) -> None:
    """The topic anew, with another id."""
    kafka.admin.delete_topics([DIRECTIVE_TOPIC])
    topics.prepare(kafka.admin, kafka.stack.secrets.kafka_users)


def publish(publisher: DirectivePublisher, rounds: int = 8) -> int:
    """Step as the relay does, and on until it has read back what lies in the topic: that arrives when the broker has sent it."""
    total = sum(publisher.publish_changes() for _ in range(rounds))
    until = time.monotonic() + 20
    while not has_read_back(publisher._topic):
        assert time.monotonic() < until, "the topic was not read back"
        total += publisher.publish_changes()
    return total


def has_read_back(topic: DirectiveTopic) -> bool:
    ends = topic._consumer.end_offsets(topic._partitions)
    return all(topic.places()[at.partition] >= end for at, end in ends.items())


def test_the_newest_of_each_subject_is_sent_and_superseded_ones_are_not(topic: Topic) -> None:
    record(topic.pen, directive(1, 1), directive(2, 1), directive(1, 2), directive(1, 3, Tier.NONE))
    assert publish(topic.publisher()) == 2
    assert sorted(topic.records()) == [(str(subject(1)), 3), (str(subject(2)), 1)]


def test_a_record_is_a_cloudevent_in_binary_mode_and_a_lift_is_a_value(topic: Topic) -> None:
    record(topic.pen, directive(1, 1, Tier.NONE, accounts=[("tmall", "shop-1")]))
    publish(topic.publisher())
    (found,) = topic.raw()
    headers = {name: value.decode() for name, value in found.headers}
    assert found.key.decode() == headers["ce_subject"] == headers["ce_partitionkey"] == str(subject(1))
    assert (headers["ce_id"], headers["ce_source"], headers["ce_type"]) == (f"{subject(1)}/1", "/hub", "liancheng.directive.issued.v1")
    assert headers["content-type"] == "application/json" and json.loads(found.value)["tier"] == "none"
    assert b"shop-1" not in found.value


def test_a_new_relay_goes_on_where_the_old_one_was(topic: Topic) -> None:
    record(topic.pen, directive(1, 1))
    assert publish(topic.publisher()) == 1
    second = topic.publisher()
    assert publish(second) == 0
    record(topic.pen, directive(1, 2))
    assert publish(second) == 1
    assert topic.records() == [(str(subject(1)), 1), (str(subject(1)), 2)]


def test_what_a_thawed_relay_writes_late_is_followed_by_the_newest(topic: Topic) -> None:
    record(topic.pen, directive(1, 1), directive(2, 1))
    publisher = topic.publisher()
    publish(publisher)
    record(topic.pen, directive(1, 2, Tier.NONE))
    publish(publisher)
    topic.write(directive(1, 1))  # sent before it froze, arriving now: the merchant would stay restricted
    publish(publisher)
    assert topic.last() == {str(subject(1)): 2, str(subject(2)): 1}


def test_what_was_written_late_while_no_relay_ran_is_followed_by_the_newest_too(topic: Topic) -> None:
    record(topic.pen, directive(1, 1), directive(1, 2))
    publish(topic.publisher())
    topic.write(directive(1, 1))
    publish(topic.publisher())
    assert topic.last() == {str(subject(1)): 2}


def test_a_topic_made_anew_is_filled_from_the_log(topic: Topic) -> None:
    record(topic.pen, directive(1, 1), directive(2, 1, Tier.NONE))
    publish(topic.publisher())
    empty(topic.broker)
    assert topic.records() == []
    publish(topic.publisher())
    assert topic.last() == {str(subject(1)): 1, str(subject(2)): 1}


def test_a_topic_that_knows_more_than_the_log_stops_the_relay(topic: Topic) -> None:
    record(topic.pen, directive(1, 1))
    publisher = topic.publisher()
    topic.write(directive(1, 2))
    with pytest.raises(ForeignLog, match="make recover"):
        publish(publisher)


def test_a_relay_whose_lease_was_taken_saves_nothing(topic: Topic) -> None:
    first = topic.publisher("first")
    with topic.database.connect() as owner:
        owner.execute("UPDATE relay_lease SET holder = 'second'")
        record(topic.pen, directive(1, 1))
        with pytest.raises(lease.LeaseLost):
            first.publish_changes()
        assert owner.execute("SELECT last_id FROM directive_cursor").fetchone() == (0,)


class News(Event):
    """Rings once, when the lifts are there, and then never again."""

    def __init__(self, ring: Callable[[], object]) -> None:
        super().__init__()
        self._ring, self.waited = ring, list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waited.append(timeout)
        if len(self.waited) == 1:
            self._ring()
        return len(self.waited) == 1


class Ringing(Event):
    """There is a lift whenever it is waited for, each after so many seconds."""

    def __init__(self, ring: Callable[[int], object], now: list[float], after: float) -> None:
        super().__init__()
        self._ring, self._now, self._after = ring, now, after
        self.began, self.waited, self.rang = list[float](), list[float](), list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.began.append(self._now[0])
        self.waited.append(timeout)
        self._now[0] += min(timeout, self._after)
        self.rang.append(self._now[0])
        self._ring(len(self.rang))
        return timeout > self._after


def test_while_the_publisher_rests_lifts_are_sent_and_nothing_else(topic: Topic) -> None:
    ticks = count(100.0, 0.001)
    publisher = topic.publisher(clock=lambda: next(ticks))
    record(topic.pen, *(directive(number, 1) for number in range(BATCH + 5)))
    assert publisher.publish_changes() == BATCH
    news = News(lambda: record(topic.pen, directive(900, 1), directive(901, 1, Tier.NONE), directive(2, 2, Tier.NONE)))
    before = topic.records()
    publisher.rest(1.0, news)
    sent = set(topic.records()) - set(before)
    assert sent == {(str(subject(2)), 2), (str(subject(901)), 1)}
    assert len(news.waited) == 2 and all(0 < seconds <= LONGEST_REST for seconds in news.waited)
    publish(publisher)
    newest = {str(subject(number)): 1 for number in (*range(BATCH + 5), 900, 901)}
    assert topic.last() == newest | {str(subject(2)): 2}


def test_a_lift_prolongs_the_rest_but_not_for_ever(topic: Topic) -> None:
    now = [100.0]
    publisher = topic.publisher(clock=lambda: now[0])
    record(topic.pen, *(directive(number, 1) for number in range(BATCH + 5)))
    assert publisher.publish_changes() == BATCH and publisher.others_wait
    news = Ringing(lambda turn: record(topic.pen, directive(turn, 2, Tier.NONE)), now, SHORTEST_REST - 0.001)
    publisher.rest(0.0, news)
    ends = [100.0 + SHORTEST_REST, *(at + SHORTEST_REST for at in news.rang[:-1])]
    assert news.waited == pytest.approx([min(end, 100.0 + LONGEST_REST) - at for end, at in zip(ends, news.began, strict=True)])
    assert now[0] <= 100.0 + LONGEST_REST
    assert publisher.publish_changes() == 1, "the lift that came at the very end"
    publisher.publish_changes()
    assert not publisher.others_wait


def test_a_relay_that_ends_between_two_savings_loses_nothing(topic: Topic) -> None:
    """It saves seldom while more is to be sent: the next one sends some again."""
    record(topic.pen, *(directive(number, 1) for number in range(3 * BATCH)))
    publisher = topic.publisher(clock=lambda: SAVE_SECONDS / 2)
    assert publisher.publish_changes() == BATCH
    with topic.database.connect() as owner:
        assert owner.execute("SELECT last_id FROM directive_cursor").fetchone() == (0,)
    publish(topic.publisher())
    assert topic.last() == {str(subject(number)): 1 for number in range(3 * BATCH)}


# --- the choice, pure ---


def chosen(*issued: tuple[int, int, bool]) -> Pending:
    """(id, subject, lift)"""
    pending = Pending(0)
    for position, number, lift in issued:
        pending.add(position, subject(number), lift=lift)
    return pending


def test_lifts_go_first_and_alone_each_kind_in_the_order_of_the_log() -> None:
    pending = chosen((3, 1, False), (5, 2, True), (6, 3, False), (9, 4, True))
    assert pending.first(3) == [5, 9]
    pending.sent([Issued(5, directive(2, 1)), Issued(9, directive(4, 1))])
    assert pending.first(3) == [3, 6]


def test_a_subject_waits_once_with_its_newest() -> None:
    assert chosen((3, 1, True), (5, 2, False), (6, 1, False)).first(9) == [5, 6]


def test_the_cursor_never_passes_what_still_waits() -> None:
    pending = chosen((3, 1, False), (5, 2, True))
    assert pending.cursor == 2
    pending.sent([Issued(5, directive(2, 1))])
    assert pending.cursor == 2 and pending.first(9) == [3]
    pending.add(8, subject(1), lift=False)  # the one at 3 is superseded while it waited
    assert pending.cursor == 7
    pending.sent([Issued(3, directive(1, 1))])  # its ack comes late and settles nothing
    assert pending.first(9) == [8]
    pending.sent([Issued(8, directive(1, 2))])
    assert pending.cursor == 8 and not pending.waits(subject(1))
