"""An hour that could have been: for every series that the panels need, samples with resets, gaps and late births."""

from collections.abc import Iterator
from itertools import product
from math import inf
from random import Random

from deploy.ops.expressions import Expressions
from deploy.ops.promql.ring import Key, Labels
from events.transport import telemetry

BEGAN = 1_790_000_002.5
"""Half a step beside every moment that is asked for, so that no sample lies on the edge of a window."""
EVERY, SCRAPES = 15.0, 290
PROCESSES = ("gateway", "standing", "relay")
BOUNDS = ("0.01", "0.1", "1.0", "5.0", "60.0", "+Inf")
GAP = range(150, 190)
"""Scrapes in which nobody asked the relay anything: longer than a sample counts as the present one."""

Scrape = dict[Key, float]


def hour(expressions: Expressions, random: Random) -> Iterator[tuple[str, float, Scrape]]:
    """Process, moment, and what it said then."""
    for process in PROCESSES:
        series = [_grown(key, random) for name in sorted(expressions.names) for key in _keys(name, process)]
        for number in range(SCRAPES):
            told = {key: value for key, values in series if (value := values[number]) is not None}
            if not (process == "relay" and number in GAP):
                yield process, BEGAN + number * EVERY, told


def open_metrics(scrapes: list[tuple[str, float, Scrape]]) -> str:
    """The same, as `promtool tsdb create-blocks-from openmetrics` reads it."""
    lines = [
        f"{key.name}{{{','.join(f'{name}={chr(34)}{value}{chr(34)}' for name, value in key.labels)}}} {value!r} {at!r}"
        for _, at, told in scrapes
        for key, value in told.items()
    ]
    return "\n".join([*lines, "# EOF", ""])


def _keys(name: str, process: str) -> Iterator[Key]:
    """Two values for each label of the metric, and those that scraping adds."""
    more = {"job": "liancheng", "process": process, "instance": f"127.0.0.1:{8000 + PROCESSES.index(process)}"}
    choices = [[(label, value) for value in _values(label)] for label in _labels(name)]
    for chosen in product(*choices):
        yield Key(name, tuple(sorted((dict(chosen) | more).items())))


def _labels(name: str) -> tuple[str, ...]:
    base = name.removesuffix("_total").removesuffix("_bucket").removesuffix("_count").removesuffix("_info")
    known = next((metric._labelnames for metric in telemetry.METRICS.values() if metric._name == base), ())
    return (*known, "le") if name.endswith("_bucket") else ("version",) if name.endswith("_info") else tuple(known)


def _values(label: str) -> tuple[str, ...]:
    ours = {
        "le": BOUNDS, "service": ("gateway",), "route": ("/v1/statements", "/v1/other"), "method": ("POST",),
        "status": ("201", "503"), "topic": ("liancheng.dossier.v1",), "version": ("0.1.0",),
    }  # fmt: skip
    return ours.get(label, ("one", "two"))


def _grown(key: Key, random: Random) -> tuple[Key, list[float | None]]:
    """What a series says at each scrape. Those that only grow may fall back to nothing once; some begin late, at nothing."""
    born = random.choice((0, 0, 0, random.randrange(40, 240)))
    if not key.name.endswith(("_total", "_bucket", "_count")):
        return key, [None if at < born else round(random.uniform(0, 500), 3) for at in range(SCRAPES)]
    reset, value = random.choice((0, random.randrange(20, SCRAPES))), 0.0 if born else float(random.randrange(1000))
    speed = _speed(key.labels)
    values: list[float | None] = []
    for at in range(SCRAPES):
        value = 0.0 if at == reset else value + (random.randrange(1 + speed) if at > born else 0)
        values.append(None if at < born else value)
    return key, values


def _speed(labels: Labels) -> int:
    """A wider bucket grows faster, more or less: sometimes it holds less than a narrower one, as in a scrape that took its time."""
    bound = next((float(value) for name, value in labels if name == "le"), inf)
    return 2 + 4 * sum(float(one) <= bound for one in BOUNDS)
