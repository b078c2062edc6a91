"""Views in a real database, fed as a follower feeds them: each batch in one transaction with its positions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from random import Random
from uuid import UUID

import psycopg

from events.catalogue import CATALOGUE
from events.facts.fact import DossierFact, Fact, Statement
from events.transport import positions, store, topics
from events.transport.follow import Delivered
from events.transport.positions import TP, Place
from events.transport.topics import LANE_OF_TOPIC, LANES, partition_of
from projections import generation
from projections.catalogue import VIEWS
from projections.reading import Live
from projections.view import View
from projections.worker import consumers
from tests.projections.story import At


def fresh(conn: psycopg.Connection, view: View, number: int) -> Live:
    """An empty generation, which nobody reads."""
    with conn.transaction():
        return generation.create(conn, view, number, at=0)


def start(conn: psycopg.Connection) -> None:
    """Generation 1 of every view, live and empty, whatever the tests before this one left."""
    with conn.transaction():
        for view in VIEWS.values():
            generation.publish(conn, generation.create(conn, view, 1, at=0))


def feed(conn: psycopg.Connection, facts: Sequence[At], *views: View) -> None:
    """One batch to the live generation of each view."""
    with conn.transaction():
        for view in views or VIEWS.values():
            live = generation.current(conn, view.name)
            assert live is not None
            give(conn, view, live, facts)


def give(conn: psycopg.Connection, view: View, to: Live, facts: Sequence[At]) -> None:
    """One batch to one generation: what it has not had, of its lanes."""
    tps = [TP(f"liancheng.{lane}.v1", partition) for lane in view.lanes for partition in range(topics.PARTITIONS)]
    places = positions.lock(conn, [to.consumer], tps)
    new = [it for it in facts if it.fact.lane in view.lanes and it.id > places[to.consumer, TP(it.topic, it.partition)].last_id]
    if new:
        view.apply(conn, to.schema, new)
    for it in new:
        key = to.consumer, TP(it.topic, it.partition)
        places[key] = Place(places[key].epoch, max(places[key].last_id, it.id))
    positions.save(conn, places)


def batches(facts: Sequence[At], random: Random, most: int = 20) -> Iterator[list[At]]:
    """The same facts, cut anywhere, in any order that keeps each topic-partition's."""
    ordered = sorted(facts, key=lambda it: (it.topic, it.partition, it.id))
    queues = [list(queue) for _, queue in groupby(ordered, key=lambda it: (it.topic, it.partition))]
    while queues:
        batch: list[At] = []
        for _ in range(random.randint(1, most)):
            if queues:
                queue = random.choice(queues)
                batch.append(queue.pop(0))
                queues = [rest for rest in queues if rest]
        yield batch


def of(view: View, facts: Iterable[At]) -> list[At]:
    """The facts of the view's lanes."""
    return [it for it in facts if it.fact.lane in view.lanes]


def record(conn: psycopg.Connection, facts: Sequence[Fact]) -> None:
    """Append to the log, statements as streams of their own and decisions to their dossiers."""
    versions = {stream: len(found) for stream, found in store.load(conn, {_stream(fact) for fact in facts}).items()}
    events: list[tuple[UUID, int, Fact]] = []
    for fact in facts:
        stream = _stream(fact)
        versions[stream] = versions.get(stream, 0) + 1
        events.append((stream, versions[stream], fact))
    with conn.transaction():
        store.append(conn, events)


def _stream(fact: Fact) -> UUID:
    match fact:
        case Statement(stream=stream) | DossierFact(subject_id=stream):
            return stream
    raise TypeError(fact.tag())


def work(conn: psycopg.Connection) -> None:
    """What a follower does with all that is in the log and not in the live generations: one batch, in one transaction."""
    with conn.transaction():
        for consumer in consumers(conn, list(VIEWS.values())):
            tps = [TP(f"liancheng.{lane}.v1", partition) for lane in sorted(consumer.lanes) for partition in range(topics.PARTITIONS)]
            places = positions.lock(conn, [consumer.name], tps)
            facts: list[Delivered] = []
            for tp in tps:
                place = places[consumer.name, tp]
                rows = store.read_partition(conn, LANES[LANE_OF_TOPIC[tp.topic]], tp.partition, place.last_id, 2**62, 1000)
                facts += [Delivered(row.id, *tp, CATALOGUE.decode(row.name, row.state)) for row in rows]
                places[consumer.name, tp] = place._replace(last_id=rows[-1].id if rows else place.last_id)
            if facts:
                consumer.apply(conn, facts)
            positions.save(conn, places)


def logged(conn: psycopg.Connection) -> list[At]:
    """The whole log."""
    rows = store.read(conn, list(LANES.values()), 0, 2**62, 10**6)
    lanes = {number: lane for lane, number in LANES.items()}
    return [At(row.id, f"liancheng.{lanes[row.lane]}.v1", partition_of(row.key), CATALOGUE.decode(row.name, row.state)) for row in rows]
