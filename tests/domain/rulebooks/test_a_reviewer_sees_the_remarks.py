"""Where a platform did not keep to its own published rules, whoever releases or decides the listing is told."""

from events.facts.fact import Category
from events.facts.sanction import SanctionImposed
from services.adjudication.application.shown import ShownListing, shown
from tests.domain.spec import FREEZE, NOON, WARN, Scene, days, given, imposed, lifted


def forbidden(measure: str, length: int, sanction: str = "s1", day: int = 0) -> SanctionImposed:
    """By 拍拍 under its rule I, of three items, so many days long."""
    begins = NOON + days(day)
    return imposed(
        "paipai", FREEZE if measure == "freeze" else WARN, sanction=sanction, rule="I", quantity=3, category=Category.FORBIDDEN_GOODS,
        begins=begins, ends=begins + days(length),
    )  # fmt: skip


def seen(scene: Scene) -> ShownListing:
    found = shown(scene.dossier, scene.listing_id)
    assert found is not None
    return found


def codes(scene: Scene) -> set[str]:
    return {remark.code for remark in seen(scene).remarks}


def test_a_freeze_that_only_a_grave_case_allows_is_remarked_on() -> None:
    listing = seen(given(imposed("tmall", FREEZE), forbidden("freeze", 15)))
    said = {remark.code: remark for remark in listing.remarks}
    assert set(said) == {"unseen", "graver"}
    assert all(remark.zh and remark.en for remark in listing.remarks)
    paipai = next(rest.weighing for rest in listing.basis if rest.account.platform == "paipai")
    assert (said["graver"].weighing, said["unseen"].weighing != paipai) == (paipai, True)


def test_a_freeze_by_the_book_is_not() -> None:
    """The third upheld offence: 15 days."""
    earlier = [forbidden("warn", 7, f"s{n}", day=-n) for n in (1, 2)]
    assert codes(given(imposed("tmall", FREEZE), *earlier, forbidden("freeze", 15, "s3"))) == {"unseen"}


def test_what_was_overturned_is_no_earlier_offence_and_the_tag_says_that_the_file_changed() -> None:
    earlier = [forbidden("warn", 7, f"s{n}", day=-n) for n in (1, 2)]
    scene = given(imposed("tmall", FREEZE), *earlier, forbidden("freeze", 15, "s3"))
    before = seen(scene)
    scene.hear(lifted("paipai", sanction="s1"))
    assert codes(scene) == {"unseen", "graver"}
    assert seen(scene).tag != before.tag
