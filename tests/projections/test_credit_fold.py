"""The ledger, branch by branch of its fold."""

from uuid import UUID

from events.facts.fact import Fact
from projections.credit.fold import Entry, evolve
from projections.credit.table import Ledgers, fold
from tests.projections import story as s

OTHER = UUID(int=2)
ONE = s.weighing("s-1")
TWO = s.weighing("s-2", s.STALL)


def ledger(*facts: Fact, subject: UUID = s.MERCHANT) -> list[Entry]:
    """All entries of the subject, as the table keeps them."""
    ledgers: Ledgers = {}
    kept: dict[tuple[UUID, UUID, int], Entry] = {}
    for delivery in s.log(facts):
        kept |= {(it.subject_id, it.weighing.id, it.recorded_id): it for it in fold(ledgers, delivery)}
    return [it for it in kept.values() if it.subject_id == subject]


def test_a_sanction_is_weighed_into_the_ledger() -> None:
    assert ledger(s.weighed(ONE)) == [Entry(subject_id=s.MERCHANT, weighing=ONE, recorded_id=1, recorded_at=s.NOON)]


def test_a_statement_is_weighed_once() -> None:
    assert len(ledger(s.weighed(ONE), s.weighed(ONE, at=s.later(1)))) == 1


def test_a_discount_ends_the_weighing_and_says_why() -> None:
    (it,) = ledger(s.weighed(ONE), s.discounted(ONE, "settled", at=s.later(1)))
    assert (it.ended_id, it.ended_at, it.why, it.position) == (4, s.later(1), "settled", 4)


def test_what_is_discounted_is_not_discounted_again_and_not_weighed_again() -> None:
    (it,) = ledger(s.weighed(ONE), s.discounted(ONE), s.discounted(ONE, "settled"), s.weighed(ONE))
    assert it.why == "overturned"


def test_a_discount_of_something_unknown_changes_nothing() -> None:
    assert ledger(s.discounted(ONE)) == []


def test_a_carried_weighing_says_where_it_was() -> None:
    (it,) = ledger(s.carried(ONE, OTHER), subject=OTHER)
    assert (it.origin, it.ended_id) == (s.MERCHANT, None)


def test_a_carried_discount_weighs_nothing_from_the_start() -> None:
    (it,) = ledger(s.carried(ONE, OTHER, discounted="overturned", discounted_at=s.later(-3)), subject=OTHER)
    assert (it.recorded_id, it.ended_id, it.ended_at, it.why) == (1, 1, s.NOON, "overturned")


def test_an_account_takes_its_weighings_along() -> None:
    one, two = ledger(s.weighed(ONE), s.weighed(TWO), s.detached(s.SHOP, OTHER, at=s.later(1)))
    assert (one.why, one.ended_at, two.why) == ("detached", s.later(1), None)


def test_said_of_the_weighing_or_of_the_account_it_leaves_once() -> None:
    (it,) = ledger(s.weighed(ONE), s.discounted(ONE, "detached", at=s.later(1)), s.detached(s.SHOP, OTHER, at=s.later(2)))
    assert (it.why, it.ended_at) == ("detached", s.later(1))


def test_what_comes_back_is_a_second_entry() -> None:
    away, back = ledger(s.weighed(ONE), s.detached(s.SHOP, OTHER), s.carried(ONE, s.MERCHANT, OTHER))
    assert (away.why, back.ended_id, back.origin) == ("detached", None, OTHER)


def test_what_comes_back_twice_came_back_once() -> None:
    assert len(ledger(s.weighed(ONE), s.detached(s.SHOP, OTHER), s.carried(ONE, s.MERCHANT, OTHER), s.carried(ONE, s.MERCHANT, OTHER))) == 2


def test_what_was_overturned_stays_so_when_its_account_comes_back() -> None:
    (it,) = ledger(s.weighed(ONE), s.discounted(ONE), s.detached(s.SHOP, OTHER), s.carried(ONE, s.MERCHANT, OTHER, discounted="overturned"))
    assert it.why == "overturned"


def test_other_facts_are_not_its_business() -> None:
    assert evolve({}, s.restricted(), 1) == ()
    assert ledger(s.said(s.ReportAccepted, "r-1", report="R-1")) == []


def test_a_case_folded_twice_is_the_case_folded_once() -> None:
    facts = s.log([*s.case(), s.detached(s.STALL, OTHER), s.carried(TWO, s.MERCHANT, OTHER)])
    once: Ledgers = {}
    first = [it for delivery in facts for it in fold(once, delivery)]
    assert first
    assert [it for delivery in facts for it in fold(once, delivery)] == []
