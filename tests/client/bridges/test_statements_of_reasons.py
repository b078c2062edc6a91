"""The EU database's CSV as it is published: every row becomes one sanction, or is counted with its reason."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from events.client.bridges import transparency
from events.client.bridges.rows import NotUsable
from events.client.statement import Member, Merchant
from tests.client.bridges.taken import taken

HERE = Path(__file__).parent
ACCOUNTS = {"puid-1": Merchant("shop-1", "91350100M000100Y43")}
ROW = dict.fromkeys(transparency.COLUMNS, "") | {
    "uuid": "0b9a3f0c-6a5a-4f9e-9f6e-0a3a5f1f2c11",
    "platform_uid": "puid-1",
    "application_date": "2026-05-01 00:00:00",
    "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Terms 4.2",
    "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
    "decision_account": "DECISION_ACCOUNT_SUSPENDED",
    "end_date_account_restriction": "2026-08-01 00:00:00",
}


def said(**cells: str) -> dict[str, Any]:
    return transparency.sanction(ROW | cells, ACCOUNTS).data


def test_a_suspension_of_the_account_is_a_freeze_with_its_end() -> None:
    data = said()
    assert (data["measure"], data["category"], data["rule"], data["decided_by"]) == ("freeze", "fraud", "Terms 4.2", "human")
    assert (data["begins"], data["ends"]) == (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("cells", "measure"),
    [
        ({"decision_account": "DECISION_ACCOUNT_TERMINATED"}, "expel"),
        ({"decision_account": "", "decision_provision": "DECISION_PROVISION_TOTAL_TERMINATION"}, "expel"),
        ({"decision_account": "", "decision_visibility": '["DECISION_VISIBILITY_CONTENT_REMOVED"]'}, "remove_item"),
        ({"decision_account": "", "decision_visibility": '["DECISION_VISIBILITY_OTHER", "DECISION_VISIBILITY_CONTENT_DEMOTED"]'}, "demote"),
        ({"decision_visibility": '["DECISION_VISIBILITY_CONTENT_REMOVED"]'}, "freeze"),
    ],
)
def test_the_gravest_decision_of_a_row_is_its_measure(cells: dict[str, str], measure: str) -> None:
    assert said(**cells)["measure"] == measure


def test_a_keyword_says_more_than_its_category() -> None:
    cells = {"category": "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS"}
    assert said(**cells)["category"] == "forbidden_goods"
    assert said(**cells, category_specification='["KEYWORD_DANGEROUS_TOYS"]')["category"] == "unsafe_goods"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"platform_uid": "puid-2"}, "no account for its puid"),
        ({"end_date_account_restriction": ""}, "no end of its restriction"),
        ({"end_date_account_restriction": "2026-04-01 00:00:00"}, "it ends before it begins"),
        ({"end_date_account_restriction": "soon"}, "an end that is no date"),
        ({"decision_account": ""}, "no decision that has a measure here"),
        ({"application_date": ""}, "no application date"),
        ({"category": "STATEMENT_CATEGORY_NEW"}, "an unknown category"),
        ({"decision_visibility": "[1", "decision_account": ""}, "a list of codes that is none"),
    ],
)
def test_what_cannot_be_said_is_told_and_never_guessed(cells: dict[str, str], why: str) -> None:
    with pytest.raises(NotUsable) as unusable:
        said(**cells)
    assert unusable.value.why == why


@pytest.fixture
def pipe(tmp_path: Path) -> Callable[[str], "subprocess.CompletedProcess[bytes]"]:
    (tmp_path / "accounts.csv").write_text("puid,account,uscc\npuid-1,shop-1,91350100M000100Y43\n", encoding="utf-8-sig")

    def run(text: str) -> "subprocess.CompletedProcess[bytes]":
        command = [sys.executable, "-m", "events.client.bridges", "dsa", "--accounts", str(tmp_path / "accounts.csv")]
        return subprocess.run(command, input=text.encode("utf-8-sig"), capture_output=True, cwd=HERE.parents[2], check=False)

    return run


def sheet(*rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_a_file_becomes_lines_that_the_hub_takes_and_a_count(pipe: Callable[[str], Any]) -> None:
    ended = pipe(sheet(ROW, ROW | {"platform_uid": "puid-2"}, ROW | {"incompatible_content_ground": 'quoted "§ 4", 换行\n到此'}))
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line["subject"] for line in lines] == ["shop-1", "shop-1"]
    assert b"2  said" in ended.stderr
    assert b"1  no account for its puid" in ended.stderr
    assert [taken(line, Member("tmall")).uscc for line in lines] == ["91350100M000100Y43"] * 2


def test_another_format_is_refused_with_the_columns_that_it_lacks(pipe: Callable[[str], Any]) -> None:
    ended = pipe("uuid,category\n1,2\n")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"decision_account" in ended.stderr
    assert b"uuid," not in ended.stderr
