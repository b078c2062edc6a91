"""Which words belong to a subject: those about its accounts and of the decisions about it, and not those of whoever was taken for it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from deploy.erase.command import Wish, erase
from events.facts.dossier import AccountRef
from events.facts.fact import Statement
from events.transport import store
from events.transport.postgres import pool
from events.transport.store import Submission, append_statements
from services.adjudication.application.commands import Commands, Order
from tests.domain.spec import REVIEWER, SUBJECT, USCC, declared, imposed
from tests.services.adjudication.court import Court, own
from tests.support.stack import Database

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture
def court(database: Database) -> Iterator[Court]:
    with closing(Court(database)) as opened:
        yield opened


def say(court: Court, *said: Statement) -> None:
    """With words of their own, each kept as the gateway keeps them."""
    with court.database.connect("gateway") as gateway:
        append_statements(gateway, [Submission(statement, b'{"#/data/text":"words"}', b"salt") for statement in said])
    court.hear(*said)


def kept(court: Court) -> set[object]:
    return {stream for (stream,) in court.rows("SELECT statement FROM vault")}


def forget(court: Court, subject: object) -> int:
    return erase(court.database.owner, Wish(subject=str(subject)), NOW, lambda zh, en=None, /: None)


def order(key: str) -> Order:
    return Order(REVIEWER, key, "核实为同一主体", key.encode())


@pytest.fixture
def commands(court: Court) -> Iterator[Commands]:
    with closing(pool(court.conninfo, name="officers")) as opened:
        yield Commands(opened, court.rules)


def test_words_about_every_account_of_the_subject_go(court: Court) -> None:
    said = [imposed("tmall"), imposed("pdd"), declared("jd")]
    other = imposed("tmall", account="shop-2", uscc=None, id="other")
    say(court, *said, other)
    assert forget(court, SUBJECT) == 3
    assert kept(court) == {other.stream}


def test_an_alias_stands_for_the_accounts_that_it_had(court: Court) -> None:
    early, late = imposed("tmall", uscc=None), declared("tmall")
    elsewhere = imposed("pdd")
    say(court, early, elsewhere)
    say(court, late)
    assert court.dossier(own("tmall")).merged_into == SUBJECT
    assert forget(court, own("tmall")) == 2
    assert kept(court) == {elsewhere.stream}


def test_of_the_subject_that_it_was_merged_into_all_go(court: Court) -> None:
    say(court, imposed("tmall", uscc=None), imposed("pdd"))
    say(court, declared("tmall"))
    assert forget(court, SUBJECT) == 3
    assert kept(court) == set()


def test_words_about_an_account_that_was_taken_for_it_stay(court: Court, commands: Commands) -> None:
    mine, mistaken = imposed("pdd"), imposed("tmall", uscc=None)
    say(court, mine, mistaken)
    commands.link(AccountRef("tmall", "shop-1"), USCC, order("link"))
    commands.unlink(AccountRef("tmall", "shop-1"), order("unlink"))
    assert forget(court, SUBJECT) == 3, "what was said of it, and the words of both commands"
    assert kept(court) == {mistaken.stream}


def test_a_refused_record_that_names_the_account_loses_its_bytes_and_stays_counted(court: Court) -> None:
    say(court, imposed("tmall"))
    with court.database.connect() as owner:
        for account in (b"shop-1", b"shop-9"):
            owner.execute(
                'INSERT INTO refusal (kind, member, topic, partition, "offset", answer, record, recorded_at)'
                " VALUES ('refused', 'tmall', 't', 0, 0, '{}', %s, now())",
                (b'{"subject":"' + account + b'","data":"words"}',),
            )
    assert forget(court, SUBJECT) == 2
    assert court.rows("SELECT record IS NULL FROM refusal ORDER BY id") == [(True,), (False,)]


def test_a_request_that_breaks_off_is_due_until_it_is_carried_out(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise psycopg.OperationalError("cut")

    say(court, imposed("tmall"))
    forget(court, SUBJECT)
    with monkeypatch.context() as patched, pytest.raises(psycopg.OperationalError):
        patched.setattr(store, "erase", broken)
        forget(court, SUBJECT)
    with court.database.connect("adjudication") as conn:
        assert store.erasures_due(conn) == 1
        forget(court, SUBJECT)
        assert store.erasures_due(conn) == 0
