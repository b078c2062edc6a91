"""The topic of directives: compacted, the same for every platform, each record the full state of one subject."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from math import ceil
from threading import Event
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from events.client.follow.directive import Directive
from events.client.follow.feed import Diverged, Feed, Step
from events.client.follow.replica import Replica
from events.client.hub import Unreachable
from events.client.publish.kafka import Access
from events.client.reading import reader

TOPIC = "liancheng.directive.v1"
POLL_MS = 200
POLLED = 100
BEFORE_MS = 60_000
"""What was written so long before the start is read again: it costs little, and what the snapshot had not yet is in it."""
SOON, SELDOM = 2.0, 60.0
"""Seconds until the copy is reconciled with the feed: after news, for its accounts, and without any."""
REST = 3
LONGEST = 30.0
AT_ONCE = 50
"""Listings taken in before the topic is looked at again: there may be a lift behind them."""
AHEAD = 10_000
"""Read ahead of what is taken in, at most."""


class Topic:
    """Keeps one replica up to date from Kafka. The feed begins the copy, names its accounts and proves it. For one thread.

    It reads ahead: a lift is taken in when it is read, listings when nothing more is to be read, or when very many wait.
    Without a feed the topic is read from its beginning, and no account is ever named: ask by credit code.
    """

    def __init__(self, access: Access, replica: Replica, feed: Feed | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._access, self._replica, self._feed, self._clock = access, replica, feed, clock
        self._reconcile_at = 0.0
        self._pages: Iterator[Step] | None = None
        self._waiting: dict[str, Directive] = {}

    def run(self, stop: Event, heard: Callable[[int], None], doubt: Callable[[Exception], None]) -> None:
        """Until `stop`. `heard` is told how many subjects changed; `doubt` why nothing comes, before it begins anew."""
        failures, pause = 0, 0.0
        while not stop.wait(pause):
            try:
                with self._opened() as consumer:
                    self._waiting.clear()
                    self._reconcile(heard)
                    failures, pause = 0, 0.5
                    while not stop.is_set():
                        self.turn(consumer, heard)
            except (KafkaError, Unreachable, Diverged) as trouble:
                doubt(trouble)
                failures += 1
                pause = min(LONGEST, 0.25 * 2**failures)

    def turn(self, consumer: KafkaConsumer, heard: Callable[[int], None]) -> None:
        """What there is to read; then some of what waits; then, when nothing does and it is time for one, a page of the feed."""
        if len(self._waiting) < AHEAD:
            until = 0.0 if self._waiting else max(0.0, self._reconcile_at - self._clock())
            heard(self.read(consumer.poll(timeout_ms=min(POLL_MS, ceil(until * 1000)))))
        if self._waiting:
            heard(self.take_some())
        elif self._clock() >= self._reconcile_at:
            self._reconcile_some(heard)

    def read(self, batches: Mapping[Any, list[Any]]) -> int:
        """Records as Kafka gave them, in whatever order and however often. Who is free is free now; gives how many subjects changed."""
        said = [directive for batch in batches.values() for record in batch if (directive := directive_of(record)) is not None]
        for directive in said:
            waits = self._waiting.get(directive.subject_id)
            if directive.restricts and (waits is None or waits.seq < directive.seq):
                self._waiting[directive.subject_id] = directive
        return self._apply([directive for directive in said if not directive.restricts])

    def take(self, batches: Mapping[Any, list[Any]]) -> int:
        """All of these records, lifts before the rest; gives how many subjects changed."""
        changed = self.read(batches)
        while self._waiting:
            changed += self.take_some()
        return changed

    def take_some(self) -> int:
        """Of what waits; gives how many subjects changed."""
        return self._apply([self._waiting.pop(subject) for subject in list(islice(self._waiting, AT_ONCE))])

    def _apply(self, directives: list[Directive]) -> int:
        changed = self._replica.apply(directives, None, accounts=False) if directives else 0
        if changed:
            self._reconcile_at = min(self._reconcile_at, self._clock() + SOON)
        return changed

    def _reconcile(self, heard: Callable[[int], None]) -> None:
        self._pages, self._reconcile_at = None, self._clock() + SELDOM
        if self._feed is not None:
            self._feed.reconcile(heard)
            self._feed.prove_in_time()

    def _reconcile_some(self, heard: Callable[[int], None]) -> None:
        """A page, and then the topic alone for longer than the page took: of fifty thousand that the feed names, none holds a lift up."""
        if self._feed is None:
            self._reconcile_at = self._clock() + SELDOM
            return
        began = self._clock()
        self._pages = self._pages or self._feed.reconciling(heard)
        if (step := next(self._pages, None)) is not None:
            now = self._clock()
            self._reconcile_at = now + max(step.pause, REST * (now - began))
            return
        # What the topic brought while the last page was taken in is ahead of the feed again.
        level = self._replica.proof() is not None
        self._pages, self._reconcile_at = None, self._clock() + (SELDOM if level else SOON)
        self._feed.prove_in_time()

    def _opened(self) -> "closing[KafkaConsumer]":
        consumer = KafkaConsumer(
            **self._access.settings(),
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            max_poll_records=POLLED,
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
        return reader(Directive)(record.value)
    subject_id, _, seq = dict(record.headers).get("ce_id", b"").decode().rpartition("/")
    return Directive(subject_id, int(seq), "none") if subject_id else None
