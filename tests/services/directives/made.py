"""Directives and notices to fill a log with."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountRef, StatementRef
from events.facts.fact import Category, DossierFact, Measure, Tier
from events.facts.listing import Basis, MeasureUntil, NoticeReleased, NoticeServed
from events.transport.store import append, load

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
UNTIL = date(2027, 5, 20)


def subject(number: int) -> UUID:
    return UUID(int=number)


def directive(number: int, seq: int, tier: Tier = Tier.RESTRICTED, *, accounts: Iterable[tuple[str, str]] = ()) -> DirectiveIssued:
    listed = tier > Tier.NONE
    return DirectiveIssued(
        subject_id=subject(number),
        at=NOON,
        seq=seq,
        tier=tier,
        contested=False,
        lift=not listed,
        accounts=tuple(AccountRef(*account) for account in accounts),
        rulebook="2026.1",
        measures=(MeasureUntil(Measure.LIMIT, UNTIL),) if listed else (),
        since=date(2026, 11, 20) if listed else None,
        until=UNTIL if listed else None,
    )


def released(notice: str, *accounts: tuple[str, str], number: int = 1, tier: Tier = Tier.RESTRICTED) -> NoticeReleased:
    watch = tier is Tier.WATCH
    return NoticeReleased(
        subject_id=subject(number),
        at=NOON,
        notice=notice,
        tier=tier,
        rule="grave-with-evidence" if watch else "two-platforms-severe",
        rulebook="2026.1",
        basis=(
            _basis(AccountRef("tmall", "shop-1"), "Tmall Ltd", Measure.FREEZE),
            _basis(AccountRef("pdd", "mall-7"), "PDD Ltd", Measure.LIMIT),
        ),
        accounts=tuple(AccountRef(*account) for account in accounts),
        by="hub" if watch else "reviewer-1",
        listing_id=None if watch else UUID(int=9),
        measures=() if watch else (Measure.LIMIT,),
        respond_days=None if watch else 5,
    )


def served(notice: str, *accounts: tuple[str, str], number: int = 1) -> NoticeServed:
    return NoticeServed(
        subject_id=subject(number),
        at=NOON,
        listing_id=UUID(int=9),
        notice=notice,
        platform="tmall",
        statement=StatementRef("/platforms/tmall", "delivered-1"),
        respond_by=datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC),
        accounts=tuple(AccountRef(*account) for account in accounts),
    )


def _basis(account: AccountRef, entity: str, measure: Measure) -> Basis:
    return Basis(UUID(int=3), account, entity, measure, Category.COUNTERFEIT, date(2026, 11, 2))


def record(conn: psycopg.Connection, *facts: DossierFact) -> list[int]:
    """Append to the subjects' dossiers in one transaction; the ids in the log."""
    with conn.transaction():
        known = load(conn, {fact.subject_id for fact in facts})
        versions = {stream: len(had) for stream, had in known.items()}
        rows = []
        for fact in facts:
            versions[fact.subject_id] = versions.get(fact.subject_id, 0) + 1
            rows.append((fact.subject_id, versions[fact.subject_id], fact))
        return append(conn, rows)
