"""Peer of the road: a Faust agent that saves one aggregate event and upserts one row for each record, two commits a record.

As the documentation of Faust, eventsourcing and psycopg shows it, and a little kinder: uvloop, a connection that is held, and
aggregates that never have to be loaded before they are saved.
"""

import os
from typing import Any, ClassVar
from uuid import UUID, uuid5

import faust
import psycopg
import uvloop
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.types.json import Jsonb

GROUP = TOPIC = "bench.textbook"
NS = UUID("3f1d1c1e-9a57-5d0c-8a53-0f2f6c1f9d10")

TABLE = """
CREATE TABLE IF NOT EXISTS said (
    source text NOT NULL, id text NOT NULL, type text NOT NULL, account text NOT NULL, time timestamptz NOT NULL, data jsonb NOT NULL,
    PRIMARY KEY (source, id)
)
"""
UPSERT = """
INSERT INTO said (source, id, type, account, time, data) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (source, id) DO UPDATE SET type = excluded.type, account = excluded.account, time = excluded.time, data = excluded.data
"""


class Statement(Aggregate):
    """One statement; its id makes it the same aggregate however often it comes."""

    @event("Made")
    def __init__(self, source: str, number: str, type: str, account: str, time: str, data: dict[str, Any]) -> None:
        self.source, self.number, self.type, self.account, self.time, self.data = source, number, type, account, time, data

    @staticmethod
    def create_id(source: str, number: str) -> UUID:
        return uuid5(NS, f"{source}/{number}")


class Statements(Application[UUID]):
    """Its tables are its own; where the database is, it reads from POSTGRES_* as its documentation says."""

    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "eventsourcing.postgres"}


def main() -> None:
    uvloop.install()
    statements = Statements()
    rows = psycopg.connect(os.environ["ROWS"], autocommit=True)
    rows.execute(TABLE)
    password = faust.SASLCredentials(username=os.environ["KAFKA_USER"], password=os.environ["KAFKA_PASSWORD"], mechanism="SCRAM-SHA-512")
    app = faust.App(
        GROUP,
        broker=f"kafka://{os.environ['KAFKA_BOOTSTRAP']}",
        broker_credentials=password,
        store="memory://",
        value_serializer="json",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        datadir=os.environ["DATADIR"],
    )

    async def keep(stream: Any) -> None:
        async for said in stream:
            source, number, time, data = said["source"], said["id"], said["time"], said["data"]
            statements.save(Statement(source, number, said["type"], said["subject"], time, data))
            rows.execute(UPSERT, (source, number, said["type"], said["subject"], time, Jsonb(data)))

    app.agent(app.topic(TOPIC))(keep)
    faust.Worker(app, loglevel="warn", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main()
