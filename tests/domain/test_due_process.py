"""From a proposal to a decision: released by a reviewer, served, heard; deemed decided in silence, or decided by persons."""

from datetime import UTC, date, datetime

from events.facts.directive import DirectiveIssued
from events.facts.dossier import StatementOrphaned
from events.facts.fact import Tier
from events.facts.listing import (
    DeliveryFailed,
    DeliveryNoted,
    ListingApproved,
    ListingContested,
    ListingDecided,
    ListingEnded,
    ListingRejected,
    MeasureUntil,
    NoticeReleased,
    NoticeServed,
    NoticeUndelivered,
    ObjectionLodged,
    ObjectionResolved,
    Terms,
)
from services.adjudication.domain.decide.elapse import next_due
from services.adjudication.domain.decide.listing import answer_objections, decide, lodge_objection, reject, release
from services.adjudication.domain.draft import Person
from tests.domain.spec import (
    APPROVER,
    EXPEL,
    FREEZE,
    LIMIT,
    NOON,
    OTHER_APPROVER,
    OTHER_REVIEWER,
    PANEL,
    REVIEWER,
    a,
    account,
    appealed,
    days,
    declared,
    delivered,
    given,
    imposed,
    ordered,
    undeliverable,
    upheld,
)
from tests.domain.stories import THREE, blacklisted, proposed, released, restricted, served

PLAIN = Terms()


# -- the notice ------------------------------------------------------------------------------------------------------


def test_a_reviewer_releases_the_notice() -> None:
    scene = proposed()
    scene.when(release, REVIEWER).then(
        a(NoticeReleased, listing_id=scene.listing_id, tier=Tier.RESTRICTED, by="rui", respond_days=5, measures=(LIMIT,), reason="ff" * 32,
          accounts=(account("pdd"), account("tmall")))
    )  # fmt: skip


def test_nobody_else_does() -> None:
    for person in (APPROVER, PANEL, Person("tmall", "platform"), Person("reg", "regulator")):
        proposed().when(release, person).refused("by-a-reviewer")


def test_a_notice_is_released_once() -> None:
    released().when(release, OTHER_REVIEWER).refused("to-be-released")


def test_the_first_delivery_starts_the_hearing_of_five_working_days() -> None:
    scene = released()
    scene.when(delivered("pdd", scene.notice)).then(
        a(NoticeServed, platform="pdd", respond_by=datetime(2026, 3, 9, 16, tzinfo=UTC), provisional=False)
    )
    scene.when(delivered("tmall", scene.notice)).then(a(DeliveryNoted, delivered=True))


def test_a_hearing_in_a_year_without_an_official_calendar_is_provisional() -> None:
    scene = released()
    scene.now = datetime(2031, 3, 3, 4, tzinfo=UTC)
    scene.when(delivered("pdd", scene.notice)).then_also(a(NoticeServed, provisional=True))


def test_a_notice_of_another_subject_is_unknown() -> None:
    released().when(delivered("tmall", "listing-of-somebody")).then(a(StatementOrphaned, why="unknown_notice"))


def test_delivering_again_later_changes_nothing() -> None:
    scene = served()
    scene.when(delivered("pdd", scene.notice)).then(a(DeliveryNoted))
    scene.when(undeliverable("pdd", scene.notice)).then(a(DeliveryNoted, delivered=False))


def test_when_all_platforms_fail_a_person_has_to_look() -> None:
    scene = released()
    scene.when(undeliverable("tmall", scene.notice)).then(a(DeliveryFailed, platform="tmall"))
    scene.when(undeliverable("pdd", scene.notice)).then(a(DeliveryFailed, platform="pdd"), a(NoticeUndelivered, why="all_failed"))


def test_an_authority_delivers_nothing() -> None:
    """Only platforms with an account are waited for."""
    scene = given(ordered(LIMIT), declared("tmall"))
    scene.do(release, REVIEWER)
    scene.when(undeliverable("tmall", scene.notice)).then_also(a(NoticeUndelivered, why="all_failed"))


def test_nothing_for_five_working_days_goes_to_a_person_too() -> None:
    scene = released()
    scene.when(days(7)).then()
    scene.when(days(1)).then(a(NoticeUndelivered, why="no_answer"))
    scene.when(days(30)).then()


def test_silence_after_an_undelivered_notice_decides_nothing() -> None:
    scene = released()
    scene.wait(days(8))
    scene.when(days(60)).then()
    scene.when(decide, APPROVER, terms=PLAIN).refused("notice-served")


def test_an_undelivered_notice_is_released_again() -> None:
    scene = released()
    scene.wait(days(8))
    scene.when(release, OTHER_REVIEWER).then(a(NoticeReleased, by="ran"))
    scene.when(days(7)).then()
    scene.when(delivered("tmall", scene.notice)).then(a(NoticeServed))


def test_a_late_delivery_still_starts_the_hearing() -> None:
    scene = released()
    scene.wait(days(8))
    scene.hear(delivered("tmall", scene.notice))
    scene.when(days(8)).then_also(a(ListingDecided, deemed=True))


# -- silence ---------------------------------------------------------------------------------------------------------


def test_silence_decides_restricted_after_the_hearing() -> None:
    scene = served()
    scene.when(days(7)).then()
    until = date(2026, 9, 10)
    scene.when(days(1)).then(
        a(ListingDecided, tier=Tier.RESTRICTED, deemed=True, by=("clock",), since=date(2026, 3, 10), until=until,
          measures=(MeasureUntil(LIMIT, until),), rulebook="2026.1"),
        a(DirectiveIssued, tier=Tier.RESTRICTED, seq=1, lift=False),
    )  # fmt: skip


def test_silence_never_blacklists() -> None:
    served(*THREE).when(days(60)).then_not(ListingDecided)


def test_an_objection_breaks_the_silence() -> None:
    scene = served()
    scene.when(lodge_objection, REVIEWER).then(a(ObjectionLodged, by="rui"))
    scene.when(days(60)).then_not(ListingDecided)


def test_an_answered_objection_still_takes_a_person() -> None:
    scene = served()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(answer_objections, APPROVER, upheld=False).then(a(ObjectionResolved, upheld=False, by="an"))
    scene.when(days(60)).then_not(ListingDecided)
    scene.when(decide, APPROVER, terms=PLAIN).then_also(a(ListingDecided, deemed=False, by=("an",)))


def test_an_appeal_to_the_platform_breaks_it_until_it_is_answered() -> None:
    scene = served()
    scene.hear(appealed("tmall"))
    scene.when(days(20)).then_not(ListingDecided)
    scene.hear(upheld("tmall"))
    scene.when(days(0)).then_also(a(ListingDecided, deemed=True))


def test_a_clock_in_doubt_decides_nothing() -> None:
    scene = served()
    scene.rules["trusted"] = False
    scene.when(days(60)).then_not(ListingDecided)
    due = next_due(scene.dossier, scene.moment)
    assert due is not None, "it is looked at again"
    assert scene.now < due < scene.now + days(1), "and does not stand before what is to be lifted"
    scene.rules["trusted"] = True
    scene.when(days(0)).then_also(a(ListingDecided, deemed=True))


def test_a_demonstration_shortens_the_hearing_only() -> None:
    scene = proposed()
    scene.rules["scale"] = 100_000.0
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.when(days(0.001)).then_also(a(ListingDecided, until=date(2026, 9, 2)))


# -- objections ------------------------------------------------------------------------------------------------------


def test_a_platform_with_an_account_objects_on_the_subjects_behalf() -> None:
    served().when(lodge_objection, Person("pdd", "platform")).then(a(ObjectionLodged, by="pdd"))


def test_another_platform_does_not() -> None:
    served().when(lodge_objection, Person("jd", "platform")).refused("for-the-subject")
    served().when(lodge_objection, Person("reg", "regulator")).refused("for-the-subject")


def test_an_upheld_objection_turns_the_proposal_down() -> None:
    scene = served()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(answer_objections, PANEL, upheld=True).then(
        a(ObjectionResolved, upheld=True), a(ListingRejected, why="objection_upheld", by="pan")
    )
    assert not scene.dossier.listings


def test_an_objection_in_force_is_shown_and_lifts_nothing() -> None:
    scene = restricted()
    scene.when(lodge_objection, OTHER_REVIEWER).then(
        a(ObjectionLodged),
        a(ListingContested, contested=True, why="objection"),
        a(DirectiveIssued, tier=Tier.RESTRICTED, contested=True, lift=True, seq=2),
    )


def test_turned_down_it_is_not_shown_any_more() -> None:
    scene = restricted()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(answer_objections, APPROVER, upheld=False).then(
        a(ObjectionResolved), a(ListingContested, contested=False, why="resolved"), a(DirectiveIssued, contested=False, lift=True, seq=3)
    )


def test_upheld_it_ends_the_listing() -> None:
    scene = restricted()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(answer_objections, APPROVER, upheld=True).then(
        a(ObjectionResolved), a(ListingEnded, why="revoked", by=("an",)), a(DirectiveIssued, tier=Tier.NONE, lift=True)
    )


def test_an_objection_is_answered_by_somebody_else() -> None:
    scene = served()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(answer_objections, OTHER_REVIEWER, upheld=False).refused("another-than-objected")
    scene.when(answer_objections, REVIEWER, upheld=False).refused("another-than-released")
    scene.when(answer_objections, Person("pdd", "platform"), upheld=True).refused("by-an-officer")
    scene.when(answer_objections, PANEL, upheld=False).then(a(ObjectionResolved))
    scene.when(answer_objections, PANEL, upheld=False).refused("objection-open")


def test_in_force_by_nobody_who_decided() -> None:
    scene = blacklisted()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(answer_objections, APPROVER, upheld=False).refused("another-than-decided")
    scene.when(answer_objections, PANEL, upheld=False).then_also(a(ObjectionResolved))


# -- decisions by persons --------------------------------------------------------------------------------------------


def test_blacklisting_takes_two_approvers() -> None:
    scene = served(*THREE)
    scene.wait(days(8))
    scene.when(decide, APPROVER, terms=PLAIN).then(a(ListingApproved, by="an"))
    scene.when(decide, APPROVER, terms=PLAIN).refused("another-than-approved")
    until = date(2027, 3, 10)
    scene.when(decide, OTHER_APPROVER, terms=PLAIN).then(
        a(ListingDecided, tier=Tier.BLACKLISTED, by=("an", "bo"), deemed=False, until=until, measures=(MeasureUntil(FREEZE, until),)),
        a(DirectiveIssued, tier=Tier.BLACKLISTED),
    )


def test_both_approve_the_same_terms() -> None:
    scene = served(*THREE)
    scene.wait(days(8))
    longer = Terms(months=24, measures=(FREEZE, EXPEL))
    scene.do(decide, APPROVER, terms=longer)
    scene.when(decide, OTHER_APPROVER, terms=PLAIN).refused("same-terms")
    scene.when(decide, OTHER_APPROVER, terms=longer).then_also(
        a(
            ListingDecided,
            until=date(2028, 3, 10),
            measures=(MeasureUntil(FREEZE, date(2028, 3, 10)), MeasureUntil(EXPEL, date(2028, 3, 10))),
        )
    )


def test_terms_lie_within_the_rulebook() -> None:
    scene = served(*THREE)
    scene.wait(days(8))
    for terms in (Terms(months=11), Terms(months=37), Terms(measures=("demote",))):
        scene.when(decide, APPROVER, terms=terms).refused("terms-allowed")


def test_nobody_is_expelled_by_default() -> None:
    scene = blacklisted()
    assert [asked.measure for asked in scene.dossier.listings[scene.listing_id].measures] == [FREEZE]


def test_an_approver_decides_only_after_the_hearing() -> None:
    scene = served()
    scene.when(decide, APPROVER, terms=PLAIN).refused("hearing-over")
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.now = NOON + days(8)
    scene.when(decide, APPROVER, terms=PLAIN).refused("objection-answered")
    scene.when(decide, REVIEWER, terms=PLAIN).refused("by-an-approver")


def test_ten_objections_of_one_wait_for_an_answer_at_most() -> None:
    """Whoever floods shuts nobody else out."""
    scene = served()
    for _ in range(10):
        scene.do(lodge_objection, Person("merchant:tmall", "merchant"))
    scene.when(lodge_objection, Person("merchant:tmall", "merchant")).refused("few-objections")
    scene.when(lodge_objection, Person("merchant:pdd", "merchant")).then_also(a(ObjectionLodged))
    scene.do(answer_objections, PANEL, upheld=False)
    scene.when(lodge_objection, Person("merchant:tmall", "merchant")).then_also(a(ObjectionLodged))


def test_nothing_is_released_or_decided_on_a_basis_that_grew_old() -> None:
    scene = proposed(begins=NOON - days(725))
    scene.now = NOON + days(10)
    scene.when(release, REVIEWER).refused("basis-stands")


def test_in_doubt_about_the_time_persons_decide_neither() -> None:
    scene = served()
    scene.now, scene.rules["trusted"] = NOON + days(8), False
    scene.when(decide, APPROVER, terms=PLAIN).refused("clock-trusted")


def test_whoever_released_does_not_decide() -> None:
    scene = served()
    scene.now = NOON + days(8)
    scene.when(decide, Person("rui", "approver"), terms=PLAIN).refused("another-than-released")


def test_before_the_clock_a_person_may_decide() -> None:
    scene = served()
    scene.now = NOON + days(8)
    scene.when(decide, APPROVER, terms=Terms(months=12)).then_also(a(ListingDecided, deemed=False, by=("an",), until=date(2027, 3, 10)))


def test_a_decision_under_appeal_is_contested_from_the_start() -> None:
    scene = served()
    scene.hear(appealed("tmall"))
    scene.now = NOON + days(8)
    scene.when(decide, APPROVER, terms=PLAIN).then(
        a(ListingDecided), a(ListingContested, contested=True, why="appeal"), a(DirectiveIssued, contested=True)
    )


def test_a_proposal_is_turned_down_at_any_time_before() -> None:
    for scene in (proposed(), released(), served()):
        scene.when(reject, PANEL).then(a(ListingRejected, why="not_justified", by="pan"))
    restricted().when(reject, REVIEWER).refused("not-decided")
    proposed().when(reject, Person("tmall", "platform")).refused("by-an-officer")


def test_what_is_over_takes_no_commands() -> None:
    scene = proposed()
    gone = scene.listing_id
    scene.do(reject, REVIEWER)
    scene.when(release, REVIEWER, listing_id=gone).refused("listing-open")


def test_one_authority_blacklists_with_two_persons() -> None:
    scene = given(ordered(FREEZE), imposed("tmall", "warn"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    scene.do(decide, APPROVER, terms=PLAIN)
    scene.when(decide, OTHER_APPROVER, terms=PLAIN).then_also(a(ListingDecided, tier=Tier.BLACKLISTED))
