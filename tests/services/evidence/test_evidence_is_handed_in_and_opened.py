"""On real HTTP and a real database: handed in by whoever submitted it, opened by whoever decides, seen by nobody else."""

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from events.facts.evidence import EvidenceSubmitted
from events.facts.scrutiny import EvidenceOpened, EvidenceStored
from services.adjudication.evidence.safe import MOST_BYTES
from tests.domain.spec import NOON, days, delivered, imposed
from tests.projections import hosting
from tests.services.adjudication.desk import PURPOSE, Desk, opened
from tests.support.stack import Database

PHOTO = b"\xff\xd8\xff a photo of an empty box"
HASH = sha256(PHOTO).hexdigest()


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    with opened(database, str(tmp_path)) as found:
        yield found


def submit(desk: Desk, platform: str = "tmall", **more: Any) -> None:
    """Said to the hub, and taken in by the casefile."""
    stamps = {"recorded_at": NOON, "time": NOON, "sha256": "aa" * 32, "account": "shop", "captured_at": NOON}
    content = {"evidence": "E-1", "evidence_kind": "photo", "content_sha256": HASH, "bytes": len(PHOTO), "media": "image/jpeg"}
    fact = EvidenceSubmitted(**{"id": f"submitted-{platform}", "source": f"/platforms/{platform}", **stamps, **content, **more})
    desk.court.record(fact)
    with closing(desk.court.database.connect("projections")) as projections:
        hosting.start(projections)
        hosting.work(projections)


def hand_in(desk: Desk, content: bytes = PHOTO, by: str = "tmall", number: str = "E-1") -> httpx.Response:
    return desk.client.put(f"/v1/evidence/{number}", content=content, headers={"Authorization": f"Bearer lc_{by}_key-{by}_secret"})


def facts(desk: Desk, kind: type) -> list[Any]:
    with closing(desk.court.database.connect("regulator")) as reader:
        return [it.fact for it in hosting.logged(reader) if isinstance(it.fact, kind)]


def served(desk: Desk) -> str:
    """A restriction that rests on the photo, whose hearing is over."""
    desk.court.hear(imposed("tmall", proof=[HASH]), imposed("pdd"))
    listing = desk.newest()
    desk.act("release", "rui", listing)
    notice = desk.get(f"/v1/listings/{listing}").json()["notice"]
    desk.court.hear(delivered("tmall", notice))
    desk.court.now += days(8)
    return listing


def look(desk: Desk, listing: str, by: str = "an", digest: str = HASH, **more: Any) -> httpx.Response:
    return desk.get(f"/v1/listings/{listing}/evidence/{digest}", by, **more)


def test_what_was_submitted_is_kept_once(desk: Desk) -> None:
    submit(desk)
    first, again = hand_in(desk), hand_in(desk)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"evidence": "E-1", "sha256": HASH, "bytes": len(PHOTO), "media": "image/jpeg"}
    (stored,) = facts(desk, EvidenceStored)
    assert (stored.sha256, stored.by, stored.account.account) == (HASH, "tmall", "shop")


def test_other_content_is_refused_and_not_kept(desk: Desk, tmp_path: Path) -> None:
    submit(desk)
    answer = hand_in(desk, PHOTO + b" retouched")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/content-mismatch")
    assert not facts(desk, EvidenceStored)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_nobody_submitted_is_not_taken(desk: Desk) -> None:
    submit(desk)
    assert hand_in(desk, number="E-2").status_code == 404
    assert hand_in(desk, by="pdd").status_code == 404, "the number is another platform's"
    assert hand_in(desk, by="rui").status_code == 403


def test_more_than_twenty_mebibytes_are_refused(desk: Desk) -> None:
    content = bytes(MOST_BYTES)
    submit(desk, content_sha256=sha256(content).hexdigest(), bytes=len(content))
    assert hand_in(desk, content).status_code == 201
    assert hand_in(desk, content + b"\0").status_code == 413


def test_nobody_decides_on_evidence_that_he_has_not_opened(desk: Desk) -> None:
    listing = served(desk)
    submit(desk)
    hand_in(desk)
    refused = desk.act("decide", "an", listing)
    assert (refused.status_code, refused.json()["guard"]) == (409, "evidence-opened")
    look(desk, listing, "bo")
    assert desk.act("decide", "an", listing).status_code == 409, "somebody else has opened it"
    opened_by_him = look(desk, listing)
    assert opened_by_him.content == PHOTO
    assert opened_by_him.headers["liancheng-media"] == "image/jpeg"
    assert "attachment" in opened_by_him.headers["content-disposition"]
    assert desk.act("decide", "an", listing).status_code == 200


def test_what_its_platform_never_handed_in_holds_nothing_up(desk: Desk) -> None:
    listing = served(desk)
    assert look(desk, listing).status_code == 404
    assert desk.act("decide", "an", listing).status_code == 200


def test_an_opening_is_a_fact_once_and_audited_each_time(desk: Desk) -> None:
    listing = served(desk)
    submit(desk)
    hand_in(desk)
    for _ in range(2):
        assert look(desk, listing).status_code == 200
    (fact,) = facts(desk, EvidenceOpened)
    assert (fact.by, fact.sha256) == ("an", HASH)
    rows = desk.court.rows("SELECT actor, purpose FROM audit WHERE resource = %s", f"listings/{listing}/evidence/{HASH}")
    assert rows == [("an", PURPOSE)] * 2


@pytest.mark.parametrize("digest", ["ab" * 32, "../../etc/passwd", "x"])
def test_only_what_the_dossier_names_is_opened(desk: Desk, digest: str) -> None:
    listing = served(desk)
    submit(desk)
    hand_in(desk)
    assert look(desk, listing, digest=digest).status_code == 404


def test_platforms_open_nothing_and_a_purpose_is_given(desk: Desk) -> None:
    listing = served(desk)
    submit(desk)
    hand_in(desk)
    assert look(desk, listing, "pdd").status_code == 403
    assert look(desk, listing, purpose=None).status_code == 422
    assert not facts(desk, EvidenceOpened)


def test_a_hub_that_keeps_no_evidence_says_so(database: Database) -> None:
    with opened(database) as desk:
        assert hand_in(desk).status_code == 503
