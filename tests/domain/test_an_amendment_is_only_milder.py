"""An amendment makes a sanction milder or shorter, never harder; several join, in whatever order they come."""

from itertools import permutations

import pytest

from events.facts.dossier import AmendmentNoted, SanctionDiscounted, SanctionWeighed, StatementOrphaned, Weighing
from events.facts.fact import Measure
from events.facts.listing import ListingProposed
from tests.domain.spec import DEMOTE, EXPEL, FREEZE, LIMIT, NOON, Scene, a, amended, days, given, imposed, lifted
from tests.domain.stories import restricted

ENDS = NOON + days(100)


def standing(scene: Scene) -> Weighing:
    (weighing,) = (entry.weighing for entry in scene.dossier.weighed.values() if entry.discounted is None)
    return weighing


def test_a_milder_measure_takes_the_place() -> None:
    scene = given(imposed("tmall", FREEZE, ends=ENDS))
    scene.when(amended("tmall", LIMIT)).then_also(
        a(AmendmentNoted, waiting=False, measure=LIMIT), a(SanctionDiscounted, why="amended"), a(SanctionWeighed)
    )
    weighing = standing(scene)
    assert (weighing.measure, weighing.severity, weighing.eighths, weighing.ends) == (LIMIT, 4, 120 * 12, ENDS)
    assert weighing.statement.id == "amended"
    assert weighing.begins == NOON


def test_a_shorter_term_takes_the_place() -> None:
    scene = given(imposed("tmall", FREEZE, ends=ENDS))
    scene.hear(amended("tmall", FREEZE, ends=ENDS - days(50)))
    assert (standing(scene).measure, standing(scene).ends) == (FREEZE, ENDS - days(50))


@pytest.mark.parametrize(
    ("measure", "ends"),
    [(EXPEL, None), (EXPEL, ENDS - days(1)), (FREEZE, None), (FREEZE, ENDS), (FREEZE, ENDS + days(1)), (LIMIT, ENDS + days(1))],
    ids=["harder", "harder but shorter", "nothing new", "the same", "longer", "milder but longer"],
)
def test_what_is_not_only_milder_is_orphaned(measure: Measure, ends: object) -> None:
    scene = given(imposed("tmall", FREEZE, ends=ENDS))
    scene.when(amended("tmall", measure, ends=ends)).then(a(AmendmentNoted), a(StatementOrphaned, why="not_milder"))
    assert standing(scene).measure is FREEZE


def test_an_end_shortens_what_had_none() -> None:
    scene = given(imposed("tmall", EXPEL, ends=None))
    scene.hear(amended("tmall", EXPEL, ends=ENDS))
    assert standing(scene).ends == ENDS


def test_what_was_lifted_for_good_no_amendment_brings_back() -> None:
    scene = given(imposed("tmall", FREEZE), amended("tmall", LIMIT), lifted("tmall"))
    scene.when(amended("tmall", DEMOTE, id="again")).then(a(AmendmentNoted))
    assert [entry.weighing for entry in scene.dossier.weighed.values() if entry.discounted is None] == []


def test_several_join_in_any_order() -> None:
    amendments = [
        amended("tmall", LIMIT, id="a1", at=NOON + days(1)),
        amended("tmall", FREEZE, id="a2", ends=ENDS - days(30), at=NOON + days(2)),
        amended("tmall", DEMOTE, id="a3", at=NOON + days(3)),
    ]
    for order in permutations([imposed("tmall", FREEZE, ends=ENDS), *amendments]):
        weighing = standing(given(*order))
        assert (weighing.measure, weighing.ends) == (DEMOTE, ENDS - days(30))


def test_a_lift_after_an_amendment_lifts_it() -> None:
    for order in permutations([imposed("tmall"), amended("tmall", LIMIT), lifted("tmall")]):
        assert all(entry.discounted for entry in given(*order).dossier.weighed.values())


def test_an_amendment_of_a_derived_sanction_weighs_nothing() -> None:
    scene = given(imposed("tmall", derived=True))
    scene.when(amended("tmall", LIMIT)).then(a(AmendmentNoted, waiting=False))


def test_a_proposal_goes_on_with_the_amended_sanction() -> None:
    scene = given(imposed("tmall"), imposed("pdd"))
    listing_id = scene.listing_id
    scene.when(amended("tmall", LIMIT)).then_also(a(ListingProposed, listing_id=listing_id))
    assert scene.listing_id == listing_id


def test_a_listing_in_force_rests_on_the_amended_sanction() -> None:
    scene = restricted()
    scene.hear(amended("tmall", LIMIT))
    assert scene.dossier.listings[scene.listing_id].state == "decided"


def test_a_listing_ends_when_the_amended_sanction_does_not_justify_it() -> None:
    scene = restricted()
    scene.hear(amended("tmall", DEMOTE))
    assert not scene.dossier.listings
