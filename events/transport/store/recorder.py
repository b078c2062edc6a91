"""The library's recorder with our table: an advisory lock instead of a table lock, binary arrays, lane and key beside the row."""

from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from psycopg import Cursor
from psycopg.rows import DictRow
from psycopg.sql import SQL

from events.transport.postgres import LOG_TIMEOUT
from events.transport.store.mapper import RoutedEvent

LOG_LOCK = 0x4C69616E
"""Key of the advisory lock that every writer of the log holds until it commits: commit order is id order.

The library's LOCK TABLE … EXCLUSIVE does the same but fights VACUUM and ANALYZE.
"""

TAKE_LOCK = SQL(
    "SELECT set_config('transaction_timeout', coalesce(current_setting({}, true), '0'), true), pg_advisory_xact_lock({})"
).format(LOG_TIMEOUT, LOG_LOCK)
"""Whoever asks for the log has to be done within his time, or PostgreSQL ends him: between two statements of a pipeline no other of its
bounds holds, and who was frozen there kept every writer out. Sessions that are not `postgres.session` have no bound."""

TELL = SQL("SELECT pg_notify('hub_events', %s)")
INSERT = SQL(
    "INSERT INTO hub_events (originator_id, originator_version, topic, state, lane, key)"
    " SELECT id, version, topic, state, lane, key"
    " FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::smallint[], %b::bigint[])"
    " WITH ORDINALITY AS t(id, version, topic, state, lane, key, n) ORDER BY n"
    " RETURNING notification_id"
)


TOLD = {"directive.issued.v1": "directive", "notice.released.v1": "notice", "notice.served.v1": "notice"}
"""Facts that a listener waits for whatever else their lane carries, and the word that he is told."""


def news(events: Sequence[StoredEvent]) -> str:
    """What the listeners are told: the numbers of the lanes, `directive` and `notice` when there is one; each wakes only for its own."""
    lanes = {str(event.lane) for event in events if isinstance(event, RoutedEvent)}
    return " ".join(sorted(lanes | {TOLD[event.topic] for event in events if event.topic in TOLD}))


class UnsafeSetting(RuntimeError):
    """A library setting that would lose facts."""


def columns(events: Sequence[StoredEvent]) -> tuple[list[Any], ...]:
    """The six arrays that INSERT takes."""
    return (
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
        [event.lane if isinstance(event, RoutedEvent) else 0 for event in events],
        [event.key if isinstance(event, RoutedEvent) else 0 for event in events],
    )


class HubRecorder(PostgresProcessRecorder):
    """Appends in the order of ids, so that a reader who tails the log misses nothing. Tables are made by migrations."""

    def __init__(
        self, datastore: PostgresDatastore, *, events_table_name: str = "hub_events", tracking_table_name: str = "hub_tracking"
    ) -> None:
        if datastore.enable_db_functions:
            # In 9.5.6 the function takes no lock and writes no tracking: readers miss events and duplicates get in.
            raise UnsafeSetting("POSTGRES_ENABLE_DB_FUNCTIONS must stay off")
        super().__init__(datastore, events_table_name=events_table_name, tracking_table_name=tracking_table_name)
        lock_timeout = SQL("SET LOCAL lock_timeout = '{}s'").format(datastore.lock_timeout)
        self.lock_table_statements = [lock_timeout, TAKE_LOCK]

    def create_table(self) -> None:
        """Nothing: migrations own the tables."""

    def _insert_stored_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **_: Any) -> None:
        self._lock_table(curs)
        self._notify_channel(curs)
        curs.execute(INSERT, columns(stored_events))
