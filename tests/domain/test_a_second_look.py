"""Evidence that falls after the decision reopens the listing by itself: contested until another person has looked, or it ends."""

from events.facts.directive import DirectiveIssued
from events.facts.dossier import EvidenceNoted
from events.facts.listing import ListingContested, ListingEnded, Terms
from events.facts.safeguard import ListingReviewed
from services.adjudication.domain.decide.listing import decide, release
from services.adjudication.domain.draft import Person
from services.adjudication.domain.redress.review import review
from tests.domain.spec import APPROVER, OTHER_APPROVER, PANEL, REVIEWER, Scene, a, days, delivered, discredited, given, imposed
from tests.domain.stories import restricted


def shaken() -> Scene:
    """Restricted on two sanctions; of one of them one of two pieces of evidence falls."""
    scene = given(imposed("tmall", proof=("p1", "p2")), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    scene.hear(discredited("tmall", "e-p1"))
    return scene


def test_what_fell_reopens_although_the_rest_is_enough() -> None:
    scene = given(imposed("tmall", proof=("p1", "p2")), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    scene.when(discredited("tmall", "e-p1")).then(
        a(EvidenceNoted, discredited=True), a(ListingContested, contested=True, why="evidence"), a(DirectiveIssued, contested=True)
    )


def test_what_is_not_enough_any_more_ends_it() -> None:
    shaken().when(discredited("tmall", "e-p2")).then_also(a(ListingEnded, why="revoked"))


def test_another_person_looks_again_and_the_doubt_is_gone() -> None:
    shaken().when(review, PANEL).then(
        a(ListingReviewed, evidence=("p1",), by="pan"), a(ListingContested, contested=False), a(DirectiveIssued, contested=False)
    )


def test_what_falls_after_that_is_looked_at_again() -> None:
    scene = given(imposed("tmall", proof=("p1", "p2", "p3")), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    scene.hear(discredited("tmall", "e-p1"))
    scene.do(review, PANEL)
    scene.when(review, PANEL).refused("evidence-fell")
    scene.when(discredited("tmall", "e-p2")).then_also(a(ListingContested, contested=True, why="evidence"))


def test_by_a_judge_who_neither_decided_nor_released() -> None:
    shaken().when(review, REVIEWER).refused("by-a-judge")
    shaken().when(review, Person("rui", "panel")).refused("another-than-released")
    scene = given(imposed("tmall", proof=("p1", "p2")), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.now += days(8)
    scene.do(decide, APPROVER, terms=Terms())
    scene.hear(discredited("tmall", "e-p1"))
    scene.when(review, APPROVER).refused("another-than-decided")
    scene.when(review, OTHER_APPROVER).then_also(a(ListingReviewed, by="bo"))


def test_without_a_doubt_there_is_nothing_to_look_at() -> None:
    restricted().when(review, PANEL).refused("evidence-fell")
