"""What became of each rule: raised since when, quiet, or not looked at and why. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from deploy.ops.alerts.table import SEVERITIES, Rule
from deploy.ops.promql.ring import Labels
from deploy.ops.promql.vectors import Vector

Blind = Literal["too-long", "not-loaded", "failing"]
"""Why nothing is known of a rule: it looks further back than is kept here; Prometheus has not got it; Prometheus cannot work it out."""


class Raised(NamedTuple):
    """One alert that holds; it fires once it has held for as long as its rule says."""

    rule: Rule
    labels: Labels
    since: float
    fires: bool

    def summary(self, language: str) -> str:
        said = dict(self.labels)
        return re.sub(r"\{\{\s*\$labels\.(\w+)\s*}}", lambda match: said.get(match[1], ""), self.rule.summary[language])


class Alerts(NamedTuple):
    """`blind` by the names of rules."""

    rules: Sequence[Rule]
    raised: Sequence[Raised]
    blind: Mapping[str, Blind]

    @property
    def troubles(self) -> list[Raised]:
        """What fires before what may, the grave before the less grave, the oldest first; not what beats."""
        found = [one for one in self.raised if not one.rule.beats]
        return sorted(found, key=lambda one: (not one.fires, SEVERITIES.index(one.rule.severity), one.since, one.rule.name, one.labels))

    @property
    def beats(self) -> Raised | None:
        """The heartbeat, as long as it beats."""
        return next((one for one in self.raised if one.rule.beats), None)

    def state(self, rule: Rule) -> str:
        """firing, pending, quiet, or why nothing is known of it."""
        held = [one.fires for one in self.raised if one.rule.name == rule.name]
        return self.blind.get(rule.name) or ("firing" if any(held) else "pending" if held else "quiet")


class Watch:
    """Keeps since when each alert holds, as Prometheus does; what it kept ends with its process."""

    def __init__(self, rules: Sequence[Rule], blind: Mapping[str, Blind]) -> None:
        self._rules, self._blind = rules, blind
        self._held: dict[str, dict[Labels, float]] = {rule.name: {} for rule in rules}
        self._at = 0.0

    def saw(self, at: float, found: Mapping[str, Vector]) -> None:
        """The values of the rules' expressions at a moment, by the names of rules: whatever there is holds."""
        self._at = at
        for name, vector in found.items():
            before = self._held[name]
            self._held[name] = {labels: before.get(labels, at) for labels in vector}

    def told(self) -> Alerts:
        raised = [
            Raised(rule, labels, since, self._at - since >= rule.patience)
            for rule in self._rules
            for labels, since in self._held[rule.name].items()
        ]
        return Alerts(self._rules, raised, self._blind)


def of_prometheus(rules: Sequence[Rule], answer: Mapping[str, Any]) -> Alerts:
    """From what /api/v1/rules says; KeyError or ValueError when it says something else. A site's other rules are left to the site."""
    loaded = {rule["name"]: rule for group in answer["data"]["groups"] for rule in group["rules"] if rule["type"] == "alerting"}
    raised: list[Raised] = []
    blind: dict[str, Blind] = {}
    for rule in rules:
        if rule.name not in loaded:
            blind[rule.name] = "not-loaded"
        elif loaded[rule.name]["health"] == "err":
            blind[rule.name] = "failing"
        else:
            raised += [_raised(rule, one) for one in loaded[rule.name]["alerts"]]
    return Alerts(rules, raised, blind)


def _raised(rule: Rule, one: Mapping[str, Any]) -> Raised:
    labels = tuple(sorted((name, value) for name, value in one["labels"].items() if name not in ("alertname", "severity")))
    return Raised(rule, labels, datetime.fromisoformat(one["activeAt"]).timestamp(), one["state"] == "firing")
