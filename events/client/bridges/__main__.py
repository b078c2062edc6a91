"""`python -m events.client.bridges dsa|penalties|serious … < file.csv`: lines for `publish` out, and beside them what was counted."""

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

import msgspec

from events.client.bridges import decisions, transparency
from events.client.bridges.rows import MissingColumns, Row, Statement, rows, statements
from events.client.command import lines


def main(arguments: Sequence[str], source: TextIO) -> int:
    """0, or 2 when a file is not in its format."""
    given = _parser().parse_args(arguments)
    counted: Counter[str] = Counter()
    try:
        columns, convert = _way(given)
        for statement in statements(rows(source, columns), convert, counted):
            lines.write(statement)
    except BrokenPipeError:
        # Whoever read has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except UnicodeDecodeError as wrong:
        lines.tell(f"{wrong}: iconv -f gb18030 -t utf-8 / 文件须为 UTF-8 编码")
        return 2
    except (MissingColumns, OSError, csv.Error, msgspec.ValidationError) as wrong:
        lines.tell(wrong)
        return 2
    for what, count in counted.most_common():
        lines.tell(f"{count:>10}  {what}")
    return 0


def _way(given: argparse.Namespace) -> tuple[Sequence[str], Callable[[Row], Statement]]:
    if given.format == "dsa":
        with Path(given.accounts).open(encoding="utf-8-sig", newline="") as file:
            accounts = transparency.accounts_of(rows(file, transparency.ACCOUNT_COLUMNS))
        return transparency.COLUMNS, partial(transparency.sanction, accounts=accounts)
    documents = decisions.Documents(Path(given.documents))
    if given.format == "penalties":
        return decisions.PENALTY_COLUMNS, partial(decisions.penalty, documents=documents)
    return decisions.SERIOUS_COLUMNS, partial(decisions.serious, documents=documents)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m events.client.bridges", description=__doc__)
    formats = parser.add_subparsers(dest="format", required=True)
    dsa = formats.add_parser("dsa", help="the EU DSA Transparency Database's CSV of your own decisions")
    dsa.add_argument("--accounts", required=True, metavar="CSV", help="puid,account[,uscc,name,kind]: whose account each was about")
    for name, what in (("penalties", "行政处罚"), ("serious", "严重违法失信名单")):
        decided = formats.add_parser(name, help=f"{what}, in its published columns; for an authority's key")
        decided.add_argument(
            "--documents", required=True, metavar="FOLDER", help="the decisions, a file each, named by the document's number"
        )
    return parser


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:], sys.stdin))
