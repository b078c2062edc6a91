"""Accounts that may belong together: what weak signals say of them, and what people judged. Nothing here moves an account."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec
import psycopg

from events.facts.dossier import AccountRef
from services.adjudication.application.records.accounts import columns

Why = Literal["code", "person", "name"]
"""Another credit code; or the same person's token, or the same name, as another account."""
Judgement = Literal["positive", "negative"]
MOST_ALIKE = 20
"""A token or a name that so many accounts have is a courier's phone or a common name: it says nothing."""


class Candidate(NamedTuple):
    """An account that may be of the subject with a credit code, or of whoever has another account: a person judges."""

    account: AccountRef
    other: str | AccountRef
    why: Why = "code"

    @property
    def uscc(self) -> str | None:
        return self.other if isinstance(self.other, str) else None

    @property
    def other_account(self) -> AccountRef:
        """Of a pair; nobody's where it is about a code."""
        return AccountRef("", "") if isinstance(self.other, str) else self.other


def pair(one: AccountRef, two: AccountRef, why: Why) -> Candidate:
    """The same whoever is named first."""
    return Candidate(min(one, two), max(one, two), why)


def note_candidates(conn: psycopg.Connection, candidates: Sequence[Candidate], now: datetime) -> None:
    """Once for each account and code, or pair of accounts, whatever was judged of it.

    In a fixed order: two who note the same wait for one another and not crosswise.
    """
    candidates = sorted(candidates, key=lambda one: (one.account, one.uscc or "", one.other_account, one.why))
    if candidates:
        conn.execute(
            "INSERT INTO candidate (platform, account, uscc, why, other_platform, other_account, noted_at)"
            " SELECT p, a, u, w, nullif(op, ''), nullif(oa, ''), %s"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) AS n(p, a, u, w, op, oa)"
            " ON CONFLICT DO NOTHING",
            (now, *columns(one.account for one in candidates), [one.uscc for one in candidates], [one.why for one in candidates],
             *columns(one.other_account for one in candidates)),
        )  # fmt: skip


class Signal(NamedTuple):
    """An account was seen with the keyed digest of a person's token, or of a name."""

    why: Why
    value: bytes
    account: AccountRef


def note_signals(conn: psycopg.Connection, signals: Sequence[Signal]) -> list[Candidate]:
    """Enter what was not known; the pairs of accounts of different subjects that it makes alike."""
    if not signals:
        return []
    new = conn.execute(
        "INSERT INTO signal (kind, value, platform, account) SELECT * FROM unnest(%s::text[], %s::bytea[], %s::text[], %s::text[])"
        " ON CONFLICT DO NOTHING RETURNING kind, value, platform, account",
        ([one.why for one in signals], [one.value for one in signals], *columns(one.account for one in signals)),
    ).fetchall()
    if not new:
        return []
    rows = conn.execute(
        "SELECT new.kind, new.platform, new.account, other.platform, other.account"
        " FROM unnest(%s::text[], %s::bytea[], %s::text[], %s::text[]) AS new(kind, value, platform, account)"
        " JOIN LATERAL (SELECT platform, account, count(*) OVER () AS alike FROM"
        " (SELECT platform, account FROM signal s WHERE (s.kind, s.value) = (new.kind, new.value) LIMIT %s) few) other"
        " ON other.alike < %s AND (other.platform, other.account) <> (new.platform, new.account)"
        " JOIN account a ON (a.platform, a.account) = (new.platform, new.account)"
        " JOIN account b ON (b.platform, b.account) = (other.platform, other.account) AND b.subject_id <> a.subject_id",
        (*([row[column] for row in new] for column in range(4)), MOST_ALIKE, MOST_ALIKE),
    )
    return sorted({pair(AccountRef(p, a), AccountRef(op, oa), why) for why, p, a, op, oa in rows})


class CandidateRow(msgspec.Struct, frozen=True):
    """As a person sees it. `uscc`, or the other account, is who it may be."""

    id: int
    platform: str
    account: str
    uscc: str | None
    noted_at: datetime
    why: Why = "code"
    other_platform: str | None = None
    other_account: str | None = None
    judgement: str | None = None

    @property
    def ref(self) -> AccountRef:
        return AccountRef(self.platform, self.account)

    @property
    def other(self) -> str | AccountRef:
        return self.uscc if self.uscc is not None else AccountRef(self.other_platform or "", self.other_account or "")


_SELECT = "SELECT id, platform, account, uscc, noted_at, why, other_platform, other_account, judgement FROM candidate"
_OPEN = "coalesce(judgement, 'unsure') = 'unsure'"


def open_candidates(conn: psycopg.Connection, after: int, limit: int) -> list[CandidateRow]:
    """Those that nobody has judged, or nobody could, the oldest first."""
    rows = conn.execute(f"{_SELECT} WHERE {_OPEN} AND id > %s ORDER BY id LIMIT %s", (after, limit))
    return [CandidateRow(*row) for row in rows]


def open_candidate(conn: psycopg.Connection, candidate: int) -> CandidateRow | None:
    """Locked, so that it is judged once; None when there is none that waits."""
    row = conn.execute(f"{_SELECT} WHERE {_OPEN} AND id = %s FOR UPDATE", (candidate,)).fetchone()
    return None if row is None else CandidateRow(*row)


def judge_candidate(conn: psycopg.Connection, candidate: int, by: str, judgement: Literal["negative", "unsure"]) -> None:
    conn.execute("UPDATE candidate SET judgement = %s, judged_by = %s WHERE id = %s", (judgement, by, candidate))


def judge(conn: psycopg.Connection, of: Candidate, by: str, judgement: Judgement, now: datetime) -> None:
    """Keep what a person judged of an account and a code: it outlives whatever its platform says later."""
    conn.execute(
        "INSERT INTO candidate (platform, account, uscc, noted_at, judged_by, judgement) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (platform, account, uscc) DO UPDATE SET judged_by = excluded.judged_by, judgement = excluded.judgement",
        (of.account.platform, of.account.account, of.uscc, now, by, judgement),
    )


def keep_apart(conn: psycopg.Connection, account: AccountRef, others: Iterable[AccountRef], by: str, now: datetime) -> None:
    """A person judged that the account is not of whoever has one of these: no later signal asks again."""
    pairs = [pair(account, other, "person") for other in others if other != account]
    if pairs:
        conn.execute(
            "INSERT INTO candidate (platform, account, why, other_platform, other_account, noted_at, judged_by, judgement)"
            " SELECT p, a, 'person', op, oa, %s, %s, 'negative' FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) n(p, a, op, oa)"
            " ON CONFLICT (platform, account, other_platform, other_account) WHERE uscc IS NULL"
            " DO UPDATE SET judged_by = excluded.judged_by, judgement = excluded.judgement",
            (now, by, *columns(one.account for one in pairs), *columns(one.other_account for one in pairs)),
        )


def bring_together(conn: psycopg.Connection, account: AccountRef, subject: UUID, by: str) -> None:
    """A person judged that the account is of this subject: whatever candidates say of the two is judged."""
    conn.execute(
        "UPDATE candidate c SET judgement = 'positive', judged_by = %s FROM account a WHERE c.uscc IS NULL AND a.subject_id = %s AND ("
        " ((c.platform, c.account) = (%s, %s) AND (c.other_platform, c.other_account) = (a.platform, a.account))"
        " OR ((c.other_platform, c.other_account) = (%s, %s) AND (c.platform, c.account) = (a.platform, a.account)))",
        (by, subject, account.platform, account.account, account.platform, account.account),
    )
