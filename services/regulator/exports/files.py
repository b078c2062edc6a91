"""The list as a file that somebody takes away: CSV, XLSX, JSONL or Parquet in a ZIP, with a manifest that says whose copy it is."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from tempfile import TemporaryFile
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from projections.blacklist.read import Subject
from projections.day import SHANGHAI
from services.regulator.application import Reading
from services.regulator.exports import table
from services.regulator.exports.archive import Summed, pieces
from services.web.characters import visible

Format = Literal["csv", "xlsx", "jsonl", "parquet"]
Row = tuple[str, ...]
GROUP = 5_000
"""Rows between two pieces of the answer: so many of them are in memory, whatever the list's length."""
SHEET_ROWS = 1_048_575
"""What a sheet holds below its head; the rows after it are on a next one."""
CHUNK = 1 << 20
HEADS = (*table.HEADERS, "导出")


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Whose copy it is, of what, and how it is known to be whole."""

    file: str
    rows: int
    bytes: int
    sha256: str
    as_of: str
    exported_by: str
    purpose: str
    time_zone: str = "Asia/Shanghai"
    notice: str = "本名单由各平台依约共享，不是行政机关作出的名单。名称不能认定主体。"


def packed(kind: Format, subjects: Iterable[Subject], reading: Reading) -> Iterator[bytes]:
    """The ZIP in pieces. Nothing is read before the first is asked for."""
    at = reading.at.astimezone(SHANGHAI)
    name, rows = f"liancheng-{at:%Y%m%d-%H%M%S}.{kind}", table.rows(subjects, reading.at)

    def manifest(count: int, content: Summed) -> bytes:
        it = Manifest(
            file=name, rows=count, bytes=content.size, sha256=content.sha256, as_of=at.isoformat(timespec="seconds"),
            exported_by=reading.actor, purpose=reading.purpose,
        )  # fmt: skip
        return msgspec.json.format(msgspec.json.encode(it))

    return pieces(name, at, lambda file: _WRITERS[kind](file, rows, mark(reading)), manifest, squeezed=kind in ("xlsx", "parquet"))


def mark(reading: Reading) -> str:
    """Who took the copy, and when."""
    return f"{reading.actor} {reading.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while group := list(islice(rows, GROUP)):
        yield group


def _csv(file: Summed, rows: Iterator[Row], said: str) -> Iterator[int]:
    file.write((table.BOM + table.line(HEADS)).encode())
    for group in _groups(rows):
        file.write("".join(table.line((*row, said)) for row in group).encode())
        yield len(group)


def _jsonl(file: Summed, rows: Iterator[Row], said: str) -> Iterator[int]:
    for group in _groups(rows):
        file.write(b"".join(msgspec.json.encode(dict(zip(HEADS, (*row, said), strict=True))) + b"\n" for row in group))
        yield len(group)


def _xlsx(file: Summed, rows: Iterator[Row], said: str) -> Iterator[int]:
    """Every cell is text: nothing is calculated, and no address becomes a link. On the disk first: a workbook is whole or none."""
    with TemporaryFile() as made:
        with xlsxwriter.Workbook(made, {"constant_memory": True}) as book:
            sheet, place = _sheet(book, said), 0
            for group in _groups(rows):
                for row in group:
                    if place == SHEET_ROWS:
                        sheet, place = _sheet(book, said), 0
                    place += 1
                    for column, cell in enumerate((*row, said)):
                        sheet.write_string(place, column, visible(cell))
                yield len(group)
        made.seek(0)
        while chunk := made.read(CHUNK):
            file.write(chunk)
            yield 0


def _sheet(book: xlsxwriter.Workbook, said: str) -> xlsxwriter.worksheet.Worksheet:
    """One more, with its head and the mark at its foot."""
    number = len(book.worksheets()) + 1
    sheet, bold = book.add_worksheet("名单" if number == 1 else f"名单 {number}"), book.add_format({"bold": True, "bg_color": "#F5F7FA"})
    sheet.set_footer(f"&L{said.replace('&', '&&')}&R&P / &N")
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(table.HEADERS), 18)
    for column, head in enumerate(HEADS):
        sheet.write_string(0, column, head, bold)
    return sheet


def _parquet(file: Summed, rows: Iterator[Row], said: str) -> Iterator[int]:
    shape = pa.schema([(head, pa.string()) for head in table.HEADERS], metadata={"liancheng.export": said})
    with pq.ParquetWriter(pa.PythonFile(file, mode="w"), shape) as writer:
        for group in _groups(rows):
            writer.write_table(pa.table([[row[at] for row in group] for at in range(len(table.HEADERS))], schema=shape))
            yield len(group)
    yield 0


_WRITERS: dict[Format, Callable[[Summed, Iterator[Row], str], Iterator[int]]] = {
    "csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl, "parquet": _parquet,
}  # fmt: skip
