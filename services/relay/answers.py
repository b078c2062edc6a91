"""Answers to members that speak by Kafka: a receipt for each statement in the log, and what ingress could not take."""

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg
from kafka import KafkaProducer

from events.transport.store import Row
from events.transport.topics import receipt_topic
from events.wire.receipt import Receipt
from services.relay.packing import Mark, mark

BY_KAFKA = b'"road":"'
"""Is in the JSON of a statement that came by Kafka, and is looked for before anything is decoded."""


class Answers:
    """Sends answers; whoever calls waits for the acks. At least once: a crash before the cursor is saved sends again."""

    def __init__(self, producer: KafkaProducer) -> None:
        self._producer = producer

    def receipts(self, rows: Sequence[Row]) -> list[Any]:
        """One receipt for each of these statements that came by Kafka."""
        found = ((row, mark(row)) for row in rows if BY_KAFKA in row.state)
        return [self._receipt(row, statement) for row, statement in found if statement.road is not None]

    def _receipt(self, row: Row, statement: Mark) -> Any:
        assert statement.road and statement.id and statement.source and statement.sha256 and statement.recorded_at, "a statement has these"
        body = Receipt(statement.id, statement.source, row.id, statement.sha256, statement.recorded_at)
        return self._send(statement.source.rsplit("/", 1)[1], statement.id, msgspec.json.encode(body), road_headers(statement.road))

    def refusals(self, conn: psycopg.Connection, limit: int = 500) -> tuple[list[int], list[Any]]:
        """Refusals and repeats that ingress left in its table: their ids, and the sends to wait for."""
        ids, sends = [], []
        for row_id, member, topic, partition, offset, statement_id, answer in conn.execute(
            'SELECT id, member, topic, partition, "offset", statement_id, answer FROM refusal WHERE NOT shipped ORDER BY id LIMIT %s',
            (limit,),
        ):
            headers = road_headers(f"{topic}/{partition}/{offset}")
            sends.append(self._send(member, statement_id, msgspec.json.encode(answer), headers))
            ids.append(row_id)
        return ids, sends

    def _send(self, member: str, statement_id: str | None, body: bytes, headers: list[tuple[str, bytes]]) -> Any:
        key = None if statement_id is None else statement_id.encode()
        return self._producer.send(receipt_topic(member), key=key, value=body, headers=headers)


def road_headers(road: str) -> list[tuple[str, bytes]]:
    """Where the record that is answered was: topic, partition and offset."""
    return [(name, part.encode()) for name, part in zip(("topic", "partition", "offset"), road.split("/"), strict=True)]
