"""A copy of the list: every format says the same, nothing in it is calculated, and it says whose copy it is."""

import csv
import io
import json
import re
import zipfile
from hashlib import sha256

import httpx
import pyarrow.parquet as pq
import pytest

from tests.services.regulator.conftest import PURPOSE, REGULATOR, Office

KINDS = ["csv", "xlsx", "jsonl", "parquet"]


def take(office: Office, kind: str, key: str = REGULATOR) -> httpx.Response:
    office.client.post("/login", data={"key": key, "purpose": PURPOSE})
    token = re.findall(r'name="token" value="([^"]+)"', office.client.get("/").text)[0]
    answer = office.client.post("/exports", data={"token": token, "format": kind})
    office.client.cookies.clear()
    return answer


def opened(answer: httpx.Response) -> tuple[bytes, dict[str, object]]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        return archive.read(manifest["file"]), manifest


@pytest.mark.parametrize("kind", KINDS)
def test_the_manifest_counts_hashes_and_names_who_took_it(office: Office, kind: str) -> None:
    content, manifest = opened(take(office, kind))
    assert (manifest["rows"], manifest["bytes"]) == (3, len(content))
    assert manifest["sha256"] == sha256(content).hexdigest()
    assert (manifest["exported_by"], manifest["purpose"]) == ("samr", PURPOSE)
    assert ("samr", PURPOSE, f"exports/console?format={kind}") in office.audited()


def test_csv_jsonl_and_parquet_hold_the_same(office: Office) -> None:
    text, _ = opened(take(office, "csv"))
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    lines = [json.loads(line) for line in opened(take(office, "jsonl"))[0].splitlines()]
    table = pq.read_table(io.BytesIO(opened(take(office, "parquet"))[0]))
    names = [row["主体名称"] for row in lines]
    assert [row["主体名称"] for row in rows] == names == table.column("主体名称").to_pylist()
    assert "城**" in names, "a sole trader is masked"
    assert all(row["导出"].startswith("samr 2026-11-20") for row in rows)
    assert table.schema.metadata[b"liancheng.export"].startswith(b"samr")


def test_a_workbook_holds_texts_only(office: Office) -> None:
    content, _ = opened(take(office, "xlsx"))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


def test_an_officer_takes_no_copy(office: Office) -> None:
    assert take(office, "csv", "lc_reviewer-one_a3_secret").status_code == 403


def test_no_copy_without_its_audit_row(office: Office) -> None:
    office.client.post("/login", data={"key": REGULATOR, "purpose": PURPOSE})
    token = re.findall(r'name="token" value="([^"]+)"', office.client.get("/").text)[0]
    with office.without_audit():
        answer = office.client.post("/exports", data={"token": token, "format": "csv"})
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
