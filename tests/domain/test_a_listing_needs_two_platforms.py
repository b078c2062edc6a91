"""Which weighings justify which tier: platforms of different legal entities, one group, evidence of their own; or one authority."""

import pytest

from events.facts.dossier import AccountRef
from events.facts.fact import Category, Measure, Tier
from events.facts.listing import ListingProposed, ListingRejected
from services.adjudication.domain.decide.listing import reject
from tests.domain.spec import (
    DEMOTE,
    EXPEL,
    FREEZE,
    LIMIT,
    NOON,
    REVIEWER,
    SHOP,
    Scene,
    a,
    days,
    given,
    imposed,
    lifted,
    ordered,
)
from tests.domain.stories import proposed, released, restricted


def test_a_second_platform_completes_the_case() -> None:
    given(imposed("tmall", LIMIT)).when(imposed("pdd", FREEZE)).then_also(
        a(ListingProposed, tier=Tier.RESTRICTED, rule="two-platforms-severe", rulebook="2026.1", group="goods")
    )


def test_a_proposal_names_what_it_rests_on() -> None:
    (listing,) = proposed().dossier.listings.values()
    assert [(rest.account, rest.entity, rest.measure) for rest in listing.basis] == [
        (AccountRef("tmall", SHOP), "alibaba", FREEZE),
        (AccountRef("pdd", SHOP), "pdd", FREEZE),
    ]


@pytest.mark.parametrize(
    "second",
    [
        imposed("tmall", sanction="s2"),
        imposed("taobao"),
        imposed("pdd", DEMOTE),
        imposed("pdd", proof=()),
        imposed("pdd", proof="tmall-s1"),
        imposed("pdd", category=Category.FRAUD),
        imposed("pdd", derived=True),
        imposed("pdd", begins=NOON - days(740), ends=NOON + days(5)),
        ordered(FREEZE, documented=False),
    ],
    ids=[
        "the same platform", "the same legal entity", "too mild", "no evidence", "the same evidence", "another group", "derived",
        "more than 24 months ago", "an authority without a document",
    ],
)  # fmt: skip
def test_what_does_not_complete_it(second: object) -> None:
    given(imposed("tmall")).when(second).then_not(ListingProposed)


@pytest.mark.parametrize("category", [Category.BAD_SERVICE, Category.OTHER])
def test_service_and_other_never_go_above_watch(category: Category) -> None:
    platforms = ("tmall", "pdd", "jd")
    Scene().when(*(imposed(p, EXPEL, category=category) for p in platforms), ordered(EXPEL, category=category)).then_not(ListingProposed)


def test_any_category_of_the_group_corroborates() -> None:
    given(imposed("tmall", category=Category.UNSAFE_GOODS)).when(imposed("pdd", category=Category.COUNTERFEIT)).then_also(
        a(ListingProposed)
    )


def test_shared_evidence_is_enough_when_each_has_one_of_its_own() -> None:
    given(imposed("tmall", proof=("shared", "x"))).when(imposed("pdd", proof="shared")).then_also(a(ListingProposed))


def test_evidence_is_matched_over_all_platforms() -> None:
    """Three platforms, three hashes, and only one way to give each its own."""
    scene = Scene()
    scene.hear(imposed("tmall", proof=("x", "y")), imposed("pdd", proof=("x", "z")), imposed("jd", proof="x"))
    (listing,) = scene.dossier.listings.values()
    assert listing.tier is Tier.BLACKLISTED


def test_three_freezes_blacklist() -> None:
    scene = proposed()
    before = scene.listing_id
    scene.when(imposed("jd", FREEZE)).then_also(
        a(ListingRejected, listing_id=before, why="superseded", by="hub"),
        a(ListingProposed, tier=Tier.BLACKLISTED, rule="three-platforms-freeze"),
    )
    assert scene.listing_id != before


def test_three_limits_do_not() -> None:
    scene = given(*(imposed(platform, LIMIT) for platform in ("tmall", "pdd", "jd")))
    assert scene.dossier.listings[scene.listing_id].tier is Tier.RESTRICTED


@pytest.mark.parametrize(
    ("measure", "tier", "rule"),
    [(Measure.FREEZE, Tier.BLACKLISTED, "authority-grave"), (Measure.LIMIT, Tier.RESTRICTED, "authority-severe")],
)
def test_one_authority_is_enough(measure: Measure, tier: Tier, rule: str) -> None:
    Scene().when(ordered(measure)).then_also(a(ListingProposed, tier=tier, rule=rule))


def test_an_authority_needs_its_document() -> None:
    Scene().when(ordered(FREEZE, documented=False)).then_not(ListingProposed)


def test_a_mild_order_lists_nobody() -> None:
    Scene().when(ordered(DEMOTE)).then_not(ListingProposed)


def test_a_proposal_follows_the_weighings_until_it_is_released() -> None:
    scene = proposed()
    first = scene.listing_id
    scene.when(imposed("jd", LIMIT)).then_also(a(ListingProposed, listing_id=first))
    assert len(scene.dossier.listings[first].basis) == 3


def test_more_of_the_same_platform_changes_no_proposal() -> None:
    proposed().when(imposed("tmall", sanction="s2", begins=NOON + days(1))).then_not(ListingProposed)


def test_what_was_released_stays_as_the_subject_was_told() -> None:
    scene = released()
    scene.when(imposed("jd", LIMIT)).then_not(ListingProposed)
    assert len(scene.dossier.listings[scene.listing_id].basis) == 2


def test_a_proposal_ends_when_its_basis_falls() -> None:
    scene = proposed()
    scene.when(lifted("pdd")).then_also(a(ListingRejected, why="basis_gone", by="hub"))
    assert not scene.dossier.listings


def test_a_released_proposal_ends_too() -> None:
    released().when(lifted("pdd")).then_also(a(ListingRejected, why="basis_gone"))


def test_a_proposal_falls_back_to_the_lower_tier() -> None:
    scene = given(*(imposed(platform) for platform in ("tmall", "pdd", "jd")))
    scene.when(lifted("jd")).then_also(a(ListingRejected, why="basis_gone"), a(ListingProposed, tier=Tier.RESTRICTED))


def test_a_basis_that_fell_may_be_proposed_again() -> None:
    """Nobody judged it: the third sanction completes what the second one did not."""
    scene = given(imposed("tmall"), imposed("pdd"), lifted("pdd"))
    scene.when(imposed("jd")).then_also(a(ListingProposed))


def test_a_proposal_ages_out() -> None:
    scene = given(imposed("tmall", begins=NOON - days(700)), imposed("pdd"))
    scene.when(days(40)).then_also(a(ListingRejected, why="basis_gone"))


def test_what_a_person_turned_down_is_not_proposed_again() -> None:
    scene = proposed()
    scene.do(reject, REVIEWER)
    scene.when(imposed("tmall", "warn", sanction="s2")).then_not(ListingProposed)


def test_but_one_new_sanction_of_somebody_else_is_enough() -> None:
    scene = proposed()
    scene.do(reject, REVIEWER)
    scene.when(imposed("jd")).then_also(a(ListingProposed, tier=Tier.BLACKLISTED))


def test_a_sanction_in_force_is_not_proposed_again() -> None:
    restricted().when(imposed("jd", LIMIT)).then_not(ListingProposed)


def test_a_higher_tier_is_proposed_beside_one_in_force() -> None:
    scene = restricted()
    scene.when(imposed("jd", FREEZE)).then_also(a(ListingProposed, tier=Tier.BLACKLISTED))
    assert sorted(listing.state for listing in scene.dossier.listings.values()) == ["decided", "proposed"]


def test_after_a_term_one_new_sanction_is_needed() -> None:
    scene = restricted()
    scene.wait(days(200))
    assert not scene.dossier.listings
    scene.when(imposed("jd", LIMIT, at=scene.now)).then_also(a(ListingProposed, tier=Tier.RESTRICTED))


def test_a_listing_that_ended_is_not_proposed_again_by_itself() -> None:
    scene = restricted()
    scene.wait(days(200))
    scene.when(days(10)).then_not(ListingProposed)
