"""The score of hand-computed cases: each says its arithmetic, in eighths of a point, from 8 × 1000 = 8000."""

from datetime import date, timedelta
from typing import Any

import pytest

from events.facts.dossier import AccountRef, Group
from events.facts.fact import Measure
from projections.credit.fold import Entry
from projections.credit.read import scorecard
from projections.credit.score import Line, Score, score
from tests.projections import story as s

CARD = scorecard("2026.1")
POINTS = {"remove_item": 5, "rectify": 10, "warn": 20, "points": 60, "demote": 60, "limit": 120, "freeze": 200, "expel": 350}
"""As the rulebook has them; a weighing carries them in eighths, times the factor of its group."""


def entry(number: str, measure: str = "freeze", group: Group = "goods", platform: str = "tmall", **changes: Any) -> Entry:
    eighths = POINTS[measure] * (12 if group in ("goods", "fraud") else 8)
    recorded = changes.pop("recorded", 1)
    it = s.weighing(
        number, AccountRef(platform, "shop"), measure=Measure(measure), group=group, entity=changes.pop("entity", platform),
        eighths=changes.pop("eighths", eighths), **{name: changes.pop(name) for name in ("begins", "counts_until") if name in changes},
    )  # fmt: skip
    return Entry(subject_id=s.MERCHANT, weighing=it, recorded_id=recorded, recorded_at=s.NOON, **changes)


def of(*ledger: Entry, days: float = 1) -> Score:
    return score(ledger, s.later(days), CARD)


def lines(found: Score) -> list[tuple[str, int]]:
    return [(line.code, line.eighths) for line in found.lines]


def test_nothing_weighed_is_the_full_score() -> None:
    """8000 / 8 = 1000."""
    assert (of().score, of().grade, of().lines, of().changes_at) == (1000, "A", (), None)


def test_a_warning_for_service() -> None:
    """20 × 8 = 160; 8000 − 160 = 7840 = 8 × 980."""
    found = of(entry("a", "warn", "service"))
    assert (found.score, found.grade, lines(found)) == (980, "A", [("WARN_SERVICE", -160)])


def test_goods_and_fraud_count_half_as_much_again() -> None:
    """120 × 8 × 3/2 = 1440 each, in different groups: 8000 − 2880 = 5120 = 8 × 640."""
    found = of(entry("a", "limit", "goods"), entry("b", "limit", "fraud", "pdd"))
    assert (found.score, found.grade) == (640, "C")


def test_two_legal_entities_in_one_group_corroborate_each_other() -> None:
    """Each 120 × 8 × 3/2 × 5/4 = 1800; 8000 − 3600 = 4400 = 8 × 550."""
    found = of(entry("a", "limit"), entry("b", "limit", platform="pdd"))
    assert (found.score, lines(found)) == (550, [("LIMIT_GOODS", -1800), ("LIMIT_GOODS", -1800)])


def test_two_platforms_of_one_legal_entity_corroborate_nothing() -> None:
    """Each 120 × 8 × 3/2 = 1440; 8000 − 2880 = 5120 = 8 × 640."""
    assert of(entry("a", "limit", entity="ali"), entry("b", "limit", platform="taobao", entity="ali")).score == 640


def test_another_group_corroborates_nothing() -> None:
    """60 × 8 = 480 for rights and 60 × 8 = 480 for service; 8000 − 960 = 7040 = 8 × 880."""
    assert of(entry("a", "points", "rights"), entry("b", "demote", "service", "pdd")).score == 880


def test_what_does_not_count_any_more_corroborates_nothing() -> None:
    """The other's term is over: only 120 × 8 × 3/2 = 1440; 8000 − 1440 = 6560 = 8 × 820."""
    assert of(entry("a", "limit"), entry("b", "limit", platform="pdd", counts_until=s.later(0.5))).score == 820


def test_no_legal_entity_takes_more_than_five_hundred() -> None:
    """(350 + 200) × 8 × 3/2 = 6600 by one entity, 4000 at most: CAP +2600; 8000 − 4000 = 4000 = 8 × 500."""
    found = of(entry("a", "expel"), entry("b", "freeze", platform="taobao", entity="tmall"))
    assert (found.score, found.grade) == (500, "C")
    assert lines(found) == [("EXPEL_GOODS", -4200), ("FREEZE_GOODS", -2400), ("CAP", 2600)]


def test_the_cap_comes_after_the_factors_and_is_each_entitys_own() -> None:
    """tmall 350 × 8 × 3/2 × 5/4 = 5250, cap +1250; pdd 200 × 8 × 3/2 × 5/4 = 3000, below the cap; 8000 − 4000 − 3000 = 1000 = 8 × 125."""
    found = of(entry("a", "expel"), entry("b", "freeze", platform="pdd"))
    assert (found.score, found.grade) == (125, "D")
    assert lines(found) == [("EXPEL_GOODS", -5250), ("FREEZE_GOODS", -3000), ("CAP", 1250)]


def test_the_floor_comes_after_the_caps() -> None:
    """Three entities at 350 × 8 × 3/2 × 5/4 = 5250, each capped (+1250): 8000 − 12000 = −4000, FLOOR +4000; 0."""
    found = of(*(entry(code, "expel", platform=code) for code in ("tmall", "pdd", "jd")))
    assert (found.score, found.grade) == (0, "D")
    assert lines(found) == [("EXPEL_GOODS", -5250)] * 3 + [("CAP", 1250)] * 3 + [("FLOOR", 4000)]


def test_half_a_point_is_rounded_up_once() -> None:
    """Two removed items, 5 × 8 × 3/2 × 5/4 = 75 each: 8000 − 150 = 7850 = 8 × 981.25, ROUNDING −2: 981."""
    found = of(entry("a", "remove_item"), entry("b", "remove_item", platform="pdd"))
    assert (found.score, lines(found)[-1]) == (981, ("ROUNDING", -2))


def test_exactly_half_goes_up() -> None:
    """5 × 8 × 3/2 = 60: 8000 − 60 = 7940 = 8 × 992.5, ROUNDING +4: 993."""
    found = of(entry("a", "remove_item"))
    assert (found.score, lines(found)[-1]) == (993, ("ROUNDING", 4))


@pytest.mark.parametrize(("taken", "grade"), [(150, "A"), (151, "B"), (300, "B"), (301, "C"), (500, "C"), (501, "D")])
def test_grades_begin_at_850_700_and_500(taken: int, grade: str) -> None:
    """Two entities in different groups take `taken` points between them, none of them 500."""
    assert of(entry("a", eighths=8), entry("b", group="rights", platform="pdd", eighths=(taken - 1) * 8)).grade == grade


def test_a_weighing_counts_from_its_beginning_until_its_term() -> None:
    """200 × 8 × 3/2 = 2400: 8000 − 2400 = 5600 = 8 × 700, from the first moment to just before the last."""
    it = entry("a", begins=s.later(1), counts_until=s.later(10))
    assert [of(it, days=days).score for days in (0.5, 1, 9.99, 10)] == [1000, 700, 700, 1000]
    assert [of(it, days=days).changes_at for days in (0.5, 1, 10)] == [s.later(1), s.later(10), None]


def test_a_line_says_what_for_since_which_month_and_until_when() -> None:
    (line,) = of(entry("a", begins=s.later(-30), counts_until=s.later(700))).lines
    assert line == Line(
        code="FREEZE_GOODS", eighths=-2400, text=CARD.groups["goods"] + type(CARD.corroborated)("：冻结", ": frozen"), month="2026-10",
        ends=date(2028, 10, 20), statement=s.ref("a", AccountRef("tmall", "shop")),
    )  # fmt: skip
    assert line.points == -300


def test_the_points_of_a_line_are_rounded_half_up() -> None:
    assert [Line(code="X", eighths=eighths, text=CARD.corroborated).points for eighths in (-12, -11, -13, 4)] == [-1, -1, -2, 1]


def test_the_reasons_are_the_dearest_and_not_too_many() -> None:
    found = of(*(entry(f"w{n}", "warn", "service") for n in range(9)), entry("f", "freeze"))
    assert [line.code for line in found.reasons] == ["FREEZE_GOODS"] + ["WARN_SERVICE"] * 4


def test_each_text_is_there_in_both_languages() -> None:
    found = of(entry("a", "expel"), entry("b", "expel", platform="pdd"), entry("c", "remove_item", "rights"))
    assert all(line.text.zh and line.text.en and line.text.zh != line.text.en for line in found.lines)
    assert set(CARD.measures) == set(Measure)


def test_a_past_score_is_explained_by_what_was_known_then() -> None:
    """Recorded on day 0 under id 1, discounted on day 2 under id 9."""
    it = entry("a", ended_id=9, ended_at=s.later(2), why="overturned")
    assert [of(it, days=days).score for days in (-1, 0, 1.99, 2)] == [1000, 700, 700, 1000]
    assert [score([it], s.later(1), CARD, position).score for position in (0, 1, 8, 9)] == [1000, 700, 700, 1000]


def test_what_was_recorded_later_is_not_known_then_though_it_had_begun() -> None:
    it = entry("a", begins=s.later(-10))
    assert score([it], s.NOON - timedelta(seconds=1), CARD).score == 1000
    assert score([it], s.NOON, CARD).score == 700
