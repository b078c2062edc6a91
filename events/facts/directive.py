"""What platforms are told: the full state of one subject's restrictions, numbered per subject."""

from datetime import date
from uuid import UUID

import msgspec

from events.facts.dossier import AccountRef
from events.facts.fact import DossierFact, Tier
from events.facts.listing import MeasureUntil


class Reason(msgspec.Struct, frozen=True):
    """Why, as a code of the rulebook and in both languages."""

    code: str
    zh: str
    en: str


class DirectiveIssued(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="directive.issued.v1"):
    """The whole of what holds for the subject from now on. `lift`: nothing in it is stricter or longer than before.

    `accounts` are the subject's, so that each platform is told its own; they are not part of the public topic.
    """

    seq: int
    tier: Tier
    contested: bool
    lift: bool
    accounts: tuple[AccountRef, ...]
    rulebook: str
    measures: tuple[MeasureUntil, ...] = ()
    reasons: tuple[Reason, ...] = ()
    merged_into: UUID | None = None
    uscc: str | None = None
    name: str | None = None
    since: date | None = None
    until: date | None = None
    decision: str | None = None
    appeal: str | None = None
    demo: bool = False
    correction: Reason | None = None
    """The listing that ended last should never have been: said to everybody who was told of it."""
