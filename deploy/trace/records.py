"""Where a fact is on Kafka: the record that carries it, found by the time at which it was recorded."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition

from deploy.trace.sight import Sight
from deploy.trace.stored import Stored
from events.transport.envelope import NotAnEnvelope, Span
from events.transport.kafka import Kafka

SKEW = timedelta(seconds=5)
"""A record is at most so much older than its fact: clocks of two machines."""
PATIENCE_MS = 3000


class Record(NamedTuple):
    """The record of one fact."""

    at: datetime
    offset: int
    facts: int


def find(kafka: Kafka, one: Stored, recorded_at: datetime) -> Record | None:
    """The record, or None when the topic no longer has it, or does not have it yet."""
    place = TopicPartition(*one.place)
    with closing(KafkaConsumer(**kafka.client(), enable_auto_commit=False, consumer_timeout_ms=PATIENCE_MS)) as consumer:
        consumer.assign([place])
        begin = consumer.offsets_for_times({place: int((recorded_at - SKEW).timestamp() * 1000)})[place]
        if begin is None:
            return None
        consumer.seek(place, begin.offset)
        end = consumer.end_offsets([place])[place]
        for record in _until(consumer, end):
            span = _span(record)
            if span is not None and span.first <= one.position <= span.last:
                return Record(datetime.fromtimestamp(record.timestamp / 1000, UTC), record.offset, span.count)
            if span is not None and span.first > one.position:
                return None
    return None


def sight(one: Stored, record: Record) -> Sight:
    topic, partition = one.place
    return Sight(record.at, "kafka", "on kafka", f"{topic}/{partition}/{record.offset} facts={record.facts} id={one.position}")


def _until(consumer: Any, end: int) -> Iterator[Any]:
    """Records up to the end that there was: new ones may come without end."""
    for record in consumer:
        yield record
        if record.offset >= end - 1:
            return


def _span(record: Any) -> Span | None:
    try:
        return Span.of(record.headers)
    except NotAnEnvelope:
        return None
