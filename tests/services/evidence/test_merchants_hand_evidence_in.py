"""With the token of a notice content is handed in, named in what is asked for, and opened by whoever answers; and not without bounds."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from events.facts.listing import ObjectionLodged
from events.facts.scrutiny import EvidenceOpened, EvidenceStored
from events.wire.token import notice_key, notice_token
from services.adjudication.evidence import application
from tests.domain.spec import delivered, imposed
from tests.projections import hosting
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

INVOICE = b"%PDF-1.7 an invoice"
KEYS = count()


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    """A hearing has begun."""
    with opened(database, str(tmp_path)) as found:
        found.court.hear(imposed("tmall"), imposed("pdd"))
        found.act("release", "rui", found.newest("proposed"))
        found.court.hear(delivered("tmall", f"listing-{found.newest('released')}"))
        yield found


def bearer(desk: Desk, platform: str = "tmall", notice: str | None = None) -> dict[str, str]:
    token = notice_token(notice_key(HUB_KEY), notice or f"listing-{desk.newest()}", platform, "shop-1")
    return {"Authorization": f"Bearer {token}"}


def hand_in(desk: Desk, content: bytes = INVOICE, kind: str = "application/pdf", **more: Any) -> httpx.Response:
    digest = more.pop("digest", sha256(content).hexdigest())
    headers = {"Content-Type": kind} | more.pop("headers", bearer(desk))
    return desk.client.put(f"/v1/merchant/evidence/{digest}", content=content, headers=headers)


def object_with(desk: Desk, content: bytes = INVOICE) -> httpx.Response:
    body = {"reason": "并非本店所为", "evidence": [sha256(content).hexdigest()]}
    return desk.client.post("/v1/merchant/objections", json=body, headers=bearer(desk) | {"Idempotency-Key": f"k{next(KEYS)}"})


def stored(desk: Desk) -> list[Any]:
    with desk.court.database.connect("regulator") as reader:
        return [it.fact for it in hosting.logged(reader) if isinstance(it.fact, EvidenceStored)]


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/"), answer.json().get("guard")


def test_what_a_merchant_hands_in_is_kept_once_and_is_a_fact(desk: Desk) -> None:
    first, again = hand_in(desk), hand_in(desk)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["media"] == "application/pdf"
    (fact,) = stored(desk)
    assert (fact.by, fact.account.platform, fact.evidence, fact.bytes) == ("merchant:tmall", "tmall", None, len(INVOICE))


def test_whoever_answers_has_to_open_it(desk: Desk) -> None:
    hand_in(desk)
    assert object_with(desk).status_code == 200
    assert [fact.evidence for fact in desk.court.facts() if isinstance(fact, ObjectionLodged)] == [(sha256(INVOICE).hexdigest(),)]
    listing = desk.newest()
    refused = desk.act("objections/answer", "pan", listing, upheld=False)
    assert problem(refused) == (409, "not-allowed-now", "evidence-opened")
    (piece,) = (it for it in desk.get(f"/v1/listings/{listing}/evidence", "pan").json()["items"] if it["by_the_subject"])
    assert (piece["state"], piece["media"], piece["opened"]) == ("kept", "application/pdf", False)
    seen = desk.get(f"/v1/listings/{listing}/evidence/{piece['sha256']}", "pan")
    assert (seen.content, seen.headers["liancheng-media"]) == (INVOICE, "application/pdf")
    assert [fact.by for fact in desk.court.facts() if isinstance(fact, EvidenceOpened)] == ["pan"]
    assert desk.act("objections/answer", "pan", listing, upheld=True).status_code == 200


def test_what_was_never_named_is_nobodys_to_open(desk: Desk) -> None:
    hand_in(desk)
    assert desk.get(f"/v1/listings/{desk.newest()}/evidence/{sha256(INVOICE).hexdigest()}", "pan").status_code == 404


OTHER_KINDS = [
    (b"\x7fELF a program", "application/octet-stream"), (b"<script>", "text/html"), (b"<svg onload=x>", "image/svg+xml"),
    (b"not a photo", "image/jpeg"), (b"MZ", "application/pdf"), (b"\xff\xfe", "text/plain"), (b"a\0b", "text/plain"), (INVOICE, ""),
]  # fmt: skip
TAKEN = [
    (b"\xff\xd8\xff\xe0 photo", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), ("收据".encode(), "text/plain; charset=utf-8"),
    (b"\0\0\0\x18ftypmp42", "video/mp4"), (b"RIFF\0\0\0\0WEBP", "IMAGE/WEBP"), (b"ID3\4", "audio/mpeg"),
]  # fmt: skip


def test_other_kinds_and_what_is_not_what_it_is_called_are_refused(desk: Desk) -> None:
    for content, kind in OTHER_KINDS:
        assert problem(hand_in(desk, content, kind))[:2] == (415, "unsupported-media-type"), (content, kind)
    assert stored(desk) == []


def test_photos_letters_and_recordings_are_taken(desk: Desk) -> None:
    assert [hand_in(desk, content, kind).status_code for content, kind in TAKEN] == [201] * len(TAKEN)


def test_other_content_or_too_much_of_it_is_refused(desk: Desk) -> None:
    assert problem(hand_in(desk, digest="ab" * 32))[:2] == (422, "content-mismatch")
    assert problem(hand_in(desk, digest="nothing"))[:2] == (422, "bad-parameter")
    much = b"%PDF-" + bytes(application.MOST_BYTES)
    assert problem(hand_in(desk, much))[:2] == (413, "too-large")
    assert stored(desk) == []


def test_so_many_pieces_and_bytes_are_taken_for_one_notice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "MOST_PIECES", 2)
    assert [hand_in(desk, INVOICE + bytes([n])).status_code for n in range(2)] == [201, 201]
    assert problem(hand_in(desk))[:2] == (409, "evidence-full")
    assert hand_in(desk, INVOICE + b"\0").status_code == 200, "what is there already may come again"
    assert hand_in(desk, headers=bearer(desk, "pdd")).status_code == 201, "the notice of another platform has its own measure"
    monkeypatch.setattr(application, "MOST_PIECES", 20)
    monkeypatch.setattr(application, "MOST_TOGETHER", 3 * len(INVOICE))
    assert problem(hand_in(desk))[:2] == (409, "evidence-full")


def test_only_the_holder_of_a_notice_hands_in(desk: Desk) -> None:
    for headers in ({}, {"Authorization": "Bearer lc_tmall_key-tmall_secret"}, bearer(desk, "jd")):
        assert problem(hand_in(desk, headers=headers))[:2] == (401, "unauthorized")
    (weighing, *_) = desk.court.dossier().watches
    watch = bearer(desk, notice=f"watch-{weighing}")
    assert problem(hand_in(desk, headers=watch))[:2] == (404, "not-found")
    assert stored(desk) == []
