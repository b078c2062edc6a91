"""What the panels ask for, parsed: every expression of theirs, and what the recording rules that they name stand for."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import promql_parser as promql
from promql_parser import Expr

from deploy.grafana.panels import ROWS
from deploy.ops.promql.evaluation import Evaluation, names
from deploy.ops.promql.ring import Ring
from deploy.ops.promql.vectors import Vector

RULES = Path(__file__).parents[1] / "prometheus" / "objectives.yml"


class Expressions(NamedTuple):
    """By their text."""

    asked: Mapping[str, Expr]
    recorded: Mapping[str, Expr]

    @property
    def names(self) -> frozenset[str]:
        """The metrics that have to be kept."""
        return frozenset(name for expression in self.asked.values() for name in names(expression, self.recorded))

    def at(self, ring: Ring, moment: float) -> dict[str, Vector]:
        """The value of each at a moment; Unsupported when a panel says what only Prometheus understands."""
        evaluation = Evaluation(ring, self.recorded, moment)
        return {text: evaluation.vector(expression) for text, expression in self.asked.items()}


def read() -> Expressions:
    groups = msgspec.yaml.decode(RULES.read_bytes())["groups"]
    recorded = {rule["record"]: promql.parse(rule["expr"]) for group in groups for rule in group["rules"]}
    return Expressions({text: promql.parse(text) for row in ROWS for panel in row.panels for text, _ in panel.lines}, recorded)
