"""Tries a rulebook on the log: python -m services.adjudication.backtest PATH-OR-VERSION. Exits with 2 when it is defective."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg

from events.transport import settings as reading
from events.transport.postgres import connect
from events.transport.settings import Secret
from events.transport.store import check, head
from projections.credit.read import scorecard
from services.adjudication.backtest.log import dossiers
from services.adjudication.backtest.replay import compare
from services.adjudication.backtest.table import Trial, lines
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.legislation import records
from services.adjudication.legislation.adoption import Version, in_force
from services.adjudication.legislation.commands import Tried, record_backtest, text_digest
from services.adjudication.rulebooks import CURRENT, shipped_texts, understand

STATEMENT_SECONDS = 600.0
"""A long log is read in one snapshot."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the command needs."""

    database_adjudication: Secret


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m services.adjudication.backtest", description=__doc__)
    parser.add_argument("rulebook", help="a TOML file, or a version: shipped, adopted or drafted")
    chosen = parser.parse_args().rulebook
    settings = reading.read(Settings, os.environ)
    with connect(
        settings.database_adjudication, name="backtest", statement_seconds=STATEMENT_SECONDS, idle_seconds=STATEMENT_SECONDS
    ) as conn:
        check(conn)
        try:
            sys.stdout.write("\n".join(tried(conn, chosen, datetime.now(UTC))) + "\n")
        except (LookupError, ValueError) as refused:
            sys.stderr.write(f"{refused}\n")
            sys.exit(2)


def tried(conn: psycopg.Connection, chosen: str, now: datetime) -> list[str]:
    """The table, line by line. When it is a draft of this very text that was tried, that is noted, so that it can be adopted.

    LookupError for a version that nobody has written; ValueError for a book that is defective.
    """
    known = {name: version for name, (version, _) in records.load(conn, records.versions(conn)).items()}
    text = _text(chosen, known)
    book = understand(text)
    trial = run(conn, _ruling(known, now), book, now)
    counts = trial.counts
    scored = sum(difference.before.score != difference.after.score for difference in trial.differences)
    with conn.transaction():
        noted = record_backtest(
            conn, book.version, text_digest(text), Tried(trial.position, counts["listed"], counts["freed"], scored), now
        )  # fmt: skip
    return [*lines(trial), *(["", f"已记入草案 noted with the draft {book.version}"] if noted else [])]


def run(conn: psycopg.Connection, before: Rulebook, after: Rulebook, now: datetime) -> Trial:
    """Replay every dossier under both books, in one snapshot."""
    card = scorecard()
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        position = head(conn)
        differences = [compare(dossier, before, after, card, now) for dossier in dossiers(conn, position)]
    return Trial(before.version, after.version, position, differences)


def _ruling(known: dict[str, Version], now: datetime) -> Rulebook:
    adopted = in_force(known.values(), day_of(now))
    return understand(shipped_texts()[CURRENT] if adopted is None else adopted.text)


def _text(chosen: str, known: dict[str, Version]) -> str:
    if Path(chosen).is_file():
        return Path(chosen).read_text("utf-8")
    if chosen in known:
        return known[chosen].text
    if chosen in shipped_texts():
        return shipped_texts()[chosen]
    raise LookupError(f"{chosen!r}：没有这个文件或版本 / there is no such file, and no such version")


if __name__ == "__main__":
    main()
