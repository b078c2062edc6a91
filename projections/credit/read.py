"""The read door of the credit score: ledgers for replicas, scores of any moment, the scorecards."""

from datetime import datetime
from functools import cache
from pathlib import Path
from tomllib import loads
from uuid import UUID

import msgspec
import psycopg

from projections.credit.fold import Entry
from projections.credit.proof import BrokenScorecard, prove
from projections.credit.score import Line, Score
from projections.credit.score import score as score_of
from projections.credit.scorecard import Scorecard, Text
from projections.reading import NotBuilt, Vector, live, rows_of, snapshot, vector

__all__ = [
    "CURRENT", "BrokenScorecard", "Entry", "Ledgers", "Line", "NotBuilt", "Score", "Scorecard", "Text", "Vector",
    "ledger", "ledger_since", "score", "score_of", "scorecard", "snapshot",
]  # fmt: skip

VIEW = "credit"
CURRENT = "2026.1"
"""The version of the scorecard that is in use."""
_decode = msgspec.json.Decoder(Entry).decode


class Ledgers(msgspec.Struct, frozen=True):
    """What is new beyond a vector. `reload`: it is everything there is, and replaces all that the replica holds.

    An entry replaces the one with the same subject, weighing and recorded_id.
    """

    vector: Vector
    reload: bool
    entries: list[Entry]


@cache
def scorecard(version: str = CURRENT) -> Scorecard:
    """The scorecard of that version, proved; FileNotFoundError when there is none, BrokenScorecard names every defect of one."""
    return parse((Path(__file__).parent / "scorecards" / f"{version}.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Scorecard:
    """The scorecard of a TOML text."""
    card = msgspec.convert(loads(text), Scorecard)
    defects = prove(card)
    if defects:
        raise BrokenScorecard(card.version, defects)
    return card


def ledger_since(conn: psycopg.Connection, since: Vector | None) -> Ledgers:
    """For replicas: every entry changed beyond the vector, and the vector to ask with next time.

    Everything, with `reload`, for None or another generation's vector. Within `snapshot` several views are of one moment.
    """
    with snapshot(conn):
        view, new = vector(conn, VIEW, "dossier")
        if new == since:
            return Ledgers(new, reload=False, entries=[])
        reload = since is None or since.generation != new.generation or since.positions.keys() != new.positions.keys()
        had = Vector(0, dict.fromkeys(new.positions, -1)) if since is None or reload else since
        query = view.sql(
            "SELECT e.state FROM unnest(%b::int[], %b::bigint[]) AS had(partition, id)"
            " JOIN {view}.entry e ON e.partition = had.partition AND e.position > had.id"
        )
        entries = [_decode(state) for (state,) in rows_of(conn, query, had.beyond(), many=reload)]
    return Ledgers(new, reload, entries)


def ledger(conn: psycopg.Connection, subject_id: UUID) -> tuple[Entry, ...]:
    """The subject's whole ledger, in the order in which it was recorded; empty when nothing was ever weighed."""
    with snapshot(conn):
        query = live(conn, VIEW).sql("SELECT state FROM {view}.entry WHERE subject_id = %s ORDER BY recorded_id, weighing")
        return tuple(_decode(state) for (state,) in conn.execute(query, (subject_id,)))


def score(conn: psycopg.Connection, subject_id: UUID, at: datetime, *, position: int | None = None, version: str = CURRENT) -> Score:
    """The score at a moment with its whole account, as it was known then, or by a position in the log.

    A subject without a ledger has the full score: whether it is known at all, the blacklist view says.
    """
    return score_of(ledger(conn, subject_id), at, scorecard(version), position)
