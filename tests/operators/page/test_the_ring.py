"""What a process said is kept for an hour, and ends when it says it no more."""

from math import nan

import promql_parser as promql
import pytest

from deploy.ops.expressions import Expressions
from deploy.ops.promql.ring import KEPT, LOOKBACK, Key, Ring
from deploy.ops.promql.vectors import Unsupported
from deploy.ops.scrape import samples

DOORS = Key("doors", (("process", "gateway"),))


def filled(*told: dict[Key, float], every: float = 5.0) -> Ring:
    ring = Ring()
    for number, samples_told in enumerate(told):
        ring.append("gateway", number * every, samples_told)
    return ring


def value(ring: Ring, text: str, at: float) -> object:
    (found,) = Expressions({text: promql.parse(text)}, {}).at(ring, at).asked.values()
    return found


def test_the_present_value_is_the_last_one() -> None:
    assert value(filled({DOORS: 1}, {DOORS: 7}), "sum(doors)", 9) == {(): 7}


def test_of_the_future_nothing_is_known() -> None:
    assert value(filled({DOORS: 1}, {DOORS: 7}), "sum(doors)", 4.9) == {(): 1}


def test_a_process_that_fell_silent_says_nothing_any_more() -> None:
    assert value(filled({DOORS: 1}, {}), "sum(doors)", 5) == {}


def test_what_is_old_is_not_the_present() -> None:
    ring = filled({DOORS: 1})
    assert value(ring, "sum(doors)", LOOKBACK - 0.1) == {(): 1}
    assert value(ring, "sum(doors)", LOOKBACK) == {}


def test_a_rate_is_per_second_and_forgives_a_restart() -> None:
    steady = [{DOORS: 10.0 * n} for n in range(13)]
    assert value(filled(*steady), "rate(doors[1m])", 60) == {DOORS.labels: pytest.approx(2)}
    restarted = [{DOORS: 10.0 * (n % 6)} for n in range(13)]
    assert value(filled(*restarted), "increase(doors[1m])", 60) == {DOORS.labels: pytest.approx(100)}


def test_one_sample_makes_no_rate() -> None:
    assert value(filled({DOORS: 10}), "rate(doors[1m])", 5) == {}


def test_an_hour_is_kept_and_no_more() -> None:
    ring = filled(*({DOORS: float(n)} for n in range(int(KEPT / 5) + 100)))
    track = ring._tracks["gateway"]
    assert track.times[-1] - track.times[0] <= KEPT
    assert len(track.series["doors"][DOORS.labels]) == len(track.times)


def test_a_series_that_ended_an_hour_ago_takes_no_room() -> None:
    ring = filled({DOORS: 1}, *({} for _ in range(int(KEPT / 5) + 10)))
    assert ring._tracks["gateway"].series["doors"] == {}


def test_a_scrape_keeps_what_is_asked_for_under_its_process() -> None:
    said = '# HELP doors Doors.\n# TYPE doors gauge\ndoors{side="a \\" b"} 2\ndoors_open 3\nwindows NaN\n'
    found = dict(samples(said, frozenset({"doors", "windows"}), {"process": "gateway"}))
    assert found.pop(Key("doors", (("process", "gateway"), ("side", 'a " b')))) == 2
    assert [key.name for key in found] == ["windows"]


@pytest.mark.parametrize(
    "text", ["topk(2, doors)", "doors offset 5m", "sum without (side) (doors)", "deriv(doors[5m])", "doors unless doors"]
)
def test_what_is_not_spoken_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(Unsupported):
        value(Ring(), text, 0.0)


def test_no_number_is_no_point() -> None:
    assert value(filled({DOORS: nan}), "sum(doors)", 0) == {}
