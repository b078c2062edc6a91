"""The list as a workbook: made on the disk, because its form has its table of contents at the end, and then copied."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import xlsxwriter

from services.regulator.exports import table
from services.regulator.exports.archive import Summed
from services.web.characters import visible

SHEET_ROWS = 1_048_575
"""What a sheet holds below its head; the rows after it are on a next one."""
CHUNK = 1 << 20
SIGN_SECONDS = 5.0
"""Between two signs of life while it is put together."""


class Workbook:
    """Every cell is text: nothing is calculated, and no address becomes a link. Whatever is on the disk goes when it is left."""

    def __enter__(self) -> "Workbook":
        self._folder = TemporaryDirectory()
        self._path = Path(self._folder.name, "list.xlsx")
        self._book = xlsxwriter.Workbook(str(self._path), {"constant_memory": True, "tmpdir": self._folder.name})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Of one that was given up the library leaves its rows' files open."""
        for sheet in self._book.worksheets():
            if sheet.row_data_fh is not None:
                sheet.row_data_fh.close()
        self._folder.cleanup()

    def make(self, groups: Iterable[list[table.Row]], said: str) -> Iterator[int]:
        """Yields the rows written since; 0 while it is put together."""
        sheet, place = _sheet(self._book, said), 0
        for group in groups:
            for row in group:
                if place == SHEET_ROWS:
                    sheet, place = _sheet(self._book, said), 0
                place += 1
                for column, cell in enumerate((*row, said)):
                    sheet.write_string(place, column, visible(cell))
            yield len(group)
        with ThreadPoolExecutor(1) as aside:
            closing = aside.submit(self._book.close)
            while not closing.done():
                wait((closing,), SIGN_SECONDS)
                yield 0
            closing.result()

    def copy(self, file: Summed) -> Iterator[int]:
        with self._path.open("rb") as made:
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
    for column, head in enumerate(table.HEADS):
        sheet.write_string(0, column, head, bold)
    return sheet
