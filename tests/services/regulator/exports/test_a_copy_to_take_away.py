"""A copy of the list: every format says the same, nothing in it is calculated, and it says whose copy it is."""

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import httpx
import pyarrow.parquet as pq
import pytest

from events.facts.fact import Measure, Tier
from events.facts.listing import MeasureUntil
from projections.blacklist.read import Subject
from services.regulator.application import Reading
from services.regulator.exports import files, workbook
from tests.services.regulator.conftest import PURPOSE, REGULATOR, Office
from tests.services.regulator.dossiers import NOW

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


def listed(number: int) -> Subject:
    until = date(2027, 1, 1)
    return Subject(
        subject_id=UUID(int=number), position=number, at=NOW, seq=1, name=f"商贸{number}", kind="enterprise", tier=Tier.RESTRICTED,
        measures=(MeasureUntil(Measure.LIMIT, until),), since=NOW.date(), until=until,
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_is_sent_while_it_is_made(monkeypatch: pytest.MonkeyPatch, kind: files.Format) -> None:
    """Of a list of any length one group is in memory; what was sent is an archive only once its manifest is there."""
    monkeypatch.setattr(files, "GROUP", 10)
    read, before, sent = 0, 0, bytearray()

    def subjects() -> Iterator[Subject]:
        nonlocal read
        for read in range(1, 96):
            yield listed(read)

    for piece in files.packed(kind, subjects(), Reading("samr", PURPOSE, NOW)):
        assert b"manifest.json" not in sent
        assert (read - before <= 10, len(piece) < 64 * 1024) == (True, True)
        before = read
        sent += piece
    with zipfile.ZipFile(io.BytesIO(sent)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("manifest.json"))["rows"] == 95


def test_a_workbook_goes_on_where_a_sheet_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 4)
    whole = b"".join(files.packed("xlsx", map(listed, range(1, 11)), Reading("samr", PURPOSE, NOW)))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        name = next(one for one in archive.namelist() if one.endswith("xlsx"))
        with zipfile.ZipFile(io.BytesIO(archive.read(name))) as book:
            sheets = [book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2, 3)]
            assert 'name="名单 3"' in book.read("xl/workbook.xml").decode()
    assert [sheet.count("<row ") for sheet in sheets] == [5, 5, 3]
    assert all("主体名称" in sheet for sheet in sheets)


def test_a_workbook_gives_signs_of_life_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is silent for a minute is ended by whoever stands between; what is broken off leaves no gigabyte on the disk."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(files, "GROUP", 10)
    going = files.packed("xlsx", map(listed, range(1, 51)), Reading("samr", PURPOSE, NOW))
    assert [len(next(going)) > 0 for _ in range(5)] == [True] * 5
    assert list(tmp_path.iterdir()) != []
    going.close()
    assert list(tmp_path.iterdir()) == []


def test_an_officer_takes_no_copy(office: Office) -> None:
    assert take(office, "csv", "lc_reviewer-one_a3_secret").status_code == 403


def test_no_copy_without_its_audit_row(office: Office) -> None:
    office.client.post("/login", data={"key": REGULATOR, "purpose": PURPOSE})
    token = re.findall(r'name="token" value="([^"]+)"', office.client.get("/").text)[0]
    with office.without_audit():
        answer = office.client.post("/exports", data={"token": token, "format": "csv"})
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
