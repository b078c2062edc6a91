"""What comes of it: medians with their ranges, one table, and verdicts on goals."""

import statistics
import unicodedata
from collections.abc import Sequence
from typing import Literal

import msgspec

from deploy.local.tell import either

Verdict = Literal["met", "missed", "refused", ""]

ZH = {
    "case": "项目",
    "unit": "单位",
    "hub": "联惩",
    "peer": "对照",
    "ratio": "倍数",
    "goal": "目标",
    "others": "他人占用",
    "met": "达到",
    "missed": "未达到",
    "refused": "不予报告",
    "memory of the whole stack at rest": "整套服务空闲时的内存",
    "from 201 of a sanction to watch, p50": "处置 201 到“关注”，p50",
    "from 201 of a sanction to watch, p99": "处置 201 到“关注”，p99",
    "from a decision to the directive topic, p50": "决定到指令主题，p50",
    "from a decision to the directive topic, p99": "决定到指令主题，p99",
    "from a decision to the last of 32 copies and 20 webhooks, p50": "决定到 32 个副本和 20 个回调中最后一个，p50",
    "from a decision to the last of 32 copies and 20 webhooks, p99": "决定到 32 个副本和 20 个回调中最后一个，p99",
    "the same while statements come in flat out, p50": "同上，申报满载时，p50",
    "the same while statements come in flat out, p99": "同上，申报满载时，p99",
    "a lift behind 50,000 listings, from a decision to the last of all, p50": "排在 5 万条列名之后的解除，决定到最后一个，p50",
    "a lift behind 50,000 listings, from the commit to the last by stream, p50": "排在 5 万条列名之后的解除，入库到事件流最后一个，p50",
    "a lift behind 50,000 listings, from the commit to the last by webhook, p50": "排在 5 万条列名之后的解除，入库到回调最后一个，p50",
    "a lift behind 50,000 listings, from the commit to the last by topic, p50": "排在 5 万条列名之后的解除，入库到主题，p50",
    "HTTP batches to casefile rows": "HTTP 批量到案卷行",
    "one follower, topic to rows": "单个跟随进程，主题到行",
    "lookups of standing": "查询身份状态",
    "lookups at half load, p50": "半负载查询，p50",
    "lookups at half load, p99": "半负载查询，p99",
}
"""The table's words for a Chinese terminal; what is not here is the same in both languages."""


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
    """One line of the table. The subject, or the ratio when there is a peer, has to reach the goal, or to stay `below` it."""

    case: str
    unit: str
    subject: Spread
    peer: Spread | None = None
    goal: float | None = None
    below: bool = False
    refused: str = ""
    """Why the counts did not match; what was measured is then worth nothing."""
    foreign_cpu: float = 0.0
    """The share of all processors that others used meanwhile."""

    @property
    def ratio(self) -> float | None:
        return self.subject.median / self.peer.median if self.peer and self.peer.median else None

    @property
    def verdict(self) -> Verdict:
        if self.refused:
            return "refused"
        if self.goal is None:
            return ""
        reached = self.subject.median if self.ratio is None else self.ratio
        return "met" if (reached <= self.goal if self.below else reached >= self.goal) else "missed"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(results: Sequence[Result]) -> str:
    """For people: the median (lowest–highest) of both sides, the ratio of medians, whether the goal is met."""
    rows = [tuple(map(_word, ("case", "unit", "hub", "peer", "ratio", "goal", "", "others"))), *map(_row, results)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(word + " " * (width - _width(word)) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "─" * max(map(_width, lines)))
    return "\n".join([*lines, *(f"{_word(result.case)}: {result.refused}" for result in results if result.refused)])


def _row(result: Result) -> tuple[str, ...]:
    case, unit, verdict, others = _word(result.case), result.unit, _word(result.verdict), f"{result.foreign_cpu:.0%}"
    if result.refused:
        return case, unit, "", "", "", _goal(result), verdict, others
    peer = "" if result.peer is None else str(result.peer)
    ratio = "" if result.ratio is None else f"{result.ratio:.3g}×"
    return case, unit, str(result.subject), peer, ratio, _goal(result), verdict, others


def _goal(result: Result) -> str:
    if result.goal is None:
        return ""
    return f"{'≤' if result.below else '≥'} {_short(result.goal)}{'' if result.peer is None else '×'}"


def _word(en: str) -> str:
    return either(ZH.get(en, en), en)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _width(text: str) -> int:
    """Columns of a terminal, of which Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
