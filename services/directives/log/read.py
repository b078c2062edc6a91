"""What the feeds read of the log: directives and notices, by the indexes that are kept for them."""

from collections.abc import Iterable
from uuid import UUID

import psycopg

from events.catalogue import CATALOGUE
from events.facts.directive import DirectiveIssued
from events.facts.fact import Fact
from events.facts.listing import NoticeReleased, NoticeServed

_DIRECTIVES = (
    "SELECT notification_id, topic, state FROM hub_events"
    " WHERE topic = 'directive.issued.v1' AND notification_id > %b ORDER BY notification_id LIMIT %b"
)
_NOTICES = (
    "SELECT notification_id, topic, state FROM hub_events"
    " WHERE topic IN ('notice.released.v1', 'notice.served.v1') AND notification_id > %b ORDER BY notification_id LIMIT %b"
)
_OF_SUBJECT = "SELECT topic, state FROM hub_events WHERE originator_id = %b AND topic = 'directive.issued.v1'"
_BY_ID = "SELECT notification_id, topic, state FROM hub_events WHERE notification_id = ANY(%b::bigint[])"


def epoch(conn: psycopg.Connection) -> int:
    """Which history of the log this is: `make recover` begins another."""
    row = conn.execute("SELECT epoch FROM log").fetchone()
    if row is None:
        raise LookupError("the log has no identity: was the database migrated?")
    return int(row[0])


def directives_after(conn: psycopg.Connection, after: int, limit: int) -> list[tuple[int, DirectiveIssued]]:
    """In the order of ids. Commit order is id order, so whoever goes on from the last one misses nothing."""
    decoded = ((position, CATALOGUE.decode(name, state)) for position, name, state in conn.execute(_DIRECTIVES, (after, limit)))
    return [(position, fact) for position, fact in decoded if isinstance(fact, DirectiveIssued)]


def notices_after(conn: psycopg.Connection, after: int, limit: int) -> list[tuple[int, NoticeReleased | NoticeServed]]:
    """The same of notices that were released or served."""
    decoded = ((position, CATALOGUE.decode(name, state)) for position, name, state in conn.execute(_NOTICES, (after, limit)))
    return [(position, fact) for position, fact in decoded if isinstance(fact, NoticeReleased | NoticeServed)]


def facts(conn: psycopg.Connection, ids: Iterable[int]) -> dict[int, Fact]:
    """The facts with these ids."""
    return {position: CATALOGUE.decode(name, state) for position, name, state in conn.execute(_BY_ID, (list(ids),))}


def directives_of(conn: psycopg.Connection, subject_id: UUID) -> list[DirectiveIssued]:
    """Every one about a subject."""
    decoded = (CATALOGUE.decode(name, state) for name, state in conn.execute(_OF_SUBJECT, (subject_id,)))
    return [fact for fact in decoded if isinstance(fact, DirectiveIssued)]


def rounds(conn: psycopg.Connection) -> dict[str, int]:
    """How often each platform was asked to begin its copy again, of those that ever were."""
    return dict(conn.execute("SELECT code, resyncs FROM platform_digest WHERE resyncs > 0").fetchall())
