"""The list as a table with Chinese headers, as public credit platforms exchange it. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from events.facts.fact import Tier
from projections.blacklist.read import Subject, shown
from services.regulator.console.texts import Texts
from services.regulator.masking import shown_name
from services.web.characters import visible

BOM = "\ufeff"
"""Without it a spreadsheet reads UTF-8 as something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would calculate."""

HEADERS = (
    "主体名称", "统一社会信用代码", "主体类别", "名单名称", "惩戒层级", "惩戒措施", "列入事由", "违规类别", "列入日期", "有效期至",
    "决定编号", "规则手册版本", "当前状态", "救济途径", "数据来源单位", "备注",
)  # fmt: skip

HEADS = (*HEADERS, "导出")
"""With whose copy it is."""
Row = tuple[str, ...]

_say = Texts("zh")


def lines(subjects: Iterable[Subject], moment: datetime) -> Iterator[str]:
    """The head, and a row for each whom the list holds at the moment."""
    yield BOM + line(HEADERS)
    for row in rows(subjects, moment):
        yield line(row)


def rows(subjects: Iterable[Subject], moment: datetime) -> Iterator[Row]:
    """The cells under HEADERS of each whom the list holds at the moment."""
    for subject in subjects:
        row = _row(subject, moment)
        if row is not None:
            yield row


def line(cells: Iterable[str]) -> str:
    """One row, ended as RFC 4180 says, with no cell that a spreadsheet would calculate."""
    text = io.StringIO()
    csv.writer(text).writerow(["'" + cell if cell.startswith(_FORMULA) else cell for cell in map(visible, cells)])
    return text.getvalue()


def _row(subject: Subject, moment: datetime) -> Row | None:
    place = shown(subject, moment)
    if place.tier < Tier.RESTRICTED:
        return None
    return (
        shown_name(subject.name, subject.kind, subject.uscc) or "", subject.uscc or "",
        _say(f"kind.{subject.kind}") if subject.kind else "",
        _say("list.name"), _say(f"tier.{place.tier.word}"), "、".join(_say(f"measure.{one.measure}") for one in place.measures),
        "；".join(reason.zh for reason in place.reasons), "、".join(_say(f"category.{category}") for category in place.categories),
        _day(place.since), _day(place.until), place.decision or "", subject.rulebook or "", "异议处理中" if place.contested else "有效",
        subject.appeal or "", "联惩 Liancheng", "演示数据" if subject.demo else "",
    )  # fmt: skip


def _day(day: object) -> str:
    return "" if day is None else str(day)
