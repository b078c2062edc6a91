"""Ninety days after a lift that everybody has answered the topic forgets the subject, and nothing old binds it again. Real Kafka."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import psycopg
import pytest

from events.client.follow.replica import Replica
from events.client.follow.topic import Topic as Following
from events.client.publish.kafka import Access
from events.facts.fact import Tier
from projections.coverage import table as coverage
from services.directives.copies.settle import AFTER, Settling
from services.directives.log.tail import Tail
from services.relay import lease
from tests.services.directives.made import NOON, directive, record, subject
from tests.services.directives.test_the_topic_ends_with_the_newest import Topic, empty, publish, relay_producer, topic
from tests.services.directives.test_what_platforms_hear_and_tell import acknowledged
from tests.support.road import Road
from tests.support.stack import Database

__all__ = ["relay_producer", "topic"]

LATER = NOON + AFTER
SHOP = [("tmall", "shop-1")]


class Long:
    """A log with its view of answers, looked at as if it were later."""

    def __init__(self, database: Database) -> None:
        self.database, self.road, self.settling = database, Road(database, coverage.VIEW), Settling()

    def look(self, now: datetime = LATER) -> list[tuple[int, int]]:
        """(subject, seq) of whoever is settled by now."""
        tail = Tail(self.database.conninfo("directives"))
        with self.database.connect("directives") as conn:
            memory = tail.catch_up(conn)
            self.settling.look(conn, memory.directives, memory.epoch, now)
            return [(who.int, seq) for who, seq in conn.execute("SELECT subject_id, seq FROM directive_settled ORDER BY 1")]


@pytest.fixture
def long(database: Database) -> Long:
    return Long(database)


def test_who_is_free_and_answered_for_is_settled_after_ninety_days_and_not_before(long: Long) -> None:
    long.road.travel(directive(1, 1, accounts=SHOP), directive(1, 2, Tier.NONE, accounts=SHOP), directive(2, 1, accounts=SHOP))
    long.road.travel(acknowledged("tmall", 1, 2, "lifted"), acknowledged("tmall", 2, 1, "enforced"))
    assert long.look(LATER - timedelta(seconds=1)) == []
    assert long.look() == [(1, 2)]


def test_who_is_not_answered_for_is_settled_once_the_answer_is_there(long: Long) -> None:
    long.road.travel(directive(1, 2, Tier.NONE, accounts=SHOP))
    assert long.look() == long.look() == []
    long.road.travel(acknowledged("tmall", 1, 2, "absent"))
    assert long.look() == [(1, 2)]


def test_who_was_listed_again_is_not_settled(long: Long) -> None:
    long.road.travel(directive(1, 2, Tier.NONE), directive(1, 3))
    assert long.look() == []


def test_whom_nobody_had_to_be_told_of_is_settled(long: Long) -> None:
    long.road.travel(directive(1, 2, Tier.NONE))
    assert long.look() == [(1, 2)]


# --- on the topic ---


def settle(topic: Topic, number: int, seq: int) -> None:
    with topic.database.connect("directives") as conn:
        conn.execute("INSERT INTO directive_settled VALUES (%s, %s, now())", (subject(number), seq))


def left(topic: Topic) -> dict[str, tuple[int, bool]]:
    """Of each subject what compaction leaves: the seq of the last record, and whether that is a tombstone."""
    found = {}
    for it in topic.raw():
        found[it.key.decode()] = int(dict(it.headers)["ce_id"].rpartition(b"/")[2]), it.value is None
    return found


@pytest.fixture
def freed(topic: Topic) -> Iterator[Topic]:
    """Somebody was listed and freed, and is on the topic."""
    record(topic.pen, directive(1, 1), directive(1, 2, Tier.NONE), directive(2, 1))
    settle(topic, 1, 2)
    yield topic


def test_the_settled_get_a_tombstone_that_says_its_number_once(freed: Topic) -> None:
    publisher = freed.publisher()
    publish(publisher)
    assert left(freed) == {str(subject(1)): (2, True), str(subject(2)): (1, False)}
    assert publish(publisher) == publish(freed.publisher()) == 0


def test_what_a_thawed_relay_writes_behind_a_tombstone_is_followed_by_the_newest_and_a_tombstone(freed: Topic) -> None:
    publisher = freed.publisher()
    publish(publisher)
    freed.write(directive(1, 1))  # the merchant would be restricted again, ninety days after he was freed
    publish(publisher, 12)
    assert left(freed)[str(subject(1))] == (2, True)
    with closing(Replica()) as copy:
        Following(Access("", "", ""), copy).take({"all": freed.raw()})
        assert copy.count == 1 and copy.directive(str(subject(2))) is not None


def test_a_directive_issued_since_makes_the_settlement_void(freed: Topic) -> None:
    record(freed.pen, directive(1, 3))
    publisher = freed.publisher()
    publish(publisher)
    assert left(freed)[str(subject(1))] == (3, False)


def test_a_topic_made_anew_gets_its_tombstones_again(freed: Topic) -> None:
    publish(freed.publisher())
    empty(freed.broker)
    publish(freed.publisher())
    assert left(freed) == {str(subject(1)): (2, True), str(subject(2)): (1, False)}


def test_a_relay_whose_lease_was_taken_buries_nobody_for_good(freed: Topic) -> None:
    publisher = freed.publisher("first")
    publisher.publish_changes()
    with freed.database.connect() as owner, pytest.raises(lease.LeaseLost):
        owner.execute("UPDATE relay_lease SET holder = 'second'")
        publish(publisher)
    with freed.database.connect() as owner:
        assert _buried(owner) == [False]


def _buried(conn: psycopg.Connection) -> list[bool]:
    return [buried for (buried,) in conn.execute("SELECT buried FROM directive_settled").fetchall()]
