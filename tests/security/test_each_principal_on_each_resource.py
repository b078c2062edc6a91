"""Every principal tries every operation on every resource of a real broker: what is granted works, all else is refused."""

import secrets as randomness
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import AuthorizationError, CoordinatorLoadInProgressError, CoordinatorNotAvailableError, KafkaError

from deploy.local import enrol
from deploy.local.access import topics
from deploy.local.access.secrets import KAFKA_USERS
from deploy.local.tell import Trouble
from events.transport.kafka import Kafka, administrator, producer
from events.transport.topics import (
    HUB_GRANTS,
    HUB_TOPICS,
    Grant,
    ingress_topic,
    member_grants,
    receipt_topic,
)
from tests.support.stack import Broker, Database

MEMBERS = ("tmall", "pdd")
TOPICS = [topic.name for topic in HUB_TOPICS] + [name(code) for code in MEMBERS for name in (ingress_topic, receipt_topic)]
GROUPS = ["ingress", "adjudication", "projections", "projections-2", "relay", "tmall.shop", "pdd.shop", "tmallx"]
PRINCIPALS = (*KAFKA_USERS, *MEMBERS, "stranger")
PATIENCE = 10.0
ANY_RESOURCE = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)


class Cell(NamedTuple):
    """One try, and whether the broker let it pass."""

    principal: str
    operation: str
    resource: str
    allowed: bool


class Clients(NamedTuple):
    """As one principal."""

    name: str
    grants: Sequence[Grant]
    writing: KafkaProducer
    reading: KafkaConsumer
    asking: KafkaAdminClient

    def granted(self, operation: str, resource: str, name: str) -> bool:
        return any(
            (grant.operation, grant.resource) == (operation, resource)
            and (name.startswith(grant.name) if grant.prefixed else name == grant.name)
            for grant in self.grants
        )


@pytest.fixture(scope="module")
def broker(kafka: Broker) -> Iterator[Broker]:
    """Its topics are made anew at the end: what is tried here is rubbish to whoever follows them."""
    yield kafka
    ours = sorted({name for name in kafka.admin.list_topics() if not name.startswith("__")})
    kafka.admin.delete_topics(ours)
    while set(ours).intersection(kafka.admin.list_topics()):
        time.sleep(0.05)
    topics.prepare(kafka.admin, kafka.stack.secrets.kafka_users)


@pytest.fixture(scope="module")
def principals(broker: Broker, module_database: Database) -> Iterator[list[Clients]]:
    access = {name: (broker.user(name), [grant for grant in HUB_GRANTS if grant.principal == name]) for name in KAFKA_USERS}
    with module_database.connect() as owner:
        for code in MEMBERS:
            wanted = enrol.apply(code, "platform", "")
            given = enrol.enrol(owner, broker.admin, broker.bootstrap, wanted, datetime(2026, 11, 20, tzinfo=UTC), randomness.token_hex)
            assert given.kafka is not None
            access[code] = (Kafka(broker.bootstrap, given.kafka.username, given.kafka.password), list(member_grants(code)))
    topics.set_passwords(broker.admin, {"stranger": "known"})
    access["stranger"] = (Kafka(broker.bootstrap, "stranger", "known"), [])
    with ExitStack() as opened:
        yield [_clients(name, kafka, grants, opened) for name, (kafka, grants) in access.items()]


def _clients(name: str, kafka: Kafka, grants: Sequence[Grant], opened: ExitStack) -> Clients:
    writing = KafkaProducer(**kafka.client(), enable_idempotence=False, max_block_ms=5000)
    reading = KafkaConsumer(**kafka.client(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
    asking = administrator(kafka)
    opened.callback(writing.close, timeout=1)
    opened.callback(reading.close, autocommit=False)
    opened.callback(asking.close)
    return Clients(name, grants, writing, reading, asking)


@pytest.fixture(scope="module")
def filled(broker: Broker) -> None:
    """A record in the first partition of each topic, so that whoever may read has something to read."""
    with closing(producer(Kafka(broker.bootstrap, "admin", broker.stack.secrets.kafka_admin))) as writing:
        for topic in TOPICS:
            writing.send(topic, key=b"k", value=b"{}", partition=0).get(PATIENCE)


def may_write(it: Clients, topic: str) -> bool:
    try:
        it.writing.send(topic, key=b"k", value=b"{}", partition=0).get(PATIENCE)
    except AuthorizationError:
        return False
    return True


def may_read(it: Clients, topic: str) -> bool:
    place = TopicPartition(topic, 0)
    try:
        # Of a topic that one may not even describe, the client would wait for its partitions until the end of its patience.
        if not it.reading.partitions_for_topic(topic):
            return False
        it.reading.assign([place])
        it.reading.seek_to_beginning(place)
        return bool(it.reading.poll(timeout_ms=int(PATIENCE * 1000), max_records=1))
    except AuthorizationError:
        return False


def may_ask_group(it: Clients, group: str) -> bool:
    for _ in range(100):
        try:
            it.asking.list_group_offsets({group: None})
        except AuthorizationError:
            return False
        except (CoordinatorNotAvailableError, CoordinatorLoadInProgressError):  # the broker makes its topic of groups at the first question
            time.sleep(0.1)
        else:
            return True
    raise TimeoutError(group)


def wrong(cells: Sequence[Cell], it: Clients, resource: str) -> list[Cell]:
    return [cell for cell in cells if cell.allowed != it.granted(cell.operation, resource, cell.resource)]


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_a_topic_is_written_by_whom_it_was_granted(principals: list[Clients], principal: str) -> None:
    it = next(one for one in principals if one.name == principal)
    assert wrong([Cell(principal, "WRITE", topic, may_write(it, topic)) for topic in TOPICS], it, "TOPIC") == []


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_a_topic_is_read_by_whom_it_was_granted(principals: list[Clients], filled: None, principal: str) -> None:
    it = next(one for one in principals if one.name == principal)
    assert wrong([Cell(principal, "READ", topic, may_read(it, topic)) for topic in TOPICS], it, "TOPIC") == []


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_a_group_is_joined_by_whom_it_was_granted(principals: list[Clients], principal: str) -> None:
    it = next(one for one in principals if one.name == principal)
    assert wrong([Cell(principal, "READ", group, may_ask_group(it, group)) for group in GROUPS], it, "GROUP") == []


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_nobody_but_the_administrator_changes_the_cluster(principals: list[Clients], broker: Broker, principal: str) -> None:
    asking = next(one for one in principals if one.name == principal).asking
    topic = HUB_TOPICS[0].name
    before = _settings(broker)
    for act in (
        lambda: asking.create_topics({f"liancheng.ingress.{principal}-made.v1": {"num_partitions": 1}}),
        lambda: asking.delete_topics([topic]),
        lambda: asking.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "1"})], raise_on_unknown=False
        ),
        lambda: topics.set_passwords(asking, {"relay": "stolen"}),
        lambda: topics.grant(asking, [Grant(principal, "WRITE", "TOPIC", topic)]),
    ):
        with suppress(KafkaError, Trouble):  # some are refused by an answer, some by an error: what counts is that nothing changed
            act()
    assert _settings(broker) == before
    with closing(producer(broker.user("relay"))) as relay:
        assert relay.send(topic, b"{}", partition=0).get(PATIENCE).offset >= 0, "its password is still its own"


def _settings(broker: Broker) -> tuple[object, ...]:
    """Topics, the settings of one of them, and all rights."""
    one = ConfigResource(ConfigResourceType.TOPIC, HUB_TOPICS[0].name)
    rights, _ = broker.admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, ANY_RESOURCE))
    return set(broker.admin.list_topics()), str(broker.admin.describe_configs([one])), {str(right) for right in rights}


def test_no_grant_is_of_everything() -> None:
    everything = [*HUB_GRANTS, *member_grants("tmall")]
    assert {grant.operation for grant in everything} == {"READ", "WRITE", "IDEMPOTENT_WRITE"}
    assert all(grant.name not in ("*", "", "liancheng.") for grant in everything)
    writers = {grant.principal for grant in everything if grant.operation == "WRITE" and grant.resource == "TOPIC"}
    assert writers == {"relay", "tmall"}
