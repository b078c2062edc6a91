"""The read door of the casefile: one report's whole chain, what became of statements, a subject's timeline. No reporter is in it."""

from array import array
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from projections.casefile.fold import Effect, EffectState
from projections.casefile.thread import reported, submitted
from projections.day import shanghai_day
from projections.reading import Live, NotBuilt, Vector, live, snapshot, vector

__all__ = [
    "Effect",
    "EffectState",
    "Effects",
    "NotBuilt",
    "Step",
    "Vector",
    "chain",
    "effect",
    "effects",
    "filings",
    "snapshot",
    "statements_by_day",
    "submissions",
    "timeline",
]

VIEW = "casefile"
ROUNDS = 8
"""A thread is shorter: report, sanction, lift, weighing, listing, decision, directive."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a case: `what` is the fact's name, `detail` what it says beside who and when."""

    id: int
    at: datetime
    what: str
    detail: dict[str, Any]
    member: str | None = None
    account: str | None = None
    statement: str | None = None
    subject_id: UUID | None = None


class Effects(msgspec.Struct, frozen=True):
    """What became of a member's statements, newest state only; `vector` asks for the next page.

    `more` says that there is one; it may still be empty. An item or two more than the limit is no mistake.
    """

    items: list[Effect]
    vector: Vector
    more: bool


def chain(conn: psycopg.Connection, member: str, report: str) -> tuple[Step, ...]:
    """Everything that has to do with one report, in the order of the log: what was stated, weighed and decided."""
    with snapshot(conn):
        view = live(conn, VIEW)
        found: dict[int, Step] = {}
        new = {reported(member, report)}
        followed: set[int] = set()
        for _ in range(ROUNDS):
            followed |= new
            leads = _follow(conn, view, new, found)
            new = leads - followed
            if not new:
                break
    return tuple(step for _, step in sorted(found.items()))


def filings(conn: psycopg.Connection, member: str, report: str) -> list[int]:
    """The places in the log of what was filed under this number; empty also while the view is not there."""
    return _places(conn, reported(member, report), member, "report.filed.v1")


def submissions(conn: psycopg.Connection, member: str, number: str) -> list[int]:
    """The same of evidence that was submitted under a number."""
    return _places(conn, submitted(member, number), member, "evidence.submitted.v1")


def _places(conn: psycopg.Connection, thing: int, member: str, what: str) -> list[int]:
    with snapshot(conn):
        try:
            view = live(conn, VIEW)
        except NotBuilt:
            return []
        query = view.sql("SELECT id FROM {view}.step WHERE thing = %s AND member = %s AND what = %s ORDER BY id")
        return [id for (id,) in conn.execute(query, (thing, member, what))]


def _follow(conn: psycopg.Connection, view: Live, things: set[int], found: dict[int, Step]) -> set[int]:
    """Put what the things lead to into `found`; the things that these lead on to."""
    query = view.sql(
        "SELECT leads, id, at, what, detail, member, account, statement, subject_id FROM {view}.step WHERE id IN"
        " (SELECT id FROM {view}.step WHERE thing = ANY(%(things)s) UNION SELECT id FROM {view}.mention WHERE thing = ANY(%(things)s))"
    )
    onward: set[int] = set()
    for leads, *row in conn.execute(query, {"things": sorted(things)}):
        step = _step(row)
        found[step.id] = step
        onward.update(array("q", leads or b""))
    return onward


def timeline(conn: psycopg.Connection, subject_id: UUID, *, after: int = 0, limit: int = 200) -> tuple[Step, ...]:
    """The facts of the subject's dossier beyond a position, in the order of the log, at most `limit`."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT id, at, what, detail, member, account, statement, subject_id FROM {view}.step"
            " WHERE subject_id = %s AND id > %s ORDER BY id LIMIT %s"
        )
        return tuple(_step(row) for row in conn.execute(query, (subject_id, after, limit)))


def effect(conn: psycopg.Connection, member: str, statement: str) -> Effect | None:
    """What became of one statement of the member's; None when the hub has nothing to say of it."""
    with snapshot(conn):
        query = live(conn, VIEW).sql(
            "SELECT id, source, statement, state, why FROM {view}.effect WHERE source = ANY(%s) AND statement = %s"
        )
        row = conn.execute(query, (_sources(member), statement)).fetchone()
    return None if row is None else _effect(row)


def effects(conn: psycopg.Connection, member: str, since: Vector | None, limit: int = 100) -> Effects:
    """Effects that are new beyond the vector, by id; from the beginning for None.

    A vector stays good when the view is rebuilt: effects keep their ids. A statement whose state changes comes again.
    """
    with snapshot(conn):
        view, now = vector(conn, VIEW, "dossier")
        had = {partition: 0 if since is None else since.positions.get(partition, 0) for partition in now.positions}
        query = view.sql(
            "SELECT e.partition, e.id, e.source, e.statement, e.state, e.why FROM unnest(%b::int[], %b::bigint[]) AS had(partition, id)"
            " JOIN {view}.effect e ON e.partition = had.partition AND e.id > had.id WHERE e.source = ANY(%b) ORDER BY e.id"
            " FETCH FIRST %b ROWS WITH TIES"
        )
        rows = conn.execute(query, (list(had), list(had.values()), _sources(member), limit + 1)).fetchall()
    more = len(rows) > limit
    # One fact can settle two statements: a page never ends between them, or its vector would pass over the second.
    rows = rows if more and rows[limit][1] == rows[limit - 1][1] else rows[:limit]
    reached = had | {partition: id for partition, id, *_ in rows} if more else {p: max(id, had[p]) for p, id in now.positions.items()}
    return Effects([_effect(row[1:]) for row in rows], Vector(view.generation, reached), more)


def _sources(member: str) -> list[str]:
    """A code is one member's, whatever its class."""
    return [f"/platforms/{member}", f"/authorities/{member}"]


def _step(row: Iterable[Any]) -> Step:
    id, at, what, detail, member, account, statement, subject_id = row
    said = msgspec.json.decode(detail)
    return Step(id=id, at=at, what=what, detail=said, member=member, account=account, statement=statement, subject_id=subject_id)


def _effect(row: Iterable[Any]) -> Effect:
    id, source, statement, state, why = row
    return Effect(id=id, source=source, statement=statement, state=state, why=why)


def statements_by_day(conn: psycopg.Connection, since: datetime) -> dict[str, int]:
    """How many statements members made on each day of Asia/Shanghai since then, as the hub recorded them."""
    with snapshot(conn):
        query = live(conn, VIEW).sql("SELECT day::text, sum(n)::bigint FROM {view}.said WHERE day >= %s GROUP BY 1")
        return dict(conn.execute(query, (shanghai_day(since),)).fetchall())
