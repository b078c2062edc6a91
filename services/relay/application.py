"""One loop of the relay: read some lanes after their cursors, send, wait for every ack, save; again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from kafka import KafkaProducer

from events.transport.kafka import Kafka, producer
from events.transport.positions import TP
from events.transport.postgres import connect
from events.transport.store import ForeignLog, Row, check
from events.transport.telemetry import END_TO_END_SECONDS, log
from events.transport.topics import LANES, PARTITIONS
from services.relay import lease
from services.relay.answers import Answers
from services.relay.packing import LANE_NAMES, envelopes, mark

URGENT = ("sanction", "dossier", "merchant", "enforcement")
BULK = ("report", "evidence")
ROWS = {"report": 2_000, "evidence": 2_000}
"""Rows of a lane taken at once; fewer of the urgent ones, that none waits for the group it is in."""
URGENT_ROWS = 500
ACK_SECONDS = 30
TRACED = 20
"""Up to so many facts a round are named in the log by their traces; above, only counted."""

READ = """
SELECT e.* FROM unnest(%b::smallint[], %b::bigint[], %b::int[]) AS c(lane, after, rows), LATERAL (
    SELECT notification_id, lane, key, topic, state FROM hub_events
    WHERE (lane, notification_id) > (c.lane, c.after) AND (lane, notification_id) < (c.lane + 1::smallint, 0)
    ORDER BY lane, notification_id LIMIT c.rows
) e
"""
# Compared as pairs, only the index of lanes fits: asked otherwise, an empty lane is sought through everybody else's facts.


SAVE = """
WITH held AS (SELECT holder FROM relay_lease WHERE holder = %s FOR SHARE), cursors AS (
    UPDATE relay_cursor c SET last_id = n.id FROM held, unnest(%s::smallint[], %s::bigint[]) AS n(lane, id) WHERE c.lane = n.lane
), published AS (
    UPDATE relay_published p SET last_id = n.id FROM held, unnest(%s::text[], %s::int[], %s::bigint[]) AS n(topic, partition, id)
    WHERE (p.topic, p.partition) = (n.topic, n.partition)
)
SELECT holder FROM held
"""


class Sent(NamedTuple):
    """What a round put on Kafka: the new cursor of each lane and the last id of each topic-partition."""

    cursors: Mapping[int, int]
    published: Mapping[TP, int]
    facts: int


class LaneRelay:
    """Ships some lanes. Used by one thread; whatever fails is raised, and the caller opens a new one."""

    def __init__(self, conninfo: str, kafka: Kafka, lanes: Sequence[str], holder: str) -> None:
        self._lanes = [LANES[lane] for lane in lanes]
        self._holder = holder
        # Places that went back with a crash of the server are places that were never saved: what is sent again is dropped.
        self._conn = connect(conninfo, name="relay", statement_seconds=10, durable=False)
        self._epoch = check(self._conn).epoch
        self._producer: KafkaProducer = producer(kafka)
        self._answers = Answers(self._producer)
        self._cursors: dict[int, int] = dict(
            self._conn.execute("SELECT lane, last_id FROM relay_cursor WHERE lane = ANY(%s)", (self._lanes,))
        )
        self._published = {TP(t, p): i for t, p, i in self._conn.execute("SELECT topic, partition, last_id FROM relay_published")}
        if {tp.partition for tp in self._published} != set(range(PARTITIONS)):
            self.close()
            raise ForeignLog(f"the log was published in another number of partitions than {PARTITIONS}: run `make repartition`")

    def close(self) -> None:
        self._producer.close(timeout=2)
        self._conn.close()

    def step(self) -> int:
        """Ship what there is, up to a bound; how many facts. Acks are awaited before the cursor is saved: a crash between sends again."""
        rows = self._read()
        if not rows:
            return 0
        sent = self._send(rows)
        self._save(sent)
        self._tell(rows)
        return sent.facts

    def _read(self) -> list[Row]:
        lanes = [lane for lane in self._lanes if lane in self._cursors]
        limits = [ROWS.get(LANE_NAMES[lane], URGENT_ROWS) for lane in lanes]
        found = self._conn.execute(READ, (lanes, [self._cursors[lane] for lane in lanes], limits))
        return [Row(*row) for row in found]

    def _send(self, rows: Sequence[Row]) -> Sent:
        published = dict(self._published)
        waiting: list[Any] = []
        for envelope in envelopes(rows, published, self._epoch):
            topic, partition = envelope.tp
            waiting.append(self._producer.send(topic, value=envelope.value, headers=envelope.headers(), partition=partition))
            published[envelope.tp] = envelope.span.last
        waiting += self._answers.receipts(rows)
        wait_for(waiting)
        cursors: dict[int, int] = {}
        for row in rows:
            cursors[row.lane] = max(row.id, cursors.get(row.lane, 0))
        return Sent(cursors, published, len(rows))

    def _save(self, sent: Sent) -> None:
        """In one statement, and only while the lease is ours; LeaseLost otherwise."""
        changed = {tp: last for tp, last in sent.published.items() if self._published.get(tp) != last}
        places = ([tp.topic for tp in changed], [tp.partition for tp in changed], list(changed.values()))
        held = self._conn.execute(SAVE, (self._holder, list(sent.cursors), list(sent.cursors.values()), *places)).fetchone()
        if held is None:
            raise lease.LeaseLost(self._holder)
        self._cursors.update(sent.cursors)
        self._published.update(changed)

    def _tell(self, rows: Sequence[Row]) -> None:
        now = datetime.now(UTC)
        oldest = mark(rows[0]).moment
        if oldest is not None:
            END_TO_END_SECONDS.labels("relayed").observe(max((now - oldest).total_seconds(), 0.0))
        traces = sorted({trace for row in rows if (trace := mark(row).trace)}) if len(rows) <= TRACED else []
        log.info("relayed", facts=len(rows), lanes=sorted({LANE_NAMES[row.lane] for row in rows}), upto=rows[-1].id, traces=traces)


def wait_for(sends: Sequence[Any]) -> None:
    """Wait until each has been written; kafka.errors.KafkaError when one was not. A pending one is an error too."""
    for send in sends:
        if send.get(timeout=ACK_SECONDS).offset < 0:
            raise RuntimeError("the broker acknowledged a record without an offset")


def backlog(conn: psycopg.Connection) -> list[tuple[str, int, float]]:
    """For each lane: its name, facts not yet published (counted up to 100,000), and the age of the oldest in seconds."""
    found = []
    for lane, name in LANE_NAMES.items():
        row = conn.execute(
            "SELECT count(*), min(notification_id) FROM (SELECT notification_id FROM hub_events"
            " WHERE (lane, notification_id) > (SELECT lane, last_id FROM relay_cursor WHERE lane = %s)"
            " AND (lane, notification_id) < (%s + 1::smallint, 0) LIMIT 100000) w",
            (lane, lane),
        ).fetchone()
        count, first = row if row is not None else (0, None)
        age = 0.0
        if first is not None:
            state = conn.execute(
                "SELECT notification_id, lane, key, topic, state FROM hub_events WHERE notification_id = %s", (first,)
            ).fetchone()
            moment = mark(Row(*state)).moment if state is not None else None
            age = max((datetime.now(UTC) - moment).total_seconds(), 0.0) if moment is not None else 0.0
        found.append((name, int(count), age))
    return found
