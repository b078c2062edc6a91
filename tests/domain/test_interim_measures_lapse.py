"""Interim measures: for the safety of goods and for fraud in progress, by a person, once, 72 hours at most, gone by themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events.facts.directive import DirectiveIssued
from events.facts.fact import Category, Tier
from events.facts.listing import (
    DeliveryNoted,
    ListingContested,
    ListingDecided,
    ListingRejected,
    MeasureUntil,
    NoticeReleased,
    ObjectionLodged,
)
from events.facts.safeguard import InterimEnded, InterimImposed
from services.adjudication.domain.decide.elapse import next_due
from services.adjudication.domain.decide.listing import answer_objections, lodge_objection, reject, release
from services.adjudication.domain.draft import Person
from services.adjudication.domain.redress.interim import impose_interim, lift_interim
from tests.domain.spec import (
    APPROVER,
    LIMIT,
    NOON,
    OTHER_APPROVER,
    OTHER_REVIEWER,
    PANEL,
    REVIEWER,
    Scene,
    a,
    account,
    days,
    delivered,
    imposed,
    lifted,
)
from tests.domain.stories import proposed, released, restricted

UNSAFE = {"category": Category.UNSAFE_GOODS}
HOURS = timedelta(hours=72)
LAST = date(2026, 3, 4)


def hot() -> Scene:
    """The notice about unsafe goods is out."""
    return released(**UNSAFE)


def heard() -> Scene:
    """Delivered: the hearing is over at the end of the fifth working day."""
    scene = hot()
    scene.hear(delivered("tmall", scene.notice))
    return scene


def cooled() -> Scene:
    """The same, restricted by an interim measure."""
    scene = hot()
    scene.do(impose_interim, APPROVER)
    return scene


def test_an_approver_restricts_at_once_and_the_subject_is_told() -> None:
    scene = hot()
    ends = datetime(2026, 3, 4, 16, tzinfo=UTC)
    scene.when(impose_interim, APPROVER).then(
        a(InterimImposed, by="an", rule="interim-safety", measures=(MeasureUntil(LIMIT, LAST),), since=date(2026, 3, 2), until=LAST,
          ends=ends),
        a(NoticeReleased, notice=f"interim-{scene.listing_id}", listing_id=None, interim_ends=ends, respond_days=None,
          accounts=(account("pdd"), account("tmall"))),
        a(DirectiveIssued, tier=Tier.RESTRICTED, lift=False, until=LAST, decision=f"interim-{scene.listing_id}",
          appeal=f"/v1/listings/{scene.listing_id}/objections"),
    )  # fmt: skip
    assert scene.dossier.directive is not None
    assert [reason.code for reason in scene.dossier.directive.reasons] == ["INTERIM_SAFETY"]


def test_never_longer_than_seventy_two_hours_whatever_the_hour() -> None:
    for minutes in range(0, 24 * 60, 61):
        scene = hot()
        scene.now = NOON + timedelta(minutes=minutes)
        (imposed_, *_) = scene.do(impose_interim, APPROVER)
        assert isinstance(imposed_, InterimImposed)
        assert timedelta(hours=48) <= imposed_.ends - scene.now <= HOURS
        last = datetime.combine(imposed_.until + timedelta(days=1), datetime.min.time(), UTC) - timedelta(hours=8)
        assert last - scene.now <= HOURS


def test_it_lapses_by_itself_and_everybody_is_told() -> None:
    scene = cooled()
    due = next_due(scene.dossier, scene.moment)
    assert due is not None
    assert due <= NOON + HOURS
    scene.now = due - timedelta(seconds=1)
    scene.when(days(0)).then()
    scene.now = due
    scene.when(days(0)).then(a(InterimEnded, why="lapsed", by="clock"), a(DirectiveIssued, tier=Tier.NONE, lift=True))


def test_a_clock_in_doubt_still_ends_it_and_imposes_none() -> None:
    scene = cooled()
    scene.rules["trusted"] = False
    scene.when(days(3)).then_also(a(InterimEnded, why="lapsed"))
    scene = hot()
    scene.rules["trusted"] = False
    scene.when(impose_interim, APPROVER).refused("clock-trusted")


def test_in_a_demonstration_it_lapses_sooner() -> None:
    scene = hot()
    scene.rules["scale"] = 72 * 3600.0
    scene.do(impose_interim, APPROVER)
    scene.when(timedelta(seconds=1)).then_also(a(InterimEnded, why="lapsed"))


@pytest.mark.parametrize("category", [Category.COUNTERFEIT, Category.NON_DELIVERY, Category.INFRINGEMENT])
def test_for_nothing_else(category: Category) -> None:
    released(category=category).when(impose_interim, APPROVER).refused("urgent")


def test_for_a_fraud_only_while_it_goes_on() -> None:
    scene = released(category=Category.FRAUD)
    scene.now = NOON + days(14)
    scene.when(impose_interim, APPROVER).then_also(a(InterimImposed, rule="interim-fraud"))
    scene = released(category=Category.FRAUD)
    scene.now = NOON + days(15)
    scene.when(impose_interim, APPROVER).refused("urgent")


def test_only_when_all_of_it_is_about_that() -> None:
    scene = Scene()
    scene.hear(imposed("tmall", **UNSAFE), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.when(impose_interim, APPROVER).refused("urgent")


def test_by_an_approver_who_did_not_release_the_notice() -> None:
    for person in (OTHER_REVIEWER, PANEL, Person("tmall", "platform"), Person("reg", "regulator")):
        hot().when(impose_interim, person).refused("by-an-approver")
    hot().when(impose_interim, Person("rui", "approver")).refused("another-than-released")


def test_between_the_notice_and_the_decision() -> None:
    proposed(**UNSAFE).when(impose_interim, APPROVER).refused("notice-out")
    restricted().when(impose_interim, APPROVER).refused("notice-out")
    heard().when(impose_interim, APPROVER).then_also(a(InterimImposed))


def test_once_for_the_same_sanctions_whatever_listing_rests_on_them() -> None:
    scene = cooled()
    scene.when(impose_interim, OTHER_APPROVER).refused("no-interim-before")
    scene.hear(lifted("pdd", at=NOON))
    scene.hear(imposed("jd", **UNSAFE))
    scene.do(release, REVIEWER)
    scene.when(impose_interim, APPROVER).refused("no-interim-before")


def test_an_objection_is_shown_while_it_restricts() -> None:
    scene = cooled()
    scene.when(lodge_objection, Person("merchant:tmall", "merchant")).then(
        a(ObjectionLodged), a(ListingContested, contested=True, why="objection"), a(DirectiveIssued, contested=True)
    )
    scene.when(answer_objections, PANEL, upheld=False).then_also(a(ListingContested, contested=False), a(DirectiveIssued, contested=False))


def test_a_person_lifts_it_before() -> None:
    cooled().when(lift_interim, PANEL).then(a(InterimEnded, why="lifted", by="pan"), a(DirectiveIssued, tier=Tier.NONE, lift=True))
    hot().when(lift_interim, PANEL).refused("interim-open")
    cooled().when(lift_interim, Person("tmall", "platform")).refused("by-an-officer")


def test_it_ends_with_the_proposal_and_with_what_it_rests_on() -> None:
    cooled().when(reject, PANEL).then(a(ListingRejected), a(DirectiveIssued, tier=Tier.NONE, lift=True))
    cooled().when(lifted("pdd")).then_also(a(ListingRejected, why="basis_gone"), a(DirectiveIssued, tier=Tier.NONE, lift=True))


def test_a_decision_takes_its_place_without_a_gap() -> None:
    scene = heard()
    scene.now = NOON + days(6)
    scene.do(impose_interim, APPROVER)
    scene.when(days(2)).then(
        a(ListingDecided, deemed=True), a(DirectiveIssued, tier=Tier.RESTRICTED, decision=f"decision-{scene.listing_id}", lift=False)
    )
    scene.when(days(2)).then()


def test_its_notice_waits_for_nothing() -> None:
    scene = cooled()
    scene.when(delivered("tmall", f"interim-{scene.listing_id}")).then(a(DeliveryNoted, delivered=True))
