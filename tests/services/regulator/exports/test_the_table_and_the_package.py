"""The table of public credit, and what is handed to the police: whole, hashed, safe to open, and without what was said in words."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import pytest

from projections.blacklist.read import Account, Subject
from services.regulator.exports import police, table
from services.regulator.exports.police import Case, Recorded, Transfer
from tests.services.regulator.conftest import Office
from tests.services.regulator.dossiers import BLACKLISTED, HOSTILE, NOW, everything

TABLE = "/v1/exports/public-credit.csv"


def test_the_table_has_chinese_headers_and_a_row_for_each_on_the_list(office: Office) -> None:
    answer = office.get(TABLE)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    row = next(row for row in rows if row["统一社会信用代码"] == "913100007109328220")
    assert (row["主体名称"], row["惩戒层级"], row["惩戒措施"], row["有效期至"]) == ("云帆美妆有限公司", "黑名单", "限制功能", "2027-05-19")
    assert HOSTILE in {row["主体名称"] for row in rows}
    assert office.audited()[-1][2] == "exports/public-credit.csv"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_calculated(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(table.line([cell, "x"]), newline=""))
    assert row == [f"'{cell}", "x"]


def test_a_package_is_sent_with_its_manifest_and_audited(office: Office) -> None:
    answer = office.get(f"/v1/exports/police/{BLACKLISTED}", to="上海市公安局")
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    manifest = json.loads(archive.read("manifest.json"))
    assert {listed["name"]: listed["sha256"] for listed in manifest["files"]} == {
        name: sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != "manifest.json"
    }
    assert (manifest["to"], manifest["by"]) == ("上海市公安局", "samr")
    assert office.audited()[-1][2] == f"exports/police/{BLACKLISTED}"
    assert office.get(f"/v1/exports/police/{uuid4()}", to="x").status_code == 404
    assert office.get(f"/v1/exports/police/{BLACKLISTED}").status_code == 422


def test_the_chain_holds_every_fact_in_the_order_of_the_log_and_the_hash_of_each_piece_of_evidence() -> None:
    facts = [Recorded(it.id, it.fact) for it in everything() if it.fact.subject_id == BLACKLISTED]
    subject = Subject(subject_id=BLACKLISTED, position=9, at=NOW, name=HOSTILE, kind="enterprise")
    case = Case(subject, [Account(1, "tmall", "shop-1", BLACKLISTED)], facts)
    transfer = Transfer("LC-1", "公安局", "samr", "涉嫌犯罪", datetime(2026, 11, 20, tzinfo=UTC))
    lines = [json.loads(line) for line in police.chain(case).splitlines()]
    assert [line["position"] for line in lines] == sorted(recorded.position for recorded in facts)
    assert b"ab" * 32 in police.evidence(case) or not any("weighing" in line["fact"] for line in lines)
    assert HOSTILE.encode() not in police.letter(case, transfer), "escaped"
    assert police.package(case, transfer) == police.package(case, transfer)
    assert len(police.timeline(case).decode("utf-8-sig").splitlines()) == len(facts) + 1
