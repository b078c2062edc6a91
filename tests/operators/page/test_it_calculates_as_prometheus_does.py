"""A page without Prometheus draws and is alarmed as Prometheus would be: every panel and alert, over the same samples."""

import socket
import subprocess
import time
from collections.abc import Iterator
from math import isclose, isnan
from random import Random

import httpx
import promql_parser as promql
import pytest
from promql_parser import Expr

from deploy.ops import expressions
from deploy.ops.alerts import table
from deploy.ops.expressions import Expressions
from deploy.ops.promql.ring import Ring
from deploy.ops.promql.vectors import Vector
from tests.operators.page.an_hour import BEGAN, Scrape, hour, open_metrics
from tests.operators.promtool import program, promtool

MOMENTS = range(int(BEGAN) + 120, int(BEGAN) + 4440, 240)
ASKED = expressions.read(table.read())


Told = list[tuple[str, float, Scrape]]


@pytest.fixture(scope="module")
def told() -> Told:
    return sorted(hour(ASKED, Random(8)), key=lambda scrape: scrape[1])


@pytest.fixture(scope="module")
def prometheus(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One that knows the hour, and scrapes nobody."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "hour.om").write_text(open_metrics(told))
    (folder / "none.yml").write_text("{}")
    promtool("tsdb", "create-blocks-from", "openmetrics", str(folder / "hour.om"), str(folder / "data"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [
        program("prometheus"), f"--config.file={folder / 'none.yml'}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}", "--storage.tsdb.retention.time=50y", "--log.level=error",
    ]  # fmt: skip
    running = subprocess.Popen(command)
    try:
        with httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=30) as client:
            _await(client, running)
            yield client
    finally:
        running.terminate()
        running.wait(30)


def _await(client: httpx.Client, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert running.poll() is None
        try:
            if client.get("/-/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError


def spelled_out(expression: Expr) -> str:
    """With what is recorded in its place: this Prometheus has not evaluated any rule in that hour."""

    def replaced(node: Expr) -> Expr | None:
        recorded = isinstance(node, promql.VectorSelector) and ASKED.recorded.get(node.name or "")
        return promql.parse(f"({recorded})") if recorded else None

    return str(promql.transform(expression, replaced))


def of_prometheus(client: httpx.Client, expression: Expr) -> dict[int, Vector]:
    """The same expression, by its HTTP API."""
    query = {"query": spelled_out(expression), "start": MOMENTS[0], "end": MOMENTS[-1], "step": MOMENTS.step}
    answer = client.get("/api/v1/query_range", params=query)
    assert answer.status_code == httpx.codes.OK, answer.text
    found: dict[int, Vector] = {at: {} for at in MOMENTS}
    for series in answer.json()["data"]["result"]:
        labels = tuple(sorted((name, value) for name, value in series["metric"].items() if name != "__name__"))
        for at, value in series["values"]:
            found[int(at)][labels] = float(value)
    return found


def of_ours(told: Told, asked: Expressions) -> dict[int, dict[str, Vector]]:
    """As the page has it: worked out at its moment, from what was heard until then."""
    ring, waiting, found = Ring(), list(reversed(told)), {}
    for at in MOMENTS:
        while waiting and waiting[-1][1] <= at:
            ring.append(*waiting.pop())
        at_once = asked.at(ring, at)
        found[at] = at_once.asked | at_once.watched
    return found


def same(ours: Vector, theirs: Vector) -> bool:
    return ours.keys() == theirs.keys() and all(
        isclose(value, theirs[labels], rel_tol=1e-9, abs_tol=1e-12) or (isnan(value) and isnan(theirs[labels]))
        for labels, value in ours.items()
    )


def test_every_panel_and_alert_is_the_same(told: Told, prometheus: httpx.Client) -> None:
    ours, nothing = of_ours(told, ASKED), list[str]()
    for text, expression in (*ASKED.asked.items(), *ASKED.watched.items()):
        theirs = of_prometheus(prometheus, expression)
        if not any(theirs.values()):
            nothing.append(text)
        for at in MOMENTS:
            assert same(ours[at][text], theirs[at]), (text, at, ours[at][text], theirs[at])
    assert set(nothing) <= ASKED.watched.keys()  # whose cases see them fire, one by one: test_the_alerts_of_the_page
    assert len(nothing) < len(ASKED.watched) / 2


@pytest.mark.parametrize(
    "text",
    [
        'rate(liancheng_statements_total{result!="one"}[2m])',
        'increase(liancheng_refusals_total{kind=~"o.*"}[10m])',
        'histogram_quantile(0.9, sum by (le, stage) (rate(liancheng_end_to_end_seconds_bucket{process!~"gate.*"}[5m])))',
        "histogram_quantile(0.001, rate(liancheng_lift_seconds_bucket[30s]))",
        "max by (process) (liancheng_lag_ids) / min by (process) (liancheng_lag_ids)",
        "count by (process) (liancheng_relay_age_seconds > 250) or sum by (process) (liancheng_lag_seconds)",
        "2 * sum(liancheng_lag_ids) - 1",
        "sum(liancheng_lag_ids) / 0",
        "changes(liancheng_lag_ids[10m]) > 2 and liancheng_lag_ids > 100",
        'absent(liancheng_lag_ids{process="nobody", topic=~"x.*"}) or absent(up{process="gateway"})',
    ],
)
def test_what_panels_may_say_one_day_is_the_same(told: Told, prometheus: httpx.Client, text: str) -> None:
    theirs = of_prometheus(prometheus, promql.parse(text))
    for at, ours in of_ours(told, Expressions({text: promql.parse(text)}, {})).items():
        assert same(ours[text], theirs[at]), (at, ours[text], theirs[at])
