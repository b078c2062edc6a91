"""The appeal against a decision: once for each who may, contested at once, decided by another person, and it may free by one."""

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.facts.listing import ListingContested, ListingEnded, Terms
from events.facts.safeguard import AppealDecided, AppealLodged
from services.adjudication.domain.decide.listing import decide
from services.adjudication.domain.draft import Person
from services.adjudication.domain.redress.appeal import decide_appeal, lodge_appeal
from tests.domain.spec import APPROVER, NOON, OTHER_APPROVER, PANEL, REVIEWER, Scene, a, appealed, days, upheld
from tests.domain.stories import blacklisted, restricted, served

MERCHANT = Person("merchant:tmall", "merchant")
PROOF = ("ab" * 32,)


def under_appeal() -> Scene:
    scene = blacklisted()
    scene.do(lodge_appeal, MERCHANT, evidence=PROOF)
    return scene


def test_whoever_is_listed_appeals_and_everybody_is_told_at_once() -> None:
    blacklisted().when(lodge_appeal, MERCHANT, evidence=PROOF).then(
        a(AppealLodged, by="merchant:tmall", evidence=PROOF),
        a(ListingContested, contested=True, why="appeal"),
        a(DirectiveIssued, contested=True, tier=Tier.BLACKLISTED),
    )


def test_for_the_subject_act_its_platforms_clerks_and_reviewers() -> None:
    for person in (Person("jd", "platform"), Person("clara", "clerk"), REVIEWER):
        blacklisted().when(lodge_appeal, person).then_also(a(AppealLodged, by=person.code))
    for person in (Person("douyin", "platform"), Person("merchant:douyin", "merchant"), APPROVER, PANEL, Person("reg", "regulator")):
        blacklisted().when(lodge_appeal, person).refused("for-the-subject")


def test_against_a_decision_and_once() -> None:
    served().when(lodge_appeal, MERCHANT).refused("in-force")
    under_appeal().when(lodge_appeal, MERCHANT).refused("no-appeal-before")
    scene = under_appeal()
    scene.do(decide_appeal, PANEL, granted=False)
    scene.when(lodge_appeal, MERCHANT).refused("no-appeal-before")


def test_no_accuser_who_speaks_for_the_subject_uses_up_its_appeal() -> None:
    scene = blacklisted()
    scene.do(lodge_appeal, Person("pdd", "platform"))
    scene.when(lodge_appeal, MERCHANT).refused("no-appeal-before")
    scene.do(decide_appeal, PANEL, granted=False)
    scene.when(lodge_appeal, Person("pdd", "platform")).refused("no-appeal-before")
    scene.when(lodge_appeal, MERCHANT, evidence=PROOF).then_also(a(AppealLodged, by="merchant:tmall"), a(DirectiveIssued, contested=True))
    scene.do(decide_appeal, PANEL, granted=False)
    scene.when(lodge_appeal, Person("clara", "clerk")).then_also(a(AppealLodged, by="clara"))


def test_nobody_who_decided_or_released_decides_the_appeal() -> None:
    for person in (APPROVER, OTHER_APPROVER):
        under_appeal().when(decide_appeal, person, granted=False).refused("another-than-decided")
    under_appeal().when(decide_appeal, Person("rui", "panel"), granted=True).refused("another-than-released")
    under_appeal().when(decide_appeal, REVIEWER, granted=True).refused("by-a-judge")
    scene = restricted()
    scene.do(lodge_appeal, Person("pan", "clerk"))
    scene.when(decide_appeal, PANEL, granted=True).refused("another-than-appealed")
    blacklisted().when(decide_appeal, PANEL, granted=True).refused("appeal-open")


def test_one_person_frees() -> None:
    under_appeal().when(decide_appeal, PANEL, granted=True).then(
        a(AppealDecided, granted=True, by="pan"), a(ListingEnded, why="revoked", by=("pan",)), a(DirectiveIssued, tier=Tier.NONE, lift=True)
    )


def test_denied_the_doubt_is_gone() -> None:
    under_appeal().when(decide_appeal, PANEL, granted=False).then(
        a(AppealDecided, granted=False), a(ListingContested, contested=False, why="resolved"), a(DirectiveIssued, contested=False)
    )


def test_denied_it_stays_contested_while_a_platform_still_hears_its_own_appeal() -> None:
    scene = under_appeal()
    scene.hear(appealed("tmall"))
    scene.when(decide_appeal, PANEL, granted=False).then(a(AppealDecided, granted=False))
    scene.when(upheld("tmall")).then_also(a(ListingContested, contested=False))


def test_what_a_person_decided_another_one_hears() -> None:
    scene = served()
    scene.now = NOON + days(8)
    scene.do(decide, APPROVER, terms=Terms())
    scene.do(lodge_appeal, MERCHANT)
    scene.when(decide_appeal, APPROVER, granted=False).refused("another-than-decided")
    scene.when(decide_appeal, OTHER_APPROVER, granted=False).then_also(a(AppealDecided, by="bo"))
