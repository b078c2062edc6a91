"""A submitter's own grade counts as B at most, and evidence that its own platform holds to be weak lists nobody."""

import pytest

from events.facts.listing import ListingContested, ListingEnded, ListingProposed, ListingRejected, WatchEnded
from services.adjudication.domain.decide.listing import release
from services.adjudication.domain.law.grades import counted, grades
from tests.domain.spec import REVIEWER, Scene, a, account, days, delivered, given, imposed, verified, with_id
from tests.domain.stories import proposed, restricted


def graded(grade: str, evidence: str = "e-tmall-s1", platform: str = "tmall") -> object:
    return with_id(verified(platform, evidence, grade=grade), f"{evidence}-{grade}")


@pytest.mark.parametrize(("said", "counts"), [("A", "B"), ("B", "B"), (None, "B"), ("C", "C"), ("D", "D")])
def test_ones_own_word_counts_as_b_at_most(said: object, counts: str) -> None:
    assert counted(said) == counts  # type: ignore[arg-type]


@pytest.mark.parametrize("grade", ["A", "B"])
def test_what_is_good_enough_corroborates(grade: str) -> None:
    given(imposed("tmall"), graded(grade)).when(imposed("pdd")).then_also(a(ListingProposed))


@pytest.mark.parametrize("grade", ["C", "D"])
def test_what_its_own_platform_holds_to_be_weak_does_not(grade: str) -> None:
    given(imposed("tmall"), graded(grade)).when(imposed("pdd")).then_not(ListingProposed)


def test_nor_when_it_is_said_afterwards() -> None:
    proposed().when(graded("C")).then_also(a(ListingRejected, why="basis_gone"))
    restricted().when(graded("D")).then_also(a(ListingEnded, why="revoked"))


def test_one_good_piece_of_two_is_enough_and_somebody_looks_again() -> None:
    scene = given(imposed("tmall", proof=("p1", "p2")), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    scene.when(graded("C", "e-p1")).then_also(a(ListingContested, why="evidence"))


def test_the_worst_that_was_said_counts_in_whatever_order() -> None:
    for order in (("B", "C", "A"), ("C", "A", "B"), ("A", "B", "C")):
        scene = given(imposed("tmall"), *(graded(grade) for grade in order))
        assert grades(scene.dossier) == {(account("tmall"), "e-tmall-s1"): "C"}


def test_the_sanction_itself_goes_on_to_weigh_and_to_be_watched() -> None:
    scene: Scene = given(imposed("tmall"))
    scene.when(graded("D")).then_not(WatchEnded)
    assert [entry.discounted for entry in scene.dossier.weighed.values()] == [None]
