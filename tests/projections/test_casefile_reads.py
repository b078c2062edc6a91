"""The read door of the casefile: chains, timelines, and effects of which no page misses any."""

from collections.abc import Iterator
from random import Random
from uuid import UUID

import psycopg
import pytest

from projections.casefile import read
from projections.catalogue import VIEWS
from projections.reading import Vector
from tests.projections import story as s
from tests.projections.hosting import batches, feed, fresh, start
from tests.support.stack import Database

VIEW = VIEWS["casefile"]


@pytest.fixture
def conn(module_database: Database) -> Iterator[psycopg.Connection]:
    with module_database.connect("projections") as conn:
        start(conn)
        yield conn


def many() -> list[s.At]:
    return s.log([fact for step in zip(*(s.case(n, s.later(n)) for n in range(12)), strict=True) for fact in step])


@pytest.mark.parametrize("seed", range(2))
def test_a_chain_goes_from_the_report_to_the_lift_whatever_came_first(conn: psycopg.Connection, seed: int) -> None:
    facts = many()
    Random(seed).shuffle(facts)
    for start_ in range(0, len(facts), 50):
        with conn.transaction():
            VIEW.apply(conn, "casefile_1", facts[start_ : start_ + 50])
    chain = read.chain(conn, "tmall", "R-7")
    assert [it.what for it in chain] == [
        "report.filed.v1", "report.accepted.v1", "evidence.submitted.v1", "evidence.verified.v1", "report.concluded.v1",
        "sanction.imposed.v1", "sanction.weighed.v1", "watch.began.v1", "listing.proposed.v1", "notice.released.v1",
        "notice.delivered.v1", "notice.served.v1", "listing.decided.v1", "watch.ended.v1", "directive.issued.v1",
        "sanction.lifted.v1", "lift.noted.v1", "sanction.discounted.v1", "listing.ended.v1", "directive.issued.v1",
    ]  # fmt: skip
    assert [it.at for it in chain] == sorted(it.at for it in chain)
    assert chain[0].detail == {"report": "R-7", "category": "counterfeit", "channel": "platform", "assurance": "phone", "evidence": ["E-7"]}
    assert (chain[0].member, chain[0].account, chain[0].statement) == ("tmall", "shop-7", "r-7-1")


def test_what_the_hub_decides_at_once_belongs_together_without_a_cause(conn: psycopg.Connection) -> None:
    """An expiry by the clock has no statement behind it."""
    it = s.weighing("s-1")
    listing = UUID(int=1)
    imposed = next(fact for fact in s.case() if isinstance(fact, s.SanctionImposed))
    facts = [
        s.said(s.ReportAccepted, "r-1", report="R-0"),
        imposed,
        s.weighed(s.weighing("s-0-1")),
        s.proposed(listing, s.weighing("s-0-1")),
    ]
    feed(conn, s.log([*facts, s.ended(listing, "expired", at=s.later(9)), s.freed(at=s.later(9)), s.freed(3, at=s.later(10))]), VIEW)
    assert it.id != s.weighing("s-0-1").id
    assert [step.what for step in read.chain(conn, "tmall", "R-0")][-2:] == ["listing.ended.v1", "directive.issued.v1"]


def test_a_report_that_nobody_filed_has_no_chain(conn: psycopg.Connection) -> None:
    feed(conn, many(), VIEW)
    assert read.chain(conn, "pdd", "R-7") == ()


def test_a_timeline_has_every_fact_of_the_dossier_in_order_and_no_reporter(conn: psycopg.Connection) -> None:
    facts = s.log(s.case())
    feed(conn, facts, VIEW)
    timeline = read.timeline(conn, s.MERCHANT)
    assert [it.what for it in timeline] == [it.fact.tag() for it in facts if it.fact.lane == "dossier"]
    assert "tok-secret" not in repr(timeline) + repr(read.chain(conn, "tmall", "R-0"))


def test_a_timeline_is_paged_by_position(conn: psycopg.Connection) -> None:
    feed(conn, s.log(s.case()), VIEW)
    whole = read.timeline(conn, s.MERCHANT)
    first = read.timeline(conn, s.MERCHANT, limit=5)
    assert first + read.timeline(conn, s.MERCHANT, after=first[-1].id) == whole


def test_what_became_of_a_statement_is_the_newest_word(conn: psycopg.Connection) -> None:
    facts = s.log(s.case())
    feed(conn, facts[:20], VIEW)
    assert read.effect(conn, "tmall", "s-0-1") == read.Effect(id=28, source="/platforms/tmall", statement="s-0-1", state="applied")
    feed(conn, facts, VIEW)
    found = read.effect(conn, "tmall", "s-0-1")
    assert found is not None
    assert (found.state, found.why) == ("discounted", "overturned")


def test_a_statement_without_an_effect_and_anothers_statement_have_none(conn: psycopg.Connection) -> None:
    feed(conn, s.log(s.case()), VIEW)
    assert read.effect(conn, "tmall", "r-0-1") is None
    assert read.effect(conn, "pdd", "s-0-1") is None


def paged(conn: psycopg.Connection, member: str, vector: Vector | None, limit: int) -> tuple[list[read.Effect], Vector]:
    found: list[read.Effect] = []
    while True:
        page = read.effects(conn, member, vector, limit)
        found += page.items
        vector = page.vector
        if not page.more:
            return found, vector


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_pages_of_effects_have_each_statement_once(conn: psycopg.Connection, limit: int) -> None:
    """A lift settles two statements by one fact: no page ends between them."""
    feed(conn, many(), VIEW)
    found, _ = paged(conn, "tmall", None, limit)
    assert sorted(it.statement for it in found) == sorted([f"s-{n}-1" for n in range(12)] + [f"l-{n}-1" for n in range(12)])
    assert [it.id for it in found] == sorted(it.id for it in found)


@pytest.mark.parametrize("seed", range(3))
def test_who_pages_while_facts_come_in_from_partitions_in_any_order_misses_none(conn: psycopg.Connection, seed: int) -> None:
    random = Random(seed)
    latest: dict[str, read.Effect] = {}
    vector = None
    for batch in batches(many(), random):
        feed(conn, batch, VIEW)
        if random.random() < 0.5:
            page = read.effects(conn, "tmall", vector, 2)
            latest |= {it.statement: it for it in page.items}
            vector = page.vector
    rest, _ = paged(conn, "tmall", vector, 2)
    latest |= {it.statement: it for it in rest}
    assert latest == {it.statement: it for it in paged(conn, "tmall", None, 100)[0]}


def test_a_vector_stays_good_when_the_view_is_rebuilt(conn: psycopg.Connection) -> None:
    facts = many()
    feed(conn, facts[: len(facts) // 2], VIEW)
    _, vector = paged(conn, "tmall", None, 100)
    expected_new = len(facts) // 2
    to = fresh(conn, VIEW, 2)
    with conn.transaction():
        VIEW.load(conn, to.schema, [it for it in facts if it.fact.lane in VIEW.lanes])
        conn.execute("UPDATE position SET last_id = %s WHERE consumer = %s", (facts[-1].id, to.consumer))
        conn.execute("UPDATE view SET generation = 2 WHERE name = 'casefile'")
    found, after = paged(conn, "tmall", vector, 3)
    assert found
    assert all(it.id > facts[expected_new - 1].id for it in found)
    assert after.generation == 2
