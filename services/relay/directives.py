"""Directives as state on their compacted topic: of each subject the newest there is, lifts first, and never an older one last."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from threading import Event
from typing import NamedTuple
from uuid import UUID

import msgspec
import psycopg
from kafka import KafkaProducer

from events.catalogue import CATALOGUE
from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.transport.store import ForeignLog
from events.transport.telemetry import END_TO_END_SECONDS, log
from events.transport.topics import DIRECTIVE_TOPIC
from events.wire.directive import kafka_record, tombstone
from services.relay import lease
from services.relay.application import wait_for
from services.relay.directive_topic import AT_ONCE, DirectiveTopic, Written

PAGE = 2_000
BATCH = 40
"""Sent at once, so that a lift never waits behind more than these."""
FRESH = 100
"""So many that were looked at last need not be read again when it is their turn."""
REST = 2
SHORTEST_REST, LONGEST_REST = 0.03, 0.1
"""After a batch the publisher rests so many times as long as it took: in that time lifts find brokers and readers free."""
READ_BACK_SECONDS = 1.0
SAVE_SECONDS = 0.1
"""While more is to be sent, at most so often: what a relay sends after the last time, the next one sends again."""

_CHANGED = (
    "SELECT notification_id, topic, state FROM hub_events"
    " WHERE topic = 'directive.issued.v1' AND notification_id > %b ORDER BY notification_id LIMIT %b"
)
_BY_ID = "SELECT notification_id, topic, state FROM hub_events WHERE notification_id = ANY(%b::bigint[])"
_NEWEST = (
    "SELECT DISTINCT ON (originator_id) notification_id, topic, state FROM hub_events"
    " WHERE originator_id = ANY(%b::uuid[]) AND topic = 'directive.issued.v1' ORDER BY originator_id, originator_version DESC"
)


_SETTLED = "SELECT subject_id, seq FROM directive_settled WHERE NOT buried ORDER BY settled_at LIMIT %b"


class Glance(msgspec.Struct, frozen=True):
    """What is looked at of a directive before it is its turn to be sent."""

    subject_id: UUID
    lift: bool


_glance = msgspec.json.Decoder(Glance).decode


class Issued(NamedTuple):
    """A directive and its id in the log."""

    id: int
    fact: DirectiveIssued


class Pending:
    """Subjects whose newest directive is not on the topic yet, with its id. A superseded one is forgotten."""

    def __init__(self, read_to: int) -> None:
        self.read_to = read_to
        # Both in the order of ids, because whatever changes moves to the end.
        self._lifts: dict[UUID, int] = {}
        self._others: dict[UUID, int] = {}

    def add(self, position: int, subject_id: UUID, *, lift: bool) -> None:
        """Ids ascend."""
        self._lifts.pop(subject_id, None)
        self._others.pop(subject_id, None)
        (self._lifts if lift else self._others)[subject_id] = position
        self.read_to = position

    def first(self, limit: int) -> list[int]:
        """What to send now, each kind in the order of the log: lifts by themselves, and when there are none the others."""
        return self.lifts(limit) or list(islice(self._others.values(), limit))

    def lifts(self, limit: int) -> list[int]:
        return list(islice(self._lifts.values(), limit))

    def sent(self, issued: Iterable[Issued]) -> None:
        for position, fact in issued:
            for waiting in (self._lifts, self._others):
                if waiting.get(fact.subject_id) == position:
                    del waiting[fact.subject_id]

    def waits(self, subject_id: UUID) -> bool:
        return subject_id in self._lifts or subject_id in self._others

    @property
    def others(self) -> int:
        """How many that are no lifts."""
        return len(self._others)

    @property
    def cursor(self) -> int:
        """Everything up to this id is on the topic, or superseded by something that is."""
        oldest = [next(iter(waiting.values())) for waiting in (self._lifts, self._others) if waiting]
        return min(oldest) - 1 if oldest else self.read_to


class DirectivePublisher:
    """Used by one thread. Whatever fails is raised, and a new one begins from what was saved: at worst it sends again.

    It reads its topic back: a record that another relay wrote late and that is not its subject's newest is followed by the
    newest again, within about a second. So the last record of a key has the highest seq, whoever froze and thawed.
    """

    def __init__(
        self,
        conn: psycopg.Connection,
        producer: KafkaProducer,
        topic: DirectiveTopic,
        holder: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`holder` is who has the relay's lease."""
        self._conn, self._producer, self._topic, self._holder, self._clock = conn, producer, topic, holder, clock
        cursor, topic_id = conn.execute("SELECT last_id, topic_id FROM directive_cursor").fetchone() or (0, None)
        places: dict[int, int] = dict(conn.execute("SELECT partition, next_offset FROM directive_read_back").fetchall())
        if topic_id != topic.topic_id:
            places = dict.fromkeys(places, 0)
        intact = topic.begin(places) and topic_id == topic.topic_id
        self._pending = Pending(cursor if intact else 0)
        if not intact:
            conn.execute("UPDATE directive_settled SET buried = false WHERE buried")
        self._saved: tuple[int, dict[int, int]] = (-1, {})
        self._saved_at = self._read_back_at = 0.0
        self._fresh: dict[int, Issued] = {}

    def publish_changes(self) -> int:
        """Send what changed, lifts first, up to a batch, and wait until it is written; how many were sent.

        The first call begins with what others wrote while nobody read back: it sends nothing into a topic that knows more.
        """
        self._look()
        repaired = sum(self._repair(written) for written in self._topic.to_the_end())
        found = self._publish(self._pending.first(BATCH))
        if self._clock() - self._read_back_at >= READ_BACK_SECONDS:
            written = self._topic.read()
            if len(written) < AT_ONCE:
                self._read_back_at = self._clock()
            repaired += self._repair(written)
            if not found:
                repaired += self._bury()
        if not found or self._clock() - self._saved_at >= SAVE_SECONDS:
            self._save()
        return len(found) + repaired

    @property
    def others_wait(self) -> bool:
        """Whether something is left to send that is no lift."""
        return self._pending.others > 0

    def publish_lifts(self) -> int:
        """Nothing else, while the others rest; where the topic stands is saved later."""
        self._look()
        return len(self._publish(self._pending.lifts(BATCH)))

    def rest(self, took: float, news: Event) -> None:
        """After so many seconds' work, and not from lifts: they go as soon as there is news of them, and put its end off."""
        began = self._clock()
        until = began + min(max(REST * took, SHORTEST_REST), LONGEST_REST)
        while (left := until - self._clock()) > 0 and news.wait(left):
            news.clear()
            if self.publish_lifts():
                until = min(max(until, self._clock() + SHORTEST_REST), began + LONGEST_REST)

    def _publish(self, ids: list[int]) -> list[Issued]:
        found = self._load(ids)
        self._send(found)
        self._pending.sent(found)
        return found

    def _look(self) -> None:
        self._fresh = {}
        while rows := self._conn.execute(_CHANGED, (self._pending.read_to, PAGE)).fetchall():
            for position, _, state in rows:
                seen = _glance(state)
                self._pending.add(position, seen.subject_id, lift=seen.lift)
            self._fresh = {row[0]: _issued(row) for row in rows} if len(rows) <= FRESH else {}

    def _load(self, ids: list[int]) -> list[Issued]:
        missing = [position for position in ids if position not in self._fresh]
        rows = self._conn.execute(_BY_ID, (missing,)) if missing else ()
        found = self._fresh | {row[0]: _issued(row) for row in rows}
        return [found[position] for position in ids]

    def _send(self, found: list[Issued]) -> None:
        sends = []
        for _, fact in found:
            key, value, headers = kafka_record(fact)
            sends.append(self._producer.send(DIRECTIVE_TOPIC, key=key, value=value, headers=headers))
        wait_for(sends)
        now = datetime.now(UTC)
        for position, fact in found:
            END_TO_END_SECONDS.labels("published").observe(max((now - fact.at).total_seconds(), 0.0))
            log.info("directive published", position=position, subject_id=str(fact.subject_id), seq=fact.seq, trace=fact.trace)

    def _repair(self, written: Sequence[Written]) -> int:
        """Write the newest again behind a record that is older. Our own records are the newest, or what still waits is newer."""
        if not written:
            return 0
        last = {record.subject_id: record.seq for record in written}
        newest = {it.fact.subject_id: it for it in map(_issued, self._conn.execute(_NEWEST, (list(last),)))}
        ahead = {it.subject_id for it in written if it.subject_id not in newest or newest[it.subject_id].fact.seq < it.seq}
        if ahead:
            raise ForeignLog(f"the topic has directives of {len(ahead)} subjects that the log does not know: run `make recover`")
        waiting = [subject_id for subject_id in last if self._pending.waits(subject_id)]
        late = [it for subject_id, it in newest.items() if last[subject_id] < it.fact.seq and subject_id not in waiting]
        if late:
            log.warning("older directives written last, followed by the newest", subjects=len(late))
            self._send(late)
            late_subjects = [it.fact.subject_id for it in late]
            self._conn.execute("UPDATE directive_settled SET buried = false WHERE subject_id = ANY(%s)", (late_subjects,))
        return len(late)

    def _bury(self) -> int:
        """Tombstones for those who are long free. Void when anything was issued about them since."""
        rows = self._conn.execute(_SETTLED, (BATCH,)).fetchall()
        if not rows:
            return 0
        newest = {it.fact.subject_id: it.fact for it in map(_issued, self._conn.execute(_NEWEST, ([row[0] for row in rows],)))}
        free = [newest[who] for who, seq in rows if who in newest and newest[who].seq == seq and newest[who].tier < Tier.RESTRICTED]
        sends = []
        for fact in free:
            key, value, headers = tombstone(fact)
            sends.append(self._producer.send(DIRECTIVE_TOPIC, key=key, value=value, headers=headers))
        wait_for(sends)
        with self._conn.transaction():
            lease.hold(self._conn, self._holder)
            self._conn.cursor().executemany("UPDATE directive_settled SET buried = true WHERE (subject_id, seq) = (%s, %s)", rows)
        log.info("tombstones written", subjects=len(free))
        return len(free)

    def _save(self) -> None:
        """Only while the lease is ours; LeaseLost otherwise."""
        self._saved_at = self._clock()
        place = (self._pending.cursor, self._topic.places())
        if place == self._saved:
            return
        with self._conn.transaction():
            lease.hold(self._conn, self._holder)
            self._conn.execute("UPDATE directive_cursor SET last_id = %s, topic_id = %s", (place[0], self._topic.topic_id))
            self._conn.cursor().executemany(
                "UPDATE directive_read_back SET next_offset = %s WHERE partition = %s", [(offset, p) for p, offset in place[1].items()]
            )
        self._saved = place


def _issued(row: tuple[int, str, bytes]) -> Issued:
    fact = CATALOGUE.decode(row[1], row[2])
    assert isinstance(fact, DirectiveIssued), "the query asks for directives only"
    return Issued(row[0], fact)
