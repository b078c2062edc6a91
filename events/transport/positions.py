"""Where each reader is in each topic-partition: PostgreSQL's rows, counted in notification ids."""

from collections import deque
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

import psycopg


class TP(NamedTuple):
    """A topic-partition."""

    topic: str
    partition: int


class Place(NamedTuple):
    """How far a consumer has come: the id is truth, the offset a hint for where to seek."""

    epoch: int
    last_id: int
    next_offset: int | None = None


Places = dict[tuple[str, TP], Place]
"""By consumer and topic-partition."""


class Judgement(Enum):
    """What to do with an envelope."""

    DROP = "drop"
    APPLY = "apply"
    HOLE = "hole"


class MissingPosition(RuntimeError):
    """A position row is not there: locking nothing locks nothing, and two owners would both apply. The worker stops."""


def judge(position: int, last: int, previous: int) -> Judgement:
    """The rule: what was had is dropped, what overlaps or follows is applied, after a hole the store is read first."""
    if last <= position:
        return Judgement.DROP
    return Judgement.HOLE if previous > position else Judgement.APPLY


class Lag:
    """How late one reader of one topic-partition is: for how long what it has not had yet has been published. Pure.

    A reader that moves on and never arrives is late too, which the age of its last step would not show; and one that is
    always a moment behind a busy relay is not, which the time since it was last level would say.
    """

    HEADS = 4096
    """Heads that are remembered; of a reader that is later than that the oldest ones tell."""

    def __init__(self) -> None:
        self._heads: deque[tuple[int, float]] = deque()

    def seconds(self, position: int, published: int, now: float) -> float:
        """Called now and then with what is so now; `now` never goes back."""
        while self._heads and self._heads[0][0] <= position:
            self._heads.popleft()
        newest = self._heads[-1][0] if self._heads else position
        if published > newest and len(self._heads) < self.HEADS:
            self._heads.append((published, now))
        return now - self._heads[0][1] if self._heads else 0.0


def lock(conn: psycopg.Connection, consumers: Sequence[str], partitions: Iterable[TP]) -> Places:
    """Lock the rows of these consumers and partitions until the transaction ends, always in the same order."""
    wanted = sorted(set(partitions))
    rows = conn.execute(
        "SELECT consumer, topic, partition, epoch, last_id, next_offset FROM position"
        " WHERE consumer = ANY(%s) AND (topic, partition) IN (SELECT * FROM unnest(%s::text[], %s::int[]))"
        " ORDER BY consumer, topic, partition FOR UPDATE",
        (sorted(consumers), [tp.topic for tp in wanted], [tp.partition for tp in wanted]),
    ).fetchall()
    return {(consumer, TP(topic, partition)): Place(*rest) for consumer, topic, partition, *rest in rows}


def save(conn: psycopg.Connection, places: Places) -> None:
    """Store places whose rows are locked."""
    keys, values = list(places), list(places.values())
    conn.execute(
        "UPDATE position p SET last_id = n.last_id, next_offset = n.next_offset"
        " FROM unnest(%s::text[], %s::text[], %s::int[], %s::bigint[], %s::bigint[]) AS n(consumer, topic, partition, last_id, next_offset)"
        " WHERE (p.consumer, p.topic, p.partition) = (n.consumer, n.topic, n.partition)",
        (
            [consumer for consumer, _ in keys],
            [tp.topic for _, tp in keys],
            [tp.partition for _, tp in keys],
            [place.last_id for place in values],
            [place.next_offset for place in values],
        ),
    )


def hints(conn: psycopg.Connection, consumers: Sequence[str], topic_ids: dict[str, str]) -> dict[TP, int | None]:
    """Where to seek: the lowest hint of these consumers; None for the beginning, also when the topic is another than the hint's.

    Notes the ids of the topics, so that a topic that was deleted and made again is noticed the next time.
    """
    found: dict[TP, int | None] = {}
    rows = conn.execute("SELECT topic, partition, topic_id, next_offset FROM position WHERE consumer = ANY(%s)", (list(consumers),))
    for topic, partition, topic_id, next_offset in rows:
        tp, known = TP(topic, partition), topic_ids.get(topic)
        hint = next_offset if topic_id == known else None
        found[tp] = hint if tp not in found else _earlier(found[tp], hint)
    conn.execute(
        "UPDATE position p SET topic_id = n.topic_id, next_offset = CASE WHEN p.topic_id = n.topic_id THEN p.next_offset END"
        " FROM unnest(%s::text[], %s::text[]) AS n(topic, topic_id)"
        " WHERE p.consumer = ANY(%s) AND p.topic = n.topic AND p.topic_id IS DISTINCT FROM n.topic_id",
        (list(topic_ids), list(topic_ids.values()), list(consumers)),
    )
    return found


def _earlier(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else min(a, b)
