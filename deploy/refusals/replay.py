"""Takes a refused record in again: read by today's rules, recorded where intake would have recorded it, answered on its old road."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

import msgspec
import psycopg
from kafka import KafkaConsumer, TopicPartition

from deploy.refusals.kept import Refused
from events.transport.envelope import NotAnEnvelope, Unpacker
from events.transport.kafka import Kafka
from events.transport.store import Submission, append_statements
from events.wire.event.cloudevent import STRUCTURED
from events.wire.problems import Invalid
from events.wire.statement import Arrival, Member, Parsed, parse_record

PATIENCE_MS = 5000
Randomness = Callable[[int], bytes]


class Original(NamedTuple):
    """A record as the member wrote it."""

    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None


def original(kafka: Kafka, refused: Refused) -> Original | None:
    """From Kafka, which keeps it for seven days with its key and headers; then its value as it was put aside, if that was structured."""
    place = TopicPartition(refused.topic, refused.partition)
    with closing(
        KafkaConsumer(**kafka.client(), enable_auto_commit=False, consumer_timeout_ms=PATIENCE_MS, bootstrap_timeout_ms=PATIENCE_MS)
    ) as consumer:
        consumer.assign([place])
        if consumer.beginning_offsets([place])[place] <= refused.offset < consumer.end_offsets([place])[place]:
            consumer.seek(place, refused.offset)
            record = next(iter(consumer), None)
            if record is not None and record.offset == refused.offset and refused.record in (None, record.value):
                return Original(record.key, record.headers, record.value)
    return put_aside(refused)


def put_aside(refused: Refused) -> Original | None:
    """Without its key the account is taken from the statement itself. None when nothing was kept, or erased since."""
    if refused.record is None:
        return None
    try:
        said = msgspec.json.decode(refused.record, type=dict[str, object])
    except msgspec.DecodeError:
        said = {}
    return Original(str(said.get("subject", "")).encode(), [("content-type", STRUCTURED.encode())], refused.record)


def take_in(conn: psycopg.Connection, refused: Refused, found: Original, hub_key: bytes, now: datetime, randomness: Randomness) -> str:
    """`accepted`, `duplicate`, `conflict`, or `refused` with today's first fault. In one transaction with the note of what was done."""
    assert refused.member is not None, "a refused statement has its member"
    row = conn.execute("SELECT code, class FROM member WHERE code = %s", (refused.member,)).fetchone()
    if row is None:
        raise LookupError(f"{refused.member} is no member")
    arrival = Arrival(Member(*row), hub_key, now, randomness(16), randomness(16).hex(), refused.place)
    try:
        parsed: Parsed = parse_record(found.key, found.headers, found.value, arrival)
    except Invalid as invalid:
        return f"refused {invalid.faults[0].code} {invalid.faults[0].pointer}"
    with conn.transaction():
        outcome = append_statements(conn, [Submission(*parsed)])[0].outcome
        settle(conn, refused, outcome, now)
    return outcome


def look_again(conn: psycopg.Connection, refused: Refused, now: datetime) -> str:
    """Of a record of the relay's: whether it can be read now, and whether the log has what it carries. Followers read the log."""
    try:
        ids = [position for position, _ in Unpacker().unpack(refused.record or b"")]
    except (NotAnEnvelope, LookupError) as wrong:
        return f"unreadable: {wrong}"
    known = conn.execute("SELECT count(*) FROM hub_events WHERE notification_id = ANY(%s)", (ids,)).fetchone()
    if known is None or known[0] != len(ids):
        return "foreign: it carries facts that the log does not know"
    settle(conn, refused, "in the log", now)
    return "in the log"


def settle(conn: psycopg.Connection, refused: Refused, how: str, now: datetime) -> None:
    conn.execute("UPDATE refusal SET settled_at = %s, settled_as = %s WHERE id = %s", (now, how, refused.id))
