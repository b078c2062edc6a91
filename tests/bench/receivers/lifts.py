"""From the commit of a lift to the copy of a platform that follows by each way: idle, and behind fifty thousand queued listings.

The listings are written to the log as adjudication writes them, without hearings: the breaker that would hold so many is not asked.
"""

import time
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg

from deploy.local.access import roles
from events.client.publish.kafka import Access
from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountRef
from events.facts.fact import Measure, Tier
from events.facts.listing import MeasureUntil
from events.transport.store import append
from tests.bench.cases.counting import Mismatch
from tests.bench.receivers.shop import Plan
from tests.bench.receivers.shops import Shops
from tests.bench.stack import Bench

QUEUED, AT_ONCE = 50_000, 500
DEEP, ENOUGH = 2_000, 10
"""Listings that have not come yet where a lift counts as queued behind them, and samples that are needed."""
UNTIL = date(2029, 5, 20)
WAYS = ("stream", "topic")
PAUSE = 0.05
SUBJECTS = 1 << 100


class Lifts:
    """One platform for each way, and somebody who is listed and freed again and again."""

    def __init__(self, bench: Bench) -> None:
        stack = bench.stack
        conninfo = roles.url(stack.reach.owner, user="adjudication", password=stack.secrets.roles["adjudication"])
        self._pen = psycopg.connect(conninfo, autocommit=True)
        self._before: dict[str, int] = {}
        self._versions: dict[UUID, int] = {}
        address = f"http://{bench.settings.host}:{bench.settings.directives_port}"
        self._shops = {}
        for way in WAYS:
            key = bench.key(f"bench-by-{way}")
            given = bench.members[f"bench-by-{way}"].kafka
            assert given is not None
            access = Access(given.bootstrap, given.username, given.password)
            self._shops[way] = Shops(bench, [Plan(address=address, keys=[key], by=way, kafka=access)])

    def idle(self, count: int) -> dict[str, list[float]]:
        """Milliseconds by each way."""
        subjects = [UUID(int=SUBJECTS + number) for number in range(count)]
        self._list(subjects)
        return self._sample(subjects, 0)

    def behind(self, count: int) -> dict[str, list[float]]:
        """The same from when all the listings are in the log, as long as many of them have still to come by that way."""
        subjects = [UUID(int=SUBJECTS + number) for number in range(count)]
        self._list(subjects)
        self._before = {way: len(shops) for way, shops in self._shops.items()}
        for first in range(0, QUEUED, AT_ONCE):
            self._issue([(UUID(int=2 * SUBJECTS + number), Tier.RESTRICTED) for number in range(first, first + AT_ONCE)])
        found = self._sample(subjects, DEEP)
        if min(map(len, found.values())) < ENOUGH:
            raise Mismatch(f"the queue was too short: {', '.join(f'{len(took)} samples by {way}' for way, took in found.items())}")
        return found

    def close(self) -> None:
        for shops in self._shops.values():
            shops.close()
        self._pen.close()

    def _sample(self, subjects: list[UUID], deep: int) -> dict[str, list[float]]:
        """Of the ways by which so many listings have still to come."""
        found: dict[str, list[float]] = {way: [] for way in WAYS}
        for number, subject in enumerate(subjects, 1):
            time.sleep(PAUSE)
            seq = self._issue([(subject, Tier.NONE)])
            committed = time.monotonic()
            for way, shops in self._shops.items():
                took = max(0.0, shops.came(str(subject), seq) - committed) * 1000
                if not deep or QUEUED - (len(shops) - self._before[way] - number) > deep:
                    found[way].append(took)
        return found

    def _list(self, subjects: list[UUID]) -> None:
        self._issue([(subject, Tier.RESTRICTED) for subject in subjects])
        for shops in self._shops.values():
            for subject in subjects:
                shops.came(str(subject), self._versions[subject])

    def _issue(self, steps: list[tuple[UUID, Tier]]) -> int:
        rows = []
        for subject, tier in steps:
            self._versions[subject] = self._versions.get(subject, 0) + 1
            rows.append((subject, self._versions[subject], _directive(subject, self._versions[subject], tier)))
        with self._pen.transaction():
            append(self._pen, rows)
        return self._versions[steps[-1][0]]


def _directive(subject: UUID, seq: int, tier: Tier) -> DirectiveIssued:
    listed = tier > Tier.NONE
    return DirectiveIssued(
        subject_id=subject,
        at=datetime.now(UTC),
        seq=seq,
        tier=tier,
        contested=False,
        lift=not listed,
        accounts=(AccountRef("bench-by-stream", f"shop-{subject.int}"),),
        rulebook="2026.1",
        measures=(MeasureUntil(Measure.LIMIT, UNTIL),) if listed else (),
        since=date(2026, 11, 20) if listed else None,
        until=UNTIL if listed else None,
        demo=True,
    )
