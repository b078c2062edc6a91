"""One thing that was seen of a statement somewhere on its way, and the table of them. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple


class Sight(NamedTuple):
    """`at` is None where somebody has passed it without having said when: in a batch too large to name each fact."""

    at: datetime | None
    where: str
    what: str
    detail: str = ""


HEADS = ("时刻 at (UTC)", "历时 ms", "何处 where", "何事 what", "详情 detail")
SAID = {
    "received": "收到 received",
    "recorded": "入库 recorded",
    "decided": "裁量入库 decided",
    "on kafka": "在 Kafka on Kafka",
    "committed": "提交 committed",
    "heard": "接收 heard",
    "relayed": "转发 relayed",
    "applied": "处理 applied",
    "passed": "已过 passed",
    "copied": "副本更新 copied",
    "directive published": "指令发布 directive published",
}
"""What happens to a statement, in both languages; other words of a log are shown as they are."""


def table(sights: Iterable[Sight]) -> list[str]:
    """The lines, earliest first, those without a time last; milliseconds are counted from the first."""
    ordered = sorted(sights, key=lambda sight: (sight.at is None, sight.at or datetime.max.replace(tzinfo=UTC)))
    began = next((sight.at for sight in ordered if sight.at is not None), None)
    rows = [HEADS, *(_row(sight, began) for sight in ordered)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(word + " " * (width - _width(word)) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(sight: Sight, began: datetime | None) -> tuple[str, ...]:
    what = SAID.get(sight.what, sight.what)
    if sight.at is None or began is None:
        return ("—", "—", sight.where, what, sight.detail)
    passed = (sight.at - began).total_seconds() * 1000
    return (sight.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3], f"{passed:.1f}", sight.where, what, sight.detail)


def _width(word: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in word)
