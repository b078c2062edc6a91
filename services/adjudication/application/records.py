"""What adjudication keeps beside the log, each in one statement for a whole batch: accounts, candidates, listings, due moments."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec
import psycopg

from events.facts.dossier import AccountRef
from events.facts.fact import Tier
from events.transport.store import VersionConflict
from services.adjudication.domain.draft import Member
from services.adjudication.domain.identity import Known

_REFS = "SELECT * FROM unnest(%s::text[], %s::text[])"


def _columns(refs: Iterable[AccountRef]) -> tuple[list[str], list[str]]:
    listed = list(refs)
    return [ref.platform for ref in listed], [ref.account for ref in listed]


def members(conn: psycopg.Connection) -> dict[str, Member]:
    return {
        code: Member(code, member_class, entity) for code, member_class, entity in conn.execute("SELECT code, class, entity FROM member")
    }


# -- accounts --------------------------------------------------------------------------------------------------------


def accounts(conn: psycopg.Connection, refs: Iterable[AccountRef]) -> dict[AccountRef, Known]:
    """The subjects of those that are known."""
    rows = conn.execute(f"SELECT platform, account, subject_id, uscc FROM account WHERE (platform, account) IN ({_REFS})", _columns(refs))
    return {AccountRef(platform, account): Known(subject_id, uscc) for platform, account, subject_id, uscc in rows}


def open_accounts(conn: psycopg.Connection, opened: Mapping[AccountRef, Known]) -> None:
    """Enter new accounts; VersionConflict when somebody else has entered one of them meanwhile."""
    if not opened:
        return
    known = list(opened.values())
    entered = conn.execute(
        "INSERT INTO account (platform, account, subject_id, uscc) SELECT * FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::text[])"
        " ON CONFLICT DO NOTHING RETURNING platform",
        (*_columns(opened), [k.subject_id for k in known], [k.uscc for k in known]),
    ).fetchall()
    if len(entered) != len(opened):
        raise VersionConflict("an account was opened meanwhile")


def move_accounts(conn: psycopg.Connection, moved: Mapping[AccountRef, Known]) -> None:
    """Enter where accounts belong now; a credit code is only added, never taken away."""
    if moved:
        known = list(moved.values())
        conn.execute(
            "UPDATE account a SET subject_id = n.subject_id, uscc = coalesce(n.uscc, a.uscc)"
            " FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::text[]) AS n(platform, account, subject_id, uscc)"
            " WHERE (a.platform, a.account) = (n.platform, n.account)",
            (*_columns(moved), [k.subject_id for k in known], [k.uscc for k in known]),
        )


class Candidate(NamedTuple):
    """An account whose platform names another credit code than the one that it is linked by: a person judges."""

    account: AccountRef
    uscc: str


def note_candidates(conn: psycopg.Connection, candidates: Sequence[Candidate], now: datetime) -> None:
    """Once for each account and code, whatever was judged of it."""
    if candidates:
        refs = _columns(candidate.account for candidate in candidates)
        conn.execute(
            "INSERT INTO candidate (platform, account, uscc, noted_at) SELECT p, a, u, %s"
            " FROM unnest(%s::text[], %s::text[], %s::text[]) AS n(p, a, u) ON CONFLICT DO NOTHING",
            (now, *refs, [candidate.uscc for candidate in candidates]),
        )


class CandidateRow(msgspec.Struct, frozen=True):
    """As a person sees it."""

    id: int
    platform: str
    account: str
    uscc: str
    noted_at: datetime


def open_candidates(conn: psycopg.Connection, after: int, limit: int) -> list[CandidateRow]:
    """Those that nobody has judged, the oldest first."""
    rows = conn.execute(
        "SELECT id, platform, account, uscc, noted_at FROM candidate WHERE judgement IS NULL AND id > %s ORDER BY id LIMIT %s",
        (after, limit),
    )
    return [CandidateRow(*row) for row in rows]


def dismiss(conn: psycopg.Connection, candidate: int, by: str) -> bool:
    """False when there is none that waits."""
    query = "UPDATE candidate SET judgement = 'negative', judged_by = %s WHERE id = %s AND judgement IS NULL"
    return conn.execute(query, (by, candidate)).rowcount == 1


def judge(conn: psycopg.Connection, of: Candidate, by: str, judgement: Literal["positive", "negative"], now: datetime) -> None:
    """Keep what a person judged of an account and a code: it outlives whatever its platform says later."""
    conn.execute(
        "INSERT INTO candidate (platform, account, uscc, noted_at, judged_by, judgement) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (platform, account, uscc) DO UPDATE SET judged_by = excluded.judged_by, judgement = excluded.judgement",
        (of.account.platform, of.account.account, of.uscc, now, by, judgement),
    )


# -- listings --------------------------------------------------------------------------------------------------------


class ListingRow(NamedTuple):
    """Where a listing is, and what one chooses it by."""

    listing_id: UUID
    subject_id: UUID
    tier: Tier
    state: str
    undelivered: bool
    objected: bool
    contested: bool
    proposed_at: datetime


def write_listings(conn: psycopg.Connection, rows: Sequence[ListingRow]) -> None:
    if rows:
        conn.execute(
            "INSERT INTO listing (listing_id, subject_id, tier, state, undelivered, objected, contested, proposed_at)"
            " SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::text[], %s::bool[], %s::bool[], %s::bool[],"
            " %s::timestamptz[])"
            " ON CONFLICT (listing_id) DO UPDATE SET subject_id = excluded.subject_id, tier = excluded.tier, state = excluded.state,"
            " undelivered = excluded.undelivered, objected = excluded.objected, contested = excluded.contested",
            [list(column) for column in zip(*rows, strict=True)],
        )


def listings(conn: psycopg.Connection, state: str | None, before: tuple[datetime, UUID] | None, limit: int) -> list[ListingRow]:
    """The newest first, after the place `before`."""
    moment, listing_id = before or (None, None)
    rows = conn.execute(
        "SELECT listing_id, subject_id, tier, state, undelivered, objected, contested, proposed_at FROM listing"
        " WHERE (%(state)s::text IS NULL OR state = %(state)s)"
        " AND (%(moment)s::timestamptz IS NULL OR (proposed_at, listing_id) < (%(moment)s, %(listing_id)s::uuid))"
        " ORDER BY proposed_at DESC, listing_id DESC LIMIT %(limit)s",
        {"state": state, "moment": moment, "listing_id": listing_id, "limit": limit},
    )
    return [ListingRow(id, subject_id, Tier(tier), *rest) for id, subject_id, tier, *rest in rows]


def subject_of_listing(conn: psycopg.Connection, listing_id: UUID) -> UUID | None:
    row = conn.execute("SELECT subject_id FROM listing WHERE listing_id = %s", (listing_id,)).fetchone()
    return None if row is None else row[0]


def undelivered(conn: psycopg.Connection) -> int:
    """Notices that wait for a person."""
    row = conn.execute("SELECT count(*) FROM listing WHERE state = 'released' AND undelivered").fetchone()
    return 0 if row is None else int(row[0])


# -- due moments -----------------------------------------------------------------------------------------------------


def write_due(conn: psycopg.Connection, moments: Mapping[UUID, datetime | None]) -> None:
    """The next moment of each subject, in place of what was there."""
    if moments:
        conn.execute("DELETE FROM due WHERE subject_id = ANY(%s)", (list(moments),))
        coming = [(subject, moment) for subject, moment in moments.items() if moment is not None]
        conn.execute(
            "INSERT INTO due (subject_id, moment) SELECT * FROM unnest(%s::uuid[], %s::timestamptz[])",
            ([subject for subject, _ in coming], [moment for _, moment in coming]),
        )


def due(conn: psycopg.Connection, now: datetime, limit: int) -> list[UUID]:
    """The subjects whose moment has come, the longest overdue first."""
    rows = conn.execute("SELECT subject_id FROM due WHERE moment <= %s ORDER BY moment LIMIT %s", (now, limit))
    return [subject_id for (subject_id,) in rows]


# -- evidence that came early ----------------------------------------------------------------------------------------


def keep_early(conn: psycopg.Connection, early: Sequence[tuple[AccountRef, UUID]], now: datetime) -> None:
    if early:
        conn.execute(
            "INSERT INTO early_evidence SELECT p, a, s, %s FROM unnest(%s::text[], %s::text[], %s::uuid[]) AS n(p, a, s)"
            " ON CONFLICT DO NOTHING",
            (now, *_columns(ref for ref, _ in early), [statement for _, statement in early]),
        )


def early_of(conn: psycopg.Connection, refs: Iterable[AccountRef]) -> list[UUID]:
    """The statements that wait for one of these accounts."""
    rows = conn.execute(f"SELECT statement FROM early_evidence WHERE (platform, account) IN ({_REFS})", _columns(refs))
    return [statement for (statement,) in rows]


def early_of_known(conn: psycopg.Connection, limit: int) -> list[UUID]:
    """Statements whose account was opened by somebody else in the same moment."""
    rows = conn.execute("SELECT statement FROM early_evidence JOIN account USING (platform, account) LIMIT %s", (limit,))
    return [statement for (statement,) in rows]


def drop_early(conn: psycopg.Connection, statements: Sequence[UUID]) -> None:
    if statements:
        conn.execute("DELETE FROM early_evidence WHERE statement = ANY(%s)", (list(statements),))


def purge_early(conn: psycopg.Connection, before: datetime) -> None:
    conn.execute("DELETE FROM early_evidence WHERE noted_at < %s", (before,))
