"""`python -m tests.conformance.webhook_speed`: how fast twenty healthy addresses are told, idle, flat out, and behind a queue."""

import asyncio
import secrets
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import quantiles
from uuid import UUID

import httpx
import msgspec
import psycopg

from deploy.local.stack import POSTGRES
from events.client.webhook import CHALLENGE, Delivery
from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.transport.store import append
from tests.services.directives.made import directive
from tests.support.served import member, served
from tests.support.stack import Database, _clone, free_ports, stack

ADDRESSES, BACKLOG, SAMPLES, QUEUED = 20, 2_000, 200, 50_000


class Address(asyncio.Protocol):
    """The least that a healthy receiver can do: it notes what came when, and answers."""

    def __init__(self, arrivals: "Arrivals") -> None:
        self._arrivals, self._read = arrivals, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = self._read.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:]) if found else {}
        length = int(fields.get(b"content-length", 0))
        if not found or len(rest) < length:
            return
        self._read, body = rest[length:], rest[:length]
        name = fields[b"webhook-id"].decode()
        reply = b""
        if name.startswith("challenge-"):
            said = msgspec.json.decode(body, type=Delivery)
            assert said.type == CHALLENGE
            reply = bytes(said.data)
        self._arrivals.note(name)
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(reply), reply))


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


@contextmanager
def addresses(arrivals: Arrivals) -> Iterator[list[int]]:
    """Their ports; served on a thread of this process."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    ports = list[int]()

    async def serve() -> None:
        for _ in range(ADDRESSES):
            server = await loop.create_server(lambda: Address(arrivals), "127.0.0.1", 0)
            ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    loop.create_task(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ready.wait()
    yield ports
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


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
        for number, place in enumerate(opened.enter_context(addresses(arrivals))):
            headers = member(owner, f"shop-{number}")
            httpx.put(f"{hub}/v1/webhook", json={"url": f"http://127.0.0.1:{place}/"}, headers=headers).raise_for_status()
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
