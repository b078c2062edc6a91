"""One row a fact, found by what it is about, and one row a statement that says what became of it. Pure, total, commutative.

The facts of a case come from many topic-partitions: a row is one fact's alone, or the fact with the highest id has the word.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from events.catalogue import FACTS
from events.facts.dossier import (
    EvidenceNoted,
    Noted,
    SanctionDiscounted,
    SanctionWeighed,
    StatementOrphaned,
    StatementRef,
    WeighingCarried,
)
from events.facts.enforcement import EnforcementAcknowledged
from events.facts.fact import DossierFact, Fact, Statement
from events.facts.listing import DeliveryFailed, DeliveryNoted, NoticeServed
from events.facts.merchant import MerchantDeclared
from events.facts.reporter import ReportDeferred
from projections.casefile.thread import Things, found_by, leads_to

EffectState = Literal["waiting", "applied", "discounted", "orphaned"]
LOW_PRIORITY = "low_priority"
"""Why of a report that is in its case, behind the others: its reporter had used up the day."""


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact of a case: who said or decided what, when, about whom."""

    id: int
    at: datetime
    what: str
    member: str | None
    account: str | None
    statement: str | None
    subject_id: UUID | None
    found_by: Things
    leads_to: Things
    detail: bytes
    """What the fact says beside that, as JSON, without absent fields."""


class Effect(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one statement, by the fact with this id."""

    id: int
    source: str
    statement: str
    state: EffectState
    why: str | None = None


_encode = msgspec.json.Encoder().encode

# Shown apart, or nobody's business here: digests of words, tokens of persons, tracing. A reporter is never shown.
_APART = {Statement: frozenset({*Statement.__struct_fields__, "reporter"}), DossierFact: frozenset(DossierFact.__struct_fields__)}
_SAID: dict[type[Fact], tuple[str, ...]] = {
    cls: tuple(name for name in cls.__struct_fields__ if name not in apart)
    for base, apart in _APART.items()
    for cls in FACTS
    if issubclass(cls, base)
}
_SAID[MerchantDeclared] = ("uscc", "name", "kind")
_SAID[ReportDeferred] = ("report", "why")


def step(fact: Fact, position: int) -> Step | None:
    """The step that the fact is; None when it belongs to no case: an enrolment, or an answer to a directive."""
    if isinstance(fact, Statement) and not isinstance(fact, EnforcementAcknowledged):
        at, member, account, statement, subject = fact.recorded_at, fact.member, fact.account, fact.id, None
    elif isinstance(fact, DossierFact):
        at, member, account, statement, subject = fact.at, None, None, None, fact.subject_id
    elif isinstance(fact, ReportDeferred):
        at, member, account, statement, subject = fact.at, fact.account.platform, fact.account.account, fact.statement.id, None
    else:
        return None
    said = {name: value for name in _SAID[type(fact)] if (value := getattr(fact, name)) is not None and value != ()}
    return Step(
        id=position,
        at=at,
        what=fact.tag(),
        member=member,
        account=account,
        statement=statement,
        subject_id=subject,
        found_by=found_by(fact),
        leads_to=leads_to(fact),
        detail=_encode(said),
    )


def effects(fact: Fact, position: int) -> tuple[Effect, ...]:
    """What the fact says became of statements. Of two facts about one statement the higher id holds."""

    def became(of: StatementRef, state: EffectState, why: str | None = None) -> Effect:
        return Effect(id=position, source=of.source, statement=of.id, state=state, why=why)

    match fact:
        case SanctionWeighed(weighing=it):
            return (became(it.statement, "applied"),)
        case WeighingCarried(weighing=it):
            return (became(it.statement, "applied" if fact.discounted is None else "discounted", fact.discounted),)
        case SanctionDiscounted():
            return _discounted(fact, became)
        case Noted():
            return (became(fact.statement, "waiting" if fact.waiting else "applied"),)
        case EvidenceNoted() | NoticeServed() | DeliveryFailed() | DeliveryNoted():
            return (became(fact.statement, "applied"),)
        case StatementOrphaned():
            return (became(fact.statement, "orphaned", fact.why),)
        case ReportDeferred():
            return (became(fact.statement, "applied", LOW_PRIORITY),)
    return ()


def _discounted(fact: SanctionDiscounted, became: Callable[[StatementRef, EffectState, str | None], Effect]) -> tuple[Effect, ...]:
    """Leaving with its account is no effect: the statement weighs on, in the other dossier."""
    of = () if fact.why == "detached" else (became(fact.of, "discounted", fact.why),)
    by = () if fact.statement is None else (became(fact.statement, "applied", None),)
    return of + by
