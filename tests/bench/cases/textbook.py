"""The peer of the road, driven: records on its topic, from the first that is sent to the last row in PostgreSQL."""

import time
from datetime import UTC, datetime

import msgspec
import psycopg
from kafka import KafkaProducer

from events.transport.kafka import producer
from events.transport.topics import PARTITIONS
from tests.bench.cases.counting import Run, same
from tests.bench.load import Load
from tests.bench.peers import textbook
from tests.bench.stack import Bench

NAME = "textbook"
WARM_UP = 400


class Textbook:
    """The peer's process runs from its first run until `stop`."""

    def __init__(self, bench: Bench, seed: int, seconds: float) -> None:
        self._bench, self._seconds = bench, seconds
        self._load = Load("textbook", seed, NAME, datetime.now(UTC))
        self._count = 0
        self._conn: psycopg.Connection
        self._producer: KafkaProducer

    def start(self) -> None:
        """Ready, warm, and with a number of records that takes it about so many seconds."""
        self._bench.topic(textbook.TOPIC, PARTITIONS)
        self._conn = psycopg.connect(self._bench.peer_rows, autocommit=True)
        self._producer = producer(self._bench.stack.reach.kafka)
        self._bench.start_peer(NAME, [textbook.__name__, "worker"], {}, self._has_table)
        self._count = WARM_UP
        self.run()
        self._count = int(self.run().rate * self._seconds)

    def run(self) -> Run:
        before = self._rows()
        records = [(event["subject"].encode(), msgspec.json.encode(event)) for event in self._load.events(self._count)]
        began = time.monotonic()
        for key, value in records:
            self._producer.send(textbook.TOPIC, key=key, value=value)
        self._producer.flush()
        ended = self._bench.until(lambda: self._rows() - before >= self._count, NAME, 120.0)
        same(f"{NAME}: records, aggregates and rows", before + self._count, self._saved(), self._rows())
        return Run(self._count, ended - began)

    def stop(self) -> None:
        self._bench.stop(NAME)
        self._producer.close(timeout=2)
        self._conn.close()

    def _has_table(self) -> bool:
        row = self._conn.execute("SELECT to_regclass('said') IS NOT NULL").fetchone()
        return row is not None and bool(row[0])

    def _rows(self) -> int:
        return self._one("SELECT count(*) FROM said")

    def _saved(self) -> int:
        return self._one("SELECT count(*) FROM statements_events")

    def _one(self, query: str) -> int:
        row = self._conn.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0])
