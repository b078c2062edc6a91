"""Idle, from the receipt of a sanction to `watch` in standing, as the platform sees it that asks over and over."""

import time
from datetime import UTC, datetime

import msgspec

from tests.bench.client.line import Line
from tests.bench.load import Load
from tests.bench.stack import Bench

MEMBER = "bench-watches"
PAUSE = 0.02
"""Seconds between two samples: the hub is idle again by then."""
TURN = 0.001
PATIENCE = 5.0
WATCH = b'"tier":"watch"'


def samples(bench: Bench, seed: int, name: str, count: int) -> list[float]:
    """Milliseconds from when the answer of 201 was there to when the answer that says `watch` was. Nothing is subtracted."""
    load = Load(MEMBER, seed, name, datetime.now(UTC))
    host, key = bench.settings.host, bench.key(MEMBER)
    with Line(host, bench.settings.gateway_port, key) as gateway, Line(host, bench.settings.standing_port, key) as standing:
        return [_sample(gateway, standing, load, f"{name}-{number}") for number in range(count)]


def _sample(gateway: Line, standing: Line, load: Load, account: str) -> float:
    statement = load.sanction({"account": account}, "freeze", "fraud", f"evidence-{account}")
    body = msgspec.json.encode(statement)
    time.sleep(PAUSE)
    gateway.post("/v1/statements", body, "application/cloudevents+json").expect(201)
    began = time.monotonic()
    while WATCH not in standing.get(f"/v1/standing?account={account}").expect(200).body:
        if time.monotonic() - began > PATIENCE:
            raise RuntimeError(f"no watch for {account} after {PATIENCE:g} s")
        time.sleep(TURN)
    return (time.monotonic() - began) * 1000
