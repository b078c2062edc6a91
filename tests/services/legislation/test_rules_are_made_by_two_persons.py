"""Over HTTP, on a real database: a version is drafted, proved, tried on the log, adopted by another person, and in force on its day."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from typing import Any

import psycopg
import pytest

from events.facts.listing import ListingProposed
from events.facts.rulebook import RulebookAdopted, RulebookBacktested, RulebookDrafted, rulebook_stream
from events.transport.store import load
from services.adjudication import rulebooks
from services.adjudication.application.rules import Rules
from services.adjudication.backtest.__main__ import tried
from services.adjudication.legislation.library import LOOK_SECONDS, MISS_SECONDS, Library
from services.adjudication.rulebooks import CURRENT, read_all
from tests.domain.spec import FREEZE, NOON, imposed
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

SHIPPED = (files(rulebooks) / "2026.1.toml").read_text("utf-8")
FIRST_DAY = date(2026, 3, 10)
"""NOON is on the 2nd."""
TEXT = (
    SHIPPED.replace('version = "2026.1"', 'version = "2026.2"', 1)
    .replace("effective = 2026-11-01", f"effective = {FIRST_DAY}", 1)
    .replace("severity = 4\nplatforms = 2", "severity = 4\nplatforms = 3", 1)
)
DIGEST = sha256(TEXT.encode()).hexdigest()


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as desk:
        yield desk


def draft(desk: Desk, text: str = TEXT, by: str = "rui") -> Any:
    return desk.post("/v1/rulebooks", {"text": text, "reason": "三家才足以列名"}, by)


def adopt(desk: Desk, by: str = "an", digest: str = DIGEST) -> Any:
    return desk.post("/v1/rulebooks/2026.2/adopt", {"sha256": digest, "reason": "已核对回测"}, by)


def backtest(desk: Desk, chosen: str = "2026.2", now: datetime = NOON) -> list[str]:
    with closing(desk.court.database.connect("adjudication")) as conn:
        return tried(conn, chosen, now)


def facts(desk: Desk) -> list[Any]:
    with closing(desk.court.database.connect("adjudication")) as conn:
        return [fact for _, _, fact in load(conn, [rulebook_stream("2026.2")]).get(rulebook_stream("2026.2"), [])]


def states(desk: Desk) -> dict[str, tuple[str, bool]]:
    return {it["version"]: (it["state"], it["in_force"]) for it in desk.get("/v1/rulebooks", by=None).json()["items"]}


def test_from_a_draft_to_the_day_on_which_it_rules(desk: Desk) -> None:
    assert draft(desk).json() == {"version": "2026.2", "state": "draft", "in_force": False, "sha256": DIGEST, "effective": "2026-03-10"}
    assert desk.get("/v1/rulebooks/2026.2/text", by=None).text == TEXT
    assert "已记入草案 noted with the draft 2026.2" in backtest(desk)
    assert adopt(desk).json()["state"] == "announced"
    assert states(desk) == {"2026.1": ("adopted", True), "2026.2": ("announced", False)}
    desk.court.now = NOON + timedelta(days=8)
    assert states(desk) == {"2026.1": ("adopted", False), "2026.2": ("adopted", True)}
    assert [type(fact) for fact in facts(desk)] == [RulebookDrafted, RulebookBacktested, RulebookAdopted]
    assert [fact.by for fact in facts(desk)] == ["rui", "hub", "an"]


def test_a_process_decides_by_the_version_in_force_on_the_day(desk: Desk) -> None:
    """Two freezes are enough under the first version, and are not from the first day of the second."""
    draft(desk), backtest(desk), adopt(desk)
    clock = 0.0
    library = Library(read_all(), desk.court.conninfo, lambda: clock)
    for day, proposes in ((7, True), (8, False)):
        now = NOON + timedelta(days=day)
        desk.court.now = now
        rules = Rules(library, CURRENT, HUB_KEY, lambda now=now: now, adopted=library.in_force)  # type: ignore[misc]
        assert rules.moment().book.version == ("2026.1" if proposes else "2026.2")
        assert (rules.moment().book.rule("two-platforms-severe").platforms == 2) is proposes  # type: ignore[union-attr]
    assert set(library) == {"2026.1", "2026.2"}


def test_what_is_adopted_while_a_process_runs_is_known_to_it_within_half_a_minute(desk: Desk) -> None:
    clock = [0.0]
    library = Library(read_all(), desk.court.conninfo, lambda: clock[0])
    assert library.in_force(FIRST_DAY) is None
    draft(desk), backtest(desk), adopt(desk)
    clock[0] = LOOK_SECONDS - 1
    assert library.in_force(FIRST_DAY) is None
    clock[0] = LOOK_SECONDS
    assert library.in_force(FIRST_DAY) == "2026.2"
    assert library.in_force(FIRST_DAY - timedelta(days=1)) is None


def test_whoever_asks_for_an_adopted_version_by_name_is_answered_at_once(desk: Desk) -> None:
    clock = [0.0]
    library = Library(read_all(), desk.court.conninfo, lambda: clock[0])
    assert "2026.2" not in library
    draft(desk), backtest(desk), adopt(desk)
    clock[0] = MISS_SECONDS
    assert library["2026.2"].version == "2026.2"


def test_nobody_decides_while_the_adopted_rules_were_never_read() -> None:
    library = Library(read_all(), "host=127.0.0.1 port=1 dbname=none user=none", lambda: 0.0)
    with pytest.raises(psycopg.OperationalError):
        library.in_force(FIRST_DAY)


def test_a_defective_draft_is_refused_with_each_defect_and_nothing_is_kept(desk: Desk) -> None:
    refused = draft(desk, TEXT.replace('"privacy", ', "").replace("points = 200", "points = 110"))
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/rulebook-defective")
    assert [(it["code"], it["detail"]) for it in refused.json()["errors"]] == [
        ("gap", "gap: groups category privacy"),
        ("milder", "milder: measures.points measure freeze (measures.limit, measures.freeze)"),
    ]
    assert draft(desk, "version = ").status_code == 422
    assert draft(desk, TEXT.replace("paipai-1", "paipai-9")).status_code == 422
    assert draft(desk, TEXT.replace('"2026.2"', '"next"')).json()["detail"] == "A version is a year and a number: 2027.1"
    assert facts(desk) == []


@pytest.mark.parametrize(
    ("by", "digest", "status", "code"),
    [("rui", DIGEST, 403, "forbidden"), ("pan", DIGEST, 403, "forbidden"), ("an", "00" * 32, 412, "precondition-failed")],
)
def test_who_may_not_adopt(desk: Desk, by: str, digest: str, status: int, code: str) -> None:
    draft(desk), backtest(desk)
    refused = adopt(desk, by, digest)
    assert (refused.status_code, refused.json()["type"]) == (status, f"/problems/{code}")


def test_nobody_adopts_without_a_backtest_of_the_very_text(desk: Desk) -> None:
    draft(desk)
    assert adopt(desk).json()["guard"] == "backtested"
    backtest(desk)
    draft(desk, TEXT + "# another word\n")
    assert adopt(desk, digest=sha256((TEXT + "# another word\n").encode()).hexdigest()).json()["guard"] == "backtested"


def test_seven_whole_days_of_notice(desk: Desk) -> None:
    draft(desk), backtest(desk)
    desk.court.now = NOON + timedelta(days=1)
    assert adopt(desk).json()["guard"] == "seven-days-notice"


def test_a_shipped_version_is_not_written_anew(desk: Desk) -> None:
    assert draft(desk, SHIPPED.replace("effective = 2026-11-01", "effective = 2027-01-01")).status_code == 409


def test_what_was_announced_is_taken_back(desk: Desk) -> None:
    draft(desk), backtest(desk), adopt(desk)
    assert desk.post("/v1/rulebooks/2026.2/withdraw", {"reason": "另行修改"}, "bo").json()["state"] == "withdrawn"
    desk.court.now = NOON + timedelta(days=8)
    assert states(desk) == {"2026.1": ("adopted", True), "2026.2": ("withdrawn", False)}
    assert Library(read_all(), desk.court.conninfo, lambda: 0.0).in_force(FIRST_DAY) is None


def test_a_command_is_done_once(desk: Desk) -> None:
    body = {"text": TEXT, "reason": "三家才足以列名"}
    answers = [desk.post("/v1/rulebooks", body, "rui", key="k-1").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(facts(desk)) == 1


def test_the_database_itself_asks_for_two_persons_a_backtest_and_seven_days(desk: Desk) -> None:
    draft(desk), backtest(desk)
    for change in (
        "checker = 'rui', adopted_at = '2026-03-02 04:00Z'",
        "checker = 'an', adopted_at = '2026-03-03 04:00Z'",
        "checker = 'an', adopted_at = '2026-03-02 04:00Z', backtested = NULL",
        "checker = 'an'",
    ):
        with closing(desk.court.database.connect("adjudication")) as conn, pytest.raises(psycopg.errors.CheckViolation):
            conn.execute(f"UPDATE rulebook SET {change}")  # type: ignore[call-overload]


def test_the_guards_of_making_rules_are_public(desk: Desk) -> None:
    assert [it["code"] for it in desk.get("/v1/guards", by=None).json()["adopt-rulebook"]] == [
        "by-approver", "drafted", "not-adopted", "another-than-maker", "backtested", "seven-days-notice",
    ]  # fmt: skip


def test_a_backtest_of_the_log_says_who_would_be_freed(desk: Desk) -> None:
    """Two platforms froze: proposed under the first version, not under the draft that asks for three."""
    desk.court.hear(imposed("tmall", FREEZE), imposed("pdd", FREEZE))
    assert any(isinstance(fact, ListingProposed) for fact in desk.court.facts())
    draft(desk)
    told = backtest(desk)
    counted = {line.split()[-1]: int(line.split()[0]) for line in told if line[:8].strip().isdigit()}
    assert (counted["freed"], counted["listed"], counted["same"]) == (1, 0, 0)
    assert any("restricted (two-platforms-severe)" in line and "→ watch (one-platform-severe)" in line for line in told)
    (_, noted) = facts(desk)
    assert (noted.freed, noted.listed, noted.scored, noted.sha256) == (1, 0, 0, DIGEST)


def test_a_backtest_of_a_file_and_of_a_version_that_nobody_wrote(desk: Desk, tmp_path: Any) -> None:
    (tmp_path / "next.toml").write_text(TEXT, "utf-8")
    assert backtest(desk, str(tmp_path / "next.toml"))[0].startswith("回测 backtest: 2026.1 → 2026.2")
    assert backtest(desk, "2026.1")[0].startswith("回测 backtest: 2026.1 → 2026.1")
    assert facts(desk) == []
    with pytest.raises(LookupError, match="no such file"):
        backtest(desk, "2031.7")
