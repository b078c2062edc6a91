"""Appending: statements in groups where a duplicate harms no neighbour, and a dossier's facts in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple
from uuid import UUID

import psycopg
from psycopg.sql import SQL

from events.catalogue import CATALOGUE
from events.facts.fact import Fact, Statement
from events.transport.store.mapper import RoutedEvent, routed
from events.transport.store.recorder import INSERT, TAKE_LOCK, TELL, columns, news

MAX_FACT_BYTES = 512 * 1024
"""A fact travels in one envelope; a larger one is refused here, before anybody is told that it was accepted."""

INSERT_STATEMENTS = SQL(
    "WITH new AS (INSERT INTO hub_events (originator_id, originator_version, topic, state, lane, key)"
    " SELECT id, version, topic, state, lane, key"
    " FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::smallint[], %b::bigint[])"
    " WITH ORDINALITY AS t(id, version, topic, state, lane, key, n) ORDER BY n"
    " ON CONFLICT DO NOTHING RETURNING originator_id, notification_id),"
    " kept AS (INSERT INTO vault SELECT v.id, v.salt, v.words FROM unnest(%b::uuid[], %b::bytea[], %b::bytea[]) AS v(id, salt, words)"
    " JOIN new ON new.originator_id = v.id)"
    " SELECT originator_id, notification_id FROM new"
)
SELECT_STATEMENTS = SQL(
    "SELECT originator_id, notification_id, topic, state FROM hub_events WHERE originator_id = ANY(%b::uuid[]) AND originator_version = 1"
)
SELECT_STREAMS = SQL(
    "SELECT e.* FROM unnest(%b::uuid[], %b::bigint[]) AS s(id, after), LATERAL ("
    "SELECT originator_id, originator_version, notification_id, topic, state FROM hub_events"
    " WHERE originator_id = s.id AND originator_version > s.after ORDER BY originator_version) e"
)


class FactTooLarge(ValueError):
    """The fact would not fit an envelope."""


class VersionConflict(RuntimeError):
    """Somebody else appended to the stream since it was loaded: load again and decide again."""


class Submission(NamedTuple):
    """A statement to be recorded, with the words that go to the vault."""

    fact: Statement
    words: bytes | None = None
    salt: bytes | None = None


class Loaded(NamedTuple):
    """A fact of a stream with its version there and its place in the log."""

    version: int
    position: int
    fact: Fact


class Recorded(NamedTuple):
    """What became of a submission. For a duplicate, position, hash and moment are the original's; for a conflict too."""

    outcome: Literal["accepted", "duplicate", "conflict"]
    position: int
    sha256: str
    recorded_at: datetime


def _routed(stream: UUID, version: int, fact: Fact) -> RoutedEvent:
    event = routed(stream, version, fact)
    if len(event.state) > MAX_FACT_BYTES:
        raise FactTooLarge(f"{fact.tag()}: {len(event.state)} bytes, {MAX_FACT_BYTES} at most")
    return event


def lock_log(conn: psycopg.Connection) -> None:
    """Wait for the log, and keep every other writer out until this transaction ends."""
    conn.execute(TAKE_LOCK)


def append_statements(conn: psycopg.Connection, submissions: Sequence[Submission]) -> list[Recorded]:
    """Record a group in one transaction; one answer for each, in order. May be called again with the same ones.

    The first of a stream in the group is written; the others, and those that were there before, are compared by hash.
    """
    firsts: dict[UUID, Submission] = {}
    streams = [submission.fact.stream for submission in submissions]
    for stream, submission in zip(streams, submissions, strict=True):
        firsts.setdefault(stream, submission)
    events = [_routed(stream, 1, submission.fact) for stream, submission in firsts.items()]
    kept = [(stream, s.salt, s.words) for stream, s in firsts.items() if s.words is not None]
    vault = ([k[0] for k in kept], [k[1] for k in kept], [k[2] for k in kept])
    with conn.transaction(), conn.pipeline():
        conn.execute(TAKE_LOCK)
        conn.execute(TELL, (news(events),))
        inserted = conn.execute(INSERT_STATEMENTS, (*columns(events), *vault))
        new: dict[UUID, int] = dict(inserted.fetchall())
    old = originals(conn, [stream for stream in firsts if stream not in new])
    return [
        _answer(
            submission,
            new.get(stream) if firsts[stream] is submission else None,
            old.get(stream) or _as_recorded(firsts[stream], new[stream]),
        )
        for stream, submission in zip(streams, submissions, strict=True)
    ]


def _as_recorded(submission: Submission, position: int) -> Recorded:
    return Recorded("accepted", position, submission.fact.sha256, submission.fact.recorded_at)


def _answer(submission: Submission, position: int | None, original: Recorded) -> Recorded:
    if position is not None:
        return original
    same = submission.fact.sha256 == original.sha256
    return original._replace(outcome="duplicate" if same else "conflict")


def originals(conn: psycopg.Connection, streams: Sequence[UUID]) -> dict[UUID, Recorded]:
    """What is recorded of these statements; those that are not are left out."""
    if not streams:
        return {}
    found: dict[UUID, Recorded] = {}
    for stream, position, name, state in conn.execute(SELECT_STATEMENTS, (list(streams),)):
        fact = CATALOGUE.decode(name, state)
        if isinstance(fact, Statement):
            found[stream] = Recorded("accepted", position, fact.sha256, fact.recorded_at)
    return found


def append(conn: psycopg.Connection, facts: Sequence[tuple[UUID, int, Fact]]) -> list[int]:
    """Append (stream, version, fact) in the caller's transaction; their ids, in order.

    Raises VersionConflict when a version is taken; the transaction is then lost. Lock order everywhere: positions, this
    log, the account map, due moments.
    """
    if not facts:
        return []
    events = [_routed(stream, version, fact) for stream, version, fact in facts]
    try:
        with conn.pipeline():
            conn.execute(TAKE_LOCK)
            conn.execute(TELL, (news(events),))
            inserted = conn.execute(INSERT, columns(events))
            return [row[0] for row in inserted.fetchall()]
    except psycopg.errors.UniqueViolation as taken:
        raise VersionConflict(str(taken).splitlines()[0]) from None


def load(conn: psycopg.Connection, streams: Iterable[UUID], after: Mapping[UUID, int] = MappingProxyType({})) -> dict[UUID, list[Loaded]]:
    """The facts of many streams in one query, in the order of versions, of each only those beyond a version; no entry without any."""
    found: dict[UUID, list[Loaded]] = {}
    wanted = list(streams)
    for stream, version, position, name, state in conn.execute(SELECT_STREAMS, (wanted, [after.get(stream, 0) for stream in wanted])):
        found.setdefault(stream, []).append(Loaded(version, position, CATALOGUE.decode(name, state)))
    return found


def fact_at(conn: psycopg.Connection, position: int) -> Fact | None:
    """The fact at a place in the log."""
    row = conn.execute("SELECT topic, state FROM hub_events WHERE notification_id = %s", (position,)).fetchone()
    return None if row is None else CATALOGUE.decode(*row)
