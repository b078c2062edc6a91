"""The catalogue of metrics, the panels and the alerts speak of the same things."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import promql_parser as promql
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.grafana import dashboard
from deploy.grafana.panels import ROWS
from deploy.ops import expressions as expressions_of_the_page
from deploy.ops.alerts import table
from deploy.ops.promql.evaluation import names
from deploy.ops.promql.ring import KEPT, Ring
from events.transport import telemetry
from tests.operators.metric_names import complaints
from tests.operators.promtool import RULES, promtool

_ENDINGS = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}
_ADDED_BY_SCRAPING = {"le", "job", "process", "instance", "version"}


def series() -> dict[str, str]:
    """Name of every series of the hub's own to the Python name of its metric."""
    found = {}
    for name, metric in telemetry.METRICS.items():
        (family,) = metric.describe()
        found |= {family.name + ending: name for ending in _ENDINGS[family.type]}
    return found


def rules() -> Iterator[dict[str, str]]:
    for file in ("objectives.yml", "alerts.yml"):
        for group in msgspec.yaml.decode((RULES / file).read_bytes())["groups"]:
            yield from group["rules"]


def panel_expressions() -> list[str]:
    return [promql for row in ROWS for panel in row.panels for promql, _ in panel.lines]


def expressions() -> list[str]:
    return [rule["expr"] for rule in rules()] + panel_expressions()


def read_by(text: str) -> set[str]:
    """The metrics that an expression reads; a ValueError where it is not PromQL."""
    return names(promql.parse(text), {})


def added() -> set[str]:
    """What every process says beside the catalogue, and what Prometheus says of the process."""
    body, _ = telemetry.exposition()
    return {"up"} | {sample.name for family in text_string_to_metric_families(body.decode()) for sample in family.samples}


@pytest.mark.parametrize("text", sorted(set(expressions())))
def test_every_metric_of_an_expression_is_there(text: str) -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    assert read_by(text) - set(series()) - recorded - added() == set()


def test_every_recorded_rule_is_read() -> None:
    used = {name for text in expressions() for name in read_by(text)}
    assert {rule["record"] for rule in rules() if "record" in rule} <= used


def test_an_expression_that_is_none_is_noticed() -> None:
    """The canary of the two above."""
    with pytest.raises(ValueError, match="parenthesis"):
        read_by("sum by (lane (liancheng_relay_backlog_facts)")
    assert read_by("sum(liancheng_relay_backlog)") - set(series()) - added() == {"liancheng_relay_backlog"}


def test_the_operators_page_understands_every_panel_and_alert_and_keeps_enough_for_it() -> None:
    asked = expressions_of_the_page.read(table.read())
    asked.at(Ring(), 0.0)
    windows: list[float] = []

    def visit(node: promql.Expr) -> None:
        if isinstance(node, promql.MatrixSelector):
            windows.append(node.range.total_seconds())

    for expression in (*asked.asked.values(), *(asked.recorded[name] for name in asked.recorded if name.endswith("1h"))):
        promql.walk(expression, visit)
    assert max(windows) < KEPT


def test_every_metric_has_a_panel_or_an_alert() -> None:
    text = "\n".join(expressions())
    seen = {python_name for name, python_name in series().items() if re.search(rf"\b{name}\b", text)}
    assert seen == set(telemetry.METRICS)


@pytest.mark.parametrize("text", sorted(set(expressions())))
def test_labels_in_an_expression_are_labels_of_its_metrics(text: str) -> None:
    known = set(_ADDED_BY_SCRAPING)
    for name in re.findall(r"\bliancheng_[a-z0-9_]+", text):
        known |= set(telemetry.METRICS[series()[name]]._labelnames)
    selected = re.findall(r"(\w+)\s*=~?\"|(\w+)!=", text)
    grouped = [label for group in re.findall(r"by \(([^)]*)\)", text) for label in re.split(r",\s*", group)]
    assert {a or b for a, b in selected} | set(grouped) <= known


def test_every_metric_is_told_by_somebody() -> None:
    """A metric that nothing sets would show a calm that nobody has looked at."""
    root = RULES.parents[1]
    sources = [file.read_text() for folder in ("events", "projections", "services") for file in (root / folder).rglob("*.py")]
    words = Counter(word for text in sources for word in re.findall(r"\b[A-Z][A-Z_]+\b", text))
    assert [name for name in telemetry.METRICS if words[name] < 2] == []


def test_every_metric_says_what_it_means_in_base_units() -> None:
    for name, metric in telemetry.METRICS.items():
        (family,) = metric.describe()
        assert family.documentation.endswith("."), name
        assert re.fullmatch(r"liancheng_[a-z_]+", family.name)
        assert not re.search(r"_(ms|millis|minutes|kb|mb)(_|$)", family.name)


def test_the_catalogue_keeps_the_rules_of_names() -> None:
    body, _ = telemetry.exposition()
    assert complaints(body.decode()) == []


def test_the_catalogue_passes_prometheus_own_lint() -> None:
    body, media = telemetry.exposition()
    assert media.startswith("text/plain")
    assert promtool("check", "metrics", given=body) == ""


def test_prometheus_understands_every_expression_of_a_panel(tmp_path: Path) -> None:
    rules_of_panels = [{"record": f"panel:{n}", "expr": text} for n, text in enumerate(panel_expressions())]
    file = tmp_path / "panels.yml"
    file.write_bytes(msgspec.yaml.encode({"groups": [{"name": "panels", "rules": rules_of_panels}]}))
    promtool("check", "rules", str(file))


def test_the_dashboard_file_is_what_the_table_says() -> None:
    assert dashboard.FILE.read_bytes() == dashboard.rendered(), "run: python -m deploy.grafana.dashboard"


def test_every_panel_is_named_in_both_languages() -> None:
    for row in ROWS:
        for panel in (row, *row.panels):
            assert re.search(r"[\u4e00-\u9fff]", panel.zh)
            assert panel.en.isascii()


def test_panels_do_not_overlap() -> None:
    cells = [
        (x, y)
        for panel in dashboard.dashboard()["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
