"""Statements that come by Kafka: recorded as those that come by HTTP, each record answered, none ever dropped by its offset."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from events.transport.faust_worker import Message
from events.transport.kafka import Kafka, administrator
from events.transport.positions import TP, hints
from events.transport.session import Session
from events.transport.store import Recorded, Submission, append_statements
from events.transport.telemetry import COMMIT_SECONDS, REFUSALS, STATEMENTS, log
from events.transport.topics import INGRESS_PREFIX, member_of_topic
from events.wire.event.cloudevent import trace_of
from events.wire.problems import Invalid, document
from events.wire.receipt import Receipt, Refusal
from events.wire.statement import Arrival, Member, Parsed, parse_record

CONSUMER = "ingress"
LOOK_SECONDS = 3.0
"""How often it is looked whether a member was enrolled, whose topic nobody hears yet."""
TRACED = 20

SAVE = """
INSERT INTO position (consumer, topic, partition, epoch, next_offset) SELECT %s, n.topic, n.partition, %s, n.next_offset
FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS n(topic, partition, next_offset)
ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = excluded.next_offset
"""


class Heard(NamedTuple):
    """A record and what it says, or why it cannot be taken."""

    message: Message
    member: Member
    parsed: Parsed | Invalid


class Owed(NamedTuple):
    """A row that the relay ships to the member."""

    kind: Literal["refused", "conflict", "duplicate"]
    heard: Heard
    answer: Receipt | Refusal


class Ingress:
    """Used by one thread. The statement's own key is the duplicate check, so a record may be read any number of times."""

    def __init__(
        self, *, conninfo: str, kafka: Kafka, hub_key: bytes, randomness: Callable[[int], bytes], on_new_member: Callable[[], None]
    ) -> None:
        self._hub_key, self._randomness = hub_key, randomness
        self._session = Session(conninfo, name="ingress", statement_seconds=10)
        self._on_new_member = on_new_member
        self._admin = administrator(kafka)
        self._members: dict[str, Member] = {}
        self._topics: frozenset[str] = frozenset()
        self._looked = time.monotonic()

    def listen_to(self) -> list[str]:
        """The topics there are now; kept, to notice when there is another."""
        self._topics = self._ingress_topics()
        return sorted(self._topics)

    def process(self, messages: Sequence[Message]) -> None:
        """Record a batch in one transaction, again and again until it is stored."""
        now = datetime.now(UTC)
        self._session.until_done(lambda conn, _: self._record(conn, messages, now))

    def seek(self, partitions: frozenset[TP]) -> Mapping[TP, int | None]:
        topic_ids = {
            topic["name"]: str(topic["topic_id"]) for topic in self._admin.describe_topics(sorted({tp.topic for tp in partitions}))
        }
        found = self._session.until_done(lambda conn, _: hints(conn, [CONSUMER], topic_ids))
        return {tp: found.get(tp) for tp in partitions}

    def tick(self, _: frozenset[TP]) -> None:
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        if self._ingress_topics() - self._topics:
            self._on_new_member()

    def _ingress_topics(self) -> frozenset[str]:
        return frozenset(name for name in self._admin.list_topics() if name.startswith(INGRESS_PREFIX))

    # -- one batch ------------------------------------------------------------------------------------------------------

    def _record(self, conn: psycopg.Connection, messages: Sequence[Message], now: datetime) -> None:
        heard = [self._hear(conn, message, now) for message in messages]
        said = [(it, it.parsed) for it in heard if isinstance(it.parsed, Parsed)]
        recorded: list[Recorded] = []
        if said:
            with COMMIT_SECONDS.time():
                recorded = append_statements(conn, [Submission(*parsed) for _, parsed in said])
        refused = [_refused(it, it.parsed) for it in heard if isinstance(it.parsed, Invalid)]
        repeats = [answer for (it, parsed), outcome in zip(said, recorded, strict=True) if (answer := _repeated(it, parsed, outcome))]
        self._keep(conn, [*refused, *repeats], now)
        self._save(conn, messages)
        _count(said, recorded, refused)

    def _hear(self, conn: psycopg.Connection, message: Message, now: datetime) -> Heard:
        member = self._member(conn, member_of_topic(message.tp.topic))
        road = f"{message.tp.topic}/{message.tp.partition}/{message.offset}"
        trace = trace_of(message.headers) or self._randomness(16).hex()
        arrival = Arrival(member, self._hub_key, now, self._randomness(16), trace, road)
        try:
            return Heard(message, member, parse_record(message.key, message.headers, message.value, arrival))
        except Invalid as invalid:
            return Heard(message, member, invalid)

    def _member(self, conn: psycopg.Connection, code: str) -> Member:
        if code not in self._members:
            row = conn.execute("SELECT code, class FROM member WHERE code = %s", (code,)).fetchone()
            if row is None:
                raise LookupError(f"{code} has an ingress topic and is not enrolled")
            self._members[code] = Member(*row)
        return self._members[code]

    @staticmethod
    def _keep(conn: psycopg.Connection, owed: Sequence[Owed], now: datetime) -> None:
        if not owed:
            return
        conn.execute("SELECT pg_notify('hub_events', 'refusal')")
        with conn.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO refusal (kind, member, topic, partition, "offset", statement_id, answer, record, recorded_at)'
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (
                        it.kind,
                        it.heard.member.code,
                        *it.heard.message.tp,
                        it.heard.message.offset,
                        it.answer.id,
                        Jsonb(it.answer, dumps=msgspec.json.encode),
                        it.heard.message.value if it.kind == "refused" else None,
                        now,
                    )
                    for it in owed
                ],
            )

    def _save(self, conn: psycopg.Connection, messages: Sequence[Message]) -> None:
        nexts: dict[TP, int] = {}
        for message in messages:
            nexts[message.tp] = message.offset + 1
        places = sorted(nexts)
        conn.execute(
            SAVE,
            (CONSUMER, self._session.epoch, [tp.topic for tp in places], [tp.partition for tp in places], [nexts[tp] for tp in places]),
        )


def _refused(heard: Heard, invalid: Invalid) -> Owed:
    problem = document(invalid.code, invalid.faults[0].detail, invalid.faults)
    return Owed("refused", heard, Refusal(invalid.statement_id, "refused", problem))


def _repeated(heard: Heard, parsed: Parsed, outcome: Recorded) -> Owed | None:
    """What the relay cannot derive from the log: the receipt of a repeat, and the refusal of a conflict."""
    fact = parsed.fact
    if outcome.outcome == "duplicate":
        return Owed("duplicate", heard, Receipt(fact.id, fact.source, outcome.position, outcome.sha256, outcome.recorded_at))
    if outcome.outcome == "conflict":
        return Owed("conflict", heard, Refusal(fact.id, "conflict", document("conflict")))
    return None


def _count(said: Sequence[tuple[Heard, Parsed]], recorded: Sequence[Recorded], refused: Sequence[Owed]) -> None:
    for (heard, parsed), outcome in zip(said, recorded, strict=True):
        STATEMENTS.labels(heard.member.member_class, parsed.fact.tag(), outcome.outcome).inc()
        if outcome.outcome != "accepted":
            REFUSALS.labels(outcome.outcome).inc()
    for it in refused:
        STATEMENTS.labels(it.heard.member.member_class, "unknown", "refused").inc()
        REFUSALS.labels("refused").inc()
    traces = [parsed.fact.trace for _, parsed in said] if len(said) <= TRACED else []
    log.info("heard", statements=len(said), refused=len(refused), traces=traces)
