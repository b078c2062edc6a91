"""The read door of the credit score: a ledger for replicas, and any past value explained again."""

from collections.abc import Iterator
from random import Random
from uuid import UUID, uuid5

import psycopg
import pytest

from events.facts.fact import NS_SUBJECT
from projections.catalogue import VIEWS
from projections.credit import read
from tests.projections import story as s
from tests.projections.hosting import batches, feed, fresh, start
from tests.support.stack import Database

VIEW = VIEWS["credit"]


@pytest.fixture
def conn(module_database: Database) -> Iterator[psycopg.Connection]:
    with module_database.connect("projections") as conn:
        start(conn)
        yield conn


def changing() -> list[s.At]:
    """One merchant's ledger over ten days: weighed, joined by another platform, overturned, taken away, brought back."""
    one, two = s.weighing("s-1"), s.weighing("s-2", s.STALL, begins=s.later(2))
    other = UUID(int=2)
    return s.log(
        [
            s.weighed(one, at=s.later(1)),
            s.weighed(two, at=s.later(2)),
            s.discounted(one, at=s.later(4)),
            s.detached(s.STALL, other, at=s.later(6)),
            s.carried(two, other, at=s.later(6)),
            s.detached(s.STALL, s.MERCHANT, other, at=s.later(8)),
            s.carried(two, s.MERCHANT, other, at=s.later(8)),
        ]
    )


def test_the_score_of_each_day_is_explained_from_the_ledger_of_today(conn: psycopg.Connection) -> None:
    """2400 eighths a freeze, 3000 each while two platforms have one: 1000, 700, 250, 700, 1000 without an account, 700 when it is back."""
    feed(conn, changing(), VIEW)
    assert [read.score(conn, s.MERCHANT, s.later(day)).score for day in (0, 1, 2, 4, 6, 8)] == [1000, 700, 250, 700, 1000, 700]
    assert [read.score(conn, UUID(int=2), s.later(day)).score for day in (5, 6, 8)] == [1000, 700, 1000]


def test_a_score_by_position_is_the_score_of_a_rebuild_up_to_it(conn: psycopg.Connection) -> None:
    facts = changing()
    feed(conn, facts, VIEW)
    past = [read.score(conn, s.MERCHANT, s.later(9), position=it.id) for it in facts]
    for it, found in zip(facts, past, strict=True):
        to = fresh(conn, VIEW, 2)
        with conn.transaction():
            VIEW.load(conn, to.schema, [one for one in facts if one.id <= it.id])
        conn.execute("UPDATE view SET generation = 2 WHERE name = 'credit'")
        assert read.score(conn, s.MERCHANT, s.later(9)) == found
        conn.execute("UPDATE view SET generation = 1 WHERE name = 'credit'")
    assert [it.score for it in past] == [700, 250, 700, 1000, 1000, 1000, 700]


def test_who_has_no_ledger_has_the_full_score(conn: psycopg.Connection) -> None:
    found = read.score(conn, UUID(int=9), s.NOON)
    assert (found.score, found.grade, found.lines, found.scorecard) == (1000, "A", (), read.CURRENT)
    assert read.ledger(conn, UUID(int=9)) == ()


def test_the_ledger_is_in_the_order_of_the_log(conn: psycopg.Connection) -> None:
    feed(conn, changing(), VIEW)
    assert [(it.recorded_id, it.why) for it in read.ledger(conn, s.MERCHANT)] == [(1, "overturned"), (4, "detached"), (19, None)]


def test_an_unknown_scorecard_is_none(conn: psycopg.Connection) -> None:
    with pytest.raises(FileNotFoundError):
        read.score(conn, s.MERCHANT, s.NOON, version="1999.1")


@pytest.mark.parametrize("seed", range(3))
def test_a_replica_that_asks_now_and_then_holds_what_a_full_load_holds(conn: psycopg.Connection, seed: int) -> None:
    random = Random(seed)
    facts: list[s.Fact] = [it.fact for it in changing()]
    for n in range(20):
        subject = uuid5(NS_SUBJECT, f"merchant {n}")
        it = s.weighing(f"w-{n}")
        facts += [s.weighed(it, subject), s.discounted(it, "settled", subject)] if n % 2 else [s.weighed(it, subject)]
    held: dict[tuple[UUID, UUID, int], read.Entry] = {}
    vector = None
    for batch in batches(s.log(facts), random, most=5):
        feed(conn, batch, VIEW)
        if random.random() < 0.5:
            news = read.ledger_since(conn, vector)
            assert news.reload == (vector is None)
            held |= {(it.subject_id, it.weighing.id, it.recorded_id): it for it in news.entries}
            vector = news.vector
    held |= {(it.subject_id, it.weighing.id, it.recorded_id): it for it in read.ledger_since(conn, vector).entries}
    full = read.ledger_since(conn, None)
    assert held == {(it.subject_id, it.weighing.id, it.recorded_id): it for it in full.entries}
    assert read.ledger_since(conn, full.vector) == read.Ledgers(full.vector, False, [])


def test_another_generation_reloads_the_replica(conn: psycopg.Connection) -> None:
    feed(conn, changing(), VIEW)
    vector = read.ledger_since(conn, None).vector
    fresh(conn, VIEW, 2)
    conn.execute("UPDATE view SET generation = 2 WHERE name = 'credit'")
    news = read.ledger_since(conn, vector)
    assert (news.reload, news.vector.generation, news.entries) == (True, 2, [])
