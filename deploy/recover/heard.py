"""What Kafka still knows of what platforms were told: the topic of directives, the hub's own records, and the platforms' answers."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition

from deploy.local.tell import Trouble
from events.catalogue import UnknownFact
from events.facts.directive import DirectiveIssued
from events.facts.enforcement import EnforcementAcknowledged
from events.facts.fact import Fact, Tier
from events.transport.envelope import NotAnEnvelope, Unpacker
from events.transport.kafka import Kafka
from events.transport.topics import DIRECTIVE_TOPIC, internal_topic
from services.adjudication.domain.redress.restore import Believed

SILENCE = 60.0
"""Seconds without a record, before the broker is given up."""
TIERS = {tier.word: tier for tier in Tier}


class Heard:
    """Of each subject the last that was said, and whoever else was named."""

    def __init__(self) -> None:
        self.believed: dict[UUID, Believed] = {}

    def told(self, subject_id: UUID, one: Believed) -> None:
        """A higher number replaces; of the same, the one that names accounts: the public topic names none."""
        had = self.believed.get(subject_id, Believed())
        if (one.seq, len(one.accounts)) > (had.seq, len(had.accounts)):
            self.believed[subject_id] = one

    def named(self, subject_id: UUID) -> None:
        """By an answer of a platform. The number in it is the platform's word, and nobody's numbers are raised by it."""
        self.believed.setdefault(subject_id, Believed())

    def take(self, fact: Fact) -> None:
        if isinstance(fact, DirectiveIssued):
            self.told(fact.subject_id, Believed(fact.seq, fact.tier, fact.accounts))
        elif isinstance(fact, EnforcementAcknowledged):
            self.named(fact.directive.subject_id)


def listen(kafka: Kafka) -> Heard:
    """Read three topics from their beginnings; Trouble when the broker falls silent before their ends."""
    heard, unpacker = Heard(), Unpacker()
    for record in _all(kafka, DIRECTIVE_TOPIC):
        if record.value is not None:
            said = json.loads(record.value)
            heard.told(UUID(said["subject_id"]), Believed(said["seq"], TIERS[said["tier"]]))
    for lane in ("dossier", "enforcement"):
        for record in _all(kafka, internal_topic(lane)):
            try:
                facts = unpacker.unpack(record.value)
            except (NotAnEnvelope, UnknownFact) as unreadable:
                raise Trouble(f"{record.topic}/{record.partition}/{record.offset}: {unreadable}") from unreadable
            for _, fact in facts:
                heard.take(fact)
    return heard


def _all(kafka: Kafka, topic: str) -> Iterator[Any]:
    """Every record up to the end as it is now."""
    with closing(KafkaConsumer(**kafka.client(), group_id=None, enable_auto_commit=False)) as consumer:
        places = [TopicPartition(topic, partition) for partition in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        last = time.monotonic()
        while any(consumer.position(place) < ends[place] for place in places):
            batches = consumer.poll(timeout_ms=500)
            if batches:
                last = time.monotonic()
            elif time.monotonic() - last > SILENCE:
                raise Trouble(f"Kafka {topic}：读不到末尾", f"Kafka {topic}: its end cannot be read")
            for records in batches.values():
                yield from records
