"""A lift while nothing else is to be told, and behind fifty thousand queued listings: from a person's decision, and from a commit.

The listings are written to the log as adjudication writes them, without hearings: the breaker that would hold so many is not asked.
"""

import time
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg

from deploy.local.access import roles
from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountRef
from events.facts.fact import Measure, Tier
from events.facts.listing import MeasureUntil
from events.transport.store import append
from tests.bench.cases.counting import Mismatch
from tests.bench.receivers.crowd import BULK, WAYS, Crowd
from tests.bench.receivers.decisions import Decisions, Took
from tests.bench.stack import Bench

QUEUED, AT_ONCE = 50_000, 500
DEEP = 2_000
"""Listings that have not come yet by any way when the last sample is taken."""
UNTIL = date(2029, 5, 20)
PAUSE = 0.05
ONE, MANY = 0xE << 124, int(BULK.rstrip("-"), 16) << 96
"""Where the ids begin of somebody who is freed here, and of the bulk."""

TOLD = "SELECT last_id >= (SELECT max(notification_id) FROM hub_events WHERE topic = 'directive.issued.v1') FROM directive_cursor"
PATIENCE = 180.0

Samples = tuple[list[Took], list[Took]]
"""From the answer of the command that lifts, and from the commit of a lift that is written to the log directly."""


class Lifts:
    """Somebody is listed so that somebody can be freed."""

    def __init__(self, bench: Bench, crowd: Crowd, decisions: Decisions) -> None:
        stack = bench.stack
        conninfo = roles.url(stack.reach.owner, user="adjudication", password=stack.secrets.roles["adjudication"])
        self._pen = psycopg.connect(conninfo, autocommit=True)
        self._bench, self._crowd, self._decisions, self._subjects = bench, crowd, decisions, 0

    def idle(self, count: int) -> Samples:
        return self._sample(self._listed(count))

    def behind(self, count: int) -> Samples:
        """The same from when all the listings are in the log, as long as many of them have still to come by every way."""
        subjects = self._listed(count)
        for first in range(0, QUEUED, AT_ONCE):
            self._issue([(UUID(int=MANY + number), 1, Tier.RESTRICTED) for number in range(first, first + AT_ONCE)])
        found = self._sample(subjects)
        came = self._crowd.counted()
        if max(came.values()) > QUEUED - DEEP:
            raise Mismatch(f"the queue was too short: {', '.join(f'{came[way]} came by {way}' for way in WAYS)}")
        return found

    def close(self) -> None:
        """When all listings are on the topic: whoever is measured next finds the relay at rest."""
        self._pen.close()
        self._bench.until(lambda: self._bench.owner.execute(TOLD).fetchone() == (True,), "the topic of directives", PATIENCE, 0.2)

    def _sample(self, subjects: list[UUID]) -> Samples:
        """In turns, so that both meet the same queue."""
        turns = [(self._decisions.lift(), self._free(subject)) for subject in subjects]
        return [decided for decided, _ in turns], [committed for _, committed in turns]

    def _free(self, subject: UUID) -> Took:
        time.sleep(PAUSE)
        committed = self._issue([(subject, 2, Tier.NONE)])
        return self._crowd.took(str(subject), 2, committed)

    def _listed(self, count: int) -> list[UUID]:
        subjects = [UUID(int=ONE + self._subjects + number) for number in range(count)]
        self._subjects += count
        committed = self._issue([(subject, 1, Tier.RESTRICTED) for subject in subjects])
        for subject in subjects:
            self._crowd.took(str(subject), 1, committed)
        return subjects

    def _issue(self, steps: list[tuple[UUID, int, Tier]]) -> float:
        """The moment at which the commit was answered."""
        with self._pen.transaction():
            append(self._pen, [(subject, seq, _directive(subject, seq, tier)) for subject, seq, tier in steps])
        return time.monotonic()


def last(of: list[Took], ways: tuple[str, ...] = WAYS) -> list[float]:
    """Of each sample the way that took longest."""
    return [max(took[way] for way in ways) for took in of]


def _directive(subject: UUID, seq: int, tier: Tier) -> DirectiveIssued:
    listed = tier > Tier.NONE
    return DirectiveIssued(
        subject_id=subject,
        at=datetime.now(UTC),
        seq=seq,
        tier=tier,
        contested=False,
        lift=not listed,
        accounts=(AccountRef("bench-shop-0", f"shop-{subject.int}"),),
        rulebook="2026.1",
        measures=(MeasureUntil(Measure.LIMIT, UNTIL),) if listed else (),
        since=date(2026, 11, 20) if listed else None,
        until=UNTIL if listed else None,
        demo=True,
    )
