"""A version with another number of partitions: the old topics are drained, the new ones begin at the head, nothing is lost or doubled."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition

from deploy.local.access import topics as access
from deploy.local.tell import Trouble
from deploy.repartition import command
from events.transport import topics
from events.transport.faust_worker import Message
from events.transport.follow import Consumer, Delivered, Follower
from events.transport.positions import TP
from events.transport.store import ForeignLog, Store, log
from projections import generation
from projections.catalogue import VIEWS
from projections.rebuild import rebuild
from projections.view import View
from services.relay import application, lease
from services.relay.application import BULK, URGENT, LaneRelay
from tests.projections.hosting import start, work
from tests.support.stack import Broker, Database
from tests.transport.statements import answered, appealed

NEW = 7
ADJUDICATED = """
UPDATE position p SET last_id = r.last_id FROM relay_published r
WHERE p.consumer = 'adjudication' AND (r.topic, r.partition) = (p.topic, p.partition)
"""
HOLDER = "this one"


class Site:
    """A log, its relay, a follower that notes what it applied, and the views."""

    def __init__(self, database: Database, broker: Broker) -> None:
        self.database, self.broker = database, broker
        self.owner = database.connect()
        self.applied: list[int] = []
        self.rebuilt: list[str] = []
        self.owner.execute(
            "INSERT INTO position (consumer, topic, partition, epoch) SELECT 'bench', topic, partition, 1 FROM relay_published"
        )
        assert lease.acquire(self.owner, HOLDER)
        with database.connect("projections") as conn:
            start(conn)

    def say(self, facts: int) -> None:
        with closing(Store(self.database.conninfo("gateway"))) as store:
            store.append_statements([(answered if n % 3 else appealed)(account=f"shop-{n}") for n in range(facts)])

    def relay(self) -> None:
        relay = LaneRelay(self.database.conninfo("relay"), self.broker.user("relay"), (*URGENT, *BULK), HOLDER)
        with closing(relay):
            while relay.step():
                pass

    def follow(self) -> None:
        """All that is on Kafka, from the beginning; and what the views have not had."""
        bench = Consumer("bench", frozenset(topics.LANES), self._apply)
        kafka, lanes = self.broker.user("relay"), list(topics.LANES)
        with closing(Follower(conninfo=self.database.owner, kafka=kafka, lanes=lanes, consumers=lambda _: [bench])) as follower:
            for record in self._records():
                follower.process([Message(TP(record.topic, record.partition), record.offset, record.key, record.value, record.headers)])
        with self.database.connect("projections") as conn:
            work(conn)
        self.owner.execute(ADJUDICATED)

    def repartition(self) -> None:
        command.repartition(self.database.owner, self.broker.admin, self._rebuild, lambda *_: None)

    def digest(self, view: View) -> str:
        with self.database.connect("projections") as conn:
            live = generation.current(conn, view.name)
            assert live is not None
            return generation.digest(conn, view, live)

    def ids(self) -> list[int]:
        return [row[0] for row in self.owner.execute("SELECT notification_id FROM hub_events ORDER BY 1")]

    def _apply(self, _: psycopg.Connection, facts: Sequence[Delivered]) -> None:
        self.applied.extend(fact.id for fact in facts)

    def _rebuild(self, name: str) -> None:
        rebuild(self.database.conninfo("projections"), VIEWS[name])
        self.rebuilt.append(name)

    def _records(self) -> Iterator[Any]:
        with closing(KafkaConsumer(**self.broker.stack.reach.kafka.client(), group_id=None, enable_auto_commit=False)) as consumer:
            places = [
                TopicPartition(topic, number) for topic in topics.LANE_OF_TOPIC for number in consumer.partitions_for_topic(topic) or ()
            ]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            while any(consumer.position(place) < ends[place] for place in places):
                for batch in consumer.poll(timeout_ms=500).values():
                    yield from batch


@pytest.fixture
def site(database: Database, clean_kafka: Broker) -> Iterator[Site]:
    made = Site(database, clean_kafka)
    yield made
    made.owner.close()


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch, clean_kafka: Broker) -> Iterator[pytest.MonkeyPatch]:
    """The same program with another number. Afterwards the shared broker has its old topics again."""
    yield monkeypatch
    monkeypatch.undo()
    admin = clean_kafka.admin
    other = {
        it["name"] for it in admin.describe_topics() if it["name"] in topics.LANE_OF_TOPIC and len(it["partitions"]) != topics.PARTITIONS
    }
    if other:
        admin.delete_topics(sorted(other))
        while other.intersection(admin.list_topics()):
            pass
        access.create(admin, topics.HUB_TOPICS)


def upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (topics, log, generation, application, command):
        monkeypatch.setattr(module, "PARTITIONS", NEW)
    wanted = [topic._replace(partitions=NEW) if topic.name in topics.LANE_OF_TOPIC else topic for topic in topics.HUB_TOPICS]
    for module in (access, command):
        monkeypatch.setattr(module, "HUB_TOPICS", wanted)


def test_nothing_is_lost_or_doubled(site: Site, upgrade: pytest.MonkeyPatch) -> None:
    site.say(60)
    site.relay()
    site.follow()
    upgraded(upgrade)
    with pytest.raises(ForeignLog, match="make repartition"):
        site.relay()
    with pytest.raises(Trouble, match="make repartition"):
        access.create(site.broker.admin, command.HUB_TOPICS)
    site.repartition()
    assert sorted(site.rebuilt) == sorted(VIEWS)
    site.say(60)
    site.relay()
    site.follow()
    assert sorted(site.applied) == site.ids()
    for view in VIEWS.values():
        grown = site.digest(view)
        rebuild(site.database.conninfo("projections"), view)
        assert site.digest(view) == grown


def test_given_again_it_does_nothing_more(site: Site, upgrade: pytest.MonkeyPatch) -> None:
    """And goes on where it was cut short: here before the views."""
    site.say(10)
    site.relay()
    site.follow()
    upgraded(upgrade)
    with upgrade.context() as cut:
        cut.setattr(site, "_rebuild", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            site.repartition()
    site.repartition()
    assert sorted(site.rebuilt) == sorted(VIEWS)
    site.repartition()
    assert sorted(site.rebuilt) == sorted(VIEWS)


def test_what_is_not_drained_is_refused(site: Site, upgrade: pytest.MonkeyPatch) -> None:
    site.say(10)
    upgraded(upgrade)
    with pytest.raises(Trouble, match="the relay has 10 facts to publish"):
        site.repartition()
    upgrade.undo()
    site.relay()
    upgraded(upgrade)
    with pytest.raises(Trouble, match=r"ids behind: start the version before this one"):
        site.repartition()


def test_while_the_hub_runs_it_is_refused(site: Site) -> None:
    with site.database.connect("gateway"), pytest.raises(Trouble, match="gateway"):
        site.repartition()
