"""The read door of coverage: what a platform was told of a subject and answered, what is unanswered, each platform's state."""

from collections import Counter
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
    "of_platform", "of_subject", "owing", "platforms", "snapshot", "unanswered",
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
    answered: int
    """Subjects of which it has answered the newest directive."""
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
        counted = view.sql("SELECT last_state, action, n FROM {view}.tally WHERE platform = %s")
        oldest = view.sql("SELECT min(since) FROM {view}.coverage WHERE platform = %s AND since IS NOT NULL")
        newest = view.sql(
            "SELECT state FROM {view}.coverage WHERE platform = %s AND last_id IS NOT NULL ORDER BY last_id DESC NULLS LAST LIMIT 1"
        )
        rows = conn.execute(counted, (platform,)).fetchall()
        last = conn.execute(newest, (platform,)).fetchone()
        ((since,),) = conn.execute(oldest, (platform,)).fetchall()
    states: dict[str, int] = {}
    owed: dict[Action, int] = {}
    for state, action, n in rows:
        if state:
            states[state] = states.get(state, 0) + n
        if action:
            owed[action] = owed.get(action, 0) + n
    return Platform(
        platform=platform,
        answered=sum(n for state, action, n in rows if state and not action),
        last=None if last is None else _decode(last[0]).last,
        states=states,
        unanswered=owed,
        overdue_since=since,
    )


def platforms(conn: psycopg.Connection) -> tuple[Platform, ...]:
    """Every platform that was told or answered anything, by code."""
    with snapshot(conn):
        codes = conn.execute(live(conn, VIEW).sql('SELECT DISTINCT platform COLLATE "C" FROM {view}.tally ORDER BY 1')).fetchall()
        return tuple(of_platform(conn, code) for (code,) in codes)


def owing(conn: psycopg.Connection, now: datetime) -> Counter[tuple[str, Action, Age]]:
    """Directives without an answer by platform, action and age: fresh (60 s at most), late (an hour at most), overdue."""
    with snapshot(conn):
        view = live(conn, VIEW)
        young = view.sql(
            "SELECT platform, action, CASE WHEN since >= %s THEN 'fresh' ELSE 'late' END, count(*)"
            " FROM {view}.coverage WHERE since >= %s GROUP BY 1, 2, 3"
        )
        counts = Counter({(platform, action, age): n for platform, action, age, n in conn.execute(young, (now - FRESH, now - LATE))})
        # The old ones may be many; they are what is left of the kept number.
        kept = view.sql("SELECT platform, action, sum(n)::bigint FROM {view}.tally WHERE action <> '' GROUP BY 1, 2")
        for platform, action, n in conn.execute(kept):
            counts[platform, action, "overdue"] = n - counts[platform, action, "fresh"] - counts[platform, action, "late"]
    return counts


def unanswered(conn: psycopg.Connection, now: datetime) -> tuple[Unanswered, ...]:
    """Directives without an answer by action and age: fresh (60 s at most), late (an hour at most), overdue. All six, also at 0."""
    counts: Counter[tuple[Action, Age]] = Counter()
    for (_, action, age), count in owing(conn, now).items():
        counts[action, age] += count
    return tuple(Unanswered(action, age, counts[action, age]) for action, age in product(get_args(Action), get_args(Age)))
