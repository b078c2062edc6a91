"""Statements a second, from HTTP batches of 100 to rows of the casefile, while the whole hub runs."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.bench.cases.casefile import Casefile
from tests.bench.cases.counting import Run, same
from tests.bench.client import asker
from tests.bench.client.connection import request
from tests.bench.load import Load
from tests.bench.stack import Bench

MEMBER = "bench-says"
BATCH = 100
CONNECTIONS = 8
BATCHES = "application/cloudevents-batch+json"

# Prepared for each second, so that the clients never run dry: twice what was ever seen on two cores.
PREPARED = 150


class Item(msgspec.Struct):
    status: str
    problem: Any = None


class Items(msgspec.Struct):
    items: list[Item]


def post(bench: Bench, member: str, bodies: list[bytes], seconds: float) -> asker.Asked:
    """Batches over several connections, each once, until all are sent or the time is over. Everything has to be accepted."""
    key, port = bench.key(member), bench.settings.gateway_port
    host = bench.settings.host
    requests = [request("POST", f"{host}:{port}", "/v1/statements", key, body, BATCHES) for body in bodies]
    plan = asker.Plan(host=host, port=port, requests=requests, connections=CONNECTIONS, seconds=seconds, once=True, keep=True)
    return asker.elsewhere(plan, bench.watch)


def receipts(asked: asker.Asked) -> int:
    """How many statements were accepted. Others are said, because a count alone explains nothing."""
    items = [item for body in asked.bodies for item in msgspec.json.decode(body, type=Items).items] if set(asked.statuses) == {200} else []
    refused = [item for item in items if item.status != "accepted"]
    if refused or not items:
        raise RuntimeError(f"statuses {asked.statuses}, of {len(items)} not accepted {len(refused)}, for example {refused[:1]}")
    return len(items)


class Intake:
    """Run after run on a log that grows."""

    def __init__(self, bench: Bench, seed: int, seconds: float) -> None:
        self._bench, self._seconds = bench, seconds
        self._load = Load(MEMBER, seed, MEMBER, datetime.now(UTC))

    def run(self, seconds: float | None = None) -> Run:
        """From the first batch until the last row is there, however long after the last batch that is."""
        bench, casefile, lasting = self._bench, Casefile(self._bench.reader), seconds or self._seconds
        bodies = self._load.batches(int(PREPARED * lasting), BATCH)
        bench.rest()
        before = casefile.head()
        asked = post(bench, MEMBER, bodies, lasting)
        wanted = casefile.said(before)
        ended = bench.until(lambda: casefile.has(wanted), "intake")
        sent = asked.asked * BATCH
        same("intake: statements sent, receipts and rows", sent, receipts(asked), casefile.rows(MEMBER, before))
        return Run(sent, ended - asked.began)
