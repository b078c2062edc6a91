"""What people made of the accusations against all merchants of a mix: the records of those who accuse."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from events.facts.listing import ListingFact
from services.adjudication.domain.breaker import Record, stood
from services.adjudication.domain.law.articles import BreakerRule
from services.adjudication.domain.law.calendar import day_of, months_after

Key = tuple[int, UUID]
"""Which merchant's which listing."""


class Verdicts:
    """As adjudication keeps them in a table; counted anew on each day, and after each verdict."""

    def __init__(self, rule: BreakerRule) -> None:
        self._rule = rule
        self._of: dict[Key, tuple[datetime, bool, frozenset[str]]] = {}
        self._counted: tuple[date | None, Mapping[str, Record]] = None, {}

    def note(self, key: Key, fact: ListingFact, entities: frozenset[str]) -> None:
        self._of[key] = fact.at, bool(stood(fact)), entities
        self._counted = None, {}

    def records(self, now: datetime) -> Mapping[str, Record]:
        if self._counted[0] != day_of(now):
            self._counted = day_of(now), self._count(now)
        return self._counted[1]

    def _count(self, now: datetime) -> Mapping[str, Record]:
        since = months_after(now, -self._rule.record_months)
        times = Counter((entity, stands) for at, stands, entities in self._of.values() if at > since for entity in entities)
        return {entity: Record(times[entity, True], times[entity, False]) for entity, _ in times}
