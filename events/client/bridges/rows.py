"""Rows of a CSV as others publish it, and the count of what became of them."""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TextIO

import msgspec

SHANGHAI = timezone(timedelta(hours=8))
Row = Mapping[str, str]

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


CREDIT_CODE = "统一社会信用代码"
WIDE = str.maketrans("（）－", "()-")


class MissingColumns(ValueError):
    """The file is not in the format that was said."""

    def __init__(self, columns: Iterable[str]) -> None:
        super().__init__(f"columns are missing / 缺少列: {', '.join(columns)}")


class NotUsable(Exception):
    """A row that nothing can be said of: `why` is counted. Nothing is ever guessed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Statement(msgspec.Struct, frozen=True):
    """A line for `publish`."""

    id: str
    type: str
    time: datetime
    subject: str
    data: dict[str, Any]


def rows(source: TextIO, needed: Iterable[str]) -> Iterator[Row]:
    """Each row by its column names. MissingColumns when the head lacks one; a byte order mark is passed over."""
    reader = csv.DictReader(_without_mark(source))
    reader.fieldnames = [_column(name) for name in reader.fieldnames or ()]
    missing = [column for column in needed if column not in reader.fieldnames]
    if missing:
        raise MissingColumns(missing)
    for row in reader:
        yield {column: (value or "").strip() for column, value in row.items() if isinstance(column, str) and not isinstance(value, list)}


def statements(found: Iterable[Row], convert: Any, counted: Counter[str]) -> Iterator[Statement]:
    """What can be said; the rest is counted by its reason."""
    for row in found:
        try:
            made: Statement = convert(row)
        except NotUsable as unusable:
            counted[unusable.why] += 1
        else:
            counted["said"] += 1
            yield made


def moment(text: str, zone: timezone, why: str) -> datetime:
    """A date or a moment without an offset, in the zone that its publisher means; NotUsable(why) for anything else."""
    try:
        found = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise NotUsable(why) from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _column(name: str) -> str:
    """Some publish the code of whom a penalty is about as 行政相对人代码_1(统一社会信用代码), with brackets of either width."""
    plain = name.strip().translate(WIDE)
    return CREDIT_CODE if plain.startswith("行政相对人代码") and plain.endswith(f"({CREDIT_CODE})") else name.strip()


def _without_mark(source: TextIO) -> Iterator[str]:
    for number, line in enumerate(source):
        yield line.removeprefix("\ufeff") if number == 0 else line
