"""The same Idempotency-Key does a command once and answers it again; with another command it is refused."""

from datetime import UTC, datetime

import psycopg
import pytest

from services.web import Problem
from services.web.commands import Done, fingerprint, once
from tests.support.stack import Database

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
ASKED = fingerprint("POST", "/v1/listings/1/release", {"reason": "x"})


class Office:
    """Counts what it does."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self.conn, self.done = conn, 0

    def act(self) -> Done:
        self.done += 1
        return Done(201, {"n": self.done, "text": "已办"})

    def ask(self, key: str = "c-1", actor: str = "reviewer-1", asked: bytes = ASKED) -> Done:
        with self.conn.transaction():
            return once(self.conn, actor, key, asked, NOW, self.act)


def test_done_once_and_answered_again(database: Database) -> None:
    with database.connect("adjudication") as conn:
        office = Office(conn)
        assert office.ask() == office.ask() == Done(201, {"n": 1, "text": "已办"})
        assert office.ask("c-2").answer["n"] == office.ask(actor="reviewer-2").answer["n"] - 1 == 2


def test_another_command_under_the_same_key_is_refused(database: Database) -> None:
    with database.connect("adjudication") as conn:
        office = Office(conn)
        office.ask()
        with pytest.raises(Problem) as problem:
            office.ask(asked=fingerprint("POST", "/v1/listings/1/release", {"reason": "y"}))
        assert (problem.value.code, office.done) == ("idempotency-conflict", 1)


def test_what_failed_may_be_tried_again(database: Database) -> None:
    with database.connect("adjudication") as conn:
        office = Office(conn)

        def fail() -> Done:
            raise Problem("not-allowed-now")

        with pytest.raises(Problem), conn.transaction():
            once(conn, "reviewer-1", "c-1", ASKED, NOW, fail)
        assert office.ask().answer["n"] == 1


def test_the_order_of_a_bodys_keys_makes_no_other_command() -> None:
    assert fingerprint("POST", {"a": 1, "b": 2}) == fingerprint("POST", {"b": 2, "a": 1})
    assert fingerprint("POST", {"a": 1}) != fingerprint("PUT", {"a": 1})
