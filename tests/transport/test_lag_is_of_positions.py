"""Lag is told in ids and seconds from the positions of PostgreSQL, for each consumer and partition, whatever Kafka's groups say."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from events.transport.positions import TP, Lag
from events.transport.telemetry import METRICS
from events.transport.watchdog import Reader, Watchdog
from tests.support.stack import Database

TOPIC = "liancheng.sanction.v1"


def test_who_is_level_is_not_late() -> None:
    lag = Lag()
    assert [lag.seconds(position, position, float(now)) for now, position in enumerate([0, 5, 5, 9])] == [0.0] * 4


def test_who_stands_still_is_later_each_second() -> None:
    lag = Lag()
    assert [lag.seconds(3, 10, float(now)) for now in range(4)] == [0.0, 1.0, 2.0, 3.0]


def test_who_moves_on_and_never_arrives_is_late() -> None:
    lag = Lag()
    assert [lag.seconds(now, 1000, float(now)) for now in range(100)][-1] == 99.0


def test_who_is_always_a_moment_behind_a_busy_relay_is_a_moment_late() -> None:
    lag = Lag()
    assert max(lag.seconds(now * 10 - 3, now * 10, float(now)) for now in range(1, 1000)) <= 1.0


def test_who_arrives_is_late_no_more() -> None:
    lag = Lag()
    lag.seconds(0, 7, 0.0)
    assert lag.seconds(0, 9, 5.0) == 5.0
    assert lag.seconds(8, 9, 6.0) == 1.0, "what came second has waited since then"
    assert lag.seconds(9, 9, 7.0) == 0.0


def test_a_long_absence_is_remembered_in_little_room() -> None:
    lag = Lag()
    for now in range(3 * Lag.HEADS):
        late = lag.seconds(0, now + 1, float(now))
    assert late == 3 * Lag.HEADS - 1
    assert len(lag._heads) == Lag.HEADS


PLACES = frozenset(TP(TOPIC, partition) for partition in range(3))


@pytest.fixture
def watchdog(database: Database) -> Iterator[Watchdog]:
    """Of a reader at 90 in each partition, where 100 and more were published; the offsets beside are hints, ever so wrong."""
    with database.connect() as owner:
        owner.execute("UPDATE relay_published SET last_id = 100 + partition WHERE topic = %s", (TOPIC,))
        owner.execute("UPDATE position SET last_id = 90, next_offset = 1000000 WHERE (consumer, topic) = ('adjudication', %s)", (TOPIC,))
    reader = Reader("adjudication", frozenset(["sanction"]))
    with closing(Watchdog(database.conninfo("adjudication"), lambda: [reader])) as it:
        yield it
        it.look(frozenset())


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock, to be set."""
    moment = [1000.0]
    monkeypatch.setattr("events.transport.watchdog.time.monotonic", lambda: moment[0])
    return moment


def told(metric: str, partition: int) -> float | None:
    labels = {"consumer": "adjudication", "topic": TOPIC, "partition": str(partition)}
    (family,) = METRICS[metric].collect()
    return next((sample.value for sample in family.samples if sample.labels == labels), None)


def step(database: Database) -> None:
    with database.connect() as owner:
        owner.execute("UPDATE position SET last_id = last_id + 1 WHERE consumer = 'adjudication'")


def test_ids_are_counted_from_the_position_to_what_was_published(watchdog: Watchdog) -> None:
    watchdog.look(PLACES - {TP(TOPIC, 1)})
    assert [told("LAG_IDS", partition) for partition in range(3)] == [10.0, None, 12.0]
    assert told("LAG_SECONDS", 0) == 0.0


def test_seconds_grow_while_nothing_comes(watchdog: Watchdog, now: list[float]) -> None:
    seen = []
    for _ in range(3):
        watchdog.look(PLACES)
        seen.append(told("LAG_SECONDS", 1))
        now[0] += 1.0
    assert seen == [0.0, 1.0, 2.0]


def test_of_a_partition_that_another_reads_now_nothing_is_told(watchdog: Watchdog, now: list[float]) -> None:
    watchdog.look(PLACES)
    now[0] += 1.0
    watchdog.look(frozenset([TP(TOPIC, 2)]))
    assert [told("LAG_IDS", partition) for partition in range(3)] == [None, None, 12.0]
    assert [told("LAG_SECONDS", partition) for partition in range(3)] == [None, None, 1.0]


def watched(watchdog: Watchdog, now: list[float], seconds: int, every: float = 1.0) -> None:
    for _ in range(int(seconds / every)):
        watchdog.look(PLACES)
        now[0] += every


def test_who_stands_still_is_ended(watchdog: Watchdog, now: list[float]) -> None:
    watched(watchdog, now, 60)
    with pytest.raises(RuntimeError, match=f"adjudication stands still at 90 of 10[012] in {TOPIC}"):
        watched(watchdog, now, 3)


def test_who_moves_is_not_ended(watchdog: Watchdog, now: list[float], database: Database) -> None:
    watched(watchdog, now, 50)
    step(database)
    watched(watchdog, now, 50)


def test_the_time_with_another_does_not_count(watchdog: Watchdog, now: list[float]) -> None:
    """Nor does it when the partition comes back and stands where it stood."""
    watched(watchdog, now, 50)
    watchdog.look(frozenset())
    now[0] += 5.0
    watched(watchdog, now, 50)


def test_who_was_frozen_himself_blames_nobody(watchdog: Watchdog, now: list[float]) -> None:
    watched(watchdog, now, 5)
    now[0] += 600.0
    watched(watchdog, now, 50)


def test_while_the_database_is_away_nobody_is_blamed(watchdog: Watchdog, now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    watched(watchdog, now, 50)
    with monkeypatch.context() as away:
        away.setattr(watchdog, "_conninfo", "postgresql://nobody@127.0.0.1:1/nowhere")
        watchdog.close()
        watched(watchdog, now, 30, every=5.0)
    watched(watchdog, now, 50)
