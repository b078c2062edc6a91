"""`make account`: a first password that opens one person's account, shown once; and nobody's who is not of the hub's people."""

from datetime import UTC, datetime

import psycopg
import pytest
from argon2 import PasswordHasher

from deploy.local.access.accounts import Wanted, close_account, open_account
from deploy.local.tell import Trouble
from tests.support.stack import Database

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def owner(database: Database) -> psycopg.Connection:
    owner = database.connect()
    for code, kind in (("rui", "reviewer"), ("an", "approver"), ("tmall", "platform")):
        owner.execute("INSERT INTO member (code, class, entity, enrolled_at) VALUES (%s, %s, 'hub', now())", (code, kind))
    return owner


def kept(owner: psycopg.Connection) -> list[tuple[str, ...]]:
    return owner.execute("SELECT login, code, password, issuer, subject FROM console_account ORDER BY login").fetchall()


def test_the_first_password_is_given_and_only_its_hash_is_kept(owner: psycopg.Connection) -> None:
    with owner:
        given = open_account(owner, Wanted("rui", "zhang.san"), NOW, "first password")
        assert (given.login, given.member, given.password) == ("zhang.san", "rui", "first password")
        ((_, _, hashed, _, _),) = kept(owner)
        assert "first password" not in hashed
        assert PasswordHasher().verify(hashed, "first password")
        open_account(owner, Wanted("rui", "zhang.san"), NOW, "second password")
        ((_, _, again, _, _),) = kept(owner)
        assert PasswordHasher().verify(again, "second password")


def test_an_organisations_account_is_bound_and_needs_no_password(owner: psycopg.Connection) -> None:
    with owner:
        given = open_account(owner, Wanted("rui", "zhang.san", "https://id.example", "zs"), NOW, "unused")
        assert given.password is None
        assert kept(owner) == [("zhang.san", "rui", None, "https://id.example", "zs")]
        with pytest.raises(Trouble, match="somebody else"):
            open_account(owner, Wanted("an", "li.si", "https://id.example", "zs"), NOW, "unused")


@pytest.mark.parametrize(
    "wanted",
    [Wanted("tmall", "shop"), Wanted("nobody", "x.y"), Wanted("rui", "Zhang San"), Wanted("rui", "zs", issuer="https://id.example")],
)
def test_whoever_has_no_business_there_gets_none(owner: psycopg.Connection, wanted: Wanted) -> None:
    with owner:
        with pytest.raises(Trouble):
            open_account(owner, wanted, NOW, "password")
        assert kept(owner) == []


def test_a_login_belongs_to_one_person(owner: psycopg.Connection) -> None:
    with owner:
        open_account(owner, Wanted("rui", "zhang.san"), NOW, "password")
        with pytest.raises(Trouble, match="somebody else"):
            open_account(owner, Wanted("an", "zhang.san"), NOW, "password")


def test_who_is_disabled_loses_what_the_session_speaks_with(owner: psycopg.Connection) -> None:
    with owner:
        open_account(owner, Wanted("rui", "zhang.san"), NOW, "password")
        assert owner.execute("SELECT open_console('zhang.san', 'k1', '\\x00', 'x', now())").fetchone() == ("rui",)
        close_account(owner, "zhang.san", NOW)
        assert owner.execute("SELECT revoked_at IS NOT NULL FROM credential WHERE key_id = 'k1'").fetchone() == (True,)
        assert owner.execute("SELECT open_console('zhang.san', 'k2', '\\x00', 'x', now())").fetchone() == (None,)
        with pytest.raises(Trouble):
            close_account(owner, "zhang.san", NOW)
