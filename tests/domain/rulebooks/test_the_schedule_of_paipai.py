"""The penalty schedule of 拍拍 as published: all its defects found, read on the lenient side, and sanctions held against it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from events.facts.dossier import Weighing
from events.facts.fact import Measure
from services.adjudication.domain.law.platform.reading import read_case
from services.adjudication.domain.law.platform.review import review
from services.adjudication.domain.law.platform.schedule import Penalty, defects, read
from services.adjudication.rulebooks import platform_books
from tests.domain.spec import BOOK, NOON, imposed, member_of, ordered

PAIPAI = platform_books()["paipai-1"]
DAY = timedelta(days=1)

DEFECTS = [
    "withheld: IV 信用炒作",
    "gap: I gravity ordinary, offence 2, quantity 5",
    "gap: I gravity ordinary, offence 4+",
    "overlap: I gravity grave (I-grave-frozen, I-grave-banned)",
    "flat: I gravity ordinary, offence 2, quantity 1-3 (I-1-few, I-2-few)",
    "gap: II offence 2, quantity 15",
    "gap: II gravity ordinary, offence 4+",
    "overlap: II gravity grave, offence 3 (II-3, II-grave)",
    "doubtful: II offence 1, quantity 11-15 (II-1-few)",
    "flat: II offence 2, quantity 1-10 (II-1-few, II-2-few)",
    "gap: III gravity ordinary, offence 2+",
    "overlap: III gravity grave (III-grave-frozen, III-grave-banned)",
    "overlap: V offence 3 (V-3, V-more)",
    "gap: VI offence 4+",
]


def test_every_defect_of_the_published_schedule_is_found_and_none_is_invented() -> None:
    assert [str(defect) for defect in defects(PAIPAI)] == DEFECTS


WATCHED, WARNED, FROZEN = (0, Measure.RECTIFY), (1, Measure.WARN), (2, Measure.FREEZE)


@pytest.mark.parametrize(
    ("rule", "offence", "quantity", "penalty", "ambiguities"),
    [
        ("I", 1, 5, Penalty(*WATCHED, days=7), ()),
        ("I", 1, 6, Penalty(*WATCHED, days=15), ()),
        ("I", 2, 4, Penalty(*WATCHED, days=15), ()),
        ("I", 2, 5, Penalty(*WATCHED, days=15), ("gap",)),
        ("I", 2, 6, Penalty(*WATCHED, months=1), ()),
        ("I", 3, 5, Penalty(*FROZEN, days=15), ()),
        ("I", 4, 5, Penalty(*FROZEN, days=15), ("beyond",)),
        ("II", 1, 10, Penalty(*WATCHED, days=7), ()),
        ("II", 1, 11, Penalty(*WATCHED, days=7), ("doubtful",)),
        ("II", 1, 15, Penalty(*WATCHED, days=7), ("doubtful",)),
        ("II", 1, 16, Penalty(*WATCHED, days=15), ()),
        ("II", 2, 15, Penalty(*WATCHED, days=15), ("gap",)),
        ("II", 4, 3, Penalty(*FROZEN, days=15), ("beyond",)),
        ("III", 2, 1, Penalty(*WARNED, months=1), ("beyond",)),
        ("V", 3, 1, Penalty(*WARNED, days=15), ("overlap",)),
        ("V", 4, 1, Penalty(*FROZEN, days=15), ()),
        ("VI", 1000, 1, Penalty(*WARNED, days=15), ("beyond",)),
    ],
)
def test_what_is_not_said_once_is_read_leniently_and_flagged(
    rule: str, offence: int, quantity: int, penalty: Penalty, ambiguities: tuple[str, ...]
) -> None:
    found = PAIPAI.find(rule)
    assert found is not None
    assert read_case(PAIPAI, found, offence, quantity) == (penalty, ambiguities)


@pytest.mark.parametrize(("gravity", "measure", "ambiguities"), [("outlawed", "expel", ()), ("grave", "freeze", ("overlap",))])
def test_what_is_grave_comes_before_the_bands(gravity: str, measure: str, ambiguities: tuple[str, ...]) -> None:
    found = PAIPAI.find("违禁商品")
    assert found is not None
    reading = read_case(PAIPAI, found, 1, 3, gravity)
    assert reading.penalty is not None
    assert (reading.penalty.measure, reading.ambiguities) == (measure, ambiguities)


def test_a_month_is_a_calendar_month() -> None:
    assert Penalty(*WATCHED, months=1).last_day(NOON.date().replace(day=31, month=1)) == NOON.date().replace(day=28, month=2)


# -- a sanction against its own platform's rules ---------------------------------------------------------------------


def sanction(
    measure: Measure, rule: str = "I", length: int | None = 7, quantity: int | None = 3, number: str = "s1", day: int = 0
) -> Weighing:
    """By paipai, so many days long, begun so many days after NOON."""
    begins = NOON + day * DAY
    ends = None if length is None else begins + length * DAY
    said = imposed("paipai", measure, sanction=number, rule=rule, quantity=quantity, begins=begins, ends=ends, at=begins)
    return BOOK.weigh(said, "platform", member_of(said).entity)


def remarks(it: Weighing, *others: Weighing) -> list[str]:
    return [remark.code for remark in review({"paipai": PAIPAI}, it, others)]


@pytest.mark.parametrize("length", [6, 7, 8])
def test_a_sanction_by_the_book_is_not_remarked_on(length: int) -> None:
    """Give or take a day: platforms count the first one or do not."""
    assert remarks(sanction(Measure.RECTIFY, length=length)) == []


def test_a_sanction_above_the_schedule_is_flagged() -> None:
    assert remarks(sanction(Measure.RECTIFY, length=15)) == ["above"]
    assert remarks(sanction(Measure.WARN, rule="V")) == ["above"]


def test_a_sanction_below_the_schedule_is_flagged() -> None:
    assert remarks(sanction(Measure.REMOVE_ITEM, rule="III", length=None)) == ["below"]
    assert remarks(sanction(Measure.RECTIFY, length=7, quantity=6)) == ["below"]


def test_what_only_a_grave_case_allows_is_flagged_as_such() -> None:
    assert remarks(sanction(Measure.EXPEL, length=None)) == ["graver"]


def test_earlier_offences_of_the_same_category_count_within_the_window() -> None:
    """The third costs a freeze of 15 days, the first a watch of 7. Whoever is heard first changes nothing."""
    third = sanction(Measure.FREEZE, length=15, number="s3", day=800)
    before = [sanction(Measure.RECTIFY, number=f"s{n}", day=780 + n) for n in (1, 2)]
    assert remarks(third, *before) == remarks(third, *reversed(before)) == []
    assert remarks(third) == ["graver"]
    assert remarks(third, before[0], sanction(Measure.RECTIFY, number="old", day=1)) == ["graver"]
    assert remarks(third, before[0], sanction(Measure.RECTIFY, number="other", day=790, rule="V")) == ["graver"]


def test_when_nobody_said_how_many_items_every_band_is_allowed() -> None:
    assert remarks(sanction(Measure.RECTIFY, length=7, quantity=None)) == []
    assert remarks(sanction(Measure.RECTIFY, length=15, quantity=None)) == []
    assert remarks(sanction(Measure.RECTIFY, length=28, quantity=None)) == ["above"]


def test_a_case_that_the_schedule_leaves_out_is_flagged_for_a_person() -> None:
    earlier = sanction(Measure.RECTIFY, number="s0", day=-5)
    assert remarks(sanction(Measure.RECTIFY, length=15, quantity=5), earlier) == ["gap"]


def test_a_rule_that_the_platform_never_published_is_flagged() -> None:
    assert remarks(sanction(Measure.FREEZE, rule="内部规定 9")) == ["unknown_rule"]
    assert remarks(sanction(Measure.FREEZE, rule="信用炒作")) == ["unscheduled"]


def test_of_a_platform_whose_schedule_is_not_kept_the_reviewer_is_told_to_look() -> None:
    weighed = BOOK.weigh(imposed("pdd", Measure.FREEZE), "platform", "pdd")
    assert [remark.code for remark in review({"paipai": PAIPAI}, weighed, ())] == ["unseen"]
    strict = replace(BOOK, schedules_required=True).weigh(imposed("pdd", Measure.FREEZE), "platform", "pdd")
    assert [remark.code for remark in review({"paipai": PAIPAI}, strict, ())] == ["unscheduled"]


def test_an_authority_is_bound_by_no_platforms_schedule() -> None:
    assert review({}, BOOK.weigh(ordered(), "authority", "samr"), ()) == []


# -- refused -----------------------------------------------------------------------------------------------------------

BOOKLET = """version = "x-1"
platform = "x"
zh = "规则"
en = "rules"
window_months = 24
steps = [{ word = "警告", en = "warned", measure = "warn" }]
[[rules]]
name = "A"
zh = "甲"
en = "A"
categories = ["other"]
rows = [{ name = "A-1", says = "警告", step = "警告", offence = [1, 2] }]
"""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('step = "警告", offence', 'step = "冻结", offence', "names a step"),
        ("[1, 2]", "[2, 1]", "bounds in the wrong order"),
        ("[1, 2]", '[1], gravity = ["grave"]', "names a step or a gravity"),
        (
            'categories = ["other"]',
            'categories = ["other"]\nschedule = "withheld"',
            "has a schedule, with an ordinary case, or withholds it",
        ),
    ],
)
def test_a_book_that_does_not_explain_its_own_words_is_refused(old: str, new: str, why: str) -> None:
    assert [str(defect) for defect in defects(read(BOOKLET))] == ["gap: A offence 3+"]
    with pytest.raises(ValueError, match=why):
        read(BOOKLET.replace(old, new))
