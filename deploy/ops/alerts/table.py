"""The alerts as their rules have them: what each means in both languages, how grave it is, and where it says what to do."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec
import promql_parser as promql
from promql_parser import Expr

FILE = Path(__file__).parents[2] / "prometheus" / "alerts.yml"
SEVERITIES = ("page", "ticket", "heartbeat")
"""The gravest first. What beats all the time is no trouble; that it stops is."""


class Rule(NamedTuple):
    """`patience` is for how many seconds the expression has to hold; `runbook` is the name of its file."""

    name: str
    expression: Expr
    patience: float
    severity: str
    summary: Mapping[str, str]
    runbook: str

    @property
    def beats(self) -> bool:
        return self.severity == "heartbeat"


def read() -> tuple[Rule, ...]:
    """In the order of the file."""
    groups = msgspec.yaml.decode(FILE.read_bytes())["groups"]
    return tuple(
        Rule(
            rule["alert"],
            promql.parse(rule["expr"]),
            promql.parse_duration(rule["for"]).total_seconds() if "for" in rule else 0.0,
            rule["labels"]["severity"],
            {"en": rule["annotations"]["summary"], "zh": rule["annotations"]["summary_zh"]},
            PurePosixPath(rule["annotations"]["runbook_url"]).name,
        )
        for group in groups
        for rule in group["rules"]
    )
