"""The read door of coverage: who was told, who answered, who owes an answer and since when."""

from collections.abc import Iterator
from random import Random
from uuid import UUID

import psycopg
import pytest

from events.facts.dossier import AccountRef
from events.transport.telemetry import DIRECTIVES_UNANSWERED, LIFT_SECONDS, RESTRICT_SECONDS
from projections.catalogue import VIEWS
from projections.coverage import read
from projections.coverage.read import Unanswered
from projections.unanswered import Watch
from tests.projections import story as s
from tests.projections.hosting import batches, feed, start
from tests.support.stack import Database

VIEW = VIEWS["coverage"]


@pytest.fixture
def conn(module_database: Database) -> Iterator[psycopg.Connection]:
    with module_database.connect("projections") as conn:
        start(conn)
        yield conn


def test_a_subject_shows_every_platform_that_was_told_or_answered(conn: psycopg.Connection) -> None:
    feed(conn, s.log(s.case()), VIEW)
    found = {it.platform: it for it in read.of_subject(conn, s.MERCHANT)}
    assert {code: it.sent and it.sent.seq for code, it in found.items()} == {"douyin": None, "pdd": 2, "tmall": 2}
    assert {code: it.last and it.last.state for code, it in found.items()} == {"douyin": "absent", "pdd": "enforced", "tmall": "lifted"}
    assert {code: it.overdue and it.overdue.seq for code, it in found.items()} == {"douyin": None, "pdd": 2, "tmall": None}
    assert read.of_subject(conn, UUID(int=9)) == ()


def test_an_authority_with_a_case_is_not_among_the_platforms(conn: psycopg.Connection) -> None:
    case = AccountRef("samr-fj", "case-7")
    attached = s.AccountAttached(subject_id=s.MERCHANT, at=s.NOON, account=case, why="opened", member_class="authority")
    feed(conn, s.log([attached, s.restricted(accounts=(case, s.SHOP))]), VIEW)
    assert [it.platform for it in read.of_subject(conn, s.MERCHANT)] == ["tmall"]
    assert sum(it.count for it in read.unanswered(conn, s.NOON)) == 1


def test_a_platform_has_its_last_answer_its_counts_and_what_it_owes(conn: psycopg.Connection) -> None:
    cases = [s.case(n, s.later(n)) for n in range(3)]
    feed(conn, s.log([fact for case in cases for fact in case]), VIEW)
    tmall, pdd, nobody = (read.of_platform(conn, code) for code in ("tmall", "pdd", "nobody"))
    assert tmall.last is not None
    assert (tmall.last.state, tmall.states, tmall.unanswered, tmall.overdue_since) == ("lifted", {"lifted": 3}, {}, None)
    first_lift = next(fact for fact in cases[0] if isinstance(fact, s.DirectiveIssued) and fact.lift)
    assert (pdd.states, pdd.unanswered, pdd.overdue_since) == ({"enforced": 3}, {"lift": 3}, first_lift.at)
    assert (nobody.last, nobody.states, nobody.unanswered, nobody.overdue_since) == (None, {}, {}, None)
    assert [(it.platform, it.answered) for it in read.platforms(conn)] == [("douyin", 3), ("pdd", 0), ("tmall", 3)]


def test_what_is_unanswered_is_counted_by_action_and_age(conn: psycopg.Connection) -> None:
    subjects = [UUID(int=n) for n in range(1, 5)]
    facts = [
        s.restricted(1, subject, s.later(seconds=-age), accounts=(s.SHOP,))
        for subject, age in zip(subjects, (60, 61, 3600, 3601), strict=True)
    ]
    feed(conn, s.log([*facts, s.freed(1, UUID(int=9), accounts=(s.SHOP,))]), VIEW)
    assert read.unanswered(conn, s.NOON) == (
        Unanswered("restrict", "fresh", 1),
        Unanswered("restrict", "late", 2),
        Unanswered("restrict", "overdue", 1),
        Unanswered("lift", "fresh", 1),
        Unanswered("lift", "late", 0),
        Unanswered("lift", "overdue", 0),
    )


def test_two_processes_that_write_one_row_at_once_lose_nothing(module_database: Database, conn: psycopg.Connection) -> None:
    """The lanes of a row may be in two processes' hands: the second waits for the first, and joins what it wrote."""
    told, answered = s.log([s.restricted(1, accounts=(s.SHOP,)), s.answered(1, "enforced")])
    with module_database.connect("projections") as other:
        other.execute("SET lock_timeout TO '100ms'")
        with conn.transaction():
            VIEW.apply(conn, "coverage_1", [told])
            with pytest.raises(psycopg.errors.LockNotAvailable), other.transaction():
                VIEW.apply(other, "coverage_1", [answered])
        with other.transaction():
            VIEW.apply(other, "coverage_1", [answered])
    (row,) = read.of_subject(conn, s.MERCHANT)
    assert row.sent is not None
    assert (row.overdue, row.last and row.last.state) == (None, "enforced")


def _count(histogram: object) -> float:
    samples = histogram.collect()  # type: ignore[attr-defined]
    return next(it.value for it in samples[0].samples if it.name.endswith("_count"))  # type: ignore[no-any-return]


def test_operators_see_how_long_enforcing_and_lifting_took_once_each(conn: psycopg.Connection) -> None:
    before = _count(RESTRICT_SECONDS), _count(LIFT_SECONDS)
    for batch in batches([it for it in s.log(s.case()) if it.fact.lane in VIEW.lanes], Random(1), most=1):
        feed(conn, batch, VIEW)
    feed(conn, s.log(s.case()), VIEW)
    assert _count(LIFT_SECONDS) - before[1] == 1
    assert _count(RESTRICT_SECONDS) - before[0] <= 2


def test_operators_are_told_how_many_wait(conn: psycopg.Connection, module_database: Database) -> None:
    feed(conn, s.log(s.case()), VIEW)
    watch = Watch(module_database.conninfo("projections"))
    watch.look()
    watch.close()
    told = sum(
        DIRECTIVES_UNANSWERED.labels(platform, action, age)._value.get()
        for platform in ("douyin", "pdd", "tmall")
        for action in ("restrict", "lift")
        for age in ("fresh", "late", "overdue")
    )
    assert told == sum(it.count for it in read.unanswered(conn, s.NOON)) > 0
