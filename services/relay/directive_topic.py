"""The topic of directives, read back by its only writer: a frozen relay that thaws may have written after us."""

import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from events.transport.kafka import REQUEST_MS, Kafka, administrator
from events.transport.store import ForeignLog
from events.transport.topics import DIRECTIVE_TOPIC

POLL_MS = 5
CATCH_UP_MS = 200
CATCH_UP_SECONDS = 60
AT_ONCE = 100
"""Records read back in one go: a lift that is to be sent waits for no more than these."""


class Written(NamedTuple):
    """A record as it lies in the topic."""

    subject_id: UUID
    seq: int


class DirectiveTopic:
    """A reader without a group: its places are kept by whoever uses it."""

    def __init__(self, kafka: Kafka) -> None:
        with administrator(kafka) as admin:
            self.topic_id = str(admin.describe_topics([DIRECTIVE_TOPIC])[0]["topic_id"])
        self._consumer = KafkaConsumer(
            **kafka.client(),
            client_id=f"{kafka.user}-reads-back",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=REQUEST_MS,
        )
        self._partitions: list[TopicPartition] = []
        self._ends: Mapping[TopicPartition, int] = {}

    def begin(self, places: Mapping[int, int]) -> bool:
        """Read on from these offsets. False, and from the beginning, when the topic has lost what lay before one of them."""
        self._partitions = [TopicPartition(DIRECTIVE_TOPIC, partition) for partition in places]
        self._consumer.assign(self._partitions)
        self._ends = self._consumer.end_offsets(self._partitions)
        intact = all(places[tp.partition] <= self._ends[tp] for tp in self._partitions)
        for tp in self._partitions:
            self._consumer.seek(tp, places[tp.partition] if intact else 0)
        return intact

    def to_the_end(self) -> Iterator[list[Written]]:
        """What was there when the reading began. KafkaTimeoutError when it does not come within a minute."""
        until = time.monotonic() + CATCH_UP_SECONDS
        while any(self._consumer.position(tp) < self._ends[tp] for tp in self._partitions):
            if time.monotonic() > until:
                raise KafkaTimeoutError("the topic of directives cannot be read back")
            yield self.read(CATCH_UP_MS)

    def read(self, wait_ms: int = POLL_MS) -> list[Written]:
        """What has been written since, as far as it is here by now, `AT_ONCE` at most."""
        batches: Mapping[TopicPartition, list[Any]] = self._consumer.poll(timeout_ms=wait_ms, max_records=AT_ONCE)
        return [written for records in batches.values() for record in records if (written := _written(record)) is not None]

    def places(self) -> dict[int, int]:
        """The offset to read next in each partition."""
        return {tp.partition: self._consumer.position(tp) for tp in self._partitions}

    def close(self) -> None:
        self._consumer.close(autocommit=False, timeout_ms=2_000)


def _written(record: Any) -> Written | None:
    """The subject and the seq of a record, a tombstone too; None for one that names none. ForeignLog for what is none of a relay's."""
    named = dict(record.headers)
    if record.value is None and "ce_id" not in named:
        return None
    try:
        subject_id, _, seq = named["ce_id"].decode().rpartition("/")
        return Written(UUID(subject_id), int(seq))
    except (KeyError, ValueError):
        raise ForeignLog(f"{record.topic}/{record.partition}/{record.offset} is no directive of ours") from None
