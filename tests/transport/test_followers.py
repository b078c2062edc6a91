"""A follower applies each fact once, in order, whatever Kafka brings: again, late, with holes, damaged, or of another epoch."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from threading import Event, Thread

import psycopg
import pytest

from events.catalogue import CATALOGUE, Catalogue
from events.facts.fact import Fact
from events.facts.report import ReportAnswered
from events.transport import follow
from events.transport.envelope import Span, Unpacker, pack
from events.transport.faust_worker import Message
from events.transport.follow import Consumer, Delivered, Follower, RetryLater
from events.transport.kafka import Kafka
from events.transport.positions import TP, MissingPosition
from events.transport.postgres import connect
from events.transport.store import Store, VersionConflict, append, read
from events.transport.store.recorder import LOG_LOCK
from events.transport.topics import internal_topic, key_hash, partition_of
from tests.support.stack import Database
from tests.transport.statements import answered

LANE = frozenset({"report"})
ACCOUNT = "shop-1"
PLACE = TP(internal_topic("report"), partition_of(key_hash(f"tmall\0{ACCOUNT}")))

PLACES = "INSERT INTO position (consumer, topic, partition, epoch, last_id) SELECT %s, topic, partition, 1, %s FROM relay_published"
POSITION = "SELECT last_id, next_offset FROM position WHERE consumer = 'bench' AND (topic, partition) = (%s, %s)"
HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'follower' AND datname = current_database()"


class Bench:
    """A log with some facts, the records that a relay would have made of them, and a follower that notes what it applied."""

    def __init__(self, database: Database, facts: int) -> None:
        self.database = database
        self.owner = database.connect()
        self.owner.execute("CREATE TABLE applied (id bigint)")
        self.owner.execute(PLACES, ("bench", 0))
        store = Store(database.conninfo("gateway"))
        store.append_statements([answered(f"{number:04}") for number in range(facts)])
        store.close()
        self.rows = read(self.owner, [5], 0, 2**62, 10_000)
        self.ids = [row.id for row in self.rows]
        self.fails: list[Exception] = []
        self.followers: list[Follower] = []
        self.follower = self.follow(Consumer("bench", LANE, self.apply))

    def follow(self, *consumers: Consumer, durable: bool = True) -> Follower:
        kafka, given = Kafka("127.0.0.1:1", "nobody", ""), list(consumers)
        follower = Follower(conninfo=self.database.owner, kafka=kafka, lanes=["report"], consumers=lambda _: given, durable=durable)
        self.followers.append(follower)
        return follower

    def apply(self, conn: psycopg.Connection, facts: Sequence[Delivered]) -> None:
        for fact in facts:
            conn.execute("INSERT INTO applied VALUES (%s)", (fact.id,))
        if self.fails:
            raise self.fails.pop()

    def record(self, start: int, stop: int, *, previous: int | None = None, epoch: int = 1, value: bytes | None = None) -> Message:
        """The envelope of facts start … stop-1 of the log."""
        rows = self.rows[start:stop]
        before = previous if previous is not None else (self.rows[start - 1].id if start else 0)
        span = Span(rows[0].id, rows[-1].id, before, epoch, len(rows))
        body = pack([(row.id, row.state) for row in rows]) if value is None else value
        return Message(PLACE, start, None, body, span.headers())

    @property
    def applied(self) -> list[int]:
        return [row[0] for row in self.owner.execute("SELECT id FROM applied")]

    @property
    def position(self) -> tuple[int, int | None]:
        found = self.owner.execute(POSITION, PLACE).fetchone()
        assert found is not None
        return found[0], found[1]


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    made = Bench(database, 30)
    yield made
    for follower in made.followers:
        follower.close()
    made.owner.close()


def test_records_are_applied_in_order_and_the_position_follows(bench: Bench) -> None:
    bench.follower.process([bench.record(0, 10), bench.record(10, 12)])
    assert bench.applied == bench.ids[:12]
    assert bench.position == (bench.ids[11], 11)


def test_the_same_records_again_change_nothing(bench: Bench) -> None:
    bench.follower.process([bench.record(0, 10)])
    bench.follower.process([bench.record(0, 10), bench.record(0, 10)])
    assert bench.applied == bench.ids[:10]


def test_repacked_facts_are_applied_from_where_we_are(bench: Bench) -> None:
    bench.follower.process([bench.record(0, 10)])
    bench.follower.process([bench.record(5, 20)])
    assert bench.applied == bench.ids[:20]


def test_a_hole_is_read_from_the_store(bench: Bench) -> None:
    bench.follower.process([bench.record(0, 3)])
    bench.follower.process([bench.record(20, 25)])
    assert bench.applied == bench.ids[:25]


def test_a_long_hole_is_read_in_pages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "PAGE", 4)
    bench.follower.process([bench.record(25, 27), bench.record(27, 30)])
    assert bench.applied == bench.ids


def test_a_batch_longer_than_a_page_is_applied_in_several_transactions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "PAGE", 4)
    bench.follower.process([bench.record(start, start + 3) for start in range(0, 30, 3)])
    assert bench.applied == bench.ids
    assert bench.owner.execute("SELECT count(*) FROM applied GROUP BY xmin::text ORDER BY min(id)").fetchall() == [(6,)] * 5
    assert bench.position == (bench.ids[29], 28)


LOG_IS_HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted"


@pytest.mark.parametrize(("why", "held"), [(RetryLater("soon"), [0, 0]), (VersionConflict("overtaken"), [0, 1])])
def test_only_who_was_overtaken_keeps_others_from_the_log(bench: Bench, why: Exception, held: list[int]) -> None:
    """Whoever stands still then would keep every writer out."""
    seen: list[int] = []

    def apply(conn: psycopg.Connection, facts: Sequence[Delivered]) -> None:
        seen.append(conn.execute(LOG_IS_HELD, (LOG_LOCK,)).fetchone()[0])  # type: ignore[index]
        bench.apply(conn, facts)

    bench.fails = [why]
    bench.follow(Consumer("bench", LANE, apply)).process([bench.record(0, 10)])
    assert (seen, bench.applied) == (held, bench.ids[:10])


def test_who_stands_still_in_a_transaction_keeps_its_places_for_seconds_only(bench: Bench) -> None:
    """A process that was frozen, or whose machine is gone, says nothing more: PostgreSQL undoes what it began."""
    with closing(connect(bench.database.owner, name="frozen", idle_seconds=1)) as frozen:
        frozen.execute("BEGIN")
        frozen.execute("SELECT FROM position WHERE consumer = 'bench' FOR UPDATE")
        bench.follower.process([bench.record(0, 10)])
        assert bench.applied == bench.ids[:10]
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            frozen.execute("SELECT 1")


def test_what_is_awaited_is_to_be_seen_at_once_and_before_the_others_begin(bench: Bench) -> None:
    """Somebody waits for tier and score, nobody for what else is made of the same record."""
    seen: list[tuple[str, int]] = []

    def noting(name: str) -> Callable[[psycopg.Connection, Sequence[Delivered]], None]:
        return lambda _conn, _facts: seen.append((name, len(bench.applied)))

    for name in ("steps", "score", "cover"):
        bench.owner.execute(PLACES, (name, 0))
    steps, score, cover = (Consumer(name, LANE, noting(name), awaited=name == "score") for name in ("steps", "score", "cover"))
    bench.follow(steps, Consumer("bench", LANE, bench.apply, awaited=True), score, cover).process([bench.record(0, 10)])
    assert seen == [("score", 0), ("steps", 10), ("cover", 10)]
    together = "SELECT array_agg(consumer ORDER BY consumer) FROM position WHERE last_id = %s GROUP BY xmin::text ORDER BY 1"
    assert bench.owner.execute(together, (bench.ids[9],)).fetchall() == [(["bench", "score"],), (["cover", "steps"],)]


def test_who_only_makes_what_can_be_made_again_does_not_wait_for_the_disk(bench: Bench) -> None:
    asked: list[str] = []

    def apply(conn: psycopg.Connection, facts: Sequence[Delivered]) -> None:
        asked.append(conn.execute("SHOW synchronous_commit").fetchone()[0])  # type: ignore[index]

    for durable, start in ((False, 0), (True, 10)):
        bench.follow(Consumer("bench", LANE, apply), durable=durable).process([bench.record(start, start + 10)])
    assert asked == ["off", "on"]


def test_every_session_is_undone_after_seconds(bench: Bench) -> None:
    with closing(connect(bench.database.owner, name="any")) as conn:
        assert conn.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("5s",)


def test_what_a_failed_attempt_wrote_is_gone_and_done_again(bench: Bench) -> None:
    bench.fails = [RetryLater("soon")]
    bench.follower.process([bench.record(0, 10)])
    assert bench.applied == bench.ids[:10]


def test_another_epoch_is_dropped(bench: Bench) -> None:
    bench.follower.process([bench.record(0, 10, epoch=2)])
    assert bench.applied == []


def test_a_damaged_record_is_quarantined_and_its_facts_come_from_the_store(bench: Bench) -> None:
    bench.follower.process([bench.record(0, 10, value=b"\xff rubbish"), bench.record(10, 12)])
    assert bench.applied == bench.ids[:12]
    assert bench.owner.execute("SELECT kind, record FROM refusal").fetchall() == [("poison", b"\xff rubbish")]


def test_a_record_without_headers_is_quarantined_and_the_next_shows_the_hole(bench: Bench) -> None:
    nameless = bench.record(0, 10)._replace(headers=())
    bench.follower.process([nameless, bench.record(10, 12)])
    assert bench.applied == bench.ids[:12]


def test_a_damaged_record_is_quarantined_once_however_often_it_comes(bench: Bench) -> None:
    """Tried again and again, and read again by a worker that has been started anew."""
    damaged = bench.record(0, 10)._replace(headers=())
    bench.fails = [RetryLater("soon")] * 5
    bench.follower.process([damaged, bench.record(10, 12)])
    bench.follow(Consumer("bench", LANE, bench.apply)).process([damaged, bench.record(12, 14)])
    assert bench.applied == bench.ids[:14]
    assert bench.owner.execute("SELECT count(*) FROM refusal").fetchone() == (1,)


def test_one_damaged_record_that_is_tried_for_long_stops_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "POISON_LIMIT", 3)
    bench.fails = [RetryLater("soon")] * 5
    bench.follower.process([bench.record(0, 10)._replace(headers=()), bench.record(10, 12)])
    assert bench.applied == bench.ids[:12]


def test_a_topic_full_of_rubbish_stops_the_worker(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "POISON_LIMIT", 3)
    rubbish = [bench.record(0, 1)._replace(headers=(), offset=offset) for offset in range(4)]
    bench.follower.process(rubbish[:3])
    with pytest.raises(RuntimeError, match="more than 3 undecodable records"):
        bench.follower.process(rubbish)


def test_a_fact_of_a_newer_hub_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Followers are deployed first; should one not be, nothing is passed over: here it learns the name while it waits."""
    older = Catalogue([kind for kind in CATALOGUE.classes.values() if kind is not ReportAnswered])
    knows = bench.follower._unpacker
    bench.follower._unpacker = Unpacker(older)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        assert bench.applied == []
        waits.append(seconds)
        if len(waits) == 3:
            bench.follower._unpacker = knows

    monkeypatch.setattr("events.transport.session.time.sleep", wait)
    bench.follower.process([bench.record(0, 10)])
    assert len(waits) == 3
    assert bench.applied == bench.ids[:10]


def test_when_only_the_store_brings_anything_the_worker_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic that was deleted and made again leaves a running Faust worker without a record for ever."""
    monkeypatch.setattr(follow, "PATIENCE", 0.0)
    now = [1000.0]
    monkeypatch.setattr("events.transport.follow.time.monotonic", lambda: now[0])

    def published(upto: int) -> None:
        bench.owner.execute("UPDATE relay_published SET last_id = %s WHERE (topic, partition) = (%s, %s)", (bench.ids[upto - 1], *PLACE))
        bench.follower.tick(frozenset({PLACE}))

    published(5)
    now[0] += 40.0
    published(10)
    bench.follower.process([bench.record(10, 12)])
    now[0] += 40.0
    published(15)
    now[0] += 61.0
    with pytest.raises(RuntimeError, match="Kafka brings nothing of"):
        published(20)
    assert bench.applied == bench.ids[:15]


def test_a_partition_that_was_away_gets_its_time_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("events.transport.follow.time.monotonic", lambda: now[0])
    bench.follower.tick(frozenset({PLACE}))
    bench.follower.tick(frozenset())
    now[0] += 600.0
    bench.owner.execute("UPDATE relay_published SET last_id = %s WHERE (topic, partition) = (%s, %s)", (bench.ids[4], *PLACE))
    bench.follower.tick(frozenset({PLACE}))
    assert bench.applied == []


def test_two_owners_of_a_partition_apply_a_record_once(bench: Bench) -> None:
    """After a freeze a worker may still be at it while another has its partition: the second waits at the locked row, and drops."""
    inside, go = Event(), Event()

    def slowly(conn: psycopg.Connection, facts: Sequence[Delivered]) -> None:
        bench.apply(conn, facts)
        inside.set()
        go.wait(10)

    frozen = Thread(target=bench.follow(Consumer("bench", LANE, slowly)).process, args=([bench.record(0, 10)],))
    other = Thread(target=bench.follower.process, args=([bench.record(0, 10), bench.record(10, 12)],))
    frozen.start()
    assert inside.wait(10)
    other.start()
    other.join(0.5)
    go.set()
    frozen.join()
    other.join()
    assert bench.applied == bench.ids[:12]


def test_without_a_position_row_the_worker_stops(bench: Bench) -> None:
    bench.owner.execute("DELETE FROM position WHERE consumer = 'bench'")
    with pytest.raises(MissingPosition, match="bench"):
        bench.follower.process([bench.record(0, 10)])
    assert bench.applied == []


def test_what_kafka_does_not_bring_is_read_from_the_store(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "PATIENCE", 0.2)
    bench.owner.execute("UPDATE relay_published SET last_id = %s WHERE (topic, partition) = (%s, %s)", (bench.ids[14], *PLACE))
    bench.follower.tick(frozenset({PLACE}))
    assert bench.applied == []
    time.sleep(0.25)
    bench.follower.tick(frozenset({PLACE}))
    assert bench.applied == bench.ids[:15]
    assert bench.position[0] == bench.ids[14]


def test_two_consumers_of_one_worker_have_places_of_their_own(bench: Bench) -> None:
    second: list[int] = []

    def note(_: psycopg.Connection, facts: Sequence[Delivered]) -> None:
        second.extend(fact.id for fact in facts)

    bench.owner.execute(PLACES, ("late", bench.ids[4]))
    follower = bench.follow(Consumer("bench", LANE, bench.apply), Consumer("late", LANE, note))
    follower.process([bench.record(0, 10)])
    assert bench.applied == bench.ids[:10]
    assert second == bench.ids[5:10]


def test_a_lost_connection_is_opened_again(bench: Bench) -> None:
    bench.follower.process([bench.record(0, 1)])
    bench.owner.execute(HANG_UP)
    bench.follower.process([bench.record(1, 2)])
    assert bench.applied == bench.ids[:2]


def test_a_version_that_another_took_is_decided_again_holding_the_log(bench: Bench) -> None:
    stream = answered("race").fact.stream
    fact: Fact = CATALOGUE.decode(bench.rows[0].name, bench.rows[0].state)
    append(bench.owner, [(stream, 1, fact)])
    attempts: list[int] = []

    def decide(conn: psycopg.Connection, facts: Sequence[Delivered]) -> None:
        attempts.append(len(facts))
        append(conn, [(stream, len(attempts), fact)])

    follower = bench.follow(Consumer("bench", LANE, decide))
    follower.process([bench.record(0, 1)])
    assert attempts == [1, 1]
    assert bench.position[0] == bench.ids[0]
