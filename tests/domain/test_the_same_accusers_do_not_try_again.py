"""What people turned down is not brought up again by the same accusers alone, however often; somebody else is needed, or time."""

import pytest

from events.facts.dossier import WeighingCarried
from events.facts.fact import Category, Tier
from events.facts.listing import ListingEnded, ListingProposed, ListingRejected, Terms
from services.adjudication.domain.decide.link import move
from services.adjudication.domain.decide.listing import answer_objections, decide, end, lodge_objection, reject, release
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.identity import subject_of_uscc
from services.adjudication.domain.redress.appeal import decide_appeal, lodge_appeal
from tests.domain.spec import (
    APPROVER,
    FREEZE,
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
    imposed,
    lifted,
    ordered,
)
from tests.domain.stories import THREE, proposed, restricted, served


def turned_down() -> Scene:
    scene = proposed()
    scene.do(reject, REVIEWER)
    return scene


def upheld() -> Scene:
    scene = served()
    scene.do(lodge_objection, OTHER_REVIEWER)
    scene.do(answer_objections, PANEL, upheld=True)
    return scene


def appealed() -> Scene:
    scene = restricted()
    scene.do(lodge_appeal, OTHER_REVIEWER)
    scene.do(decide_appeal, PANEL, granted=True)
    return scene


def wrongful() -> Scene:
    scene = restricted()
    scene.do(end, OTHER_REVIEWER, why="wrongful")
    scene.do(end, PANEL, why="wrongful")
    return scene


def again(scene: Scene, *platforms: str, after: float = 1.0, number: str = "s2", **more: object) -> list[object]:
    scene.now += days(after)
    said = (imposed(platform, sanction=number, at=scene.now, **more) for platform in platforms)
    return [fact for fact in scene.hear(*said) if isinstance(fact, ListingProposed)]


@pytest.mark.parametrize("begin", [turned_down, upheld, appealed, wrongful])
def test_neither_of_them_nor_both_bring_another_proposal_about(begin: object) -> None:
    scene = begin()  # type: ignore[operator]
    assert again(scene, "tmall") == []
    assert again(scene, "pdd", number="s3") == []
    assert again(scene, "taobao", "pdd", number="s4") == [], "another platform of the same legal entity is nobody else"


def test_nor_for_another_kind_of_offence() -> None:
    assert again(turned_down(), "tmall", "pdd", category=Category.FRAUD) == []


def test_nor_with_what_they_had_said_before_and_nobody_had_looked_at() -> None:
    scene = proposed()
    scene.hear(*(imposed(platform, sanction="s2", at=NOON + days(0.1)) for platform in ("tmall", "pdd")))
    scene.do(reject, REVIEWER)
    scene.when(imposed("tmall", "warn", sanction="s3")).then_not(ListingProposed)


def test_somebody_else_does_and_what_they_say_then_counts_again() -> None:
    scene = turned_down()
    (found,) = again(scene, "jd", measure=LIMIT)
    assert isinstance(found, ListingProposed)
    assert (found.tier, {rest.entity for rest in found.basis}) == (Tier.RESTRICTED, {"alibaba", "pdd", "jd"})


def test_an_authority_does_by_itself_and_again() -> None:
    scene = turned_down()
    scene.when(ordered(LIMIT)).then_also(a(ListingProposed, rule="authority-severe"))
    scene.do(reject, REVIEWER)
    scene.when(ordered(LIMIT, sanction="s2", id="again", at=NOON + days(2))).then_also(a(ListingProposed, rule="authority-severe"))


def test_what_they_state_after_twenty_four_months_counts_as_ever() -> None:
    scene = turned_down()
    assert again(scene, "tmall", "pdd", after=729) == []
    assert again(scene, "tmall", "pdd", after=3, number="s3") != []


def test_that_they_were_not_enough_for_the_black_list_leaves_the_lower_tier_as_it_was() -> None:
    """Three were turned down for the higher tier: a fourth is needed for any, as before; but of those turned down for the lower tier
    three may bring the higher one about with one that is new."""
    scene = served(*THREE)
    scene.do(reject, REVIEWER)
    assert again(scene, *THREE) == []
    scene = turned_down()
    (found,) = again(scene, "jd")
    assert isinstance(found, ListingProposed)
    assert found.tier is Tier.BLACKLISTED


def test_a_platform_that_takes_its_own_sanction_back_is_not_turned_down_by_anybody() -> None:
    scene = restricted()
    scene.when(lifted("pdd", at=scene.now)).then_also(a(ListingEnded, why="revoked", by=("hub",)))
    assert len(again(scene, "pdd")) == 1


def test_a_term_that_is_over_turns_nobody_down() -> None:
    scene = restricted()
    scene.wait(days(190))
    assert len(again(scene, "tmall")) == 1


def test_whoever_had_joined_them_and_takes_it_back_leaves_nothing_behind() -> None:
    scene = turned_down()
    assert again(scene, "tmall", "pdd", "jd", measure=LIMIT) != []
    scene.do(release, OTHER_REVIEWER)
    scene.when(lifted("jd", sanction="s2", at=scene.now)).then_also(a(ListingRejected, why="basis_gone"))


def test_it_goes_along_with_the_accounts() -> None:
    scene = turned_down()
    other = Scene(Dossier(subject_id=subject_of_uscc("91110108551385082Q")), now=scene.now)
    _, came = move(scene.dossier, other.dossier, [account("tmall"), account("pdd")], "reviewer", "rui", scene.moment)
    other.take(came)
    assert all(fact.turned_down == NOON for fact in came if isinstance(fact, WeighingCarried))
    assert again(other, "tmall", "pdd", uscc=None) == []


def test_after_a_decision_that_stood_the_same_two_are_heard_again() -> None:
    """Whoever repeats an offence after a listing that nobody found wrong is no victim of his accusers."""
    scene = served()
    scene.now += days(8)
    scene.do(decide, APPROVER, terms=Terms())
    scene.wait(days(190))
    (found,) = again(scene, "pdd", measure=FREEZE)
    assert isinstance(found, ListingProposed)
    scene.do(release, OTHER_REVIEWER)
    scene.do(reject, OTHER_APPROVER)
    assert again(scene, "pdd", number="s5") == []
