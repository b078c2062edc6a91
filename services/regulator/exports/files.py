"""The list as a file that somebody takes away: CSV, XLSX, JSONL or Parquet in a ZIP, with a manifest that says whose copy it is."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from projections.blacklist.read import Subject
from projections.day import SHANGHAI
from services.regulator.application import Reading
from services.regulator.exports import table, workbook
from services.regulator.exports.archive import Summed, pieces

Format = Literal["csv", "xlsx", "jsonl", "parquet"]
GROUP = 5_000
"""Rows between two pieces of the answer: so many of them are in memory, whatever the list's length."""


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
    name, rows, said = f"liancheng-{at:%Y%m%d-%H%M%S}.{kind}", table.rows(subjects, reading.at), mark(reading)

    def manifest(count: int, content: Summed) -> bytes:
        it = Manifest(
            file=name, rows=count, bytes=content.size, sha256=content.sha256, as_of=at.isoformat(timespec="seconds"),
            exported_by=reading.actor, purpose=reading.purpose,
        )  # fmt: skip
        return msgspec.json.format(msgspec.json.encode(it))

    if kind == "xlsx":
        with workbook.Workbook() as book:
            yield from pieces(name, at, book.copy, manifest, squeezed=True, before=book.make(_groups(rows), said))
    else:
        yield from pieces(name, at, lambda file: _WRITERS[kind](file, rows, said), manifest, squeezed=kind == "parquet")


def mark(reading: Reading) -> str:
    """Who took the copy, and when."""
    return f"{reading.actor} {reading.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _groups(rows: Iterator[table.Row]) -> Iterator[list[table.Row]]:
    while group := list(islice(rows, GROUP)):
        yield group


def _csv(file: Summed, rows: Iterator[table.Row], said: str) -> Iterator[int]:
    file.write((table.BOM + table.line(table.HEADS)).encode())
    for group in _groups(rows):
        file.write("".join(table.line((*row, said)) for row in group).encode())
        yield len(group)


def _jsonl(file: Summed, rows: Iterator[table.Row], said: str) -> Iterator[int]:
    for group in _groups(rows):
        file.write(b"".join(msgspec.json.encode(dict(zip(table.HEADS, (*row, said), strict=True))) + b"\n" for row in group))
        yield len(group)


def _parquet(file: Summed, rows: Iterator[table.Row], said: str) -> Iterator[int]:
    shape = pa.schema([(head, pa.string()) for head in table.HEADERS], metadata={"liancheng.export": said})
    with pq.ParquetWriter(pa.PythonFile(file, mode="w"), shape) as writer:
        for group in _groups(rows):
            writer.write_table(pa.table([[row[at] for row in group] for at in range(len(table.HEADERS))], schema=shape))
            yield len(group)
    yield 0


_WRITERS: dict[Format, Callable[[Summed, Iterator[table.Row], str], Iterator[int]]] = {
    "csv": _csv, "jsonl": _jsonl, "parquet": _parquet,
}  # fmt: skip
