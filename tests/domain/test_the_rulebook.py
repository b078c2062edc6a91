"""The rulebook as data: complete, refused when it is not, and read in the order that it is written in."""

from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from events.facts.fact import SEVERITY, Category, Measure, Tier
from services.adjudication import rulebooks
from services.adjudication.domain.law.proof import parse
from tests.domain.spec import BOOK, BOOKS, Scene, days, delivered
from tests.domain.stories import released

TEXT = (files(rulebooks) / "2026.1.toml").read_text("utf-8")


def test_every_measure_and_category_has_its_place() -> None:
    assert set(BOOK.measures) == set(Measure)
    assert {category for group in BOOK.groups for category in group.categories} == set(Category)
    assert {measure: weight.severity for measure, weight in BOOK.measures.items()} == SEVERITY


def test_every_text_is_there_in_both_languages() -> None:
    for rule in BOOK.rules:
        assert rule.zh
        assert rule.en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.zh)


def test_tiers_and_terms() -> None:
    restricted, blacklisted = BOOK.term(Tier.RESTRICTED), BOOK.term(Tier.BLACKLISTED)
    assert (restricted.least, restricted.months, restricted.most) == (3, 6, 12)
    assert (blacklisted.least, blacklisted.months, blacklisted.most) == (12, 12, 36)
    assert (restricted.persons, blacklisted.persons) == (1, 2)
    assert (restricted.silence_decides, blacklisted.silence_decides) == (True, False)
    assert Measure.EXPEL not in (*restricted.measures, *restricted.by_decision, *blacklisted.measures)
    assert Measure.EXPEL in blacklisted.by_decision


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        parse(TEXT.replace('tier = "watch"', 'tier = "executed"'))


@pytest.mark.parametrize(
    ("old", "new"), [("schedules_required", "schedule_required"), ("silence_decides", "silence_decide"), ("hours", "hour")]
)
def test_a_misspelt_name_is_refused_and_not_passed_over(old: str, new: str) -> None:
    """Passed over, it would leave a default in force that nobody meant."""
    with pytest.raises(msgspec.ValidationError, match=new):
        parse(TEXT.replace(f"\n{old} =", f"\n{new} =", 1))


def test_a_file_that_names_another_version_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "2027.1.toml").write_text(TEXT, "utf-8")
    monkeypatch.setattr(rulebooks, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"2027\.1\.toml says that it is version 2026\.1"):
        rulebooks.read_all()


def test_a_listing_keeps_the_version_that_it_was_proposed_under() -> None:
    """A later book that asks for more ends nothing that an earlier one justified."""
    stricter = parse(TEXT.replace('version = "2026.1"', 'version = "2026.2"').replace("platforms = 2", "platforms = 9"))
    scene = released()
    scene.rules |= {"book": stricter, "books": {**BOOKS, "2026.2": stricter}}
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    listing = scene.dossier.listings[scene.listing_id]
    assert (listing.state, listing.rulebook) == ("decided", "2026.1")
    assert scene.dossier.directive is not None
    assert scene.dossier.directive.rulebook == "2026.1"


def test_a_version_that_is_not_kept_is_read_by_todays() -> None:
    assert Scene().moment.book_of("1999.1") is BOOK
