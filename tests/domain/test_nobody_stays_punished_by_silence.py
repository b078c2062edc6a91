"""What was asked for a subject and nobody answered in time is granted by the clock; nobody stays punished because the hub is silent."""

from datetime import UTC, datetime

import pytest

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.facts.listing import ListingContested, ListingDecided, ListingEnded, ListingProposed, ListingRejected
from events.facts.safeguard import AnswerOverdue
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.elapse import next_due
from services.adjudication.domain.decide.guards import admit
from services.adjudication.domain.decide.listing import (
    answer_objections,
    apply_for_repair,
    decide_repair,
    lodge_objection,
    release,
)
from services.adjudication.domain.redress.appeal import decide_appeal, lodge_appeal
from services.adjudication.domain.redress.review import review
from tests.domain.spec import APPROVER, OTHER_REVIEWER, PANEL, REVIEWER, Scene, a, days, delivered, discredited, given, imposed
from tests.domain.stories import blacklisted, proposed, released, restricted, served


def shaken() -> Scene:
    """In force, on two sanctions; of one of them one of two pieces of evidence fell."""
    scene = given(imposed("tmall", proof=("p1", "p2", "p3")), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    scene.hear(discredited("tmall", "e-p1"))
    return scene


def asked_for_repair() -> Scene:
    scene = restricted()
    scene.wait(days(100))
    scene.do(apply_for_repair, OTHER_REVIEWER)
    return scene


def answers(scene: Scene) -> list[str]:
    return [due.plea for due in scene.dossier.listings[scene.listing_id].answers]


def test_an_objection_to_what_is_in_force_ends_it_after_five_working_days() -> None:
    scene = restricted()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(days(6.9)).then()
    scene.when(days(0.6)).then(
        a(AnswerOverdue, plea="objection", due=datetime(2026, 3, 17, 16, tzinfo=UTC)),
        a(ListingEnded, why="revoked", by=("clock",)),
        a(DirectiveIssued, tier=Tier.NONE, lift=True),
    )


def test_one_during_the_hearing_turns_the_proposal_down_five_working_days_after_its_end() -> None:
    scene = served()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(days(15)).then()
    scene.when(days(1)).then(a(AnswerOverdue, plea="objection"), a(ListingRejected, why="objection_upheld", by="clock"))


def test_an_appeal_ends_a_blacklisting_after_ten_working_days_without_two_persons() -> None:
    scene = blacklisted()
    scene.do(lodge_appeal, OTHER_REVIEWER)
    scene.when(days(13)).then()
    scene.when(days(2)).then_also(a(AnswerOverdue, plea="appeal"), a(ListingEnded, why="revoked", by=("clock",)))


def test_a_repair_is_granted_after_ten_working_days() -> None:
    scene = asked_for_repair()
    scene.when(days(13)).then()
    scene.when(days(4)).then(
        a(AnswerOverdue, plea="repair"), a(ListingEnded, why="repaired", by=("clock",)), a(DirectiveIssued, tier=Tier.NONE, lift=True)
    )


def test_but_not_to_whoever_repeats_the_offence_which_a_person_has_to_say() -> None:
    scene = asked_for_repair()
    scene.hear(imposed("jd", "limit", sanction="s2", at=scene.now))
    scene.when(days(30)).then()
    due = next_due(scene.dossier, scene.moment)
    assert due is not None and due > scene.now, "the clock does not look for ever for what it may not grant"
    scene.do(decide_repair, APPROVER, granted=False)
    assert answers(scene) == []


def test_a_second_look_that_nobody_takes_ends_it_after_ten_working_days() -> None:
    scene = shaken()
    scene.when(days(13)).then()
    scene.when(days(2)).then_also(a(AnswerOverdue, plea="review"), a(ListingEnded, why="revoked", by=("clock",)))


def test_each_fall_is_looked_at_within_its_own_days_also_beside_another_doubt() -> None:
    scene = shaken()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.do(review, PANEL)
    assert answers(scene) == ["objection"]
    scene.when(discredited("tmall", "e-p2")).then_also(a(ListingContested, why="evidence"))
    assert answers(scene) == ["objection", "review"]
    scene.when(days(0)).then()


@pytest.mark.parametrize("begin", [served, restricted])
def test_the_clock_is_told_when_the_answer_is_due(begin: object) -> None:
    scene = begin()  # type: ignore[operator]
    scene.do(lodge_objection, OTHER_REVIEWER)
    ((due,),) = (listing.answers for listing in scene.dossier.listings.values())
    scene.now = due.by - days(0.1)
    assert next_due(scene.dossier, scene.moment) == due.by


@pytest.mark.parametrize("plea", ["objection", "appeal", "repair", "review"])
def test_whoever_answers_in_time_is_heard(plea: str) -> None:
    scene = {"objection": restricted, "appeal": restricted, "repair": asked_for_repair, "review": shaken}[plea]()
    match plea:
        case "objection":
            scene.do(lodge_objection, OTHER_REVIEWER)
            scene.do(answer_objections, PANEL, upheld=False)
        case "appeal":
            scene.do(lodge_appeal, OTHER_REVIEWER)
            scene.do(decide_appeal, PANEL, granted=False)
        case "repair":
            scene.do(decide_repair, APPROVER, granted=False)
        case "review":
            scene.do(review, PANEL)
    assert answers(scene) == []
    scene.when(days(30)).then_not(AnswerOverdue, ListingEnded)


def test_several_objections_are_due_with_the_first_and_answered_together() -> None:
    scene = restricted()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.now += days(3)
    scene.do(lodge_objection, OTHER_REVIEWER)
    assert len(answers(scene)) == 1
    scene.when(days(5)).then_also(a(AnswerOverdue, plea="objection"))


def test_a_clock_in_doubt_frees_all_the_same() -> None:
    scene = restricted()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.rules["trusted"] = False
    scene.when(days(8)).then_also(a(AnswerOverdue), a(ListingEnded, why="revoked"))


def test_a_demonstration_does_not_hurry_those_who_answer() -> None:
    scene = restricted()
    scene.rules["scale"] = 100_000.0
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.when(days(6)).then()


def test_what_is_granted_by_silence_is_used_up_and_turns_nobody_down() -> None:
    scene = restricted()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.wait(days(8))
    scene.when(imposed("tmall", "warn", sanction="s2", at=scene.now)).then_not(ListingProposed)
    scene.when(imposed("tmall", sanction="s3", at=scene.now)).then_also(a(ListingProposed))


def test_silence_grants_what_was_asked_for_and_nothing_else() -> None:
    scene = restricted()
    case = Case(scene.dossier, scene.dossier.listings[scene.listing_id], scene.moment)
    given_now = scene.when(lambda *_, **__: admit("grant-by-silence", case), PANEL)  # type: ignore[arg-type,return-value]
    given_now.refused("answer-overdue")


@pytest.mark.parametrize("begin", [proposed, released, served, restricted, blacklisted])
def test_where_nobody_asked_nothing_is_due(begin: object) -> None:
    scene = begin()  # type: ignore[operator]
    assert answers(scene) == []
    scene.when(days(4)).then_not(AnswerOverdue)
    assert not any(isinstance(fact, ListingDecided) and fact.deemed for fact in scene.history if begin is blacklisted)
