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
from events.transport.settings import WrongSetting
from services.adjudication.evidence.safe import MOST_BYTES
from services.adjudication.settings import Settings
from tests.domain.spec import NOON, days, delivered, imposed
from tests.projections import hosting
from tests.services.adjudication.desk import PURPOSE, Desk, opened
from tests.services.evidence import bucket
from tests.services.evidence.authority import Authority
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
    kept = {"evidence": "E-1", "sha256": HASH, "bytes": len(PHOTO), "media": "image/jpeg", "stamped_at": None, "stamped_by": None}
    assert first.json() == again.json() == kept
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


def test_nor_does_anybody_release_a_notice_on_it(desk: Desk) -> None:
    desk.court.hear(imposed("tmall", proof=[HASH]), imposed("pdd"))
    submit(desk)
    hand_in(desk)
    listing = desk.newest()
    refused = desk.act("release", "rui", listing)
    assert (refused.status_code, refused.json()["guard"]) == (409, "evidence-opened")
    look(desk, listing, "rui")
    assert desk.act("release", "rui", listing).json()["state"] == "released"


def test_what_is_handed_in_after_the_notice_went_out_is_read_by_a_person_before_silence_decides(desk: Desk) -> None:
    listing = served(desk)
    submit(desk)
    hand_in(desk)
    desk.court.wait(days(0))
    (waiting,) = desk.get("/v1/listings", held="true").json()["items"]
    assert waiting["state"] == "served"
    assert desk.get(f"/v1/listings/{listing}").json()["hold"]["why"] == "unread"
    assert desk.act("hold/release", "pan", listing).json()["guard"] == "evidence-opened"
    look(desk, listing, "pan")
    assert desk.act("hold/release", "pan", listing).status_code == 200
    desk.court.wait(days(0))
    assert desk.get(f"/v1/listings/{listing}").json()["decided_by"] == ["clock"]


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


def test_only_what_the_dossier_names_is_opened(desk: Desk) -> None:
    listing = served(desk)
    submit(desk)
    hand_in(desk)
    for digest in ("ab" * 32, "../../etc/passwd", "x"):
        assert look(desk, listing, digest=digest).status_code == 404, digest


def test_platforms_open_nothing_and_a_purpose_is_given(desk: Desk) -> None:
    listing = served(desk)
    submit(desk)
    hand_in(desk)
    assert look(desk, listing, "pdd").status_code == 403
    assert look(desk, listing, purpose=None).status_code == 422
    assert not facts(desk, EvidenceOpened)


def test_a_listing_says_what_can_be_opened_and_what_i_have_opened(desk: Desk) -> None:
    listing = served(desk)
    submit(desk)
    hand_in(desk)
    look(desk, listing)
    seen = {it["sha256"]: it for it in desk.get(f"/v1/listings/{listing}/evidence", "an").json()["items"]}
    assert seen[HASH] == {
        "sha256": HASH, "state": "kept", "by_the_subject": False, "opened": True, "media": "image/jpeg", "bytes": len(PHOTO),
        "stamped_at": None, "stamped_by": None,
    }  # fmt: skip
    assert (seen["pdd-s1"]["state"], seen["pdd-s1"]["opened"]) == ("never_handed_in", False)
    assert desk.get(f"/v1/listings/{listing}/evidence", "an", purpose=None).status_code == 422
    assert desk.get(f"/v1/listings/{listing}/evidence", "pdd").status_code == 403


# -- time stamps ------------------------------------------------------------------------------------------------------


@pytest.fixture
def stamping(database: Database, tmp_path: Path) -> Iterator[tuple[Desk, Authority]]:
    authority = Authority()
    with opened(database, str(tmp_path / "safe"), timestamp_anchors=authority.anchors(tmp_path)) as found:
        yield found, authority


def test_a_time_stamp_is_verified_kept_and_shown(stamping: tuple[Desk, Authority]) -> None:
    desk, authority = stamping
    listing = served(desk)
    submit(desk, timestamp=authority.token(PHOTO, NOON - days(2)))
    stored = hand_in(desk).json()
    assert (stored["stamped_at"], stored["stamped_by"]) == ("2026-02-28T04:00:00Z", "CN=Stamps of the tests")
    (fact,) = facts(desk, EvidenceStored)
    assert (fact.stamped_at, fact.stamped_by) == (NOON - days(2), "CN=Stamps of the tests")
    seen = look(desk, listing)
    assert seen.headers["liancheng-stamped-at"] == "2026-02-28T04:00:00+00:00"
    assert seen.headers["liancheng-stamped-by"] == "CN=Stamps of the tests"
    (piece,) = (it for it in desk.get(f"/v1/listings/{listing}/evidence", "an").json()["items"] if it["sha256"] == HASH)
    assert piece["stamped_at"] == "2026-02-28T04:00:00Z"


def test_a_stamp_that_does_not_hold_is_refused_and_nothing_is_kept(stamping: tuple[Desk, Authority], tmp_path: Path) -> None:
    desk, authority = stamping
    submit(desk, timestamp=authority.token(b"another photo", NOON))
    answer = hand_in(desk)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/timestamp-invalid")
    assert "ismatch" in answer.json()["detail"]
    assert not facts(desk, EvidenceStored)
    assert not [path for path in (tmp_path / "safe").rglob("*") if path.is_file()]


def test_without_a_stamp_evidence_is_taken_all_the_same(stamping: tuple[Desk, Authority]) -> None:
    desk, _ = stamping
    submit(desk)
    assert hand_in(desk).json()["stamped_at"] is None


# -- in a bucket ------------------------------------------------------------------------------------------------------


def test_a_bucket_keeps_evidence_as_a_folder_does(database: Database) -> None:
    with bucket.serving() as store, opened(database, evidence_bucket=store.address()) as desk:
        listing = served(desk)
        submit(desk)
        assert [hand_in(desk).status_code for _ in range(2)] == [201, 200]
        assert store.puts == 1
        assert look(desk, listing).content == PHOTO
        (sealed,) = store.objects.values()
        assert PHOTO not in sealed


def test_a_bucket_that_fails_is_said_and_nothing_is_noted(database: Database) -> None:
    with bucket.serving() as store, opened(database, evidence_bucket=store.address()) as desk:
        submit(desk)
        store.broken = True
        assert hand_in(desk).status_code == 503
        assert not facts(desk, EvidenceStored)
        store.broken = False
        assert hand_in(desk).status_code == 201


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"evidence_bucket": "https://host/x"}, "LIANCHENG_EVIDENCE_BUCKET"),
        ({"timestamp_anchors": "/nowhere"}, "LIANCHENG_TIMESTAMP_ANCHORS"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(database: Database, tmp_path: Path, wrong: dict[str, str], named: str) -> None:
    folder = "" if "evidence_bucket" in wrong else str(tmp_path)
    with pytest.raises(WrongSetting, match=named), opened(database, folder, **wrong):
        pass


def test_a_folder_and_a_bucket_are_one_too_many() -> None:
    with pytest.raises(ValueError, match="not both"):
        Settings(database_adjudication="x", hub_key="0" * 64, evidence_folder="a", evidence_bucket="https://a:b@c/d")


def test_a_hub_that_keeps_no_evidence_says_so(database: Database) -> None:
    with opened(database) as desk:
        assert hand_in(desk).status_code == 503
