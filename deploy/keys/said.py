"""What was said under a key, and what the hub has made of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import psycopg

from deploy.keys.kept import Key
from events.catalogue import CATALOGUE
from events.facts.fact import Statement
from events.transport.topics import LANES

PAGE = 50_000
"""Ids looked at in one query: the log has no index of keys, and a stolen one is rare."""

# Compared as bytes first: nothing has to be decoded that cannot be meant.
_SAID = (
    "SELECT notification_id, topic, state FROM hub_events WHERE notification_id > %(after)s AND notification_id <= %(upto)s"
    " AND lane <> %(dossier)s AND (position(%(key)s::bytea IN state) > 0 OR position(%(road)s::bytea IN state) > 0)"
    " ORDER BY notification_id"
)
_RESTS = (
    "SELECT l.listing_id, l.subject_id, l.state, l.tier FROM account a JOIN listing l USING (subject_id)"
    " WHERE (a.platform, a.account) = (%s, %s) ORDER BY l.proposed_at"
)


class Said(NamedTuple):
    """A statement, and the road by which it came; by Kafka it may have come under another key of the same member."""

    position: int
    name: str
    statement: Statement

    @property
    def by_kafka(self) -> bool:
        return self.statement.road is not None


class Listed(NamedTuple):
    """A listing of a subject that something was said about."""

    listing_id: UUID
    subject_id: UUID
    state: str
    tier: int


def said_under(conn: psycopg.Connection, key: Key, since: datetime) -> Iterator[Said]:
    """In the order of the log: by HTTP under this key, and by Kafka under any of the member's, recorded at `since` or later."""
    row = conn.execute("SELECT coalesce(min(notification_id), 0), coalesce(max(notification_id), 0) FROM hub_events").fetchone()
    first, head = row or (0, 0)
    wanted = {
        "dossier": LANES["dossier"],
        "key": f'"credential":"{key.key_id}"'.encode(),
        "road": f'"road":"liancheng.ingress.{key.member}.v1/'.encode(),
    }
    for after in _pages(conn, first - 1, head):
        for position, name, state in conn.execute(_SAID, wanted | {"after": after, "upto": after + PAGE}):
            fact = CATALOGUE.decode(name, state)
            if isinstance(fact, Statement) and fact.member == key.member and fact.recorded_at >= since:
                yield Said(position, name, fact)


def listed(conn: psycopg.Connection, said: Said) -> list[Listed]:
    """Every listing there was of the subject that the account is of now."""
    return [Listed(*row) for row in conn.execute(_RESTS, (said.statement.member, said.statement.account))]


def _pages(conn: psycopg.Connection, after: int, head: int) -> Iterator[int]:
    """Where each page begins; the wide gap between two epochs is stepped over."""
    while after < head:
        row = conn.execute("SELECT min(notification_id) FROM hub_events WHERE notification_id > %s", (after,)).fetchone()
        after = (row[0] if row and row[0] is not None else head) - 1
        yield after
        after += PAGE
