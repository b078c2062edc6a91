"""A sanction that lists evidence stands as long as one piece of it stands."""

from events.facts.dossier import EvidenceNoted, SanctionDiscounted, StatementRef
from events.facts.listing import ListingEnded, ListingRejected, WatchEnded
from tests.domain.spec import Scene, a, discredited, given, imposed, verified
from tests.domain.stories import proposed, restricted


def test_when_all_its_evidence_fell_a_sanction_weighs_nothing() -> None:
    given(imposed("tmall", proof=("one", "two")), discredited("tmall", "e-one")).when(discredited("tmall", "e-two")).then(
        a(EvidenceNoted, evidence="e-two", discredited=True),
        a(SanctionDiscounted, why="evidence_discredited", statement=StatementRef("/platforms/tmall", "discredited-e-two")),
        a(WatchEnded, why="discounted"),
    )


def test_while_one_piece_stands_it_weighs() -> None:
    given(imposed("tmall", proof=("one", "two"))).when(discredited("tmall", "e-one")).then_not(SanctionDiscounted)


def test_without_listed_evidence_nothing_can_fall() -> None:
    given(imposed("tmall", "warn", proof=())).when(discredited("tmall", "e-one")).then_not(SanctionDiscounted)


def test_another_platform_discredits_its_own_only() -> None:
    given(imposed("tmall", proof="one"), imposed("pdd", "warn")).when(discredited("pdd", "e-one")).then_not(SanctionDiscounted)


def test_once_discredited_it_stays_so() -> None:
    for order in ([verified("tmall", "e-one"), discredited("tmall", "e-one")], [discredited("tmall", "e-one"), verified("tmall", "e-one")]):
        (entry,) = given(imposed("tmall", proof="one"), *order).dossier.weighed.values()
        assert entry.discounted == "evidence_discredited"


def test_a_proposal_falls_with_the_evidence_that_it_needs() -> None:
    proposed().when(discredited("pdd", "e-pdd-s1")).then_also(a(ListingRejected, why="basis_gone"))


def test_a_restriction_falls_with_it_too() -> None:
    restricted().when(discredited("pdd", "e-pdd-s1")).then_also(a(ListingEnded, why="revoked"))


def test_a_restriction_falls_when_only_shared_evidence_is_left() -> None:
    """Each platform needs a piece of its own that still stands."""
    scene = Scene()
    scene.hear(imposed("tmall", proof="shared"), imposed("pdd", proof=("shared", "own")))
    assert scene.dossier.listings
    scene.when(discredited("pdd", "e-own")).then_also(a(ListingRejected, why="basis_gone"))
