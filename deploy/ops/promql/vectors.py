"""What vectors become by aggregation, by buckets and by arithmetic, as Prometheus does it. Pure."""

import operator
from collections.abc import Callable, Mapping
from math import inf, isnan, nan

import promql_parser as promql

from deploy.ops.promql.arithmetic import quantile
from deploy.ops.promql.ring import Labels

Vector = dict[Labels, float]
Value = Vector | float


class Unsupported(ValueError):
    """An expression says something that is not spoken here; Prometheus may well understand it."""


def _over(one: float, other: float) -> float:
    if other:
        return one / other
    return nan if isnan(one) or not one else inf * one


_CALCULATE: Mapping[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": _over}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_AGGREGATE: Mapping[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "max": lambda values: max((value for value in values if not isnan(value)), default=nan),
    "min": lambda values: min((value for value in values if not isnan(value)), default=nan),
    "count": lambda values: float(len(values)),
}


def aggregated(expression: promql.AggregateExpr, over: Vector) -> Vector:
    how, by = _AGGREGATE.get(str(expression.op)), expression.modifier
    if how is None or (by is not None and by.type != promql.AggModifierType.By):
        raise Unsupported(str(expression))
    kept = set(by.labels) if by else set()
    groups: dict[Labels, list[float]] = {}
    for labels, value in over.items():
        groups.setdefault(tuple(pair for pair in labels if pair[0] in kept), []).append(value)
    return {labels: how(values) for labels, values in groups.items()}


def quantiles(share: float, buckets: Vector) -> Vector:
    groups: dict[Labels, list[tuple[float, float]]] = {}
    for labels, count in buckets.items():
        bound = next((float(value) for name, value in labels if name == "le"), None)
        if bound is not None:
            groups.setdefault(tuple(pair for pair in labels if pair[0] != "le"), []).append((bound, count))
    return {labels: quantile(share, found) for labels, found in groups.items()}


def combined(expression: promql.BinaryExpr, left: Value, right: Value) -> Value:
    """Vectors meet where all labels are equal."""
    sign, modifier = str(expression.op), expression.modifier
    if modifier is not None and (modifier.matching is not None or modifier.return_bool):
        raise Unsupported(str(expression))
    if sign == "or" and isinstance(left, dict) and isinstance(right, dict):
        return right | left
    if sign == "and" and isinstance(left, dict) and isinstance(right, dict):
        return {labels: value for labels, value in left.items() if labels in right}
    if sign in _COMPARE and isinstance(left, dict):
        holds, bound = _COMPARE[sign], dict.fromkeys(left, right) if isinstance(right, float) else right
        return {labels: value for labels, value in left.items() if labels in bound and holds(value, bound[labels])}
    calculate = _CALCULATE.get(sign)
    if calculate is None:
        raise Unsupported(str(expression))
    if isinstance(left, float):
        return calculate(left, right) if isinstance(right, float) else {labels: calculate(left, value) for labels, value in right.items()}
    if isinstance(right, float):
        return {labels: calculate(value, right) for labels, value in left.items()}
    return {labels: calculate(value, right[labels]) for labels, value in left.items() if labels in right}
