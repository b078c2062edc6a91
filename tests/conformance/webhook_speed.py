"""`python -m tests.conformance.webhook_speed`: how fast twenty healthy addresses are told, idle, flat out, and behind a queue."""

import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import quantiles
from uuid import UUID

import httpx
import msgspec
import psycopg

from deploy.local.stack import POSTGRES
from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.transport.store import append
from tests.services.directives.made import directive
from tests.support.addresses import listening
from tests.support.served import member, served
from tests.support.stack import Database, _clone, free_ports, stack

ADDRESSES, BACKLOG, SAMPLES, QUEUED = 20, 2_000, 200, 50_000


class Arrivals:
    """What came to all addresses together."""

    def __init__(self) -> None:
        self.count, self.total, self.last = Counter[str](), 0, defaultdict[str, float](float)

    def note(self, name: str) -> None:
        self.total += 1
        self.count[name] += 1
        self.last[name] = time.monotonic()

    def until(self, name: str, times: int, seconds: float = 300.0) -> float:
        """When it came for the last of so many times."""
        end = time.monotonic() + seconds
        while self.count[name] < times:
            assert time.monotonic() < end, name
            time.sleep(0.0005)
        return self.last[name]


def issue(pen: psycopg.Connection, facts: list[DirectiveIssued]) -> float:
    """Each to a new dossier, in one transaction; the moment of the commit."""
    with pen.transaction():
        append(pen, [(fact.subject_id, 1, fact) for fact in facts])
    return time.monotonic()


def fresh(count: int, tier: Tier = Tier.RESTRICTED) -> list[DirectiveIssued]:
    made = directive(1, 1, tier)
    return [msgspec.structs.replace(made, subject_id=UUID(bytes=secrets.token_bytes(16))) for _ in range(count)]


def name(fact: DirectiveIssued) -> str:
    return f"{fact.subject_id}/{fact.seq}"


def said(samples: list[float]) -> str:
    cuts = quantiles(samples, n=100)
    return f"p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms, slowest {max(samples) * 1000:.1f} ms of {len(samples)}"


def lift(pen: psycopg.Connection, arrivals: Arrivals) -> float:
    """From the commit of a lift until the last address has it."""
    (fact,) = fresh(1, Tier.NONE)
    began = issue(pen, [fact])
    return arrivals.until(name(fact), ADDRESSES) - began


def measure(database: Database) -> Iterator[str]:
    arrivals, port = Arrivals(), free_ports()["directives_port"]
    given = {"DATABASE_DIRECTIVES": database.conninfo("directives"), "NOTICE_KEY": "0a" * 32, "WEBHOOK_KEY": "0b" * 32}
    given |= {"WEBHOOK_ALLOW": "127.0.0.1", "DIRECTIVES_PORT": str(port), "LOG_LEVEL": "ERROR"}
    with ExitStack() as opened:
        pen, owner = opened.enter_context(database.connect("adjudication")), opened.enter_context(database.connect())
        hub = opened.enter_context(served("services.directives.main", port, given))
        for number, url in enumerate(listening(ADDRESSES, arrivals.note)):
            httpx.put(f"{hub}/v1/webhook", json={"url": url}, headers=member(owner, f"shop-{number}")).raise_for_status()
        lift(pen, arrivals)
        idle = []
        for _ in range(SAMPLES):
            idle.append(lift(pen, arrivals))
            time.sleep(0.02)
        yield f"a lift, idle, commit to the last of {ADDRESSES} addresses: {said(idle)}"
        before, backlog = arrivals.total, fresh(BACKLOG)
        began = issue(pen, backlog)
        for fact in backlog:
            arrivals.until(name(fact), ADDRESSES)
        taken = time.monotonic() - began
        yield f"{arrivals.total - before} deliveries to {ADDRESSES} addresses in {taken:.1f} s: {(arrivals.total - before) / taken:.0f}/s"
        for _ in range(QUEUED // 2_000):
            issue(pen, fresh(2_000))
        behind = [lift(pen, arrivals) for _ in range(SAMPLES)]
        left = QUEUED * ADDRESSES - (arrivals.total - before - BACKLOG * ADDRESSES)
        yield f"a lift while {QUEUED} listings wait for each address ({left} deliveries still to go at the end): {said(behind)}"


def main() -> None:
    with stack() as servers:
        servers.start_only(POSTGRES)
        servers.prepare_database()
        with _clone(servers) as database:
            for line in measure(database):
                print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
