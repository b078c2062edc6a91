"""`make erase`: keeps the request, erases words and evidence, notes who asked for what; again it changes nothing."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import psycopg

from deploy.erase import belongings, contents
from deploy.erase.belongings import Belongings
from deploy.local.tell import Say, Trouble
from events.facts.fact import statement_stream
from events.transport import store
from services.adjudication.evidence.places import Place

ACTOR = "operations"


class Wish(NamedTuple):
    """What is to be erased, as it was typed: a statement by its id and source, or a subject by its id; one of the two."""

    statement: str = ""
    source: str = ""
    subject: str = ""
    reason: str = ""


def erase(owner: str, wish: Wish, now: datetime, say: Say, place: Place | None = None) -> int:
    """How many words and pieces of evidence were erased. Trouble when there is no such statement or subject.

    The request is committed first: one that is not carried out stays to be seen as `liancheng_vault_erasures_due`.
    """
    with psycopg.connect(owner, autocommit=True) as conn:
        target, found = _look(conn, wish)
        conn.execute(
            "INSERT INTO erasure (target, requested_at) VALUES (%s, %s) ON CONFLICT (target) DO UPDATE SET done_at = NULL", (target, now)
        )
        with conn.transaction():
            erased = _carry_out(conn, found)
            pieces, objects = contents.shred(conn, found, now)
            conn.execute("UPDATE erasure SET done_at = %s WHERE target = %s", (now, target))
            conn.execute(
                "INSERT INTO audit (at, actor, purpose, resource) VALUES (%s, %s, %s, %s)",
                (now, ACTOR, wish.reason or "erasure", f"erase/{target}"),
            )
    contents.remove(place, objects, say)
    say(
        f"{target}：已删除 {erased} 处文字、{pieces} 件证据，日志与决定不变",
        f"{target}: words erased in {erased} places, {pieces} pieces of evidence; log and decisions stay",
    )
    return erased + pieces


def _look(conn: psycopg.Connection, wish: Wish) -> tuple[str, Belongings]:
    if bool(wish.statement) == bool(wish.subject) or bool(wish.statement) != bool(wish.source):
        raise Trouble("请给出 SUBJECT=编号，或 STATEMENT=编号 SOURCE=来源", "give SUBJECT=id, or STATEMENT=id with SOURCE=/platforms/code")
    if wish.statement:
        stream = statement_stream(wish.source, wish.statement)
        target, found = f"statements/{stream}", belongings.of_statement(conn, stream)
    else:
        try:
            subject = UUID(wish.subject)
        except ValueError:
            raise Trouble(f"SUBJECT={wish.subject}：不是编号", f"SUBJECT={wish.subject} is no id") from None
        target, found = f"subjects/{subject}", belongings.of_subject(conn, subject)
    if found is None:
        raise Trouble(f"没有 {wish.statement or wish.subject}", f"there is no {wish.statement or wish.subject}")
    return target, found


def _carry_out(conn: psycopg.Connection, found: Belongings) -> int:
    """The words of the vault, and refused records that name an account or a statement: those were kept for operators, as they came."""
    erased = store.erase(conn, *found.keys)
    for account in found.accounts:
        # What the account was seen with: keyed digests of a person's token and of names.
        conn.execute("DELETE FROM signal WHERE (platform, account) = (%s, %s)", (account.platform, account.account))
        erased += conn.execute(
            "UPDATE refusal SET record = NULL WHERE member = %s AND position(convert_to(%s, 'UTF8') IN record) > 0",
            (account.platform, account.account),
        ).rowcount
    for member, statement_id in found.statements:
        erased += conn.execute(
            "UPDATE refusal SET record = NULL WHERE member = %s AND statement_id = %s AND record IS NOT NULL", (member, statement_id)
        ).rowcount
    return erased
