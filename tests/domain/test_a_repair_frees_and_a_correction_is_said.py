"""Whoever put it right is free again, after the minimum and unless he repeats it; and a wrongful listing is said to have been one."""

from datetime import UTC, datetime

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.facts.listing import (
    ListingEnded,
    RepairApplied,
    RepairDecided,
)
from services.adjudication.domain.decide.listing import apply_for_repair, decide_repair, end, release
from services.adjudication.domain.draft import Person
from tests.domain.spec import (
    APPROVER,
    LIMIT,
    NOON,
    PANEL,
    REVIEWER,
    Scene,
    a,
    days,
    delivered,
    imposed,
    lifted,
)
from tests.domain.stories import restricted, served

# -- repair ----------------------------------------------------------------------------------------------------------


def test_a_repair_ends_everything_in_one_fact() -> None:
    scene = restricted()
    scene.wait(days(100))
    scene.when(apply_for_repair, Person("tmall", "platform")).then(a(RepairApplied, by="tmall"))
    scene.when(decide_repair, APPROVER, granted=True).then(
        a(RepairDecided, granted=True), a(ListingEnded, why="repaired", by=("an",)), a(DirectiveIssued, tier=Tier.NONE, lift=True)
    )


def test_not_before_the_minimum() -> None:
    scene = restricted()
    scene.wait(days(80))
    scene.when(apply_for_repair, REVIEWER).refused("long-enough")
    served().when(apply_for_repair, REVIEWER).refused("in-force")


def test_the_minimum_is_over_with_the_last_day_of_three_months() -> None:
    scene = restricted()  # since 10 March
    scene.now = datetime(2026, 6, 10, 15, 59, tzinfo=UTC)
    scene.when(apply_for_repair, REVIEWER).refused("long-enough")
    scene.now = datetime(2026, 6, 10, 16, tzinfo=UTC)
    scene.when(apply_for_repair, REVIEWER).then_also(a(RepairApplied))


def test_the_minimum_is_scaled_in_a_demonstration() -> None:
    scene = restricted()
    scene.when(apply_for_repair, REVIEWER).refused("long-enough")
    scene.rules["scale"] = 100_000.0
    scene.when(apply_for_repair, REVIEWER).then(a(RepairApplied))


def test_a_repair_is_decided_once_and_by_an_approver() -> None:
    scene = restricted()
    scene.wait(days(100))
    scene.when(decide_repair, APPROVER, granted=True).refused("repair-open")
    scene.do(apply_for_repair, REVIEWER)
    scene.when(apply_for_repair, REVIEWER).refused("no-repair-open")
    scene.when(decide_repair, REVIEWER, granted=True).refused("by-an-approver")
    scene.when(decide_repair, Person("rui", "approver"), granted=True).refused("another-than-repairs")
    scene.when(decide_repair, APPROVER, granted=False).then(a(RepairDecided, granted=False))
    scene.when(apply_for_repair, REVIEWER).then(a(RepairApplied))


def test_whoever_repeats_it_is_not_taken_off() -> None:
    scene = restricted()
    scene.wait(days(100))
    scene.do(apply_for_repair, REVIEWER)
    scene.hear(imposed("pdd", LIMIT, sanction="again", at=scene.now))
    scene.when(decide_repair, APPROVER, granted=True).refused("no-repeat")
    scene.when(decide_repair, APPROVER, granted=False).then(a(RepairDecided, granted=False))


def test_something_else_or_milder_is_no_repeat() -> None:
    for other in (imposed("pdd", "warn", sanction="again", at=NOON + days(100)),
                  imposed("pdd", LIMIT, sanction="again", at=NOON + days(100), category="privacy")):  # fmt: skip
        scene = restricted()
        scene.wait(days(100))
        scene.do(apply_for_repair, REVIEWER)
        scene.hear(other)
        scene.when(decide_repair, APPROVER, granted=True).then_also(a(ListingEnded, why="repaired"))


def test_what_is_handed_in_with_it_is_named_by_its_hash() -> None:
    scene = restricted()
    scene.wait(days(100))
    scene.when(apply_for_repair, Person("merchant:pdd", "merchant"), evidence=("ab" * 32,)).then(a(RepairApplied, evidence=("ab" * 32,)))


def test_a_new_offence_is_listed_anew_although_the_old_sanctions_still_weigh() -> None:
    scene = restricted()
    scene.wait(days(200))
    again = [imposed(platform, sanction="s2", at=scene.now) for platform in ("tmall", "pdd")]
    scene.hear(again[0])
    assert {rest.weighing for listing in scene.dossier.listings.values() for rest in listing.basis} >= {again[0].stream}
    scene.hear(again[1])
    (listing,) = scene.dossier.listings.values()
    assert {rest.weighing for rest in listing.basis} == {statement.stream for statement in again}


# -- correction ------------------------------------------------------------------------------------------------------


def wrongful() -> Scene:
    scene = restricted()
    scene.do(end, REVIEWER, why="wrongful")
    scene.do(end, PANEL, why="wrongful")
    return scene


def correction(scene: Scene) -> str | None:
    directive = scene.dossier.directive
    assert directive is not None
    return directive.correction.code if directive.correction else None


def test_everybody_who_was_told_is_told_that_it_was_wrong() -> None:
    scene = wrongful()
    assert correction(scene) == "WRONGFUL_LISTING"
    directive = scene.dossier.directive
    assert directive is not None
    assert (directive.tier, directive.lift, directive.reasons) == (Tier.NONE, True, ())


def test_an_ending_for_another_cause_corrects_nothing() -> None:
    scene = restricted()
    scene.hear(lifted("pdd"))
    assert correction(scene) is None


def test_the_correction_is_said_again_until_a_later_listing_ends_otherwise() -> None:
    scene = wrongful()
    scene.hear(*(imposed(platform, "limit", sanction="s2", at=scene.now) for platform in ("tmall", "jd")))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice, id="delivered-again"))
    scene.wait(days(10))
    assert correction(scene) == "WRONGFUL_LISTING"
    scene.hear(lifted("jd", sanction="s2"))
    assert correction(scene) is None
