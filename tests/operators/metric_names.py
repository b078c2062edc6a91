"""What `promtool check metrics` complains of, for machines without promtool: Prometheus' naming rules over an exposition."""

import re
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

UNITS = {
    "milliseconds": "seconds", "minutes": "seconds", "hours": "seconds", "days": "seconds", "percent": "ratio", "kilobytes": "bytes",
    "megabytes": "bytes", "kibibytes": "bytes", "mebibytes": "bytes", "bits": "bytes", "fahrenheit": "celsius", "kelvin": "celsius",
}  # fmt: skip
SHORTENED = {"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "hr", "min"}
TYPES = {"gauge", "counter", "summary", "histogram"}


def complaints(exposition: str) -> list[str]:
    """One line for each rule that a metric breaks."""
    families = list(text_string_to_metric_families(exposition))
    return [f"{family.name}: {said}" for family in families for said in (*_of_the_name(family), *_of_the_type(family), *_of_labels(family))]


def _of_the_name(family: Metric) -> Iterator[str]:
    words = family.name.split("_")
    if not family.documentation:
        yield "no help text"
    if ":" in family.name:
        yield "colons are for recording rules"
    if not re.fullmatch(r"[a-z][a-z0-9_:]*", family.name):
        yield "not in snake_case"
    if TYPES & set(words):
        yield "the name says its type"
    yield from (f"{word} is not a base unit: use {UNITS[word]}" for word in words if word in UNITS)
    yield from (f"{word}: units are written out" for word in words if word in SHORTENED)


def _of_the_type(family: Metric) -> Iterator[str]:
    last = family.name.rpartition("_")[2]
    if family.type != "counter" and last == "total":
        yield "_total is for counters"
    if family.type not in ("histogram", "summary") and last in ("count", "sum", "bucket"):
        yield f"_{last} is for histograms and summaries"


def _of_labels(family: Metric) -> Iterator[str]:
    labels = {label for sample in family.samples for label in sample.labels}
    reserved = {"le": "histogram", "quantile": "summary"}
    yield from (f"the label {label} is reserved" for label, kind in reserved.items() if label in labels and family.type != kind)
    yield from (f"the label {label} is not in snake_case" for label in labels if not re.fullmatch(r"[a-z_][a-z0-9_]*", label))
