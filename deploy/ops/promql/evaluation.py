"""The part of PromQL that panels and alerts speak, over a ring: gauges, rates, quantiles, sums, shares, what is absent. Pure."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping

import promql_parser as promql
from promql_parser import Expr

from deploy.ops.promql.arithmetic import changes, increase
from deploy.ops.promql.ring import Labels, Ring, Stretch
from deploy.ops.promql.vectors import Unsupported, Value, Vector, aggregated, combined, quantiles

_MATCH: Mapping[str, Callable[[str, str], bool]] = {
    "MatchOp.Equal": operator.eq,
    "MatchOp.NotEqual": operator.ne,
    "MatchOp.Re": lambda said, pattern: re.fullmatch(pattern, said) is not None,
    "MatchOp.NotRe": lambda said, pattern: re.fullmatch(pattern, said) is None,
}


class Evaluation:
    """Expressions at one moment. What several have in common is worked out once."""

    def __init__(self, ring: Ring, recorded: Mapping[str, Expr], at: float) -> None:
        self._ring, self._recorded, self._at = ring, recorded, at
        self._known: dict[str, Value] = {}

    def of(self, expression: Expr) -> Value:
        """Its value; Unsupported for what this module does not know, whatever the ring holds."""
        text = str(expression)
        if text not in self._known:
            self._known[text] = self._worked_out(expression)
        return self._known[text]

    def vector(self, expression: Expr) -> Vector:
        value = self.of(expression)
        if isinstance(value, float):
            raise Unsupported(f"a number where a vector is needed: {expression}")
        return value

    def _worked_out(self, expression: Expr) -> Value:
        match expression:
            case promql.NumberLiteral():
                return float(expression.val)
            case promql.ParenExpr():
                return self.of(expression.expr)
            case promql.VectorSelector(name=str(name)) if name in self._recorded:
                return self.of(self._recorded[name])
            case promql.VectorSelector(name=str(name), offset=None, at=None):
                return {labels: value for labels, value in self._ring.now(name, self._at) if _chosen(expression, labels)}
            case promql.Call():
                return self._called(expression)
            case promql.AggregateExpr(param=None):
                return aggregated(expression, self.vector(expression.expr))
            case promql.BinaryExpr():
                return combined(expression, self.of(expression.lhs), self.of(expression.rhs))
        raise Unsupported(str(expression))

    def _called(self, call: promql.Call) -> Value:
        match call.func.name, call.args:
            case ("rate" | "increase") as name, [promql.MatrixSelector() as window]:
                return self._grown(window, per_second=name == "rate")
            case "changes", [promql.MatrixSelector() as window]:
                return {stretch.labels: float(changes(stretch.values)) for stretch in self._stretches(window)}
            case "absent", [promql.VectorSelector() as selector]:
                return {} if self.vector(selector) else {_expected(selector): 1.0}
            case "histogram_quantile", [promql.NumberLiteral() as share, buckets]:
                return quantiles(share.val, self.vector(buckets))
            case "vector", [promql.NumberLiteral() as number]:
                return {(): float(number.val)}
        raise Unsupported(str(call))

    def _grown(self, window: promql.MatrixSelector, *, per_second: bool) -> Vector:
        seconds, found = window.range.total_seconds(), Vector()
        for stretch in self._stretches(window):
            grown = increase(stretch.times, stretch.values, self._at - seconds, self._at)
            if grown is not None:
                found[stretch.labels] = grown / seconds if per_second else grown
        return found

    def _stretches(self, window: promql.MatrixSelector) -> Iterator[Stretch]:
        chosen = window.vector_selector
        if chosen.name is None or chosen.offset is not None or chosen.at is not None:
            raise Unsupported(str(window))
        for stretch in self._ring.window(chosen.name, self._at, window.range.total_seconds()):
            if _chosen(chosen, stretch.labels):
                yield stretch


def _expected(selector: promql.VectorSelector) -> Labels:
    """What a series that is not there would have been called, as far as the selector says it."""
    return tuple(sorted((one.name, one.value) for one in selector.matchers.matchers if str(one.op) == "MatchOp.Equal"))


def _chosen(selector: promql.VectorSelector, labels: Labels) -> bool:
    said = dict(labels)
    return all(_MATCH[str(one.op)](said.get(one.name, ""), one.value) for one in selector.matchers.matchers)


def names(expression: Expr, recorded: Mapping[str, Expr]) -> set[str]:
    """The metrics that it reads, those of recorded expressions included."""
    found: set[str] = set()

    def visit(node: Expr) -> None:
        if isinstance(node, promql.VectorSelector) and node.name is not None:
            found.update(names(recorded[node.name], recorded) if node.name in recorded else {node.name})

    promql.walk(expression, visit)
    return found


def reach(expression: Expr, recorded: Mapping[str, Expr]) -> float:
    """How many seconds it looks back at most, through recorded expressions too."""
    found = [0.0]

    def visit(node: Expr) -> None:
        if isinstance(node, promql.MatrixSelector):
            found.append(node.range.total_seconds())
        elif isinstance(node, promql.VectorSelector) and (named := recorded.get(node.name or "")) is not None:
            found.append(reach(named, recorded))

    promql.walk(expression, visit)
    return max(found)
