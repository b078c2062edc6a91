"""A row of coverage: what was told, what was answered, what is owed; the same in whatever order it comes."""

from itertools import permutations
from random import Random

import pytest

from events.facts.dossier import AccountRef
from events.facts.enforcement import State
from events.facts.fact import Fact
from projections.coverage.fold import Coverage, Sent, done, join, told
from projections.coverage.table import folded
from tests.projections import story as s

KEY = (s.MERCHANT, "tmall")


def row(*facts: Fact) -> Coverage:
    return folded({}, s.log(facts))[KEY]


def test_a_directive_is_told_to_the_platforms_that_have_an_account() -> None:
    told_to = [it.platform for it in told(s.restricted(accounts=(s.SHOP, AccountRef("tmall", "second"), s.STALL)), 1)]
    assert told_to == ["pdd", "tmall"]


def test_other_facts_are_not_its_business() -> None:
    assert told(s.weighed(s.weighing()), 1) == ()
    assert told(s.said(s.ReportAccepted, "r-1", report="R-1"), 1) == ()


def test_what_is_told_and_not_answered_is_owed_since_then() -> None:
    it = row(s.restricted(1, at=s.later(1)))
    assert it.sent == it.overdue
    assert it.overdue is not None
    assert (it.overdue.seq, it.overdue.action, it.overdue.at, it.last) == (1, "restrict", s.later(1), None)


def test_received_is_not_done() -> None:
    it = row(s.restricted(1), s.answered(1, "received"))
    assert it.overdue is not None
    assert it.last is not None
    assert it.last.state == "received"


@pytest.mark.parametrize("state", ["enforced", "unable", "absent", "contested", "lifted"])
def test_any_other_answer_is_an_answer(state: State) -> None:
    assert row(s.restricted(1), s.answered(1, state)).overdue is None


def test_an_answer_to_the_newest_answers_all_before_it() -> None:
    assert row(s.restricted(1), s.restricted(2), s.answered(2, "enforced")).waiting == ()


def test_an_answer_to_an_older_one_leaves_the_newer_owed() -> None:
    it = row(s.restricted(1), s.freed(2), s.answered(1, "enforced"))
    assert [sent.seq for sent in it.waiting] == [2]


def test_a_silence_is_as_old_as_the_first_thing_that_is_asked_now() -> None:
    """Restricted, lifted, lifted again while nobody answered: the lift is owed, since the first of the two."""
    it = row(s.restricted(1, at=s.later(1)), s.freed(2, at=s.later(2)), s.freed(3, at=s.later(3)))
    assert it.overdue == Sent(2, s.later(2), "lift", it.overdue.tier if it.overdue else s.Tier.NONE)


def test_who_was_told_nothing_owes_nothing() -> None:
    it = folded({}, s.log([s.answered(1, "absent", "douyin")]))[s.MERCHANT, "douyin"]
    assert (it.sent, it.overdue, it.final) == (None, None, 1)


def test_an_authority_owes_nothing_for_its_case_number() -> None:
    case = AccountRef("samr-fj", "case-7")
    facts = [
        s.AccountAttached(subject_id=s.MERCHANT, at=s.NOON, account=case, why="opened", member_class="authority"),
        s.restricted(accounts=(case,)),
        s.freed(accounts=(case,)),
    ]
    for order in permutations(s.log(facts)):
        it = folded({}, order)[s.MERCHANT, "samr-fj"]
        assert (it.authority, it.overdue) == (True, None)


def test_each_kind_of_answer_is_kept_with_its_newest() -> None:
    it = row(s.answered(2, "enforced", at=s.later(2)), s.answered(1, "enforced", at=s.later(9)), s.answered(1, "received"))
    assert {state: answer.seq for state, answer in it.answers.items()} == {"enforced": 2, "received": 1}


def test_all_orders_and_repetitions_end_in_one_row() -> None:
    facts = s.log(
        [
            s.restricted(1),
            s.answered(1, "received"),
            s.answered(1, "enforced"),
            s.freed(2, at=s.later(1)),
            s.freed(3),
            s.answered(2, "lifted"),
        ]
    )
    expected = folded({}, facts)
    for order in permutations(facts):
        assert folded({}, order) == expected
    assert folded(folded({}, facts), facts) == expected


def test_rows_join_in_any_grouping() -> None:
    rows = [it for delivery in s.log(s.case()) for it in told(delivery.fact, delivery.id) if it.platform == "tmall"]
    random = Random(5)
    for _ in range(50):
        random.shuffle(rows)
        cut = random.randrange(1, len(rows))
        left, right = (_joined(part) for part in (rows[:cut], rows[cut:]))
        assert join(left, right) == join(right, left) == _joined(rows)


def _joined(rows: list[Coverage]) -> Coverage:
    total = rows[0]
    for it in rows:
        total = join(total, it)
    return total


def test_what_was_done_as_asked_says_how_long_it_took() -> None:
    before = row(s.restricted(1), s.freed(2, at=s.later(seconds=10)))
    after = row(s.restricted(1), s.freed(2, at=s.later(seconds=10)), s.answered(2, "lifted", at=s.later(seconds=12)))
    assert list(done(before.waiting, after)) == [("lift", 2.0)]


@pytest.mark.parametrize("state", ["absent", "unable", "contested", "received", "lifted"])
def test_what_was_answered_but_not_done_took_no_time(state: State) -> None:
    before, after = row(s.restricted(1)), row(s.restricted(1), s.answered(1, state))
    assert list(done(before.waiting, after)) == []
