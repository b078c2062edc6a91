"""The road from the log to the views, by hand: append, pass on as the relay does, fold as the projections do."""

from collections.abc import Sequence

import psycopg

from events.facts.fact import DossierFact, Fact, Statement
from events.transport.follow import Delivered
from events.transport.store import Submission, append, append_statements, load
from events.transport.topics import LANES, internal_topic, key_hash, partition_of
from projections import generation
from projections.reading import Live, live
from projections.view import View
from tests.support.stack import Database


class Road:
    """Each step apart, so that a test can leave one out or take partitions in any order."""

    def __init__(self, database: Database, *views: View) -> None:
        self._database, self._views = database, views
        with database.connect("projections") as conn:
            for view in views:
                generation.first(conn, view)

    def record(self, *facts: Fact) -> list[Delivered]:
        """Append to the log only."""
        with self._database.connect("adjudication") as conn, conn.transaction():
            streams = {fact.subject_id for fact in facts if isinstance(fact, DossierFact)}
            versions = {stream: len(had) for stream, had in load(conn, streams).items()}
            return [_delivered(_append(conn, fact, versions), fact) for fact in facts]

    def relay(self, facts: Sequence[Delivered]) -> None:
        with self._database.connect("relay") as conn, conn.transaction():
            for fact in facts:
                conn.execute("UPDATE relay_cursor SET last_id = %s WHERE lane = %s", (fact.id, LANES[fact.fact.lane]))
                place = (fact.id, fact.topic, fact.partition)
                conn.execute("UPDATE relay_published SET last_id = %s WHERE (topic, partition) = (%s, %s)", place)

    def fold(self, facts: Sequence[Delivered]) -> None:
        with self._database.connect("projections") as conn, conn.transaction():
            for view in self._views:
                mine = [fact for fact in facts if fact.fact.lane in view.lanes]
                at = live(conn, view.name)
                view.apply(conn, at.schema, mine)
                _advance(conn, at, mine)
                generation.tell(conn, view.name)

    def travel(self, *facts: Fact) -> list[Delivered]:
        """The whole road."""
        delivered = self.record(*facts)
        self.relay(delivered)
        self.fold(delivered)
        return delivered

    def rebuild(self, facts: Sequence[Delivered]) -> None:
        """A new generation of the views, of these facts only."""
        with self._database.connect("projections") as conn, conn.transaction():
            for view in self._views:
                new = generation.create(conn, view, live(conn, view.name).generation + 1, at=max(fact.id for fact in facts))
                view.load(conn, new.schema, facts)
                generation.publish(conn, new)


def _append(conn: psycopg.Connection, fact: Fact, versions: dict[object, int]) -> int:
    if isinstance(fact, Statement):
        return append_statements(conn, [Submission(fact, None, None)])[0].position
    assert isinstance(fact, DossierFact)
    versions[fact.subject_id] = versions.get(fact.subject_id, 0) + 1
    return append(conn, [(fact.subject_id, versions[fact.subject_id], fact)])[0]


def _delivered(position: int, fact: Fact) -> Delivered:
    return Delivered(position, internal_topic(fact.lane), partition_of(key_hash(fact.key)), fact)


def _advance(conn: psycopg.Connection, view: Live, facts: Sequence[Delivered]) -> None:
    for fact in facts:
        conn.execute(
            "UPDATE position SET last_id = greatest(last_id, %s) WHERE (consumer, topic, partition) = (%s, %s, %s)",
            (fact.id, view.consumer, fact.topic, fact.partition),
        )
