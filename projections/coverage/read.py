"""The read door of coverage: what a platform was told of a subject and answered, what is unanswered, each platform's state."""

from datetime import datetime, timedelta
from itertools import product
from typing import Literal, get_args
from uuid import UUID

import msgspec
import psycopg

from projections.coverage.fold import Action, Answer, Coverage, Sent
from projections.reading import NotBuilt, live, snapshot

__all__ = [
    "Action", "Age", "Answer", "Coverage", "NotBuilt", "Platform", "Sent", "Unanswered",
    "of_platform", "of_subject", "platforms", "snapshot", "unanswered",
]  # fmt: skip

VIEW = "coverage"
Age = Literal["fresh", "late", "overdue"]
FRESH, LATE = timedelta(seconds=60), timedelta(hours=1)
_decode = msgspec.json.Decoder(Coverage).decode


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """One platform: its last answer, how many subjects' last answer is which, what it owes and since when."""

    platform: str
    last: Answer | None
    states: dict[str, int]
    unanswered: dict[Action, int]
    overdue_since: datetime | None


class Unanswered(msgspec.Struct, frozen=True, order=True):
    """How many directives wait for an answer."""

    action: Action
    age: Age
    count: int


def of_subject(conn: psycopg.Connection, subject_id: UUID) -> tuple[Coverage, ...]:
    """Every platform that was told of the subject or answered about it, by code. Authorities with a case of it are not among them."""
    with snapshot(conn):
        query = live(conn, VIEW).sql('SELECT state FROM {view}.coverage WHERE subject_id = %s ORDER BY platform COLLATE "C"')
        rows = [_decode(state) for (state,) in conn.execute(query, (subject_id,))]
    return tuple(row for row in rows if not row.authority)


def of_platform(conn: psycopg.Connection, platform: str) -> Platform:
    """What the platform answered and owes, over all subjects; with nothing in it when it was never told anything."""
    with snapshot(conn):
        view = live(conn, VIEW)
        counted = view.sql("SELECT last_state, action, count(*), min(since) FROM {view}.coverage WHERE platform = %s GROUP BY 1, 2")
        newest = view.sql(
            "SELECT state FROM {view}.coverage WHERE platform = %s AND last_id IS NOT NULL ORDER BY last_id DESC NULLS LAST LIMIT 1"
        )
        rows = conn.execute(counted, (platform,)).fetchall()
        last = conn.execute(newest, (platform,)).fetchone()
    states: dict[str, int] = {}
    owed: dict[Action, int] = {}
    for state, action, count, _ in rows:
        if state is not None:
            states[state] = states.get(state, 0) + count
        if action is not None:
            owed[action] = owed.get(action, 0) + count
    return Platform(
        platform=platform,
        last=None if last is None else _decode(last[0]).last,
        states=states,
        unanswered=owed,
        overdue_since=min((since for *_, since in rows if since is not None), default=None),
    )


def platforms(conn: psycopg.Connection) -> tuple[Platform, ...]:
    """Every platform that was told or answered anything, by code."""
    with snapshot(conn):
        codes = conn.execute(live(conn, VIEW).sql('SELECT DISTINCT platform COLLATE "C" FROM {view}.coverage ORDER BY 1')).fetchall()
        return tuple(of_platform(conn, code) for (code,) in codes)


def unanswered(conn: psycopg.Connection, now: datetime) -> tuple[Unanswered, ...]:
    """Directives without an answer by action and age: fresh (60 s at most), late (an hour at most), overdue. All six, also at 0."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT action, CASE WHEN since >= %s THEN 'fresh' WHEN since >= %s THEN 'late' ELSE 'overdue' END, count(*)"
            " FROM {view}.coverage WHERE since IS NOT NULL GROUP BY 1, 2"
        )
        counts = {(action, age): count for action, age, count in conn.execute(query, (now - FRESH, now - LATE))}
    return tuple(Unanswered(action, age, counts.get((action, age), 0)) for action, age in product(get_args(Action), get_args(Age)))
