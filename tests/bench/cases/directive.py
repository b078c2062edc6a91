"""Idle, from the answer of a deciding command to the directive's record on the topic that platforms read."""

import threading
import time
from collections.abc import Mapping

from kafka import KafkaConsumer, TopicPartition

from events.transport.kafka import Kafka
from events.transport.topics import DIRECTIVE_TOPIC
from tests.bench.cases import hearing
from tests.bench.cases.counting import same
from tests.bench.cases.hearing import SECOND, Heard, Official
from tests.bench.stack import Bench

PAUSE = 0.02
"""Seconds between two samples: the hub is idle again by then."""
PATIENCE = 5.0


class Reader:
    """A platform that reads the directive topic with its own rights, on a thread; it notes when each subject's record came."""

    def __init__(self, kafka: Kafka) -> None:
        self._consumer = KafkaConsumer(**kafka.client(), group_id=None, isolation_level="read_committed", enable_auto_commit=False)
        partitions = [TopicPartition(DIRECTIVE_TOPIC, number) for number in self._consumer.partitions_for_topic(DIRECTIVE_TOPIC)]
        self._consumer.assign(partitions)
        self._consumer.seek_to_end(*partitions)
        for partition in partitions:
            self._consumer.position(partition)
        self._came: dict[str, float] = {}
        self._news = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._read, name="directives", daemon=True)
        self._thread.start()

    def came(self, subject_id: str) -> float:
        """The moment at which the first record of this subject was there."""
        with self._news:
            if not self._news.wait_for(lambda: subject_id in self._came, PATIENCE):
                raise RuntimeError(f"no directive for {subject_id} after {PATIENCE:g} s")
            return self._came[subject_id]

    def everything(self) -> Mapping[str, float]:
        return self._came

    def close(self) -> None:
        self._stopping = True
        self._thread.join()
        self._consumer.close()

    def _read(self) -> None:
        while not self._stopping:
            for records in self._consumer.poll(timeout_ms=200).values():
                now = time.monotonic()
                with self._news:
                    for record in records:
                        self._came.setdefault(record.key.decode(), now)
                    self._news.notify_all()


class Directives:
    """Listings that are one decision away, taken one after the other."""

    def __init__(self, bench: Bench, seed: int, count: int) -> None:
        self._waiting: list[Heard] = hearing.prepare(bench, seed, count)
        self._approver = Official(bench, SECOND, "approver")
        access = bench.members[hearing.PLATFORM].kafka
        assert access is not None, "a platform has a Kafka user"
        self._reader = Reader(Kafka(access.bootstrap, access.username, access.password))
        self._decided = 0

    def samples(self, count: int) -> list[float]:
        """Milliseconds; 0 when the record was there before the answer."""
        return [self._sample(self._waiting.pop()) for _ in range(count)]

    def close(self) -> None:
        self._reader.close()
        same("decisions and subjects on the directive topic", self._decided, len(self._reader.everything()))

    def _sample(self, heard: Heard) -> float:
        time.sleep(PAUSE)
        self._approver.act("decide", heard.listing_id, heard.tag)
        answered = time.monotonic()
        self._decided += 1
        return max(0.0, self._reader.came(heard.subject_id) - answered) * 1000
