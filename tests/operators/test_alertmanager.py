"""The example of an Alertmanager sends each alert to somebody who can do something about it."""

import re

import msgspec
import pytest

from tests.operators.promtool import RULES, ran
from tests.operators.test_alerts import alerts

EXAMPLE = RULES / "alertmanager.yml"
TOLD = {"page": "on-call", "ticket": "tickets", "heartbeat": "watch-outside"}


def test_it_names_no_alert_that_there_is_not() -> None:
    """A renamed alert must not fall out of its route."""
    example = msgspec.yaml.decode(EXAMPLE.read_bytes())
    matchers = [m for route in example["route"]["routes"] for m in route["matchers"]]
    matchers += [m for rule in example["inhibit_rules"] for side in ("source_matchers", "target_matchers") for m in rule[side]]
    named = {name for m in matchers if m.startswith("alertname") for name in re.findall(r"[A-Z]\w+", m)}
    assert named <= set(alerts())


def test_alertmanager_understands_it() -> None:
    ran("amtool", "check-config", str(EXAMPLE))


@pytest.mark.parametrize("severity", TOLD)
def test_each_severity_goes_its_way(severity: str) -> None:
    for name, rule in alerts().items():
        if rule["labels"]["severity"] == severity:
            labels = [f"severity={severity}", f"alertname={name}"]
            said = ran("amtool", "config", "routes", "test", f"--config.file={EXAMPLE}", *labels)
            assert said.splitlines()[0].strip() == TOLD[severity], name
