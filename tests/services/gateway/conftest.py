"""A gateway in a process of its own on real PostgreSQL, and members with keys."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import httpx
import pytest

from tests.support.served import member, served
from tests.support.stack import Database, free_ports
from tests.wire.made import body, event

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
CLASSES = {"tmall": "platform", "pdd": "platform", "samr": "authority", "reviewer-1": "reviewer"}


class Gateway(NamedTuple):
    """Its address, the headers of each member, and its database."""

    address: str
    members: Mapping[str, dict[str, str]]
    database: Database
    client: httpx.Client

    def post(self, content: bytes, member: str = "tmall", media: str = STRUCTURED, **headers: str) -> httpx.Response:
        sent = {"Content-Type": media, **self.members[member], **headers}
        return self.client.post(f"{self.address}/v1/statements", content=content, headers=sent)

    def state(self, said: dict[str, Any], member: str = "tmall") -> httpx.Response:
        return self.post(body(said), member)

    def batch(self, *items: bytes, member: str = "tmall") -> httpx.Response:
        return self.post(b"[" + b",".join(items) + b"]", member, BATCH)

    def get(self, path: str, member: str = "tmall") -> httpx.Response:
        return self.client.get(f"{self.address}{path}", headers=self.members[member])

    def recorded(self, statement_id: str) -> int:
        """How many facts of this statement are in the log."""
        with self.database.connect() as owner:
            row = owner.execute("SELECT count(*) FROM hub_events WHERE state LIKE %s", (f'%"id":"{statement_id}"%'.encode(),)).fetchone()
            assert row is not None
            return int(row[0])


def settings(database: Database, port: int, **more: str) -> dict[str, str]:
    return {"DATABASE_GATEWAY": database.conninfo("gateway"), "HUB_KEY": "00" * 32, "GATEWAY_PORT": str(port), **more}


def enrolled(database: Database) -> dict[str, dict[str, str]]:
    with database.connect() as owner:
        return {code: member(owner, code, member_class) for code, member_class in CLASSES.items()}


@pytest.fixture(scope="module")
def gateway(module_database: Database) -> Iterator[Gateway]:
    port = free_ports()["gateway_port"]
    members = enrolled(module_database)
    with served("services.gateway.main", port, settings(module_database, port)) as address, httpx.Client(timeout=10) as client:
        yield Gateway(address, members, module_database, client)


__all__ = ["Gateway", "body", "event"]
