"""The rules of names bite, each of them, and bite as promtool does."""

import subprocess

import pytest

from tests.operators.metric_names import complaints
from tests.operators.promtool import program

GOOD = """# HELP doors_open_seconds For how long doors are open.
# TYPE doors_open_seconds histogram
doors_open_seconds_bucket{side="a",le="1.0"} 1
doors_open_seconds_bucket{side="a",le="+Inf"} 2
doors_open_seconds_count{side="a"} 2
doors_open_seconds_sum{side="a"} 4
"""


def gauge(name: str, labels: str = "", help_text: str = "Doors.", kind: str = "gauge") -> str:
    return f"# HELP {name} {help_text}\n# TYPE {name} {kind}\n{name}{labels} 1\n"


BAD = {
    "no help": "# TYPE doors gauge\ndoors 1\n",
    "a recorded name": gauge("doors:open"),
    "capitals": gauge("openDoors"),
    "its type": gauge("doors_gauge"),
    "minutes": gauge("doors_open_minutes"),
    "ms": gauge("doors_open_ms"),
    "total": gauge("doors_total"),
    "count": gauge("doors_count"),
    "a reserved label": gauge("doors", '{quantile="1"}'),
    "a label in capitals": gauge("doors", '{whichSide="a"}'),
}


def test_what_is_well_named_is_not_complained_of() -> None:
    assert complaints(GOOD) == []


@pytest.mark.parametrize("what", BAD)
def test_what_is_badly_named_is(what: str) -> None:
    assert complaints(BAD[what])


@pytest.mark.parametrize("what", BAD)
def test_promtool_says_so_too(what: str) -> None:
    checked = subprocess.run([program("promtool"), "check", "metrics"], input=BAD[what].encode(), capture_output=True, check=False)
    assert checked.stdout + checked.stderr != b""
