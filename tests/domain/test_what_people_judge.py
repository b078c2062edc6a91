"""What people judge beside listings: documents of authorities, and accounts that are not of the same subject."""

from typing import Any
from uuid import UUID, uuid4

from events.facts.dossier import AccountAttached
from events.facts.fact import Tier
from events.facts.listing import ListingContested, ListingProposed, ListingRejected
from events.facts.scrutiny import CandidateJudged, DocumentJudged
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide.link import link, move, unlink
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Person
from services.adjudication.domain.identity import Known, claim, kept_apart, subject_of_uscc
from services.adjudication.domain.redress.judgement import judge_candidate, judge_document
from tests.domain.spec import (
    APPROVER,
    FREEZE,
    LIMIT,
    PANEL,
    REVIEWER,
    SUBJECT,
    USCC,
    Scene,
    Then,
    a,
    account,
    amended,
    given,
    imposed,
    lifted,
    ordered,
)
from tests.domain.stories import blacklisted_by_authority

REGULATOR = Person("reg", "regulator")
PAPER = "dd" * 32
REASON = "ff" * 32
ELSEWHERE = subject_of_uscc("91110108551385082Q")


# -- documents of authorities ------------------------------------------------------------------------------------------


def judged(scene: Scene, by: Person = REGULATOR, *, genuine: bool = True, weighing: UUID | None = None) -> Then:
    first = next(iter(scene.dossier.weighed), uuid4())
    try:
        facts = judge_document(scene.dossier, weighing or first, by, REASON, scene.moment, sha256=PAPER, genuine=genuine)
    except Refused as refused:
        return Then(scene, [], refused)
    return Then(scene, scene.take(facts))


def test_a_document_that_a_regulator_confirmed_counts_as_an_authoritys() -> None:
    judged(given(imposed("tmall", LIMIT))).then(
        a(DocumentJudged, sha256=PAPER, genuine=True, by="reg"), a(ListingProposed, tier=Tier.RESTRICTED, rule="authority-severe")
    )
    judged(given(imposed("tmall", FREEZE))).then_also(a(ListingProposed, tier=Tier.BLACKLISTED, rule="authority-grave"))


def test_taken_back_what_rested_on_it_falls() -> None:
    scene = given(imposed("tmall"))
    judged(scene)
    judged(scene, genuine=False).then_also(a(ListingRejected, why="basis_gone"))


def test_only_a_regulator_does_and_only_of_what_a_platform_said_and_weighs() -> None:
    for person in (REVIEWER, APPROVER, PANEL, Person("samr", "authority")):
        judged(given(imposed("tmall")), person).refused("by-a-regulator")
    judged(given(ordered())).refused("weighed-here")
    judged(given(imposed("tmall"), lifted("tmall"))).refused("weighed-here")
    judged(given(imposed("tmall")), weighing=uuid4()).refused("weighed-here")


def test_an_amendment_after_it_carries_out_the_same_document() -> None:
    for first in ("judged", "amended"):
        scene = given(imposed("tmall", FREEZE))
        if first == "amended":
            scene.hear(amended("tmall", LIMIT))
        judged(scene, weighing=next(e.weighing.id for e in scene.dossier.weighed.values() if e.discounted is None))
        if first == "judged":
            scene.hear(amended("tmall", LIMIT))
        (listing,) = scene.dossier.listings.values()
        assert (listing.tier, listing.rule) == (Tier.RESTRICTED, "authority-severe")


def test_taken_back_after_the_decision_it_is_contested_and_reviewed() -> None:
    scene = blacklisted_by_authority()
    scene.hear(lifted("samr", account="case-17"))
    assert any(isinstance(fact, ListingContested) for fact in scene.history)


# -- accounts that are not of the same subject -------------------------------------------------------------------------


def apart(scene: Scene, other: Any = USCC, by: Person = REVIEWER, **more: Any) -> Then:
    try:
        facts = judge_candidate(scene.dossier, account("tmall"), other, by, REASON, scene.moment, **{"judgement": "negative", **more})
    except Refused as refused:
        return Then(scene, [], refused)
    return Then(scene, scene.take(facts))


def unknown() -> Scene:
    """An account whose subject has no code."""
    scene = Scene(Dossier(subject_id=ELSEWHERE))
    scene.hear(imposed("tmall", uscc=None))
    return scene


def test_a_reviewer_judges_an_account_of_the_dossier() -> None:
    apart(unknown()).then(a(CandidateJudged, account=account("tmall"), uscc=USCC, judgement="negative", by="rui"))
    apart(unknown(), account("pdd")).then(a(CandidateJudged, other=account("pdd"), uscc=None))
    apart(unknown(), by=PANEL).refused("by-a-reviewer")
    apart(given(imposed("pdd"))).refused("account-here")


def test_a_negative_judgement_outlives_every_later_signal() -> None:
    scene = unknown()
    known = Known(ELSEWHERE, None)
    assert claim(known, scene.dossier, account("tmall"), USCC) == "link"
    apart(scene)
    for _ in range(3):
        assert claim(known, scene.dossier, account("tmall"), USCC) == "nothing"
    assert claim(known, scene.dossier, account("tmall"), "91440300708461136T") == "link"


def test_that_nobody_can_tell_changes_nothing() -> None:
    scene = unknown()
    apart(scene, judgement="unsure")
    assert claim(Known(ELSEWHERE, None), scene.dossier, account("tmall"), USCC) == "link"


def test_what_was_unlinked_stays_apart_also_from_the_code() -> None:
    whole = given(imposed("tmall"), imposed("pdd"))
    own = Scene(Dossier(subject_id=ELSEWHERE))
    left, came = unlink(whole.dossier, own.dossier, account("tmall"), REVIEWER, whole.moment, reason=REASON)
    whole.take(left)
    own.take(came)
    assert Then(own, list(came)).then_also(a(AccountAttached), a(CandidateJudged, judgement="negative", uscc=USCC, by="rui"))
    assert claim(Known(ELSEWHERE, None), own.dossier, account("tmall"), USCC) == "nothing"


def test_without_a_code_it_stays_apart_from_the_accounts() -> None:
    whole = Scene(Dossier(subject_id=ELSEWHERE))
    whole.hear(imposed("tmall", uscc=None), imposed("pdd", uscc=None))
    own = Scene()
    left, came = unlink(whole.dossier, own.dossier, account("tmall"), REVIEWER, whole.moment, reason=REASON)
    whole.take(left)
    own.take(came)
    assert kept_apart(own.dossier, whole.dossier)
    assert kept_apart(whole.dossier, own.dossier)
    assert not kept_apart(own.dossier, given(imposed("jd")).dossier)


def test_the_judgement_goes_with_the_account() -> None:
    scene, target = unknown(), Scene(Dossier(subject_id=subject_of_uscc("91440300708461136T")))
    apart(scene)
    left, came = move(scene.dossier, target.dossier, [account("tmall")], "uscc", None, scene.moment)
    scene.take(left)
    target.take(came)
    assert scene.dossier.apart == {}
    assert claim(Known(target.dossier.subject_id, None), target.dossier, account("tmall"), USCC) == "nothing"


def test_linking_is_the_judgement_that_they_are_one() -> None:
    scene, target = unknown(), given(imposed("pdd"))
    apart(scene)
    _, came = link(scene.dossier, target.dossier, account("tmall"), REVIEWER, scene.moment, reason=REASON)
    Then(target, target.take(came)).then_also(a(CandidateJudged, judgement="positive", uscc=USCC, by="rui"))
    assert target.dossier.apart == {}
    assert target.dossier.subject_id == SUBJECT
