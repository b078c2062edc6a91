"""Lag is told in ids and seconds from the positions of PostgreSQL, for each consumer and partition, whatever Kafka's groups say."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from events.transport.follow import Consumer, Follower
from events.transport.kafka import Kafka
from events.transport.positions import TP, Lag
from events.transport.telemetry import METRICS
from tests.support.stack import Database

TOPIC = "liancheng.sanction.v1"
NOWHERE = Kafka("127.0.0.1:1", "nobody", "")
"""Lag is known without Kafka."""


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


@pytest.fixture
def follower(database: Database) -> Iterator[Follower]:
    with database.connect() as owner:
        owner.execute("UPDATE relay_published SET last_id = 100 + partition WHERE topic = %s", (TOPIC,))
        owner.execute("UPDATE position SET last_id = 90, next_offset = 1000000 WHERE (consumer, topic) = ('adjudication', %s)", (TOPIC,))
    consumer = Consumer("adjudication", frozenset(["sanction"]), lambda conn, facts: None)
    conninfo = database.conninfo("adjudication")
    with closing(Follower(conninfo=conninfo, kafka=NOWHERE, lanes=["sanction"], consumers=lambda _: [consumer])) as it:
        yield it


def told(metric: str, partition: int) -> float | None:
    labels = {"consumer": "adjudication", "topic": TOPIC, "partition": str(partition)}
    (family,) = METRICS[metric].collect()
    return next((sample.value for sample in family.samples if sample.labels == labels), None)


def test_ids_are_counted_from_the_position_to_what_was_published(follower: Follower) -> None:
    """The offsets kept beside the positions are hints: ever so wrong, they change nothing."""
    follower.tick(frozenset(TP(TOPIC, partition) for partition in (0, 2)))
    assert (told("LAG_IDS", 0), told("LAG_IDS", 2)) == (10.0, 12.0)
    assert told("LAG_SECONDS", 0) == 0.0


def test_seconds_grow_until_what_is_missing_was_read(follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("events.transport.follow.time.monotonic", lambda: now[0])
    place = frozenset([TP(TOPIC, 1)])
    seen = []
    for _ in range(4):
        follower.tick(place)
        seen.append((told("LAG_IDS", 1), told("LAG_SECONDS", 1)))
        now[0] += 1.0
    assert seen[:3] == [(11.0, 0.0), (11.0, 1.0), (11.0, 2.0)], "then the store is read instead of Kafka"
    assert seen[3] == (0.0, 0.0)
