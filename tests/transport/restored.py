"""A log that can be copied and restored, with its broker, its relay, its feed, and a platform that keeps a copy."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from msgspec.structs import replace
from psycopg.sql import SQL, Identifier

from deploy.local.access import roles
from deploy.local.access.secrets import ROLES
from deploy.local.processes import Reach
from deploy.local.servers.postgres import conninfo
from events.client.follow.feed import Feed
from events.client.follow.replica import Replica
from events.client.hub import Hub
from events.facts.enforcement import EnforcementAcknowledged
from events.facts.fact import DossierFact
from events.facts.sanction import DirectiveRef
from events.transport.kafka import producer
from events.transport.store import Store, Submission, append, load
from events.transport.topics import DIRECTIVE_TOPIC, PARTITIONS
from services.relay import lease, tail
from services.relay.application import BULK, URGENT, LaneRelay
from services.relay.directive_topic import DirectiveTopic
from services.relay.directives import DirectivePublisher
from tests.domain.spec import Scene, lifted
from tests.support.served import served
from tests.support.stack import Broker, Database, free_ports
from tests.transport.statements import NOON

FREED, LOST, KEPT = UUID(int=1), UUID(int=2), UUID(int=3)
"""Lifted after the copy; restricted after the copy; restricted before it and ever since."""


class Site(NamedTuple):
    """A log with its copy, the broker, and a platform with a copy of its own."""

    database: Database
    broker: Broker
    replica: Replica
    key: str

    @property
    def reach(self) -> Reach:
        return Reach(self.database.owner, self.broker.stack.reach.kafka)

    def record(self, subject: UUID, facts: list[DossierFact]) -> None:
        """As adjudication does."""
        with self.database.connect("adjudication") as conn, conn.transaction():
            had = len(load(conn, [subject]).get(subject, []))
            append(conn, [(subject, had + n, replace(fact, subject_id=subject)) for n, fact in enumerate(facts, 1)])

    def say(self, *submissions: Submission) -> int:
        """As the gateway does; the last position."""
        with closing(Store(self.database.conninfo("gateway"))) as store:
            return store.append_statements(submissions)[-1].position

    def relay(self, *, directives: bool = True) -> None:
        """Until everything is on Kafka, or everything but the topic of directives. ForeignLog when the log is an older copy."""
        kafka = self.broker.user("relay")
        with ExitStack() as open_, self.database.connect("relay") as conn:
            tail.compare(conn, kafka)
            assert lease.acquire(conn, "this one")
            lanes = open_.enter_context(closing(LaneRelay(self.database.conninfo("relay"), kafka, (*URGENT, *BULK), "this one")))
            while lanes.step():
                pass
            pen = open_.enter_context(closing(producer(kafka)))
            topic = open_.enter_context(closing(DirectiveTopic(kafka)))
            publisher = DirectivePublisher(conn, pen, topic, "this one")
            while directives and publisher.publish_changes():
                pass
            lease.release(conn, "this one")

    @contextmanager
    def feed(self) -> Iterator[Feed]:
        """The service of directives, as long as this lasts, and the platform's copy that follows it."""
        port = free_ports()["directives_port"]
        settings = {
            "DATABASE_DIRECTIVES": self.database.conninfo("directives"),
            "DIRECTIVES_PORT": str(port),
            "NOTICE_KEY": "0a" * 32,
            "WEBHOOK_KEY": "0b" * 32,
            "ADJUDICATION_URL": "https://hub.example",
        }
        with served("services.directives.main", port, settings) as address, closing(Hub(address, self.key)) as hub:
            yield Feed(hub, self.replica)

    def bound(self) -> set[UUID]:
        """Whom the platform's copy restricts."""
        told = {subject: self.replica.directive(str(subject)) for subject in (FREED, LOST, KEPT)}
        return {subject for subject, directive in told.items() if directive is not None and directive.restricts}

    def last(self) -> dict[UUID, tuple[int, str]]:
        """What a platform believes that only follows the topic: the highest number of each subject."""
        found: dict[UUID, tuple[int, str]] = {}
        for record in (it for it in self.records(DIRECTIVE_TOPIC) if it.value is not None):
            headers = {name: value.decode() for name, value in record.headers}
            subject, seq = UUID(record.key.decode()), int(headers["ce_id"].rpartition("/")[2])
            if seq > found.get(subject, (0, ""))[0]:
                found[subject] = seq, "restricted" if b'"tier":"restricted"' in record.value else "none"
        return found

    def records(self, topic: str) -> list[Any]:
        with closing(KafkaConsumer(**self.broker.stack.reach.kafka.client(), group_id=None, enable_auto_commit=False)) as consumer:
            places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = consumer.end_offsets(places)
            found = []
            while any(consumer.position(place) < end for place, end in ends.items()):
                found += [record for batch in consumer.poll(timeout_ms=300).values() for record in batch]
            return found

    def receipt(self, one: Submission) -> object:
        with closing(Store(self.database.conninfo("gateway"))) as store:
            return store.receipt(one.fact.source, one.fact.id)

    def restore(self, copy: str) -> None:
        """Whoever is connected is thrown out, and the older copy takes the place of the database."""
        with self._founder() as founder:
            founder.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(self.database.name)))
            founder.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(copy), Identifier(self.database.name)))
        roles.admit(self.database.owner, ROLES)

    def copy(self, suffix: str = "_copy") -> str:
        """Nobody is connected."""
        name = f"{self.database.name}{suffix}"
        with self._founder() as founder:
            words = (Identifier(name), Identifier(self.database.name), Identifier(roles.OWNER))
            founder.execute(SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*words))
        return name

    def _founder(self) -> psycopg.Connection:
        server = self.database.stack
        return psycopg.connect(conninfo(server.settings.postgres_port, server.secrets.superuser), autocommit=True)


def await_rights(broker: Broker) -> None:
    """Rights that were granted a moment ago may not be known to the broker yet, and a producer does not try again."""
    until = time.monotonic() + 10
    while True:
        with closing(producer(broker.user("relay"))) as probe:
            try:
                probe.send(DIRECTIVE_TOPIC, key=b"probe", value=None).get(timeout=10)
            except KafkaError:
                assert time.monotonic() < until
            else:
                return


def silent(zh: str, en: str | None = None, /) -> None:
    """Whatever is said."""


def tiers(last: dict[UUID, tuple[int, str]]) -> dict[UUID, str]:
    return {subject: tier for subject, (_, tier) in last.items()}


def acknowledged(subject: UUID, seq: int) -> Submission:
    fact = EnforcementAcknowledged(
        id=f"ack-{subject}", source="/platforms/tmall", account=str(subject), time=NOON, recorded_at=NOON, sha256="e" * 64,
        directive=DirectiveRef(subject, seq), state="enforced",
    )  # fmt: skip
    return Submission(fact)


def story(scene: Scene) -> list[DossierFact]:
    return [fact for fact in scene.history if isinstance(fact, DossierFact)]


def lift(scene: Scene) -> list[DossierFact]:
    """What followed from the lift of one of the two sanctions."""
    return [fact for fact in scene.hear(lifted("tmall")) if isinstance(fact, DossierFact)]
