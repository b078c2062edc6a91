"""Whatever a member writes to its topic is answered there: the same corpus as over HTTP, and what only Kafka can bring."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import TopicAuthorizationFailedError

from events.transport.kafka import Kafka, producer
from tests.flow.world import World
from tests.support.stack import Hub
from tests.wire.corpus import CASES
from tests.wire.made import ACCOUNT, body, event

STRUCTURED = [("content-type", b"application/cloudevents+json; charset=utf-8")]


class Member(NamedTuple):
    """tmall, whose statements the corpus is made of, with its two topics."""

    producer: KafkaProducer
    consumer: KafkaConsumer
    ingress: str
    access: Kafka

    def write(self, value: bytes | None, *, key: bytes | None = ACCOUNT.encode(), headers: list[tuple[str, bytes]] = STRUCTURED) -> int:
        """Write one record to the first partition; its offset."""
        sent = self.producer.send(self.ingress, key=key, value=value, headers=headers, partition=0)
        return int(sent.get(timeout=10).offset)

    def answers(self, offsets: set[int]) -> dict[int, dict[str, Any]]:
        """By the offset of the record that is answered, for as long as one is missing."""
        found: dict[int, dict[str, Any]] = {}
        for record in self.consumer:
            found[int(dict(record.headers)["offset"])] = msgspec.json.decode(record.value)
            if offsets <= found.keys():
                break
        return found


@pytest.fixture(scope="module")
def tmall(hub: Hub, world: World) -> Iterator[Member]:
    given = hub.enrol("tmall").kafka
    assert given is not None
    access = Kafka(given.bootstrap, given.username, given.password)
    consumer = KafkaConsumer(**access.client(), group_id=None, auto_offset_reset="earliest", consumer_timeout_ms=30_000)
    consumer.assign([TopicPartition(given.receipt, 0)])
    speaking = producer(access)
    yield Member(speaking, consumer, given.ingress, access)
    speaking.close(timeout=2)
    consumer.close(autocommit=False)


def fresh(**more: Any) -> dict[str, Any]:
    return event("report.answered", id=f"k-{uuid4()}", **more)


def test_every_bad_statement_is_answered_with_its_fault_and_its_neighbours_are_accepted(tmall: Member) -> None:
    wanted = {tmall.write(case.body): case for case in CASES}
    neighbours = {tmall.write(body(fresh())) for _ in range(3)}
    answers = tmall.answers(wanted.keys() | neighbours)
    assert {answers[offset]["status"] for offset in neighbours} == {"accepted"}
    faults = {case.name: answers[offset]["problem"]["errors"][0] for offset, case in wanted.items()}
    assert {name: (fault["code"], fault["pointer"]) for name, fault in faults.items()} == {
        case.name: (case.code, case.pointer) for case in CASES
    }


def test_a_record_without_key_with_a_wrong_key_or_without_value_is_refused(tmall: Member) -> None:
    nobody, stranger = tmall.write(body(fresh()), key=None), tmall.write(body(fresh()), key=b"another-shop")
    tombstone, plain = tmall.write(None), tmall.write(body(fresh()), headers=[])
    answers = tmall.answers({nobody, stranger, tombstone, plain})
    codes = [answers[offset]["problem"]["errors"][0]["code"] for offset in (nobody, stranger, tombstone, plain)]
    assert codes == ["wrong-key", "wrong-key", "not-json", "unsupported-media-type"]


def test_a_repeat_gets_its_original_receipt_and_other_content_is_a_conflict(tmall: Member) -> None:
    statement = fresh()
    first, again = tmall.write(body(statement)), tmall.write(body(statement))
    other = tmall.write(body(statement | {"time": "2026-11-20T00:00:00+08:00"}))
    answers = tmall.answers({first, again, other})
    assert answers[first] == answers[again]
    assert answers[first]["status"] == "accepted"
    assert (answers[other]["status"], answers[other]["problem"]["type"]) == ("conflict", "/problems/conflict")


@pytest.mark.parametrize("topic", ["liancheng.ingress.alpha.v1", "liancheng.sanction.v1", "liancheng.directive.v1"])
def test_a_member_can_write_nothing_but_its_own_topic(tmall: Member, topic: str) -> None:
    # A producer of its own: kafka-python gives an idempotent one up after a refusal.
    with closing(producer(tmall.access)) as stranger, pytest.raises(TopicAuthorizationFailedError):
        stranger.send(topic, key=b"x", value=b"y").get(timeout=10)
