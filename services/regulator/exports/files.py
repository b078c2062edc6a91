"""The list as a file that somebody takes away: CSV, XLSX, JSONL or Parquet in a ZIP, with a manifest that says whose copy it is."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from projections.blacklist.read import Subject
from projections.day import SHANGHAI
from services.regulator.application import Reading
from services.regulator.exports import table
from services.regulator.masking import visible

Format = Literal["csv", "xlsx", "jsonl", "parquet"]
Row = tuple[str, ...]
GROUP = 10_000
SHEET_ROWS = 1_048_575
"""What a spreadsheet holds below its head."""


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


class TooLong(Exception):
    """More rows than the format holds."""


def packed(kind: Format, subjects: Iterable[Subject], reading: Reading) -> bytes:
    """The ZIP; TooLong when a sheet cannot hold the list."""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"liancheng-{reading.at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.{kind}")
        count = _WRITERS[kind](path, table.rows(subjects, reading.at), mark(reading))
        with path.open("rb") as content:
            digest = file_digest(content, "sha256").hexdigest()
        manifest = Manifest(
            file=path.name, rows=count, bytes=path.stat().st_size, sha256=digest,
            as_of=reading.at.astimezone(SHANGHAI).isoformat(timespec="seconds"), exported_by=reading.actor, purpose=reading.purpose,
        )  # fmt: skip
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
            archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
        return whole.getvalue()


def mark(reading: Reading) -> str:
    """Who took the copy, and when."""
    return f"{reading.actor} {reading.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _csv(path: Path, rows: Iterator[Row], said: str) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(table.BOM + table.line((*table.HEADERS, "导出")))
        for row in rows:
            file.write(table.line((*row, said)))
            count += 1
    return count


def _jsonl(path: Path, rows: Iterator[Row], said: str) -> int:
    count = 0
    with path.open("wb") as file:
        for row in rows:
            file.write(msgspec.json.encode(dict(zip((*table.HEADERS, "导出"), (*row, said), strict=True))) + b"\n")
            count += 1
    return count


def _xlsx(path: Path, rows: Iterator[Row], said: str) -> int:
    """Every cell is text: nothing is calculated, and no address becomes a link."""
    count = 0
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet, bold = book.add_worksheet("名单"), book.add_format({"bold": True, "bg_color": "#F5F7FA"})
        sheet.set_footer(f"&L{said.replace('&', '&&')}&R&P / &N")
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(table.HEADERS), 18)
        for column, head in enumerate((*table.HEADERS, "导出")):
            sheet.write_string(0, column, head, bold)
        for count, row in enumerate(rows, 1):
            if count > SHEET_ROWS:
                raise TooLong
            for column, cell in enumerate((*row, said)):
                sheet.write_string(count, column, visible(cell))
    return count


def _parquet(path: Path, rows: Iterator[Row], said: str) -> int:
    shape = pa.schema([(head, pa.string()) for head in table.HEADERS], metadata={"liancheng.export": said})
    count, group = 0, list[Row]()
    with pq.ParquetWriter(path, shape) as file:
        for row in rows:
            group.append(row)
            count += 1
            if len(group) == GROUP:
                file.write_table(_columns(group, shape))
                group = []
        file.write_table(_columns(group, shape))
    return count


def _columns(group: list[Row], shape: pa.Schema) -> pa.Table:
    return pa.table([[row[at] for row in group] for at in range(len(table.HEADERS))], schema=shape)


_WRITERS: dict[Format, Callable[[Path, Iterator[Row], str], int]] = {"csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl, "parquet": _parquet}
