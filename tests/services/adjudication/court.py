"""Adjudication on a real database, without Kafka: what members say is stored and handed over as a follower would."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from events.facts.dossier import AccountRef
from events.facts.fact import Fact, Statement
from events.transport.follow import Delivered
from events.transport.store import Submission, VersionConflict, append_statements, load, lock_log
from services.adjudication.application.hearing import Hearing
from services.adjudication.application.rules import Rules
from services.adjudication.clock import Clock, Trust
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.evolve import fold
from services.adjudication.domain.identity import subject_of_account
from services.adjudication.rulebooks import CURRENT, read_all
from tests.domain.spec import NOON, SUBJECT
from tests.support.stack import Database

T = TypeVar("T")
HUB_KEY = bytes(range(32))
MEMBERS = {
    "tmall": ("platform", "alibaba"), "taobao": ("platform", "alibaba"), "pdd": ("platform", "pdd"), "jd": ("platform", "jd"),
    "samr": ("authority", "samr"), "rui": ("reviewer", "hub"), "ran": ("reviewer", "hub"), "an": ("approver", "hub"),
    "bo": ("approver", "hub"), "pan": ("panel", "hub"), "reg": ("regulator", "regulator"), "clara": ("clerk", "hub"),
}  # fmt: skip


class Court:
    """One database, one clock that stands still unless it is set."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOON
        self.conninfo = database.conninfo("adjudication")
        self.rules = Rules(read_all(), CURRENT, HUB_KEY, lambda: self.now)
        self.hearing = Hearing(self.rules)
        self.trust = Trust(lambda: self.now, lambda: (self.now - NOON).total_seconds())
        self.clock = Clock(self.conninfo, self.rules, self.trust)
        self._gateway = database.connect("gateway")
        self._reader = database.connect("adjudication")
        with closing(database.connect()) as owner, owner.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO member (code, class, entity, enrolled_at) VALUES (%s, %s, %s, now())",
                [(code, *rest) for code, rest in MEMBERS.items()],
            )

    def close(self) -> None:
        self.clock.close()
        self._gateway.close()
        self._reader.close()

    def record(self, *statements: Statement) -> list[Delivered]:
        """As the gateway does; what a follower is then given."""
        recorded = append_statements(self._gateway, [Submission(statement) for statement in statements])
        return [Delivered(r.position, f"liancheng.{s.lane}.v1", 0, s) for r, s in zip(recorded, statements, strict=True)]

    def hear(self, *statements: Statement) -> list[Delivered]:
        """Recorded, delivered and decided."""
        delivered = self.record(*statements)
        self.deliver(delivered)
        return delivered

    def deliver(self, delivered: Sequence[Delivered]) -> None:
        """In a transaction, again with the log held when somebody else decided meanwhile, as the follower does."""
        self.transact(lambda conn: self.hearing.handle(conn, delivered))

    def transact(self, act: Callable[[psycopg.Connection], T]) -> T:
        with closing(self.database.connect("adjudication")) as conn:
            for attempt in range(3):
                try:
                    with conn.transaction():
                        if attempt:
                            lock_log(conn)
                        return act(conn)
                except VersionConflict:
                    continue
        raise AssertionError("never decided")

    def wait(self, time: timedelta) -> None:
        """Time passes, and the clock looks until nothing is due."""
        self.now += time
        while self.clock.tick():
            pass

    def facts(self, subject: UUID = SUBJECT) -> list[Fact]:
        return [fact for _, _, fact in load(self._reader, [subject]).get(subject, [])]

    def dossier(self, subject: UUID = SUBJECT) -> Dossier:
        return fold(subject, [(position, fact) for _, position, fact in load(self._reader, [subject]).get(subject, [])])

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with closing(self.database.connect()) as conn:
            return conn.execute(query, parameters).fetchall()  # type: ignore[call-overload,no-any-return]

    def due(self) -> list[datetime]:
        return [moment.astimezone(UTC) for (moment,) in self.rows("SELECT moment FROM due ORDER BY moment")]


def own(platform: str, account: str = "shop-1") -> UUID:
    """The subject of an account of which nothing more is known."""
    return subject_of_account(HUB_KEY, AccountRef(platform, account))
