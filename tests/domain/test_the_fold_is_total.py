"""The fold takes every fact of a dossier, in any state, without a word; and deciding folds as reading does."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from events.catalogue import FACTS
from events.facts.fact import Category, DossierFact, Fact
from events.facts.listing import Listing
from events.facts.safeguard import ListingReviewed
from events.facts.scrutiny import EvidenceOpened
from services.adjudication.domain.breaker import Traffic
from services.adjudication.domain.decide.link import move
from services.adjudication.domain.decide.listing import (
    answer_objections,
    apply_for_repair,
    decide_repair,
    end,
    lodge_objection,
    reject,
)
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Person
from services.adjudication.domain.evolve import CHANGES, evolve, fold
from services.adjudication.domain.identity import subject_of_uscc
from services.adjudication.domain.redress.appeal import decide_appeal, lodge_appeal
from services.adjudication.domain.redress.hold import release_hold
from services.adjudication.domain.redress.interim import impose_interim
from services.adjudication.domain.redress.judgement import judge_candidate, judge_document
from services.adjudication.domain.redress.reports import judge_reports
from services.adjudication.domain.steps import STEPS
from tests.domain.spec import (
    APPROVER,
    DEMOTE,
    OTHER_REVIEWER,
    PANEL,
    REVIEWER,
    SUBJECT,
    Scene,
    account,
    amended,
    appealed,
    days,
    delivered,
    discredited,
    given,
    imposed,
    lifted,
    undeliverable,
)
from tests.domain.stories import blacklisted, proposed, released, restricted, served


def _undelivered() -> Scene:
    scene = released()
    scene.hear(undeliverable("tmall", scene.notice), undeliverable("pdd", scene.notice), delivered("tmall", "unknown"))
    scene.hear(delivered("pdd", next(fact.notice for fact in scene.history if hasattr(fact, "respond_days"))))
    return scene


def _objected() -> Scene:
    scene = served(name="某某公司")
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.do(answer_objections, PANEL, upheld=True)
    return scene


def _repaired() -> Scene:
    scene = restricted()
    scene.hear(appealed("tmall"), amended("pdd", DEMOTE, sanction="later"), discredited("tmall", "x"))
    scene.wait(days(100))
    scene.do(apply_for_repair, REVIEWER)
    scene.do(decide_repair, APPROVER, granted=True)
    return scene


def _ended() -> Scene:
    scene = blacklisted()
    scene.do(end, REVIEWER, why="wrongful")
    scene.do(end, PANEL, why="wrongful")
    return scene


def _rejected() -> Scene:
    scene = proposed()
    scene.do(reject, PANEL)
    return scene


def _cooled() -> Scene:
    """An interim measure that lapsed, a hold that was released, an appeal that was denied, evidence opened and looked at again."""
    scene = released()
    stamps = {"subject_id": SUBJECT, "at": scene.now}
    listing = scene.listing_id
    scene.hear(delivered("tmall", scene.notice))
    scene.take([EvidenceOpened(sha256="ab" * 32, by="an", **stamps), EvidenceOpened(sha256="cd" * 32, by="an", **stamps)])
    scene.dossier = replace(scene.dossier, listings={listing: _about_safety(scene.dossier.listings[listing])})
    scene.do(impose_interim, APPROVER)
    scene.rules["traffic"] = Traffic(recent=10_000)
    scene.wait(days(8))
    scene.do(release_hold, PANEL)
    scene.wait(days(0))
    scene.do(lodge_appeal, OTHER_REVIEWER)
    scene.do(decide_appeal, PANEL, granted=False)
    scene.take([ListingReviewed(listing_id=listing, evidence=("ab" * 32,), by="pan", reason="ff" * 32, **stamps)])
    return scene


def _unanswered() -> Scene:
    scene = restricted()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.do(lodge_appeal, OTHER_REVIEWER)
    scene.wait(days(20))
    return scene


def _about_safety(listing: Listing) -> Listing:
    return replace(listing, basis=tuple(replace(rest, category=Category.UNSAFE_GOODS) for rest in listing.basis))


def _judged() -> Scene:
    scene = given(imposed("tmall"))
    (weighing,) = scene.dossier.weighed
    regulator = Person("reg", "regulator")
    scene.take(judge_document(scene.dossier, weighing, regulator, "ff" * 32, scene.moment, sha256="dd" * 32, genuine=True))
    scene.take(judge_candidate(scene.dossier, account("tmall"), "9" * 18, REVIEWER, "ff" * 32, scene.moment, judgement="negative"))
    scene.take(judge_reports(scene.dossier, account("tmall"), ["R-1"], invalid=True, moment=scene.moment))
    return scene


def _moved() -> list[list[Fact]]:
    old, new = restricted(), Scene(Dossier(subject_id=subject_of_uscc("91110108551385082Q")))
    left, came = move(old.dossier, new.dossier, list(old.dossier.accounts), "uscc", None, old.moment)
    return [[*old.history, *left], list(came)]


def histories() -> list[list[Fact]]:
    told = [_undelivered(), _objected(), _repaired(), _ended(), _rejected(), _cooled(), _judged(), _unanswered()]
    scenes = [given(imposed("tmall"), lifted("tmall")), *told]
    return [scene.history for scene in scenes] + _moved()


def test_every_fact_of_a_dossier_has_its_step() -> None:
    dossier_facts = {kind for kind in FACTS if issubclass(kind, DossierFact)}
    assert set(CHANGES) | set(STEPS) == dossier_facts


def test_the_stories_hold_every_fact() -> None:
    """So that the next test folds every kind; a new fact needs a story."""
    assert {type(fact) for history in histories() for fact in history} == set(CHANGES) | set(STEPS)


def test_any_fact_after_any_history_only_counts() -> None:
    every = list({type(fact): fact for history in histories() for fact in history}.values())
    for history in [[], *histories()]:
        dossier = fold(SUBJECT, enumerate(history))
        assert dossier.version == len(history)
        for fact in every:
            assert evolve(dossier, fact).version == len(history) + 1


def test_a_fact_of_somebody_else_changes_nothing() -> None:
    dossier = restricted().dossier
    before: Any = {name: getattr(dossier, name) for name in dossier.__struct_fields__ if name != "version"}
    after = evolve(dossier, imposed("tmall"))
    assert {name: getattr(after, name) for name in before} == before


def test_folding_the_log_gives_what_was_decided_on() -> None:
    scene = restricted()
    again = fold(SUBJECT, enumerate(scene.history, 1))
    assert again.listings == scene.dossier.listings
    assert again.weighed == scene.dossier.weighed
    assert again.directive == scene.dossier.directive


def test_a_fold_never_changes_what_it_was_given() -> None:
    dossier = proposed().dossier
    before = dict(dossier.listings), dict(dossier.weighed), dict(dossier.watches)
    scene = Scene(dossier)
    scene.wait(timedelta(days=400))
    assert (dict(dossier.listings), dict(dossier.weighed), dict(dossier.watches)) == before
