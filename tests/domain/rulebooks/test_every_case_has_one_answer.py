"""The verifier: every case of a rulebook has exactly one answer, or the case is named and the book refused."""

from importlib.resources import files
from time import perf_counter

import pytest
from msgspec.structs import replace

from events.facts.fact import Measure, Tier
from services.adjudication import rulebooks
from services.adjudication.domain.law.corroboration import Ground
from services.adjudication.domain.law.proof import AUTHORITY, BrokenRules, at_least, parse, prove, tiers
from services.adjudication.domain.law.table.cases import Axis, Entry, Part, Span, Table, cases, holding
from services.adjudication.domain.law.table.examine import examine
from tests.domain.spec import BOOK, BOOKS, imposed, member_of, ordered

TEXT = (files(rulebooks) / "2026.1.toml").read_text("utf-8")


def broken(*changes: tuple[str, str]) -> list[str]:
    """What is wrong with the first rulebook after these replacements."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(BrokenRules) as refused:
        parse(text)
    return [str(defect) for defect in refused.value.defects]


def bands(*spans: tuple[int, int | None, int]) -> list[str]:
    """Defects of a table of one axis, from 1 on, which must not become milder."""
    entries = tuple(Entry(f"{least}..", {"n": Span(least, most)}, answer) for least, most, answer in spans)
    return [str(defect) for defect in examine(Table("t", (Axis("n", climbs="never_milder"),), entries, lambda answer: (answer,)))]


# -- tables of any kind ----------------------------------------------------------------------------------------------


def test_bands_that_meet_without_a_gap_are_clean() -> None:
    assert bands((1, 5, 7), (6, None, 15)) == []


def test_a_number_between_two_bands_is_a_gap() -> None:
    assert bands((1, 4, 7), (6, None, 15)) == ["gap: t n 5"]


def test_a_table_that_ends_has_a_gap_without_end() -> None:
    assert bands((1, 4, 7)) == ["gap: t n 5+"]


def test_a_number_in_two_bands_is_an_overlap() -> None:
    assert bands((1, 5, 7), (5, None, 15)) == ["overlap: t n 5 (1.., 5..)"]


def test_more_that_costs_less_is_a_milder_step() -> None:
    assert bands((1, 5, 15), (6, None, 7)) == ["milder: t n 6+ (1.., 6..)"]


def test_an_entry_that_answers_no_case_is_unreached() -> None:
    entries = (Entry("all", {}, 1, (2,)), Entry("never", {"n": Span(3)}, 2, (1,)))
    assert [str(it) for it in examine(Table("t", (Axis("n"),), entries, lambda answer: (answer,)))] == ["unreached: t (never)"]


def test_neighbouring_cases_with_one_defect_are_told_once() -> None:
    """The axes are cut at 3 and 7 by the second entry, and what is missing on both sides of a cut is one gap."""
    axes = (Axis("word", ("a", "b")), Axis("n"))
    entries = (Entry("some", {"word": frozenset("a")}, 1), Entry("few", {"word": frozenset("b"), "n": Span(3, 7)}, 1))
    found = [str(it) for it in examine(Table("t", axes, entries, lambda answer: (answer,)))]
    assert found == ["gap: t word b, n 1-2", "gap: t word b, n 8+"]


# -- the hub's own books ----------------------------------------------------------------------------------------------


def test_every_book_that_is_shipped_is_clean() -> None:
    assert {version: prove(book) for version, book in BOOKS.items()} == {version: [] for version in BOOKS}


def test_all_books_are_proved_within_a_second() -> None:
    began = perf_counter()
    rulebooks.read_all()
    rulebooks.platform_books.__wrapped__()
    assert perf_counter() - began < 1.0


def test_a_measure_without_weight_is_a_gap() -> None:
    assert broken(("expel = { severity = 6, points = 350, months = 36 }\n", "")) == ["gap: measures measure expel"]


def test_a_category_in_no_group_is_a_gap() -> None:
    assert broken(('"privacy", ', "")) == ["gap: groups category privacy"]


def test_a_category_in_two_groups_is_an_overlap() -> None:
    assert broken(('["other"]', '["other", "fraud"]')) == ["overlap: groups category fraud (groups.fraud, groups.other)"]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("severity = 5, points = 200", "severity = 3, points = 200", "severity"),
        ("points = 200", "points = 110", "points"),
        ("points = 200, months = 24", "points = 200, months = 6", "months"),
    ],
)
def test_a_harder_measure_that_weighs_less_is_a_milder_step(old: str, new: str, column: str) -> None:
    assert f"milder: measures.{column} measure freeze (measures.limit, measures.freeze)" in broken((old, new))


def test_a_rule_that_another_one_always_forestalls_is_unreached() -> None:
    """Two platforms that limited would be enough for the black list, so that two never come to be restricted."""
    assert broken(("severity = 5\nplatforms = 3", "severity = 4\nplatforms = 2")) == ["unreached: tiers (rules.two-platforms-severe)"]


def test_two_rules_of_one_name_are_disorder() -> None:
    assert "disorder: rules authority-severe is there twice" in broken(('name = "authority-grave"', 'name = "authority-severe"'))


def test_a_tier_without_a_term_is_a_gap() -> None:
    cut = TEXT[TEXT.index("[terms.restricted]") : TEXT.index("[terms.blacklisted]")]
    assert "gap: terms.months tier restricted" in broken((cut, ""))


def test_a_harder_tier_that_lasts_shorter_is_a_milder_step() -> None:
    assert "milder: terms.least tier blacklisted (terms.restricted, terms.blacklisted)" in broken(("least = 12", "least = 2"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("least = 3", "least = 7", "disorder: terms.restricted least, months and most are in order"),
        ("most = 12", "most = 13", "disorder: terms.restricted least, months and most are in order, and within 3 to 12 months"),
        ("most = 36", "most = 37", "disorder: terms.blacklisted least, months and most are in order, and within 12 to 36 months"),
        ("platforms = 2", "platforms = 1", "disorder: rules.two-platforms-severe no platform lists anybody alone"),
        ("hours = 72", "hours = 73", "disorder: interim at most 72 hours"),
        ('fraud = ["fraud"]', 'fraud = ["fraud", "unsafe_goods"]', "disorder: interim a category is one of safety or of fraud"),
        ("by_rule = 120", "by_rule = 0", "disorder: breaker by_rule is at least 1"),
        ("share_percent = 20", "share_percent = 101", "disorder: breaker share_percent is at most 100"),
        ("watch_months = 3", "watch_months = 4", "disorder: watch_months at most 3"),
        ("hearing_days = 5", "hearing_days = 4", "disorder: hearing_days at least 5"),
        ("review_days = 3", "review_days = 4", "disorder: review_days at most 3"),
        ("review_days = 3", "review_days = 0", "disorder: review_days takes some time"),
        ("record_fell = 3", "record_fell = 0", "disorder: breaker record_fell is at least 1"),
        ("record_percent = 25", "record_percent = 101", "disorder: breaker record_percent is at most 100"),
        ("repair_after_months = 3", "repair_after_months = 13", "disorder: terms.restricted repair lies within the term"),
        ('by_decision = ["demote"]', 'by_decision = ["limit"]', "by default or by decision"),
        ("persons = 2", "persons = 1", "disorder: terms.blacklisted two persons decide, and never silence"),
        ("silence_decides = false", "silence_decides = true", "disorder: terms.blacklisted two persons decide, and never silence"),
        ('tier = "watch"', 'tier = "restricted"', "disorder: rules one rule, and only one, leads to watch"),
    ],
)
def test_bounds_out_of_order_are_named(old: str, new: str, said: str) -> None:
    assert any(said in defect for defect in broken((old, new)))


def test_the_code_says_of_every_case_what_the_table_says() -> None:
    """The table has every case there is: each is built of real sanctions, and judged by the code that judges merchants."""
    table, judged = tiers(BOOK), 0
    for case in cases(table):
        by_axis = dict(zip((axis.name for axis in table.axes), case, strict=True))
        (entry,) = holding(table, case)
        found = BOOK.highest(grounds(by_axis), lambda *_: True)
        above_watch = entry.name if entry.answer > Tier.WATCH else None
        assert (None if found is None else f"rules.{found.rule.name}") == above_watch, by_axis
        judged += 1
    assert judged == 84


def grounds(case: dict[str, Part]) -> list[Ground]:
    """Sanctions that make this case: so many platforms of each severity, and an authority."""
    count5, count4, authority = (least(case[name]) for name in (at_least(5), at_least(4), AUTHORITY))
    measures = [Measure.FREEZE] * count5 + [Measure.LIMIT] * (max(count4, count5) - count5)
    said = [imposed(f"p{n}", measure) for n, measure in enumerate(measures)]
    said += [ordered(measure) for measure in Measure if measure.severity == authority][:1]
    weighed = [BOOK.weigh(it, member_of(it).member_class, member_of(it).entity) for it in said]
    category = next(group for group in BOOK.groups if group.name == case["group"]).name
    return [Ground(replace(it, group=category), frozenset(it.evidence)) for it in weighed]


def least(part: Part) -> int:
    assert isinstance(part, Span)
    return part.least
