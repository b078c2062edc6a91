"""Every alert fires when it should, is silent when it should, and says what to do in both languages."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.local.processes import PROCESSES
from deploy.local.settings import Settings
from tests.operators.alert_cases import CASES, Case, Series
from tests.operators.promtool import RULES, promtool

ROOT = RULES.parents[1]


def alerts() -> dict[str, dict[str, Any]]:
    groups = msgspec.yaml.decode((RULES / "alerts.yml").read_bytes())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def filled(text: str, labels: dict[str, str]) -> str:
    return re.sub(r"\{\{ \$labels\.(\w+) }}", lambda match: labels[match[1]], text)


def course(case: Case, series: Series, *, fires: bool) -> dict[str, Any]:
    """One case as promtool's unit test."""
    rule = alerts()[case.alert]
    expected = {
        "exp_labels": rule["labels"] | case.labels,
        "exp_annotations": {name: filled(text, case.labels) for name, text in rule["annotations"].items()},
    }
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [{"alertname": case.alert, "eval_time": case.at, "exp_alerts": [expected] if fires else []}],
    }


def test_every_alert_has_a_case() -> None:
    assert [case.alert for case in CASES] == list(alerts())


def test_alerts_fire_and_are_silent_as_their_cases_say(tmp_path: Path) -> None:
    tests = [course(case, series, fires=fires) for case in CASES for series, fires in ((case.fires, True), (case.silent, False))]
    rules = [str(RULES / "objectives.yml"), str(RULES / "alerts.yml")]
    script = tmp_path / "alerts.test.yml"
    script.write_bytes(msgspec.yaml.encode({"rule_files": rules, "evaluation_interval": "5m", "tests": tests}))
    promtool("test", "rules", str(script))


def test_a_wrong_expectation_is_noticed(tmp_path: Path) -> None:
    """The canary of the test above: promtool really compares."""
    case = next(case for case in CASES if case.alert == "ProcessDown")
    wrong = course(case, case.silent, fires=True)
    script = tmp_path / "wrong.test.yml"
    rules = [str(RULES / "objectives.yml"), str(RULES / "alerts.yml")]
    script.write_bytes(msgspec.yaml.encode({"rule_files": rules, "evaluation_interval": "1m", "tests": [wrong]}))
    with pytest.raises(AssertionError, match="FAILED"):
        promtool("test", "rules", str(script))


def test_the_rules_and_the_scrape_configuration_are_valid() -> None:
    promtool("check", "config", str(RULES / "prometheus.yml"))


def test_every_process_is_scraped_once_under_its_name() -> None:
    (job,) = msgspec.yaml.decode((RULES / "prometheus.yml").read_bytes())["scrape_configs"]
    scraped = {target["labels"]["process"]: target["targets"] for target in job["static_configs"]}
    assert set(scraped) == {process.name for process in PROCESSES}
    for process in PROCESSES:
        (address,) = scraped[process.name]
        assert address in {f"127.0.0.1:{getattr(Settings(), port)}" for port in process.ports}


@pytest.mark.parametrize("name", list(alerts()))
def test_an_alert_says_what_to_do(name: str) -> None:
    rule = alerts()[name]
    runbook = ROOT / rule["annotations"]["runbook_url"]
    assert rule["labels"]["severity"] in ("page", "ticket", "heartbeat")
    assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary_zh"])
    assert rule["annotations"]["summary"].isascii()
    assert "## 怎么办 · What to do" in runbook.read_text()


def test_no_runbook_is_forgotten() -> None:
    """Each is what an alert or the doctor says to do, or what such a runbook sends on to."""
    folder = ROOT / "deploy" / "runbooks"
    there = set(folder.glob("*.md"))
    doctor = "\n".join(module.read_text() for module in (ROOT / "deploy" / "doctor").glob("*.py"))
    named = {ROOT / rule["annotations"]["runbook_url"] for rule in alerts().values()}
    named |= {folder / f"{name}.md" for name in re.findall(r'"([a-z-]+)"', doctor)} & there
    used = named | {runbook.parent / link for runbook in named for link in re.findall(r"\]\(([a-z-]+\.md)\)", runbook.read_text())}
    assert used == there
