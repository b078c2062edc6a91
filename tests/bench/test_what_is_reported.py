"""A ratio is of medians, a goal is met or missed, and what did not add up is refused."""

import pytest

from tests.bench.cases.counting import Mismatch, same
from tests.bench.report import Result, Spread, percentile, table

TEN = Spread.of([90.0, 100.0, 120.0])


def result(subject: Spread, **more: object) -> Result:
    return Result(case="case", unit="n/s", subject=subject, **more)  # type: ignore[arg-type]


def test_the_ratio_is_of_medians() -> None:
    assert result(TEN, peer=Spread.of([1.0, 10.0, 11.0])).ratio == 10.0


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (result(TEN, peer=Spread.of([10.0]), goal=10), "met"),
        (result(TEN, peer=Spread.of([10.1]), goal=10), "missed"),
        (result(TEN, goal=100, below=True), "met"),
        (result(TEN, goal=99, below=True), "missed"),
        (result(TEN), ""),
        (result(TEN, goal=1, refused="sent 3, arrived 2"), "refused"),
    ],
)
def test_a_goal_is_met_or_missed(found: Result, verdict: str) -> None:
    assert found.verdict == verdict


def test_a_refused_result_shows_no_figure() -> None:
    lines = table([result(Spread.of([12345.0]), refused="sent 3, arrived 2")])
    assert "12,345" not in lines
    assert "sent 3, arrived 2" in lines


def test_the_table_shows_median_and_range() -> None:
    assert "100 (90–120)" in table([result(TEN)])


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(200)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (100.0, 198.0, 7.0)


def test_equal_counts_pass_and_others_do_not() -> None:
    same("statements", 3, 3, 3)
    with pytest.raises(Mismatch, match="statements differ: 3, 3, 2"):
        same("statements", 3, 3, 2)
