"""A follower: it takes facts from the internal topics in order, once, and stores its place with what it made of them."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import psycopg
from kafka import KafkaAdminClient

from events.catalogue import CATALOGUE
from events.facts.fact import Fact
from events.transport import faust_worker, store
from events.transport.envelope import NotAnEnvelope, Span, Unpacker
from events.transport.faust_worker import Handler, Message
from events.transport.kafka import Kafka, administrator
from events.transport.positions import TP, Judgement, MissingPosition, Place, Places, hints, judge, lock, save
from events.transport.session import RetryLater, Session
from events.transport.telemetry import FOLD_SECONDS, REFUSALS, log
from events.transport.topics import LANE_OF_TOPIC, LANES, internal_topic
from events.transport.watchdog import Reader, Watchdog

PAGE = 2_000
"""When a transaction has so many facts, the next one takes the rest: a second of decisions, so that nobody loses his locks for being
slow (`postgres.IDLE_SECONDS`). So many are also read from the store at once when Kafka has not brought them."""
PATIENCE = 2.0
"""Seconds that Kafka may be behind what the relay has published, before the store is read instead."""
SILENCE = 60.0
"""Seconds in which the store had to stand in for Kafka and Kafka brought nothing at all, after which the worker ends itself: of a topic
that was deleted and made again a running Faust worker hears nothing for ever, and a new one reads it from its beginning."""
TRACED = 20
"""Up to so many facts a batch are named in the log by their traces; above, only counted."""
POISON_LIMIT = 100
"""Undecodable records in one life of a worker, after which it stops rather than empty a topic into quarantine."""
QUARANTINE = """
INSERT INTO refusal (kind, topic, partition, "offset", answer, record, recorded_at, shipped)
SELECT 'poison', n.topic, n.partition, n.at, jsonb_build_object('detail', n.why), n.record, now(), true
FROM (VALUES (%s::text, %s::int, %s::bigint, %s::text, %s::bytea)) AS n(topic, partition, at, why, record)
WHERE NOT EXISTS (
    SELECT FROM refusal r
    WHERE r.kind = 'poison' AND (r.topic, r.partition, r."offset") = (n.topic, n.partition, n.at) AND r.record = n.record
)
"""


__all__ = ["Consumer", "Delivered", "Follower", "RetryLater", "follow"]


class Delivered(NamedTuple):
    """A fact with its place in the log and the topic-partition that it came by."""

    id: int
    topic: str
    partition: int
    fact: Fact


class Consumer(NamedTuple):
    """One reader with positions of its own; several may share a worker.

    `apply` gets the facts that this consumer has not had, in the order of ids in each topic-partition, in the transaction
    that stores the positions. It may raise RetryLater or VersionConflict; the batch is then tried again, after the latter holding
    the log.
    """

    name: str
    lanes: frozenset[str]
    apply: Callable[[psycopg.Connection, Sequence[Delivered]], None]
    awaited: bool = False
    """Somebody waits for what it makes: all that are awaited commit together, before the others begin."""


class Follower:
    """The guard between Kafka and what a process does with facts. Used by one thread.

    It is `durable` unless its consumers make nothing that could not be made again: their places go back with it.
    """

    def __init__(
        self,
        *,
        conninfo: str,
        kafka: Kafka,
        lanes: Sequence[str],
        consumers: Callable[[psycopg.Connection], Sequence[Consumer]],
        durable: bool = True,
    ) -> None:
        self._kafka, self._lanes, self._consumers = kafka, lanes, consumers
        self._session = Session(conninfo, name="follower", statement_seconds=30, durable=durable)
        self._admin: KafkaAdminClient | None = None
        self._unpacker = Unpacker()
        self._decoded: dict[tuple[TP, int], list[tuple[int, Fact]]] = {}
        """Facts of the records in hand by their offsets, so that several consumers decode them once."""
        self._poison: set[tuple[TP, int]] = set()
        self._behind: dict[tuple[str, TP], tuple[int, float]] = {}
        self._unheard: dict[TP, float] = {}
        self._readers: Sequence[Reader] = ()
        self._watchdog = Watchdog(conninfo, lambda: self._readers)
        self._ready = "starting"

    def readiness(self) -> str:
        return self._ready

    def close(self) -> None:
        self._session.close()
        self._watchdog.close()

    # -- what the worker calls -------------------------------------------------------------------------------------

    def process(self, messages: Sequence[Message]) -> None:
        """Apply a batch, about a page in each transaction; again and again until it is stored."""
        for message in messages:
            self._unheard.pop(message.tp, None)
        while self._session.until_done(lambda conn, locked: self._apply(conn, messages, locked)):
            pass
        self._decoded.clear()

    def seek(self, partitions: frozenset[TP]) -> Mapping[TP, int | None]:
        """Where to go after an assignment; of none, when there are more workers than partitions, nowhere."""
        topic_ids = self._topic_ids() if partitions else {}
        found = self._session.until_done(lambda conn, _: hints(conn, [consumer.name for consumer in self._known(conn)], topic_ids))
        self._unheard = {tp: since for tp, since in self._unheard.items() if tp in partitions}
        self._ready = "ready"
        return {tp: found.get(tp) for tp in partitions}

    def tick(self, partitions: frozenset[TP]) -> None:
        """Compare our places with what has been published; read from the store what Kafka has not brought in time."""
        self._session.until_done(lambda conn, locked: self._catch_up(conn, partitions, locked))

    def watch(self, partitions: frozenset[TP]) -> None:
        """In a thread of its own, so that it sees the one above stand still."""
        self._watchdog.look(partitions)

    # -- one attempt ------------------------------------------------------------------------------------------------

    def _apply(self, conn: psycopg.Connection, messages: Sequence[Message], locked: Callable[[], None]) -> bool:
        """Apply about a page of what has not been had: to the consumers that are awaited, and when they have it to the others.

        True when there is more, and the same messages must come again.
        """
        spans = [(message, span) for message in messages if (span := self._span(conn, message)) is not None]
        consumers = self._known(conn)
        places = lock(conn, [consumer.name for consumer in consumers], {message.tp for message, _ in spans})
        locked()
        meant = [(consumer, self._meant_for(places, consumer, spans)) for consumer in consumers]
        late = [(consumer, mine) for consumer, mine in meant if self._has_not_had(places, consumer, mine)]
        first = [(consumer, mine) for consumer, mine in late if consumer.awaited] or late
        short = [self._take(conn, consumer, places, mine) for consumer, mine in first]
        taken = {consumer.name for consumer, _ in first}
        save(conn, {(name, tp): place for (name, tp), place in places.items() if name in taken})
        return any(short) or len(first) < len(late)

    def _take(self, conn: psycopg.Connection, consumer: Consumer, places: Places, spans: Sequence[tuple[Message, Span]]) -> bool:
        """Apply about a page to one consumer, and move its places; whether there was more."""
        facts: list[Delivered] = []
        held: set[TP] = set()
        for message, span in spans:
            tp = message.tp
            if tp in held:
                continue
            place = self._place(places, consumer, tp)
            verdict = judge(place.last_id, span.last, span.previous)
            if verdict is not Judgement.DROP and len(facts) >= PAGE:
                held.add(tp)
                continue
            if verdict is Judgement.HOLE:
                upto = self._page_end(conn, tp, place.last_id, span.previous)
                facts += self._from_store(conn, tp, place.last_id, upto)
                if upto < span.previous:
                    places[consumer.name, tp] = place._replace(last_id=upto)
                    held.add(tp)
                    continue
            if verdict is not Judgement.DROP:
                facts += self._unpacked(conn, message, span, place.last_id)
            places[consumer.name, tp] = Place(place.epoch, max(place.last_id, span.last), message.offset + 1)
        self._hand_over(conn, consumer, facts)
        return bool(held)

    def _catch_up(self, conn: psycopg.Connection, partitions: frozenset[TP], locked: Callable[[], None]) -> None:
        published = {TP(t, p): i for t, p, i in conn.execute("SELECT topic, partition, last_id FROM relay_published")}
        consumers = self._known(conn)
        places = lock(conn, [consumer.name for consumer in consumers], partitions)
        locked()
        now = time.monotonic()
        self._behind = {(name, tp): seen for (name, tp), seen in self._behind.items() if tp in partitions}
        for consumer in consumers:
            for tp in sorted(partitions):
                if LANE_OF_TOPIC[tp.topic] not in consumer.lanes:
                    continue
                place, known = self._place(places, consumer, tp), published.get(tp, 0)
                if not self._late(consumer.name, tp, place.last_id, known, now):
                    continue
                self._instead(tp, now)
                upto = self._page_end(conn, tp, place.last_id, known)
                facts = list(self._from_store(conn, tp, place.last_id, upto))
                self._hand_over(conn, consumer, facts)
                log.warning("read from the store what Kafka did not bring", consumer=consumer.name, **tp._asdict(), facts=len(facts))
                places[consumer.name, tp] = place._replace(last_id=upto)
        save(conn, places)

    @staticmethod
    def _hand_over(conn: psycopg.Connection, consumer: Consumer, facts: Sequence[Delivered]) -> None:
        if not facts:
            return
        began = time.perf_counter()
        consumer.apply(conn, facts)
        seconds = time.perf_counter() - began
        FOLD_SECONDS.labels(consumer.name.split(":")[0]).observe(seconds)
        traces = sorted({trace for it in facts if (trace := getattr(it.fact, "trace", None))}) if len(facts) <= TRACED else []
        milliseconds = round(seconds * 1000, 2)
        log.info("applied", consumer=consumer.name, facts=len(facts), upto=facts[-1].id, milliseconds=milliseconds, traces=traces)

    def _known(self, conn: psycopg.Connection) -> Sequence[Consumer]:
        found = self._consumers(conn)
        self._readers = [Reader(consumer.name, consumer.lanes) for consumer in found]
        return found

    def _late(self, consumer: str, tp: TP, position: int, published: int, now: float) -> bool:
        """Whether Kafka has had its time to bring what was published."""
        before, since = self._behind.get((consumer, tp), (-1, now))
        if before != position or published <= position:
            since = now
        self._behind[consumer, tp] = (position, since)
        return now - since >= PATIENCE

    def _instead(self, tp: TP, now: float) -> None:
        """The store stands in for Kafka. RuntimeError when it has done so for long and nothing came by Kafka in between."""
        if now - self._unheard.setdefault(tp, now) > SILENCE:
            raise RuntimeError(f"Kafka brings nothing of {tp.topic}/{tp.partition} any more")

    # -- reading -----------------------------------------------------------------------------------------------------

    def _span(self, conn: psycopg.Connection, message: Message) -> Span | None:
        try:
            return Span.of(message.headers)
        except NotAnEnvelope as rubbish:
            self._quarantine(conn, message, str(rubbish))
            return None

    def _unpacked(self, conn: psycopg.Connection, message: Message, span: Span, after: int) -> Iterator[Delivered]:
        tp, at = message.tp, (message.tp, message.offset)
        if at not in self._decoded:
            try:
                self._decoded[at] = self._unpacker.unpack(message.value or b"")
            except NotAnEnvelope as rubbish:
                self._quarantine(conn, message, str(rubbish))
                return self._from_store(conn, tp, max(after, span.first - 1), span.last)
        return (Delivered(i, tp.topic, tp.partition, fact) for i, fact in self._decoded[at] if i > after)

    def _from_store(self, conn: psycopg.Connection, tp: TP, after: int, upto: int) -> Iterator[Delivered]:
        lane = LANES[LANE_OF_TOPIC[tp.topic]]
        while rows := store.read_partition(conn, lane, tp.partition, after, upto, PAGE):
            for row in rows:
                yield Delivered(row.id, tp.topic, tp.partition, CATALOGUE.decode(row.name, row.state))
            after = rows[-1].id

    def _page_end(self, conn: psycopg.Connection, tp: TP, after: int, upto: int) -> int:
        """The id that a page of facts ends at: a long hole is applied in several transactions."""
        rows = store.read_partition(conn, LANES[LANE_OF_TOPIC[tp.topic]], tp.partition, after, upto, PAGE)
        return rows[-1].id if len(rows) == PAGE else upto

    def _has_not_had(self, places: Places, consumer: Consumer, mine: Sequence[tuple[Message, Span]]) -> bool:
        """Whether something in these is new to the consumer."""
        return any(judge(self._place(places, consumer, m.tp).last_id, s.last, s.previous) is not Judgement.DROP for m, s in mine)

    def _meant_for(self, places: Places, consumer: Consumer, spans: Sequence[tuple[Message, Span]]) -> list[tuple[Message, Span]]:
        """Those of its lanes, and of the log as it is now."""
        mine = [(message, span) for message, span in spans if LANE_OF_TOPIC[message.tp.topic] in consumer.lanes]
        return [(message, span) for message, span in mine if span.epoch == self._place(places, consumer, message.tp).epoch]

    @staticmethod
    def _place(places: Places, consumer: Consumer, tp: TP) -> Place:
        place = places.get((consumer.name, tp))
        if place is None:
            raise MissingPosition(f"{consumer.name} has no position row for {tp.topic}/{tp.partition}")
        return place

    def _quarantine(self, conn: psycopg.Connection, message: Message, why: str) -> None:
        """Never valid: kept 30 days for operators; too many stop the worker."""
        if (message.tp, message.offset) not in self._poison:
            self._poison.add((message.tp, message.offset))
            REFUSALS.labels("poison").inc()
            log.error("undecodable record", topic=message.tp.topic, partition=message.tp.partition, offset=message.offset, why=why)
        if len(self._poison) > POISON_LIMIT:
            raise RuntimeError(f"more than {POISON_LIMIT} undecodable records")
        conn.execute(QUARANTINE, (*message.tp, message.offset, why[:500], message.value or b""))

    def _topic_ids(self) -> dict[str, str]:
        if self._admin is None:
            self._admin = administrator(self._kafka)
        described = self._admin.describe_topics([internal_topic(lane) for lane in self._lanes])
        return {topic["name"]: str(topic["topic_id"]) for topic in described}


def follow(*, group: str, follower: Follower, kafka: Kafka, lanes: Sequence[str], patient: Iterable[str] = ()) -> None:
    """Follow these lanes until SIGTERM; facts of patient ones are applied a moment later, many at once."""
    handler = Handler(follower.process, follower.seek, follower.tick, follower.watch, frozenset(map(internal_topic, patient)))
    faust_worker.run(group=group, kafka=kafka, topics=[internal_topic(lane) for lane in lanes], handler=handler)
