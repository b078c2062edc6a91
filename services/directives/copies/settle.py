"""Whoever has been free for ninety days and whose lift every platform has answered is settled: the topic forgets him."""

from collections import deque
from datetime import datetime, timedelta

import psycopg

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from projections.coverage import read as coverage
from services.directives.domain import Register
from services.directives.log import read

AFTER = timedelta(days=90)
PAGE = 200
AGAIN = 20
"""Of those who wait for an answer, looked at again each time."""

_SETTLE = (
    "INSERT INTO directive_settled AS had (subject_id, seq, settled_at) VALUES (%s, %s, %s) ON CONFLICT (subject_id) DO UPDATE"
    " SET (seq, settled_at, buried) = (excluded.seq, excluded.settled_at, false) WHERE had.seq < excluded.seq"
)


class Settling:
    """Goes through the log once, ninety days behind its end, a page at a time; who is not answered for is kept in mind."""

    def __init__(self) -> None:
        self._epoch, self._after = 0, 0
        self._waiting = deque[tuple[int, DirectiveIssued]]()

    def look(self, conn: psycopg.Connection, register: Register, epoch: int, now: datetime) -> int:
        """How many were settled. Nobody while the view of answers was never built."""
        if epoch != self._epoch:
            self._epoch, self._after = epoch, 0
            self._waiting.clear()
        found = [self._waiting.popleft() for _ in range(min(AGAIN, len(self._waiting)))]
        for position, fact in read.directives_after(conn, self._after, PAGE):
            if now - fact.at < AFTER or position > register.head:
                break
            self._after = position
            if fact.tier < Tier.RESTRICTED:
                found.append((position, fact))
        return sum(self._settle(conn, position, fact, now) for position, fact in found if register.is_newest(position))

    def _settle(self, conn: psycopg.Connection, position: int, fact: DirectiveIssued, now: datetime) -> bool:
        try:
            rows = coverage.of_subject(conn, fact.subject_id)
        except coverage.NotBuilt:
            rows = None
        if rows is None or not all(row.sent is None or row.final >= row.sent.seq for row in rows):
            self._waiting.append((position, fact))
            return False
        conn.execute(_SETTLE, (fact.subject_id, fact.seq, now))
        return True
