"""Whoever decides has opened what is kept of the evidence that the listing rests on."""

import pytest
from msgspec.structs import replace

from events.facts.fact import Category
from events.facts.listing import ListingDecided, NoticeReleased, ObjectionResolved, Terms
from events.facts.safeguard import ListingHeld
from events.facts.scrutiny import EvidenceOpened
from services.adjudication.domain.breaker import Traffic
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards.evidence import EVIDENCE_OPENED, named
from services.adjudication.domain.decide.listing import answer_objections, apply_for_repair, decide, decide_repair, lodge_objection, release
from services.adjudication.domain.draft import Moment, Person
from services.adjudication.domain.evolve import evolve
from services.adjudication.domain.redress.appeal import decide_appeal, lodge_appeal
from services.adjudication.domain.redress.hold import release_hold
from services.adjudication.domain.redress.interim import impose_interim
from tests.domain.spec import APPROVER, BOOK, NOON, OTHER_APPROVER, OTHER_REVIEWER, PANEL, REVIEWER, SUBJECT, Scene, a, days, delivered
from tests.domain.stories import THREE, proposed, restricted, served

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


LETTER = "a letter of the subject"


def with_a_letter(scene: Scene, command: object) -> Scene:
    """Asked for with a letter that is kept."""
    scene.do(command, OTHER_REVIEWER, evidence=(LETTER,))  # type: ignore[arg-type]
    scene.rules["kept"] = frozenset({LETTER})
    return scene


def read_by(scene: Scene, person: Person) -> Scene:
    scene.take([EvidenceOpened(subject_id=SUBJECT, at=scene.now, sha256=LETTER, by=person.code)])
    return scene


def test_whoever_answers_has_read_what_the_subject_handed_in() -> None:
    scene = with_a_letter(served(), lodge_objection)
    assert named(scene.dossier) == {ONE, OTHER, LETTER}
    scene.when(answer_objections, PANEL, upheld=False).refused("evidence-opened")
    read_by(scene, PANEL).do(answer_objections, PANEL, upheld=False)
    scene.now += days(8)
    scene.when(decide, APPROVER, terms=Terms()).refused("evidence-opened")
    read_by(scene, APPROVER).do(decide, APPROVER, terms=Terms())


def test_so_has_whoever_hears_an_appeal_or_decides_on_a_repair() -> None:
    scene = with_a_letter(restricted(), lodge_appeal)
    scene.when(decide_appeal, PANEL, granted=False).refused("evidence-opened")
    read_by(scene, PANEL).do(decide_appeal, PANEL, granted=False)
    scene.now += days(120)
    scene.do(apply_for_repair, OTHER_REVIEWER)
    scene.when(decide_repair, APPROVER, granted=False).refused("plea-opened")
    read_by(scene, APPROVER).do(decide_repair, APPROVER, granted=True)
    assert LETTER in named(scene.dossier), "of a listing that is over it may still be read"


def opened_by(scene: Scene, person: Person, *hashes: str) -> Scene:
    scene.take([EvidenceOpened(subject_id=SUBJECT, at=scene.now, sha256=sha256, by=person.code) for sha256 in hashes])
    return scene


def test_whoever_releases_a_notice_has_opened_what_silence_would_decide_on() -> None:
    scene = proposed()
    scene.rules["kept"] = frozenset({ONE, OTHER})
    opened_by(scene, REVIEWER, ONE).when(release, REVIEWER).refused("evidence-opened")
    opened_by(scene, REVIEWER, OTHER).when(release, REVIEWER).then(a(NoticeReleased, by="rui"))


def test_whoever_answers_an_objection_has_opened_what_it_objects_to() -> None:
    scene = served()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.rules["kept"] = frozenset({ONE})
    scene.when(answer_objections, PANEL, upheld=False).refused("evidence-opened")
    opened_by(scene, PANEL, ONE).when(answer_objections, PANEL, upheld=False).then_also(a(ObjectionResolved, by="pan"))


def test_silence_decides_nothing_that_was_handed_in_after_the_notice_was_released() -> None:
    scene = served()
    scene.rules["kept"] = frozenset({ONE})
    scene.when(days(8)).then(a(ListingHeld, why="unread", by="clock"))
    scene.when(days(8)).then()
    opened_by(scene, PANEL, ONE).do(release_hold, PANEL)
    scene.when(days(0)).then_also(a(ListingDecided, deemed=True))


def test_unless_whoever_released_it_has_opened_that_too() -> None:
    scene = served()
    scene.rules["kept"] = frozenset({ONE, "of another case"})
    opened_by(scene, REVIEWER, ONE).when(days(8)).then_also(a(ListingDecided, deemed=True))


def test_a_person_who_has_opened_it_need_not_wait_for_another() -> None:
    scene = served()
    scene.rules["kept"] = frozenset({ONE})
    scene.now += days(8)
    opened_by(scene, APPROVER, ONE).when(decide, APPROVER, terms=Terms()).then_also(a(ListingDecided, by=("an",)))


def test_whoever_restricts_in_the_interim_or_lets_a_held_listing_pass_has_opened_it_too() -> None:
    scene = proposed(category=Category.UNSAFE_GOODS)
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.rules["kept"] = frozenset({ONE})
    scene.when(impose_interim, APPROVER).refused("evidence-opened")
    scene.rules["traffic"] = Traffic(recent=10_000)
    scene.wait(days(8))
    scene.when(release_hold, PANEL).refused("evidence-opened")
    scene.take([EvidenceOpened(subject_id=SUBJECT, at=scene.now, sha256=ONE, by=PANEL.code)])
    scene.do(release_hold, PANEL)
