"""Accounts of the console: who logs in as whom. The first password is shown once."""

import re
from datetime import datetime

import msgspec
import psycopg
from argon2 import PasswordHasher

from deploy.local.tell import Trouble

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
PEOPLE = ("reviewer", "approver", "panel", "regulator", "auditor")


class Account(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person's; `password` is the first one, to be changed by the person."""

    login: str
    member: str
    password: str | None = None
    issuer: str | None = None
    subject: str | None = None


class Wanted(msgspec.Struct, frozen=True):
    """`issuer` and `subject`: the organisation's account that may log in too, and is given no password here."""

    member: str
    login: str
    issuer: str = ""
    subject: str = ""


def open_account(owner: psycopg.Connection, wanted: Wanted, now: datetime, password: str) -> Account:
    """A new account, or a new password or issuer of the one that this member has; whoever was disabled may log in again."""
    if not LOGIN.fullmatch(wanted.login):
        raise Trouble(f"LOGIN={wanted.login!r}：应为 {LOGIN.pattern}", f"LOGIN={wanted.login!r} is not of the form {LOGIN.pattern}")
    if bool(wanted.issuer) != bool(wanted.subject):
        raise Trouble("ISSUER 与 SUBJECT 须同时给出", "ISSUER and SUBJECT go together")
    known = owner.execute("SELECT class FROM member WHERE code = %s", (wanted.member,)).fetchone()
    if known is None or known[0] not in PEOPLE:
        people = ", ".join(PEOPLE)
        raise Trouble(f"MEMBER={wanted.member}：须先登记为 {people} 之一", f"MEMBER={wanted.member} is not enrolled as one of {people}")
    first = None if wanted.issuer else password
    hashed = None if first is None else PasswordHasher().hash(first)
    try:
        owner.execute(
            "INSERT INTO console_account (login, code, password, issuer, subject, created_at) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (code) DO UPDATE SET login = excluded.login, password = coalesce(excluded.password, console_account.password),"
            " issuer = coalesce(excluded.issuer, console_account.issuer), subject = coalesce(excluded.subject, console_account.subject),"
            " disabled_at = NULL",
            (wanted.login, wanted.member, hashed, wanted.issuer or None, wanted.subject or None, now),
        )
    except psycopg.errors.UniqueViolation:
        raise Trouble(f"{wanted.login} 或该单位账号已属于他人", f"{wanted.login}, or that issuer's subject, is somebody else's") from None
    return Account(wanted.login, wanted.member, first, wanted.issuer or None, wanted.subject or None)


def close_account(owner: psycopg.Connection, login: str, now: datetime) -> None:
    """Nobody logs in by it any more, and whoever is logged in by it is logged out."""
    closed = owner.execute("UPDATE console_account SET disabled_at = %s WHERE login = %s AND disabled_at IS NULL", (now, login))
    if closed.rowcount == 0:
        raise Trouble(f"没有可停用的账号 {login}", f"there is no account {login} to disable")
