"""What a rulebook consists of: weights of measures, groups of categories, rules and terms. Data only."""

from typing import Literal

import msgspec

from events.facts.dossier import Group
from events.facts.fact import Category, Measure, Tier

TierWord = Literal["watch", "restricted", "blacklisted"]


class WeightOfMeasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`months` is how long its points count in the score, from when the sanction began."""

    severity: int
    points: int
    months: int


class GroupRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Categories that corroborate one another, what a point counts in them, and the highest tier they can lead to."""

    name: Group
    categories: tuple[Category, ...]
    eighths: int
    highest: TierWord

    @property
    def highest_tier(self) -> Tier:
        return Tier[self.highest.upper()]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What justifies a tier: so many platforms of different legal entities, or one authority, from this severity on."""

    name: str
    tier_word: TierWord = msgspec.field(name="tier")
    severity: int
    zh: str
    en: str
    platforms: int = 1
    authority: bool = False

    @property
    def tier(self) -> Tier:
        return Tier[self.tier_word.upper()]

    @property
    def code(self) -> str:
        """As platforms are told it."""
        return self.name.upper().replace("-", "_")


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a tier lasts, what it asks of platforms, and who decides."""

    months: int
    least: int
    most: int
    measures: tuple[Measure, ...]
    by_decision: tuple[Measure, ...]
    persons: int
    silence_decides: bool
    repair_after_months: int


class InterimRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a person may restrict before the decision, for how long, and by what: goods that harm, and fraud in progress."""

    hours: int = 72
    safety: tuple[Category, ...] = (Category.UNSAFE_GOODS, Category.FORBIDDEN_GOODS)
    fraud: tuple[Category, ...] = (Category.FRAUD,)
    in_progress_days: int = 14
    """A fraud is in progress when the youngest of the sanctions began so few days ago."""
    measures: tuple[Measure, ...] = (Measure.LIMIT,)


class AnswerRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Working days within which persons answer what is asked for a subject, or look again; unanswered, it is granted."""

    objection: int = 5
    """From the end of the hearing, where that comes later."""
    appeal: int = 10
    repair: int = 10
    review: int = 10


class BreakerRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many listings may be decided in so many minutes before a person looks at each, and how much one legal entity may bear."""

    minutes: int = 60
    by_entity: int = 60
    by_rule: int = 120
    in_all: int = 200
    share_from: int = 50
    """From this listing of a rolling day on, no legal entity bears more than the share."""
    share_percent: int = 20
    share_entities: int = 2
    """Or so many parts of as many as there are legal entities, where that is more."""

    record_months: int = 12
    """Of an entity's record: what became of the listings that rested on it within so many months."""
    record_fell: int = 3
    """From so many on that people turned down, and from this share on of all that were judged, silence decides nothing on its word."""
    record_percent: int = 25

    def raised(self, factor: int) -> "BreakerRule":
        """So many times as many listings, for a demonstration or a measurement that needs them."""
        each = {name: getattr(self, name) * factor for name in ("by_entity", "by_rule", "in_all", "share_from")}
        return msgspec.structs.replace(self, **each)
