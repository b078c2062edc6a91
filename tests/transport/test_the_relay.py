"""The relay ships the log to real Kafka: in order, chained, urgent lanes apart, at least once, one relay at a time."""

from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

from events.transport.envelope import Span, Unpacker
from events.transport.store import Store, Submission
from events.transport.topics import PARTITIONS, internal_topic, receipt_topic
from services.relay import lease, main
from services.relay.application import BULK, URGENT, LaneRelay
from tests.support.stack import Broker, Database
from tests.transport.statements import answered, appealed

HOLDER = "this one"


class Topic:
    """Reads what is written to a topic from now on."""

    def __init__(self, broker: Broker, name: str, partitions: int) -> None:
        self._consumer = KafkaConsumer(**broker.stack.reach.kafka.client(), group_id=None, enable_auto_commit=False)
        places = [TopicPartition(name, partition) for partition in range(partitions)]
        self._consumer.assign(places)
        self._consumer.seek_to_end(*places)
        self._starts = {place: self._consumer.position(place) for place in places}

    def records(self) -> list[Any]:
        """Everything up to the end as it is now."""
        ends = self._consumer.end_offsets(list(self._starts))
        found: list[Any] = []
        while any(self._consumer.position(place) < end for place, end in ends.items()):
            found += [record for batch in self._consumer.poll(timeout_ms=500).values() for record in batch]
        return found

    def close(self) -> None:
        self._consumer.close(autocommit=False)


class World:
    """A log, a broker, and the lease in our hands."""

    def __init__(self, database: Database, broker: Broker) -> None:
        self.database, self.broker = database, broker
        self.store = Store(database.conninfo("gateway"))
        self.conn = database.connect("relay")
        assert lease.acquire(self.conn, HOLDER)

    def say(self, *submissions: Submission) -> None:
        self.store.append_statements(submissions)

    def relay(self, lanes: tuple[str, ...]) -> LaneRelay:
        return LaneRelay(self.database.conninfo("relay"), self.broker.user("relay"), lanes, HOLDER)

    def topic(self, lane: str) -> Topic:
        return Topic(self.broker, internal_topic(lane), PARTITIONS)


@pytest.fixture
def world(database: Database, kafka: Broker) -> Iterator[World]:
    made = World(database, kafka)
    yield made
    made.store.close()
    made.conn.close()


def refusals(world: World) -> main.Refusals:
    return main.Refusals(world.database.conninfo("relay"), world.broker.user("relay"))


def drain(relay: LaneRelay) -> int:
    total = 0
    while shipped := relay.step():
        total += shipped
    return total


def spans(records: list[Any]) -> dict[int, list[Span]]:
    """By partition, in the order of offsets."""
    found: dict[int, list[Span]] = {}
    for record in sorted(records, key=lambda record: record.offset):
        found.setdefault(record.partition, []).append(Span.of(record.headers))
    return found


def test_every_fact_arrives_once_in_order_and_each_record_names_the_one_before(world: World) -> None:
    with closing(world.topic("report")) as topic, closing(world.relay(BULK)) as relay:
        for start in range(0, 60, 20):
            world.say(*(answered(account=f"shop-{number}") for number in range(start, start + 20)))
            drain(relay)
        records = topic.records()
    ids = [fact[0] for record in records for fact in Unpacker().unpack(record.value)]
    assert len(ids) == len(set(ids)) == 60
    for chain in spans(records).values():
        assert chain[0].previous == 0
        assert all(later.previous == earlier.last < later.first for earlier, later in pairwise(chain))


def test_what_queued_travels_together(world: World) -> None:
    world.say(*(answered(account="one-shop") for _ in range(300)))
    with closing(world.topic("report")) as topic, closing(world.relay(BULK)) as relay:
        drain(relay)
        assert [span.count for chain in spans(topic.records()).values() for span in chain] == [300]


def test_a_sanction_does_not_wait_behind_reports(world: World) -> None:
    world.say(*(answered() for _ in range(500)))
    world.say(appealed())
    with closing(world.topic("sanction")) as topic, closing(world.relay(URGENT)) as relay:
        assert relay.step() == 1
        assert len(topic.records()) == 1


def test_a_relay_killed_between_send_and_save_sends_again_with_the_same_chain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.say(appealed())
    with closing(world.topic("sanction")) as topic:
        with closing(world.relay(URGENT)) as dying:
            monkeypatch.setattr(dying, "_save", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            with suppress(KeyboardInterrupt):
                dying.step()
        with closing(world.relay(URGENT)) as next_one:
            assert drain(next_one) == 1
        (chain,) = spans(topic.records()).values()
    assert chain[0] == chain[1]


def test_a_relay_that_lost_its_lease_saves_nothing(world: World) -> None:
    world.say(appealed())
    with closing(world.relay(URGENT)) as frozen:
        world.conn.execute("UPDATE relay_lease SET holder = 'another'")
        with pytest.raises(lease.LeaseLost):
            frozen.step()
    assert world.conn.execute("SELECT last_id FROM relay_cursor WHERE lane = 1").fetchone() == (0,)


def test_the_lease_changes_hands_only_after_ten_silent_seconds(world: World, database: Database) -> None:
    with database.connect("relay") as standby:
        assert not lease.acquire(standby, "standby")
        standby.execute("UPDATE relay_lease SET renewed_at = now() - interval '11 seconds'")
        assert lease.acquire(standby, "standby")
        with pytest.raises(lease.LeaseLost):
            lease.renew(world.conn, HOLDER)


def test_taking_over_ends_the_backend_of_the_silent_holder(database: Database) -> None:
    silent = psycopg.connect(database.conninfo("relay"), autocommit=True, application_name="relay")
    assert lease.acquire(silent, "silent")
    with database.connect("relay") as standby:
        standby.execute("UPDATE relay_lease SET renewed_at = now() - interval '11 seconds'")
        assert lease.acquire(standby, "standby")
    with pytest.raises(psycopg.OperationalError):
        silent.execute("SELECT 1")
    silent.close()


def test_a_statement_that_came_by_kafka_is_answered_where_it_came_from(world: World) -> None:
    with suppress(TopicAlreadyExistsError):
        world.broker.admin.create_topics([NewTopic(receipt_topic("tmall"), 1, 1)])
    with closing(Topic(world.broker, receipt_topic("tmall"), 1)) as topic, closing(world.relay(URGENT)) as relay:
        world.say(appealed("by-kafka", road="liancheng.ingress.tmall.v1/1/42"), appealed("by-http"))
        drain(relay)
        (record,) = topic.records()
    assert record.key == b"by-kafka"
    assert dict(record.headers) == {"topic": b"liancheng.ingress.tmall.v1", "partition": b"1", "offset": b"42"}
    assert b'"status":"accepted"' in record.value


def test_what_is_sent_again_may_be_packed_otherwise_and_overlaps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.say(answered())
    with closing(world.topic("report")) as topic:
        with closing(world.relay(BULK)) as dying:
            monkeypatch.setattr(dying, "_save", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            with suppress(KeyboardInterrupt):
                dying.step()
        world.say(answered())
        with closing(world.relay(BULK)) as next_one:
            assert drain(next_one) == 2
        (chain,) = spans(topic.records()).values()
    assert [span.count for span in chain] == [1, 2]
    assert chain[0].first == chain[1].first
    assert chain[0].previous == chain[1].previous == 0


def test_a_refusal_stays_owed_until_the_broker_has_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with suppress(TopicAlreadyExistsError):
        world.broker.admin.create_topics([NewTopic(receipt_topic("tmall"), 1, 1)])
    with world.database.connect() as owner:
        owner.execute(
            'INSERT INTO refusal (kind, member, topic, partition, "offset", statement_id, answer, recorded_at)'
            " VALUES ('refused', 'tmall', 'liancheng.ingress.tmall.v1', 0, 7, 'owed', '{\"id\": \"owed\"}', now())"
        )
        with closing(Topic(world.broker, receipt_topic("tmall"), 1)) as topic:
            with closing(refusals(world)) as dying, monkeypatch.context() as patched:
                patched.setattr(main, "wait_for", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
                with suppress(KeyboardInterrupt):
                    dying.step()
            assert owner.execute("SELECT shipped FROM refusal").fetchone() == (False,)
            with closing(refusals(world)) as next_one:
                assert (next_one.step(), next_one.step()) == (1, 0)
            assert {record.key for record in topic.records()} == {b"owed"}
        assert owner.execute("SELECT shipped FROM refusal").fetchone() == (True,)
