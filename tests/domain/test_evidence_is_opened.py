"""Whoever decides has opened what is kept of the evidence that the listing rests on."""

import pytest
from msgspec.structs import replace

from events.facts.listing import Terms
from events.facts.scrutiny import EvidenceOpened
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards.evidence import EVIDENCE_OPENED, named
from services.adjudication.domain.decide.listing import decide
from services.adjudication.domain.draft import Moment, Person
from services.adjudication.domain.evolve import evolve
from tests.domain.spec import APPROVER, BOOK, NOON, OTHER_APPROVER, SUBJECT, days
from tests.domain.stories import THREE, served

ONE, OTHER = "tmall-s1", "pdd-s1"


def holds(kept: set[str], opened: set[str], by: Person | None = APPROVER) -> bool:
    scene = served()
    dossier = scene.dossier
    for sha256 in opened:
        dossier = evolve(dossier, EvidenceOpened(subject_id=SUBJECT, at=NOON, sha256=sha256, by=APPROVER.code))
    (listing,) = dossier.listings.values()
    moment = replace(Moment(now=NOON, book=BOOK, books={BOOK.version: BOOK}), kept=frozenset(kept))
    return EVIDENCE_OPENED.holds(Case(dossier, listing, moment, by))


def test_what_may_be_opened_is_what_the_sanctions_name() -> None:
    assert named(served().dossier) == {ONE, OTHER}


@pytest.mark.parametrize(
    ("kept", "opened", "allowed"),
    [
        (set(), set(), True),
        ({ONE}, set(), False),
        ({ONE}, {OTHER}, False),
        ({ONE, OTHER}, {ONE}, False),
        ({ONE, OTHER}, {ONE, OTHER}, True),
        ({"of another case"}, set(), True),
    ],
)
def test_all_that_is_kept_has_to_be_opened(kept: set[str], opened: set[str], allowed: bool) -> None:
    assert holds(kept, opened) is allowed


def test_that_somebody_else_opened_it_is_not_enough() -> None:
    assert not holds({ONE}, {ONE}, OTHER_APPROVER)
    assert not holds({ONE}, {ONE}, None)


def test_a_decision_on_unopened_evidence_is_refused() -> None:
    scene = served(*THREE)
    scene.wait(days(8))
    scene.rules["kept"] = frozenset({ONE})
    scene.when(decide, APPROVER, terms=Terms()).refused("evidence-opened")
    scene.take([EvidenceOpened(subject_id=SUBJECT, at=scene.now, sha256=ONE, by=APPROVER.code)])
    scene.when(decide, APPROVER, terms=Terms())
    assert scene.dossier.listings[scene.listing_id].approvals == (APPROVER.code,)
