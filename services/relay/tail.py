"""What Kafka already has of the log: a log that was restored from an older copy is noticed before anything is sent."""

import time
from collections.abc import Iterable
from typing import Any

import psycopg
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from events.transport.envelope import NotAnEnvelope, Span
from events.transport.kafka import REQUEST_MS, Kafka
from events.transport.store import ForeignLog, check, head
from events.transport.topics import LANE_OF_TOPIC, PARTITIONS

LAST = 10
"""Records looked at in each topic-partition: one that a frozen relay wrote late may lie behind the newest."""
PATIENCE = 30.0
POLL_MS = 200


def newest(kafka: Kafka) -> Span | None:
    """The last envelope of the newest epoch in the internal topics; None when they are empty."""
    consumer = KafkaConsumer(
        **kafka.client(), client_id=f"{kafka.user}-tail", group_id=None, enable_auto_commit=False, request_timeout_ms=REQUEST_MS
    )
    try:
        spans = [span for record in _last(consumer) if (span := _span(record.headers)) is not None]
    finally:
        consumer.close(autocommit=False, timeout_ms=2_000)
    return max(spans, key=lambda span: (span.epoch, span.last), default=None)


def compare(conn: psycopg.Connection, kafka: Kafka) -> None:
    """ForeignLog when Kafka has an id above the log's head, or an epoch that the log has not come to: the log is an older copy."""
    last = newest(kafka)
    epoch, top = check(conn).epoch, head(conn)
    if last is not None and (last.epoch > epoch or (last.epoch == epoch and last.last > top)):
        raise ForeignLog(f"Kafka has id {last.last} of epoch {last.epoch}, the log ends at {top} of epoch {epoch}: run `make recover`")


def _last(consumer: KafkaConsumer) -> list[Any]:
    """The last records of every internal topic-partition, as far as they are still kept."""
    places = [TopicPartition(topic, partition) for topic in LANE_OF_TOPIC for partition in range(PARTITIONS)]
    consumer.assign(places)
    begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    for place in places:
        consumer.seek(place, max(begins[place], ends[place] - LAST))
    found: list[Any] = []
    until = time.monotonic() + PATIENCE
    while any(consumer.position(place) < ends[place] for place in places):
        if time.monotonic() > until:
            raise KafkaTimeoutError("the ends of the topics cannot be read")
        found += [record for batch in consumer.poll(timeout_ms=POLL_MS).values() for record in batch]
    return found


def _span(headers: Iterable[tuple[str, bytes]]) -> Span | None:
    """None for what is none of the relay's: followers quarantine it."""
    try:
        return Span.of(headers)
    except NotAnEnvelope:
        return None
