"""The command reads a real log with the rights of a reader, and its exit code says whether due process was kept."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from psycopg.errors import InsufficientPrivilege

from events.facts.directive import DirectiveIssued
from events.facts.listing import ListingDecided, NoticeReleased, NoticeServed, ObjectionLodged, ObjectionResolved
from events.facts.scrutiny import EvidenceOpened
from events.transport.store import append
from services.adjudication.check.checker import Entry
from tests.services.check.stories import STORIES
from tests.services.check.test_what_the_checker_finds import with_, without
from tests.support.stack import Database

ROOT = Path(__file__).resolve().parents[3]


def record(database: Database, entries: Sequence[Entry]) -> None:
    """As the owner of the tables might, past what keeps everybody else from writing such a log."""
    versions: dict[object, int] = {}
    with database.connect() as conn, conn.transaction():
        conn.execute("ALTER TABLE hub_events DISABLE TRIGGER USER")
        for entry in entries:
            versions[entry.stream] = versions.get(entry.stream, 0) + 1
            append(conn, [(entry.stream, versions[entry.stream], entry.fact)])


def run(conninfo: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.adjudication.check"],
        env={"PATH": os.environ["PATH"], "LIANCHENG_DATABASE_REGULATOR": conninfo},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_found_in_a_log_as_it_should_be(database: Database) -> None:
    record(database, STORIES["answered"]().log)
    done = run(database.conninfo("regulator"))
    assert (done.returncode, done.stdout) == (0, "0 处问题 / findings\n")


@pytest.mark.parametrize(
    ("story", "plant", "code"),
    [
        ("restricted", without(ListingDecided), "directive-without-decision"),
        ("restricted", without(NoticeServed), "listing-without-notice"),
        ("restricted", with_(ListingDecided, measures=()), "listing-without-term"),
        ("restricted", with_(NoticeReleased, rulebook="2031.1"), "listing-without-version"),
        ("blacklisted", with_(ListingDecided, by=("an", "an")), "same-person-twice"),
        ("answered", with_(ObjectionResolved, by="ran"), "same-person-twice"),
        ("answered", without(ObjectionLodged), "step-out-of-order"),
        ("repaired", without(DirectiveIssued, seq=2), "lift-missing"),
        ("read", with_(EvidenceOpened, by="ran"), "decided-unread"),
    ],
)
def test_a_planted_violation_is_found(database: Database, story: str, plant: object, code: str) -> None:
    assert callable(plant)
    record(database, [entry for entry in map(plant, STORIES[story]().log) if entry is not None])
    done = run(database.conninfo("regulator"))
    assert done.returncode == 1
    assert code in done.stdout


def test_a_log_that_cannot_be_read_is_no_clean_log() -> None:
    assert run("postgresql://nobody:x@127.0.0.1:1/none").returncode == 2


def test_the_reader_writes_nothing(database: Database) -> None:
    with database.connect("regulator") as conn, pytest.raises(InsufficientPrivilege):
        conn.execute("DELETE FROM hub_events")
