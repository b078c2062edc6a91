"""The end of the road for most statements: how far the casefile view has come, and how many rows it has."""

from collections.abc import Mapping

import psycopg

from events.transport.topics import LANES, PARTITIONS, internal_topic

VIEW = "casefile"
SPOKEN = ("report", "evidence", "sanction", "merchant")
"""The lanes of what platforms say; what the hub decides of it comes after, and is not waited for."""

Places = Mapping[tuple[str, int], int]
"""The last notification id of topic-partitions."""


class Casefile:
    """Reads on a connection of its own."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self._conn = conn
        row = conn.execute("SELECT generation FROM view WHERE name = %s", (VIEW,)).fetchone()
        assert row is not None, "the process that hosts the view has started"
        self._generation = int(row[0])

    def head(self) -> int:
        return self._one("SELECT coalesce(max(notification_id), 0) FROM hub_events")

    def said(self, after: int) -> Places:
        """Where the view has to come to have every statement in the log beyond an id."""
        topics = {LANES[lane]: internal_topic(lane) for lane in SPOKEN}
        rows = self._conn.execute(
            "SELECT lane, key %% %s, max(notification_id) FROM hub_events WHERE lane = ANY(%s) AND notification_id > %s GROUP BY 1, 2",
            (PARTITIONS, list(topics), after),
        )
        return {(topics[lane], partition): last for lane, partition, last in rows}

    def places(self) -> Places:
        rows = self._conn.execute(
            "SELECT topic, partition, last_id FROM position WHERE consumer = %s", (f"{VIEW}:{self._generation}",)
        ).fetchall()
        return {(topic, partition): last for topic, partition, last in rows}

    def has(self, wanted: Places) -> bool:
        there = self.places()
        return all(there[place] >= last for place, last in wanted.items())

    def rows(self, member: str, after: int) -> int:
        """Rows about what the member said, from statements beyond an id."""
        schema = f"{VIEW}_{self._generation}"
        return self._one(f"SELECT count(*) FROM {schema}.step WHERE id > %s AND member = %s AND statement IS NOT NULL", after, member)

    def _one(self, query: str, *values: object) -> int:
        row = self._conn.execute(query.encode(), values).fetchone()
        assert row is not None
        return int(row[0])
