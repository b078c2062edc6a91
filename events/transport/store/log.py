"""Reading the log by ids, and knowing that it is the log one believes it to be."""

from collections.abc import Sequence
from typing import NamedTuple

import psycopg

from events.transport.topics import PARTITIONS


class Row(NamedTuple):
    """A fact as it is stored: its state is still JSON."""

    id: int
    lane: int
    key: int
    name: str
    state: bytes


class Log(NamedTuple):
    """Which log this is."""

    epoch: int
    system_identifier: int
    timeline: int


class ForeignLog(RuntimeError):
    """The database is a restored or another one: nobody writes or relays until `make recover`."""


def check(conn: psycopg.Connection) -> Log:
    """The log's identity; ForeignLog when PostgreSQL is not the server that it was written on."""
    row = conn.execute(
        "SELECT l.epoch, l.system_identifier, l.timeline, s.system_identifier, c.timeline_id"
        " FROM log l, pg_control_system() s, pg_control_checkpoint() c"
    ).fetchone()
    if row is None:
        raise ForeignLog("the log has no identity: was the database migrated?")
    epoch, system, timeline, actual_system, actual_timeline = row
    if (system, timeline) != (actual_system, actual_timeline):
        raise ForeignLog(
            f"the log belongs to system {system} timeline {timeline}, this is system {actual_system}"
            f" timeline {actual_timeline}: run `make recover`"
        )
    return Log(epoch, system, timeline)


def head(conn: psycopg.Connection) -> int:
    """The highest id; 0 for an empty log. Ids have gaps for ever."""
    row = conn.execute("SELECT coalesce(max(notification_id), 0) FROM hub_events").fetchone()
    assert row is not None
    return int(row[0])


def read(conn: psycopg.Connection, lanes: Sequence[int], after: int, upto: int, limit: int) -> list[Row]:
    """Facts of some lanes with after < id ≤ upto, in the order of ids, at most `limit`."""
    return [
        Row(*row)
        for row in conn.execute(
            "SELECT notification_id, lane, key, topic, state FROM hub_events"
            " WHERE lane = ANY(%b::smallint[]) AND notification_id > %b AND notification_id <= %b ORDER BY notification_id LIMIT %b",
            (list(lanes), after, upto, limit),
        )
    ]


def read_partition(conn: psycopg.Connection, lane: int, partition: int, after: int, upto: int, limit: int) -> list[Row]:
    """The same of one topic-partition, chosen as the relay chooses it. Compared as pairs, so that only the index of lanes fits."""
    return [
        Row(*row)
        for row in conn.execute(
            "SELECT notification_id, lane, key, topic, state FROM hub_events"
            " WHERE (lane, notification_id) > (%b::smallint, %b) AND (lane, notification_id) <= (%b::smallint, %b) AND key %% %b = %b"
            " ORDER BY lane, notification_id LIMIT %b",
            (lane, after, lane, upto, PARTITIONS, partition, limit),
        )
    ]
