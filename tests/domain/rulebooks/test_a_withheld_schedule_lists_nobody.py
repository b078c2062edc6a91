"""A platform rule whose schedule nobody can read counts in the score and on the watch, and never leads to a listing."""

from msgspec.structs import replace

from events.facts.dossier import SanctionWeighed
from events.facts.fact import Category, Tier
from events.facts.listing import ListingProposed, WatchBegan
from events.facts.sanction import SanctionImposed
from tests.domain.spec import BOOK, FREEZE, NOON, a, days, given, imposed

IV = {"rule": "IV", "category": Category.CREDIT_FRAUD}


def boosted(platform: str, **more: object) -> SanctionImposed:
    """A freeze for inflated credit."""
    return imposed(platform, FREEZE, **IV | more)


def test_a_withheld_rule_is_no_ground_for_a_listing() -> None:
    given(boosted("tmall")).when(boosted("paipai")).then_not(ListingProposed)
    given(boosted("paipai")).when(boosted("tmall")).then_not(ListingProposed)


def test_it_counts_in_the_score_and_on_the_watch() -> None:
    scene = given(boosted("tmall")).when(boosted("paipai")).then_also(a(WatchBegan), a(SanctionWeighed))
    (weighing,) = (entry.weighing for entry in scene.dossier.weighed.values() if entry.weighing.account.platform == "paipai")
    assert (weighing.unscheduled, weighing.severity, weighing.eighths) == (True, 5, 200 * 12)


def test_the_same_platform_lists_by_a_rule_that_it_publishes() -> None:
    published = {"rule": "I", "category": Category.FORBIDDEN_GOODS, "ends": NOON + days(15)}
    given(imposed("tmall", FREEZE)).when(imposed("paipai", FREEZE, **published)).then_also(a(ListingProposed, tier=Tier.RESTRICTED))


def test_an_unseen_schedule_lists_unless_the_rulebook_requires_to_see_it() -> None:
    """Of most platforms the hub keeps no schedule. A rulebook may require one; then nothing rests on what nobody has seen."""
    two = (imposed("tmall", FREEZE), imposed("pdd", FREEZE))
    given().when(*two).then_also(a(ListingProposed))
    strict = replace(BOOK, schedules_required=True)
    given(book=strict).when(*two).then_not(ListingProposed)


def test_nobody_else_is_bound_by_the_rules_of_one_platform() -> None:
    given(boosted("tmall")).when(boosted("pdd")).then_also(a(ListingProposed))
