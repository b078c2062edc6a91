"""Two processes of the console on one database: who is logged in at one is at the other, and attempts are counted together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from litestar.testing import TestClient
from psycopg_pool import ConnectionPool

from services.regulator.console.entry.drawer import Drawer
from services.regulator.console.entry.session import COOKIE, IDLE
from services.regulator.main import PAGE_BURST, application
from services.regulator.settings import Settings
from tests.services.regulator.conftest import HOST, PURPOSE, REGULATOR
from tests.services.regulator.dossiers import LISTED, NOW
from tests.support.stack import Database


class Both(NamedTuple):
    """Two processes before one browser, and the time that both of them have."""

    one: TestClient[Any]
    other: TestClient[Any]
    time: list[datetime]

    def log_in(self, key: str = REGULATOR) -> httpx.Response:
        return self.one.post("/login", data={"key": key, "purpose": PURPOSE}, follow_redirects=False)

    def carry(self) -> None:
        """The browser comes to the other process with what it has."""
        self.other.cookies.clear()
        for cookie in self.one.cookies.jar:
            self.other.cookies.set(cookie.name, cookie.value or "")

    def status(self, client: TestClient[Any], path: str = "/changes") -> int:
        return client.get(path, follow_redirects=False).status_code


@contextmanager
def process(database: Database, time: list[datetime]) -> Iterator[TestClient[Any]]:
    site = application(Settings(database_regulator=database.conninfo("regulator")), clock=lambda: time[0])
    with TestClient(site, base_url=HOST) as client:  # type: ignore[type-var]
        yield client


@pytest.fixture
def both(filled: Database) -> Iterator[Both]:
    with filled.connect() as owner:
        owner.execute("TRUNCATE audit, console_session, console_attempt")
    time = [NOW]
    with process(filled, time) as one, process(filled, time) as other:
        yield Both(one, other, time)


def test_who_is_logged_in_at_one_is_at_the_other_and_after_a_restart(both: Both, filled: Database) -> None:
    both.log_in()
    both.carry()
    assert both.status(both.other) == 200
    with process(filled, both.time) as restarted:
        restarted.cookies.set(COOKIE, both.one.cookies[COOKIE])
        assert both.status(restarted) == 200


def test_who_logs_out_at_one_is_out_at_the_other(both: Both) -> None:
    both.log_in()
    both.carry()
    page = both.other.get("/changes").text
    token = page.split('name="token" value="')[1].split('"')[0]
    assert both.other.post("/logout", data={"token": token}, follow_redirects=False).status_code == 303
    assert both.status(both.one) == 303


def test_what_a_dossier_was_opened_for_is_known_at_both(both: Both) -> None:
    both.log_in()
    page = both.one.get(f"/subjects/{LISTED}").text
    token = page.split('name="token" value="')[1].split('"')[0]
    form = {"purpose": "核查举报", "token": token}
    assert both.one.post(f"/subjects/{LISTED}/purpose", data=form, follow_redirects=False).status_code == 303
    both.carry()
    assert "核查举报" in both.other.get(f"/subjects/{LISTED}").text


def test_half_an_hour_without_a_request_to_either_ends_it(both: Both) -> None:
    both.log_in()
    both.carry()
    for client in (both.one, both.other, both.one):
        both.time[0] += IDLE - timedelta(minutes=2)
        assert both.status(client) == 200
    both.time[0] += IDLE + timedelta(seconds=1)
    assert (both.status(both.one), both.status(both.other)) == (303, 303)


def test_attempts_are_counted_together_and_come_back_with_time(both: Both) -> None:
    said = [client.post("/login", data={"key": "lc_samr_a1_guess", "purpose": "x"}).status_code for client in (both.one, both.other) * 6]
    assert said == [401] * 10 + [429] * 2
    both.time[0] += timedelta(seconds=5)
    assert [both.log_in("lc_samr_a1_guess").status_code for _ in range(2)] == [401, 429]
    answer = both.log_in()
    assert (answer.status_code, answer.headers.get("set-cookie")) == (429, None), "the right key does not get by either"


def test_pages_are_counted_together(both: Both, filled: Database) -> None:
    both.log_in()
    both.carry()
    assert both.status(both.one) == 200
    with filled.connect() as owner:
        rows = owner.execute("UPDATE console_attempt SET tokens = 1 WHERE tokens > %s RETURNING 1", (PAGE_BURST - 2,)).fetchall()
    assert len(rows) == 1
    assert (both.status(both.other), both.status(both.one)) == (200, 429)


def test_the_tables_hold_no_session_no_key_and_no_address(both: Both, filled: Database) -> None:
    both.log_in()
    name = both.one.cookies[COOKIE]
    with filled.connect() as owner:
        held = owner.execute("SELECT s.id || s.content FROM console_session s UNION ALL SELECT whose FROM console_attempt").fetchall()
    assert len(held) >= 2
    for (value,) in held:
        for secret in (name, REGULATOR, PURPOSE, "testclient"):
            assert secret.encode() not in bytes(value)


def test_what_ended_is_swept_and_what_was_altered_opens_nothing(both: Both, filled: Database) -> None:
    both.log_in()
    both.time[0] += timedelta(hours=1)
    both.log_in()
    with filled.connect() as owner:
        assert owner.execute("SELECT count(*) FROM console_session").fetchone() == (1,)
        assert owner.execute("SELECT count(*) FROM console_attempt WHERE at < %s", (both.time[0] - timedelta(minutes=10),)).fetchone() == (
            0,
        )
        owner.execute("UPDATE console_session SET content = set_byte(content, 40, get_byte(content, 40) # 1)")
    assert both.status(both.one) == 303


def test_what_is_kept_is_taken_once_and_not_when_it_is_over(both: Both, filled: Database) -> None:
    with ConnectionPool(filled.conninfo("regulator"), min_size=1) as pool:
        drawer = Drawer(pool, lambda: both.time[0])
        drawer.put("a", b"x", IDLE)
        assert [drawer.take("a"), drawer.take("a")] == [b"x", None]
        drawer.put("b", b"x", IDLE)
        both.time[0] += IDLE
        assert (drawer.get("b", IDLE), drawer.take("b")) == (None, None)
        drawer.replace("b", b"y")
        assert drawer.get("b", IDLE) is None, "what was taken away does not come back"
