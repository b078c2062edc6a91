"""The page of a notice by plain forms: the body says who sends, nothing of it stands in an address, a header or a later page."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from events.facts.listing import ObjectionLodged
from events.wire.token import notice_key, notice_token
from services.adjudication.page.admission import TERM, Admission, Over
from services.adjudication.page.form import parts
from services.web import Problem
from tests.domain.spec import days, delivered, imposed
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

INVOICE, PHOTO = b"%PDF-1.7 an invoice", b"\xff\xd8\xff a photo"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    """A hearing has begun."""
    with opened(database, str(tmp_path)) as desk:
        desk.court.hear(imposed("tmall"), imposed("pdd"))
        desk.act("release", "rui", desk.newest("proposed"))
        desk.court.hear(delivered("tmall", f"listing-{desk.newest('released')}"))
        yield desk


def code(desk: Desk) -> str:
    return notice_token(notice_key(HUB_KEY), f"listing-{desk.newest()}", "tmall", "shop-1")


def send(desk: Desk, *files: tuple[str, bytes, str], headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    """As a browser sends a form: its fields in their order, then the files that were chosen, or an empty one."""
    parts: list[tuple[str, Any]] = [(name, (None, value.encode())) for name, value in fields.items()]
    parts += [("proof", file) for file in files or (("", b"", "application/octet-stream"),)]
    return desk.client.post("/v1/merchant", files=parts, headers=headers)


def hidden(answer: httpx.Response, name: str) -> str:
    return unescape(re.findall(f'name="{name}" value="([^"]*)"', answer.text)[0])


def plea(desk: Desk, seen: httpx.Response, *files: tuple[str, bytes, str], **more: str) -> httpx.Response:
    fields = {"admission": hidden(seen, "admission"), "lang": "zh", "do": "plead", "key": hidden(seen, "key"), "step": "object"}
    return send(desk, *files, **fields | {"reason": "并非本店所为"} | more)


def objections(desk: Desk) -> list[ObjectionLodged]:
    return [fact for fact in desk.court.facts() if isinstance(fact, ObjectionLodged)]


def test_a_pasted_code_or_link_opens_the_case_and_is_in_no_page(desk: Desk) -> None:
    token = code(desk)
    folded = f" https://hub.example/v1/merchant#{token[:40]}\n{token[40:]} "
    for text in (token, folded):
        answer = send(desk, code=text)
        assert answer.status_code == 200
        assert "听取意见" in answer.text and "shop-1" in answer.text
        assert token not in answer.text and token not in str(answer.headers)
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
        assert "set-cookie" not in answer.headers, "nothing is left in the browser"
    rows = desk.court.rows("SELECT actor, purpose, resource FROM audit ORDER BY id DESC LIMIT 1")
    assert rows == [("merchant:tmall", "own file", f"merchant/listing-{desk.newest()}")]


def test_an_objection_with_evidence_by_form_is_taken_once(desk: Desk) -> None:
    seen = send(desk, code=code(desk))
    files = (("invoice.pdf", INVOICE, "application/pdf"), ("photo.jpg", PHOTO, "image/jpeg"))
    for answer in (plea(desk, seen, *files), plea(desk, seen, *files)):
        assert answer.status_code == 200
        assert "已收到，记入档案" in answer.text and "异议待答复" in answer.text
    (lodged,) = objections(desk)
    assert lodged.evidence == (sha256(INVOICE).hexdigest(), sha256(PHOTO).hexdigest())
    again = plea(desk, seen, *files, reason="另一个理由")
    assert again.status_code == 409 and "此内容已经提交过" in again.text
    assert "另一个理由" in again.text, "what was written is kept"


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"reason": "  "}, 422, "请写明理由"),
        ({"reason": "长" * 2001}, 422, "请写明理由"),
        ({"step": "appeal"}, 409, "目前的进展不允许此事项"),
        ({"step": "release"}, 409, "目前的进展不允许此事项"),
        ({"key": "x"}, 422, "未能办理"),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_lodged(desk: Desk, wrong: dict[str, str], status: int, said: str) -> None:
    answer = plea(desk, send(desk, code=code(desk)), **wrong)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert 'id="plea"' in answer.text
    assert objections(desk) == []


def test_line_ends_of_a_form_are_those_that_were_typed(desk: Desk) -> None:
    answer = plea(desk, send(desk, code=code(desk)), reason="行\r\n" * 1000)
    assert answer.status_code == 200, "two thousand characters"
    words = desk.court.rows("SELECT words FROM vault WHERE position('行'::bytea in words) > 0")
    assert [rb"\r" in bytes(row[0]) for row in words] == [False]


def test_files_are_of_the_kinds_that_nothing_runs(desk: Desk) -> None:
    answer = plea(desk, send(desk, code=code(desk)), ("page.html", b"<script>", "text/html"))
    assert answer.status_code == 415 and "只接收照片" in answer.text
    assert objections(desk) == []


def test_no_file_is_taken_from_whoever_is_not_admitted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for admission in ("", "guessed", Admission(bytes(32)).seal(code(desk), desk.court.now)):
        answer = send(desk, ("a.pdf", INVOICE, "application/pdf"), admission=admission, do="plead", step="object", reason="我写的")
        assert answer.status_code == 401
        assert "查询码不完整或已失效" in answer.text
        assert hidden(answer, "reason") == "我写的", "and it is there again after the notice was opened"
    assert desk.court.rows("SELECT count(*) FROM evidence_kept") == [(0,)]


def test_of_a_file_nothing_is_read_before_it_is_known_who_sends_it() -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="proof"; filename="a.pdf"\r\n\r\n'
    asked_for = []

    async def body() -> AsyncIterator[bytes]:
        for chunk in (head, b"%PDF-1.7", b"and twenty mebibytes"):
            asked_for.append(chunk)
            yield chunk

    async def nobody() -> None:
        raise Problem("unauthorized")

    async def read() -> None:
        async for _ in parts("multipart/form-data; boundary=b", body(), nobody):
            pass

    with pytest.raises(Problem):
        asyncio.run(read())
    assert asked_for == [head, b"%PDF-1.7"]


def test_a_page_is_good_for_two_hours_and_what_was_written_survives_it(desk: Desk) -> None:
    seen = send(desk, code=code(desk))
    desk.court.now += timedelta(hours=2, seconds=1)
    late = plea(desk, seen, reason='"<b>写了很久\u200d')
    assert (late.status_code, objections(desk)) == (401, [])
    assert "两小时后失效" in late.text
    opened_again = send(desk, code=code(desk), reason=hidden(late, "reason"), step=hidden(late, "step"))
    assert "&#34;&lt;b&gt;写了很久\u200d</textarea>" in opened_again.text, "as it was written"


def test_a_form_that_another_sites_page_sends_is_refused(desk: Desk) -> None:
    for site in ("cross-site", "same-site"):
        answer = send(desk, code=code(desk), headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403 and "shop-1" not in answer.text


def test_a_body_that_is_no_form_is_a_page_too(desk: Desk) -> None:
    for body, kind in (
        (b"code=x", "application/x-www-form-urlencoded"),
        (b"--b\r\nnonsense", "multipart/form-data; boundary=b"),
        (b"", "multipart/form-data"),
    ):
        answer = desk.client.post("/v1/merchant", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (401, 422)
        assert 'id="open"' in answer.text


def test_the_own_file_is_a_page_and_points_at_nobody(desk: Desk) -> None:
    desk.court.wait(days(8))
    answer = send(desk, code=code(desk), do="own", lang="en")
    assert answer.status_code == 200
    assert "What platforms were told" in answer.text and "alibaba" in answer.text
    assert "tmall-s1" not in answer.text, "no evidence is named"


def test_every_refusal_of_the_page_names_its_code(desk: Desk) -> None:
    account = notice_token(notice_key(HUB_KEY), f"listing-{desk.newest()}", "tmall", "shop-2")
    answer = send(desk, code=account)
    assert answer.status_code == 401 and account not in answer.text


def test_an_admission_holds_its_token_for_its_term_and_under_its_key_only() -> None:
    sealing = Admission(bytes(range(32)))
    sealed = sealing.seal("lcn_x", NOW)
    assert "lcn_" not in sealed
    assert sealing.open(sealed, NOW + TERM) == "lcn_x"
    with pytest.raises(Over):
        sealing.open(sealed, NOW + TERM + timedelta(seconds=1))
    assert Admission(bytes(32)).open(sealed, NOW) is None
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    assert [sealing.open(text, NOW) for text in ("", "x", "é", "A" * 2000, changed, sealed[:20])] == [None] * 6
