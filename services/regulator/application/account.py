"""What a dossier says beside its facts: the score over time with every point explained, and who enforces what. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from projections.coverage.read import Coverage
from projections.credit import read as credit

MOST_POINTS = 60


class Point(NamedTuple):
    """The score from a moment on."""

    at: datetime
    score: int
    grade: str


class Enforcing(NamedTuple):
    """What one platform was told last, and what it answered last; `waits` since when it owes an answer."""

    platform: str
    told: str
    told_at: datetime | None
    seq: int
    answer: str
    answered_at: datetime | None
    waits: datetime | None


def over_time(ledger: Sequence[credit.Entry], now: datetime) -> list[Point]:
    """The newest turns of the score up to now, each at which it became another one."""
    card = credit.scorecard()
    turns = {now}
    for entry in ledger:
        weighing = entry.weighing
        ended = entry.ended_at or now
        turns |= {turn for turn in (max(weighing.begins, entry.recorded_at), weighing.counts_until, ended) if turn <= now}
    points: list[Point] = []
    for turn in sorted(turns)[-MOST_POINTS:]:
        score = credit.score_of([entry for entry in ledger if entry.recorded_at <= turn], turn, card)
        if not points or points[-1].score != score.score or turn == now:
            points.append(Point(turn, score.score, score.grade))
    return points


def enforcing(rows: Iterable[Coverage]) -> list[Enforcing]:
    return [_enforcing(row) for row in rows]


def _enforcing(row: Coverage) -> Enforcing:
    answer = max(row.answers.values(), key=lambda one: (one.seq, one.id), default=None)
    sent = row.sent
    return Enforcing(
        platform=row.platform,
        told=sent.tier.word if sent else "",
        told_at=sent.at if sent else None,
        seq=sent.seq if sent else 0,
        answer=answer.state if answer else "",
        answered_at=answer.at if answer else None,
        waits=min((one.at for one in row.waiting), default=None),
    )
