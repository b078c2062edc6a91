"""Who holds a notice: the token that only the notice carries says for which account, and names nobody."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from events.facts.dossier import AccountRef
from events.facts.fact import Statement
from events.transport import store
from events.wire.token import NoticeToken, is_for, notice_key, read_token
from services.adjudication.application import records
from services.adjudication.domain.draft import Person
from services.adjudication.domain.identity import account_of
from services.web import Problem

NOTICE = re.compile(r"(?P<kind>listing|watch|interim)-(?P<number>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class Holder(NamedTuple):
    """The account that the notice was handed to, and the subject that it belongs to now. A watch has no listing."""

    account: AccountRef
    subject_id: UUID
    notice: str
    listing_id: UUID | None
    mark: str
    """Commands of two holders never have the same id."""

    @property
    def person(self) -> Person:
        return Person(f"merchant:{self.account.platform}", "merchant")


class Holders:
    """Any number of threads may use it."""

    def __init__(self, pool: ConnectionPool, hub_key: bytes) -> None:
        self._pool, self._key = pool, notice_key(hub_key)

    def find(self, text: str) -> Holder:
        """Problem unauthorized for a token that was never made, or whose account has left the subject since."""
        token = read_token(text)
        named = None if token is None else NOTICE.fullmatch(token.notice)
        if token is None or named is None:
            raise Problem("unauthorized")
        number = UUID(named["number"])
        listing_id = None if named["kind"] == "watch" else number
        with self._pool.connection() as conn:
            subject = _subject_of_weighing(conn, number) if listing_id is None else records.subject_of_listing(conn, listing_id)
            accounts = list(_accounts_of(conn, subject)) if subject is not None else []
        account = next((account for account in accounts if self._made_for(token, account)), None)
        if subject is None or account is None:
            raise Problem("unauthorized")
        return Holder(account, subject, token.notice, listing_id, sha256(text.encode()).hexdigest()[:32])

    def _made_for(self, token: NoticeToken, account: AccountRef) -> bool:
        return is_for(token, self._key, account.platform, account.account)


def _subject_of_weighing(conn: psycopg.Connection, weighing: UUID) -> UUID | None:
    """Of the account that the statement is about: the watch went with it wherever it went."""
    said = next((one.fact for one in store.load(conn, [weighing]).get(weighing, [])), None)
    if not isinstance(said, Statement):
        return None
    known = records.accounts(conn, [account_of(said)]).get(account_of(said))
    return None if known is None else known.subject_id


def _accounts_of(conn: psycopg.Connection, subject: UUID) -> Iterator[AccountRef]:
    rows = conn.execute("SELECT platform, account FROM account WHERE subject_id = %s ORDER BY 1, 2", (subject,))
    return (AccountRef(platform, account) for platform, account in rows)
