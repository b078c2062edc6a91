"""What comes of it: medians with their ranges, one table, and JSON lines for whoever compares releases."""

import statistics
import unicodedata
from collections.abc import Sequence
from typing import Literal

import msgspec

Verdict = Literal["met", "missed", "refused", "-"]


class Spread(msgspec.Struct, frozen=True):
    """The median of some runs, with the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        low, high = _short(self.low), _short(self.high)
        return _short(self.median) if low == high else f"{_short(self.median)} ({low}–{high})"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. `goal` is what the subject, or the ratio when there is a peer, has to reach, or stay below."""

    case: str
    unit: str
    subject: Spread
    peer: Spread | None = None
    goal: float | None = None
    below: bool = False
    refused: str = ""
    """Why the counts did not match; what was measured is then worth nothing."""
    foreign_cpu: float = 0.0
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.peer is None or not self.peer.median else self.subject.median / self.peer.median

    @property
    def verdict(self) -> Verdict:
        if self.refused:
            return "refused"
        if self.goal is None:
            return "-"
        reached = self.subject.median if self.ratio is None else self.ratio
        return "met" if (reached <= self.goal if self.below else reached >= self.goal) else "missed"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(results: Sequence[Result]) -> str:
    """For people: median (lowest to highest), the ratio of medians."""
    rows = [("case", "unit", "hub", "peer", "ratio", "goal", "")]
    for result in results:
        ratio = "" if result.ratio is None else f"{result.ratio:.1f}×"
        peer = "" if result.peer is None else str(result.peer)
        subject = "–" if result.refused else str(result.subject)
        rows.append((result.case, result.unit, subject, peer, "" if result.refused else ratio, _goal(result), result.verdict))
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(word + " " * (width - _width(word)) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "─" * max(_width(line) for line in lines))
    lines += [f"  {result.case}: {result.note}" for result in results if result.note]
    lines += [f"  {result.case}: REFUSED, {result.refused}" for result in results if result.refused]
    return "\n".join(lines)


def _goal(result: Result) -> str:
    if result.goal is None:
        return ""
    sign = "≤" if result.below else "≥"
    return f"{sign} {_short(result.goal)}{'' if result.peer is None else '×'}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
