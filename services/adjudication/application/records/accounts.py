"""Whose account is whose, and who speaks for which legal entity."""

from collections.abc import Iterable, Mapping

import psycopg

from events.facts.dossier import AccountRef
from events.transport.store import VersionConflict
from services.adjudication.domain.draft import Member
from services.adjudication.domain.identity import Known

REFS = "SELECT * FROM unnest(%s::text[], %s::text[])"


def columns(refs: Iterable[AccountRef]) -> tuple[list[str], list[str]]:
    listed = list(refs)
    return [ref.platform for ref in listed], [ref.account for ref in listed]


def members(conn: psycopg.Connection) -> dict[str, Member]:
    return {
        code: Member(code, member_class, entity) for code, member_class, entity in conn.execute("SELECT code, class, entity FROM member")
    }


def accounts(conn: psycopg.Connection, refs: Iterable[AccountRef]) -> dict[AccountRef, Known]:
    """The subjects of those that are known."""
    rows = conn.execute(f"SELECT platform, account, subject_id, uscc FROM account WHERE (platform, account) IN ({REFS})", columns(refs))
    return {AccountRef(platform, account): Known(subject_id, uscc) for platform, account, subject_id, uscc in rows}


def open_accounts(conn: psycopg.Connection, opened: Mapping[AccountRef, Known]) -> None:
    """Enter new accounts; VersionConflict when somebody else has entered one of them meanwhile."""
    if not opened:
        return
    known = list(opened.values())
    entered = conn.execute(
        "INSERT INTO account (platform, account, subject_id, uscc) SELECT * FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::text[])"
        " ON CONFLICT DO NOTHING RETURNING platform",
        (*columns(opened), [k.subject_id for k in known], [k.uscc for k in known]),
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
            (*columns(moved), [k.subject_id for k in known], [k.uscc for k in known]),
        )
