"""Lookups of standing against FastAPI with a pool: the same subjects, the same questions, the same client, one process each."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from tests.bench.cases.counting import Run, same
from tests.bench.cases.intake import BATCH, post, receipts
from tests.bench.client import asker
from tests.bench.client.connection import request
from tests.bench.client.line import Line
from tests.bench.load import Load, merchants
from tests.bench.peers import lookup
from tests.bench.stack import Bench

MEMBER = "bench-asks"
PEER = "lookup"
SUBJECTS = 4_000
QUESTIONS = 20_000
CONNECTIONS = 16
AT_ONCE = 1_000
KNOWN = b'"known":true'

COPY = "COPY standing (platform, account, subject_id, tier, contested, measures, score, grade, reasons, since, until, as_of) FROM STDIN"


class Side(msgspec.Struct, frozen=True):
    """Who is asked: where, and with which requests."""

    name: str
    port: int
    requests: list[bytes]


class Lookups:
    """Half of the questions are about accounts that nobody knows. The answers of both sides are counted alike."""

    def __init__(self, bench: Bench, seed: int, seconds: float) -> None:
        self._bench, self._seed, self._seconds = bench, seed, seconds
        self._accounts = [merchant["account"] for merchant in merchants(MEMBER, seed, SUBJECTS)]

    def start(self) -> None:
        """The subjects stated, known to standing, and copied to the peer's table."""
        load = Load(MEMBER, self._seed, MEMBER, datetime.now(UTC))
        asked = post(self._bench, MEMBER, load.introductions(SUBJECTS, BATCH), 60.0)
        receipts(asked)
        self._bench.until(lambda: self._known() == SUBJECTS, "standing knows the subjects", turn=0.25)
        self._copy()
        self._bench.start_peer(PEER, [lookup.__name__], {"PORT": str(self._bench.peer_port)}, self._peer_ready)
        questions = self._questions()
        host = self._bench.settings.host
        port, key = self._bench.settings.standing_port, self._bench.key(MEMBER)
        ours = [request("GET", f"{host}:{port}", f"/v1/standing?account={account}", key) for account in questions]
        path = f"/v1/standing?platform={MEMBER}&account="
        theirs = [request("GET", f"{host}:{self._bench.peer_port}", f"{path}{account}", key) for account in questions]
        self.hub, self.peer = Side("hub", port, ours), Side("peer", self._bench.peer_port, theirs)

    def stop(self) -> None:
        self._bench.stop(PEER)

    def run(self, side: Side) -> Run:
        """As fast as the answers come."""
        asked = self._ask(side, self._seconds, None)
        return Run(asked.asked, asked.ended - asked.began)

    def at_half_load(self, side: Side, rate: float) -> list[float]:
        """Milliseconds of each request from when it was due."""
        asked = self._ask(side, self._seconds, rate / 2)
        return asked.latencies

    def _ask(self, side: Side, seconds: float, rate: float | None) -> asker.Asked:
        plan = asker.Plan(
            host=self._bench.settings.host,
            port=side.port,
            requests=side.requests,
            connections=CONNECTIONS,
            seconds=seconds,
            rate=rate,
            marker=KNOWN,
        )
        asked = asker.elsewhere(plan, self._bench.watch)
        rounds, rest = divmod(asked.asked, QUESTIONS)
        known = rounds * sum(self._hits) + sum(self._hits[:rest])
        same(f"lookups, {side.name}: questions, answers", asked.asked, asked.statuses.get(200, 0))
        same(f"lookups, {side.name}: known subjects asked for, found", known, asked.marked)
        return asked

    def _questions(self) -> list[str]:
        random = Random(self._seed)
        self._hits = [random.random() < 0.5 for _ in range(QUESTIONS)]
        return [random.choice(self._accounts) if hit else f"nobody-{random.randrange(10**9)}" for hit in self._hits]

    def _standings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        with Line(self._bench.settings.host, self._bench.settings.standing_port, self._bench.key(MEMBER)) as line:
            for first in range(0, SUBJECTS, AT_ONCE):
                keys = [{"account": account} for account in self._accounts[first : first + AT_ONCE]]
                answer = line.post("/v1/standing-queries", msgspec.json.encode({"keys": keys})).expect(200)
                found += answer.json()["items"]
        return found

    def _known(self) -> int:
        return sum(1 for standing in self._standings() if standing["known"])

    def _copy(self) -> None:
        with psycopg.connect(self._bench.peer_rows) as conn:
            conn.execute(lookup.TABLE)
            with conn.cursor().copy(COPY) as copy:
                for account, it in zip(self._accounts, self._standings(), strict=True):
                    words = (it["subject_id"], it["tier"], it["contested"], Jsonb(it["measures"]), it["score"], it["grade"])
                    copy.write_row((MEMBER, account, *words, Jsonb(it["reasons"]), it["since"], it["until"], it["as_of"]))
        with psycopg.connect(self._bench.peer_rows, autocommit=True) as conn:
            conn.execute("VACUUM ANALYZE standing")

    def _peer_ready(self) -> bool:
        try:
            with Line(self._bench.settings.host, self._bench.peer_port, "") as line:
                return line.get("/readyz").status == 200
        except OSError:
            return False
