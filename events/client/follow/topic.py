"""The topic of directives: compacted, the same for every platform, each record the full state of one subject."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from threading import Event
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from events.client.follow.directive import Directive
from events.client.follow.feed import Diverged, Feed
from events.client.follow.replica import Replica
from events.client.hub import Unreachable
from events.client.publish.kafka import Access

TOPIC = "liancheng.directive.v1"
POLL_MS = 200
BEFORE_MS = 60_000
"""What was written so long before the start is read again: it costs little, and what the snapshot had not yet is in it."""
SOON, SELDOM = 2.0, 60.0
"""Seconds until the copy is reconciled with the feed: after news, for its accounts, and without any."""
LONGEST = 30.0


class Topic:
    """Keeps one replica up to date from Kafka. The feed begins the copy, names its accounts and proves it. For one thread.

    Without a feed the topic is read from its beginning, and no account is ever named: ask by credit code.
    """

    def __init__(self, access: Access, replica: Replica, feed: Feed | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._access, self._replica, self._feed, self._clock = access, replica, feed, clock
        self._reconcile_at = 0.0

    def run(self, stop: Event, heard: Callable[[int], None], doubt: Callable[[Exception], None]) -> None:
        """Until `stop`. `heard` is told how many subjects changed; `doubt` why nothing comes, before it begins anew."""
        failures, pause = 0, 0.0
        while not stop.wait(pause):
            try:
                with self._opened() as consumer:
                    self._reconcile(heard)
                    failures, pause = 0, 0.5
                    while not stop.is_set():
                        heard(self.take(consumer.poll(timeout_ms=POLL_MS)))
                        if self._clock() >= self._reconcile_at:
                            self._reconcile(heard)
            except (KafkaError, Unreachable, Diverged) as trouble:
                doubt(trouble)
                failures += 1
                pause = min(LONGEST, 0.25 * 2**failures)

    def take(self, batches: Mapping[Any, list[Any]]) -> int:
        """Records as Kafka gave them, in whatever order and however often; gives how many subjects changed."""
        said = [directive for batch in batches.values() for record in batch if (directive := directive_of(record)) is not None]
        changed = self._replica.apply(said, None, accounts=False) if said else 0
        if changed:
            self._reconcile_at = min(self._reconcile_at, self._clock() + SOON)
        return changed

    def _reconcile(self, heard: Callable[[int], None]) -> None:
        self._reconcile_at = self._clock() + SELDOM
        if self._feed is not None:
            self._feed.reconcile(heard)
            self._feed.prove_in_time()

    def _opened(self) -> "closing[KafkaConsumer]":
        consumer = KafkaConsumer(
            **self._access.settings(),
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
        )
        places = [TopicPartition(TOPIC, number) for number in sorted(consumer.partitions_for_topic(TOPIC) or ())]
        if not places:
            consumer.close()
            raise Unreachable(f"{TOPIC} is not there, or not for {self._access.username}")
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        if self._feed is not None:
            since = int(time.time() * 1000) - BEFORE_MS
            ends = consumer.end_offsets(places)
            for place, found in consumer.offsets_for_times(dict.fromkeys(places, since)).items():
                consumer.seek(place, ends[place] if found is None else found.offset)
        return closing(consumer)


def directive_of(record: Any) -> Directive | None:
    """What a record says. Of whom the hub has long freed nothing is left but a tombstone with the number: he is free.

    None for a tombstone without one, which is none of the hub's.
    """
    if record.value is not None:
        return msgspec.json.decode(record.value, type=Directive)
    subject_id, _, seq = dict(record.headers).get("ce_id", b"").decode().rpartition("/")
    return Directive(subject_id, int(seq), "none") if subject_id else None
