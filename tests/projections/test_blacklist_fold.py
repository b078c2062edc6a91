"""The row of a subject, branch by branch of its fold; and whose an account is."""

from datetime import date
from itertools import permutations
from uuid import UUID

import pytest

from events.facts.dossier import AccountRef
from events.facts.fact import Category, Fact, Measure, Tier
from events.facts.listing import Listing, ListingCarried, ListingMoved, ListingRejected, MeasureUntil
from projections.blacklist.accounts import Account, Owners, account
from projections.blacklist.fold import OpenListing, Subject, Watch, evolve
from projections.blacklist.versions import Version, Versions
from tests.projections import story as s

LISTING, OTHER = UUID(int=1), UUID(int=2)
ONE = s.weighing("s-1")
TWO = s.weighing("s-2", s.STALL, category=Category.UNSAFE_GOODS)


def folded(*facts: Fact) -> Subject:
    row: Subject | None = None
    for position, fact in enumerate(facts, 1):
        row = evolve(row, fact, position)
    assert row is not None
    return row


def test_any_fact_of_a_dossier_makes_the_subject_known() -> None:
    assert folded(s.weighed(ONE)) == Subject(subject_id=s.MERCHANT, position=1, at=s.NOON)


def test_what_is_said_outside_a_dossier_makes_nobody_known() -> None:
    assert evolve(None, s.said(s.ReportAccepted, "r-1", report="R-1"), 1) is None


def test_a_fact_that_says_nothing_of_the_list_leaves_the_very_same_row() -> None:
    row = folded(s.restricted())
    assert evolve(row, s.weighed(ONE, at=s.later(1)), 2) is row


def test_a_directive_is_the_full_state() -> None:
    row = folded(s.restricted(contested=True), s.restricted(2, measures=(MeasureUntil(Measure.FREEZE, date(2027, 1, 1)),), decision="D-2"))
    assert (row.seq, row.tier, row.contested, row.decision) == (2, Tier.RESTRICTED, False, "D-2")
    assert row.measures == (MeasureUntil(Measure.FREEZE, date(2027, 1, 1)),)


def test_a_directive_of_an_equal_or_lower_seq_changes_nothing() -> None:
    row = folded(s.restricted(2))
    assert evolve(row, s.freed(2), 2) is row
    assert evolve(row, s.freed(1), 3) is row


def test_a_lift_takes_everything_back_but_who_the_subject_is() -> None:
    row = folded(s.named(uscc="91350100M000100Y43", name="某某公司"), s.restricted(), s.freed())
    assert (row.tier, row.measures, row.reasons, row.since, row.until, row.decision) == (Tier.NONE, (), (), None, None, None)
    assert (row.uscc, row.name, row.lift) == ("91350100M000100Y43", "某某公司", True)


def test_a_directive_may_say_where_the_subject_went() -> None:
    assert folded(s.freed(1, merged_into=OTHER)).merged_into == OTHER


def test_a_subject_is_an_alias_once_its_last_account_has_left() -> None:
    row = folded(s.attached(s.SHOP), s.attached(s.STALL), s.detached(s.SHOP, OTHER))
    assert (row.accounts, row.merged_into) == ((s.STALL,), None)
    row = folded(s.attached(s.SHOP), s.attached(s.STALL), s.detached(s.SHOP, OTHER), s.detached(s.STALL, OTHER))
    assert (row.accounts, row.merged_into) == ((), OTHER)


def test_an_alias_is_a_subject_again_when_an_account_comes_back() -> None:
    row = folded(s.attached(s.SHOP), s.detached(s.SHOP, OTHER), s.attached(s.SHOP))
    assert (row.accounts, row.merged_into) == ((s.SHOP,), None)


def test_a_name_becomes_known_better_and_is_never_forgotten() -> None:
    row = folded(s.named(uscc="91350100M000100Y43"), s.named(name="某某公司", kind="enterprise"), s.named())
    assert (row.uscc, row.name, row.kind) == ("91350100M000100Y43", "某某公司", "enterprise")


def test_a_watch_begins_and_ends_by_its_weighing() -> None:
    row = folded(s.watch(ONE, date(2027, 2, 20)), s.watch(TWO, date(2027, 1, 1)), s.watch_over(ONE))
    assert row.watches == (Watch(TWO.id, date(2026, 11, 20), date(2027, 1, 1)),)


def test_a_watch_that_begins_again_has_its_new_term() -> None:
    row = folded(s.watch(ONE, date(2027, 2, 20)), s.watch(ONE, date(2027, 1, 1)))
    assert [watch.until for watch in row.watches] == [date(2027, 1, 1)]


def test_the_categories_are_those_of_the_listings_in_force() -> None:
    proposed = folded(s.proposed(LISTING, ONE, TWO))
    assert proposed.categories == ()
    assert folded(s.proposed(LISTING, ONE, TWO), s.decided(LISTING)).categories == (Category.COUNTERFEIT, Category.UNSAFE_GOODS)


def test_a_decision_without_its_proposal_is_a_listing_about_nothing_known() -> None:
    assert folded(s.decided(LISTING)).listings == (OpenListing(LISTING, (), True),)


@pytest.mark.parametrize(
    "over",
    [
        s.ended(LISTING),
        ListingRejected(subject_id=s.MERCHANT, at=s.NOON, listing_id=LISTING, why="basis_gone", by="hub"),
        ListingMoved(subject_id=s.MERCHANT, at=s.NOON, listing_id=LISTING, to=OTHER),
    ],
)
def test_a_listing_that_is_over_has_no_categories(over: Fact) -> None:
    assert folded(s.proposed(LISTING, ONE), s.proposed(OTHER, TWO), s.decided(LISTING), over).listings == (
        OpenListing(OTHER, (Category.UNSAFE_GOODS,)),
    )


def test_a_carried_listing_goes_on_as_it_was() -> None:
    listing = Listing(
        listing_id=LISTING, tier=Tier.RESTRICTED, rule="r", rulebook="2026.1", group="goods", state="decided", basis=(s.basis(ONE),),
        proposed_at=s.NOON,
    )  # fmt: skip
    assert folded(ListingCarried(subject_id=s.MERCHANT, at=s.NOON, listing=listing, origin=OTHER)).categories == (Category.COUNTERFEIT,)


def test_time_never_goes_back_whatever_a_clock_did() -> None:
    assert folded(s.restricted(at=s.later(1)), s.freed(at=s.NOON)).at == s.later(1)


def test_a_case_folded_twice_is_the_case_folded_once() -> None:
    once = Versions({})
    twice = Versions({})
    deliveries = s.log(s.case())
    for delivery in deliveries:
        once.add(delivery)
    for delivery in deliveries + deliveries:
        twice.add(delivery)
    assert list(once.rest()) == list(twice.rest())


def test_versions_know_what_was_before_and_what_followed() -> None:
    versions = Versions({})
    complete = [version for delivery in s.log([s.restricted(), s.freed()]) if (version := versions.add(delivery))]
    (last,) = versions.rest()
    assert complete == [Version(last.partition, None, complete[0].state, last.state)]
    assert (last.before, last.after) == (complete[0].state, None)


def test_only_directives_to_or_from_the_list_change_it() -> None:
    versions = Versions({})
    facts = [s.named(name="a"), s.freed(1), s.proposed(LISTING, ONE), s.restricted(2), s.watch(ONE), s.freed(3), s.freed(4)]
    found = [version for delivery in s.log(facts) if (version := versions.add(delivery))] + list(versions.rest())
    assert [version.changed for version in found] == [False, False, False, True, False, True, False]


def test_an_account_is_its_subjects() -> None:
    assert account(s.attached(), 5) == Account(5, "tmall", "shop-1", s.MERCHANT)


def test_a_detached_account_is_the_next_subjects() -> None:
    assert account(s.detached(s.SHOP, OTHER), 5) == Account(5, "tmall", "shop-1", OTHER)


def test_other_facts_say_nothing_of_accounts() -> None:
    assert account(s.restricted(), 5) is None


def test_the_newest_word_on_an_account_holds_in_whatever_order_it_comes() -> None:
    other = AccountRef("pdd", "z")
    facts = s.log(
        [s.attached(), s.detached(s.SHOP, OTHER), s.attached(s.SHOP, OTHER), s.detached(s.SHOP, s.MERCHANT, OTHER), s.attached(other)]
    )
    outcomes = []
    for order in permutations(facts):
        owners = Owners()
        for delivery in order:
            owners.add(delivery)
        outcomes.append(owners.all())
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert [(owner.account.account, owner.account.subject_id) for owner in outcomes[0]] == [("z", s.MERCHANT), ("shop-1", s.MERCHANT)]
