"""What is sent where: rows of the log become envelopes, each knowing what came before it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from events.transport.envelope import Span, cut, pack
from events.transport.positions import TP
from events.transport.store import Row
from events.transport.topics import LANES, internal_topic, partition_of
from events.transport.tracing import traceparent

LANE_NAMES = {number: name for name, number in LANES.items()}


class Mark(msgspec.Struct, frozen=True):
    """The few fields of a fact that the relay looks at: when it was recorded, whom to answer, which trace it follows."""

    trace: str | None = None
    recorded_at: datetime | None = None
    at: datetime | None = None
    road: str | None = None
    id: str | None = None
    source: str | None = None
    sha256: str | None = None

    @property
    def moment(self) -> datetime | None:
        return self.recorded_at or self.at


_MARKS = msgspec.json.Decoder(Mark)


def mark(row: Row) -> Mark:
    return _MARKS.decode(row.state)


class Envelope(NamedTuple):
    """One record to be sent."""

    tp: TP
    span: Span
    value: bytes
    trace: str | None = None

    def headers(self) -> list[tuple[str, bytes]]:
        """With the trace of its fact, when it carries one alone: of a hundred each has its own, inside."""
        traced = [("traceparent", traceparent(self.trace).encode())] if self.trace else []
        return [*self.span.headers(), *traced]


def envelopes(rows: Sequence[Row], published: Mapping[TP, int], epoch: int) -> list[Envelope]:
    """Rows in the order of ids to envelopes, by topic-partition; `previous` goes on from what was published there."""
    by_place: dict[TP, list[tuple[int, bytes]]] = {}
    for row in rows:
        tp = TP(internal_topic(LANE_NAMES[row.lane]), partition_of(row.key))
        by_place.setdefault(tp, []).append((row.id, row.state))
    found: list[Envelope] = []
    for tp, facts in by_place.items():
        previous = published.get(tp, 0)
        for piece in cut(facts):
            first, last = piece[0][0], piece[-1][0]
            trace = _MARKS.decode(piece[0][1]).trace if len(piece) == 1 else None
            found.append(Envelope(tp, Span(first, last, previous, epoch, len(piece)), pack(piece), trace))
            previous = last
    return found
