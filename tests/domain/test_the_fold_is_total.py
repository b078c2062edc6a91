"""The fold takes every fact of a dossier, in any state, without a word; and deciding folds as reading does."""

from datetime import timedelta
from typing import Any

from events.catalogue import FACTS
from events.facts.fact import DossierFact, Fact
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
from services.adjudication.domain.evolve import CHANGES, evolve, fold
from services.adjudication.domain.identity import subject_of_uscc
from services.adjudication.domain.steps import STEPS
from tests.domain.spec import (
    APPROVER,
    DEMOTE,
    OTHER_REVIEWER,
    PANEL,
    REVIEWER,
    SUBJECT,
    Scene,
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


def _moved() -> list[list[Fact]]:
    old, new = restricted(), Scene(Dossier(subject_id=subject_of_uscc("91110108551385082Q")))
    left, came = move(old.dossier, new.dossier, list(old.dossier.accounts), "uscc", None, old.moment)
    return [[*old.history, *left], list(came)]


def histories() -> list[list[Fact]]:
    scenes = [given(imposed("tmall"), lifted("tmall")), _undelivered(), _objected(), _repaired(), _ended(), _rejected()]
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
