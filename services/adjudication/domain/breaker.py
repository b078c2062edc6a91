"""The breaker: whether one more listing, at this rate and resting on these, waits for a person. A lift never does. Pure."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec

from events.facts.fact import Fact
from events.facts.listing import ListingDecided, ListingEnded, ListingRejected
from events.facts.waiting import HoldReason
from services.adjudication.domain.law.articles import BreakerRule
from services.adjudication.domain.steps import BY_ITSELF


class Record(NamedTuple):
    """What became of the listings that rested on a legal entity, within the months that count: decided, or turned down by people."""

    stood: int = 0
    fell: int = 0

    def doubtful(self, limit: BreakerRule) -> bool:
        return self.fell >= limit.record_fell and self.fell * 100 >= limit.record_percent * (self.stood + self.fell)


class Traffic(msgspec.Struct, frozen=True):
    """The listings decided lately. `day` and `shares` are of the rolling day, the rest of the minutes that the rule counts."""

    day: int = 0
    shares: Mapping[str, float] = {}
    """Of each listing 1/n for each of the n legal entities that it rests on."""
    recent: int = 0
    by_rule: Mapping[str, float] = {}
    by_entity: Mapping[str, float] = {}
    entities: int = 0
    """Legal entities of all platforms."""
    records: Mapping[str, Record] = {}
    """Of the entities of which people turned something down."""

    def plus(self, rule: str, entities: Collection[str], day: int = 1, recent: int = 1) -> "Traffic":
        """With so many more of the day, and so many of them just now; `entities` are those that they rest on, none if on an authority."""
        return Traffic(
            day=self.day + day,
            shares=_more(self.shares, entities, day / max(1, len(entities))),
            recent=self.recent + recent,
            by_rule=_more(self.by_rule, [rule], recent),
            by_entity=_more(self.by_entity, entities, recent),
            entities=self.entities,
            records=self.records,
        )

    def holds(self, limit: BreakerRule, rule: str, entities: Collection[str]) -> HoldReason | None:
        """Why one more would be too many; None when it is not."""
        then = self.plus(rule, entities)
        if then.recent > limit.in_all:
            return "rate_of_all"
        if then.by_rule[rule] > limit.by_rule:
            return "rate_of_rule"
        if any(then.by_entity[entity] > limit.by_entity for entity in entities):
            return "rate_of_entity"
        most = max(limit.share_percent / 100, limit.share_entities / max(1, self.entities))
        if then.day >= limit.share_from and any(then.shares[entity] > most * then.day + EXACT for entity in entities):
            return "share"
        return None

    def doubts(self, limit: BreakerRule, entities: Collection[str]) -> bool:
        """Whether people turned down too much of what one of these had stated before: on such a word silence decides nothing."""
        return any(self.records.get(entity, Record()).doubtful(limit) for entity in entities)


def stood(fact: Fact) -> bool | None:
    """Whether a listing stood before those who judged it; None of what nobody judged: what fell away, expired or was repaired."""
    match fact:
        case ListingDecided():
            return True
        case ListingRejected(why="not_justified" | "objection_upheld", by=by) if by not in BY_ITSELF:
            return False
        case ListingEnded(why="revoked" | "wrongful", by=by) if set(by) - BY_ITSELF:
            return False
    return None


EXACT = 1e-9
"""Thirds do not add up exactly; a share that is just met is met."""


def _more(counted: Mapping[str, float], names: Collection[str], each: float) -> dict[str, float]:
    return {**counted, **{name: counted.get(name, 0) + each for name in names}}
