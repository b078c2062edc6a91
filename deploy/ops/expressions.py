"""What the panels ask for and what the alerts watch, parsed, and what the recording rules that they name stand for."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import promql_parser as promql
from promql_parser import Expr

from deploy.grafana.panels import ROWS
from deploy.ops.alerts.table import Rule
from deploy.ops.promql.evaluation import Evaluation, names, reach
from deploy.ops.promql.ring import KEPT, Ring
from deploy.ops.promql.vectors import Vector

RULES = Path(__file__).parents[1] / "prometheus" / "objectives.yml"


class Found(NamedTuple):
    """Values at one moment: of panels by their text, of alerts by their names."""

    asked: dict[str, Vector]
    watched: dict[str, Vector]


class Expressions(NamedTuple):
    """`asked` and `recorded` by their text and name, `watched` by the alert's name."""

    asked: Mapping[str, Expr]
    recorded: Mapping[str, Expr]
    watched: Mapping[str, Expr] = {}

    @property
    def names(self) -> frozenset[str]:
        """The metrics that have to be kept."""
        every = (*self.asked.values(), *self.watched.values())
        return frozenset(name for expression in every for name in names(expression, self.recorded))

    def at(self, ring: Ring, moment: float) -> Found:
        """The value of each at a moment; Unsupported when one says what only Prometheus understands."""
        evaluation = Evaluation(ring, self.recorded, moment)
        asked, watched = ({name: evaluation.vector(one) for name, one in them.items()} for them in (self.asked, self.watched))
        return Found(asked, watched)


def read(rules: tuple[Rule, ...]) -> Expressions:
    """Of the rules, those that look no further back than the ring keeps."""
    groups = msgspec.yaml.decode(RULES.read_bytes())["groups"]
    recorded = {rule["record"]: promql.parse(rule["expr"]) for group in groups for rule in group["rules"]}
    asked = {text: promql.parse(text) for row in ROWS for panel in row.panels for text, _ in panel.lines}
    return Expressions(asked, recorded, {rule.name: rule.expression for rule in rules if reach(rule.expression, recorded) <= KEPT})
