"""The content of evidence, erased with its subject or its statement: gone from the safe, sealed for ever in every copy, and said to be."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from deploy.erase.command import Wish, erase
from events.facts.evidence import EvidenceSubmitted
from events.wire.token import notice_key, notice_token
from services.adjudication.evidence.places import Bucket, Folder, Place
from services.adjudication.evidence.safe import Broken, Safe
from tests.domain.spec import NOON, SUBJECT, days, delivered, imposed
from tests.projections import hosting
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import Desk, opened
from tests.services.evidence import bucket
from tests.support.stack import Database

CANARY = b"\xff\xd8\xff canary-6d1e a face in a photo"
LETTER = b"%PDF-1.7 canary-6d1e a letter of the merchant"
HASH = sha256(CANARY).hexdigest()
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


class Scene(NamedTuple):
    """A listing that rests on a photo, with a letter of the merchant, and where both lie."""

    desk: Desk
    place: Place
    listing: str

    def hand_in(self, platform: str = "tmall", number: str = "E-1") -> httpx.Response:
        headers = {"Authorization": f"Bearer lc_{platform}_key-{platform}_secret"}
        return self.desk.client.put(f"/v1/evidence/{number}", content=CANARY, headers=headers)

    def plead(self) -> httpx.Response:
        token = notice_token(notice_key(HUB_KEY), f"listing-{self.listing}", "tmall", "shop-1")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/pdf"}
        return self.desk.client.put(f"/v1/merchant/evidence/{sha256(LETTER).hexdigest()}", content=LETTER, headers=headers)

    def look(self, digest: str = HASH, by: str = "an") -> httpx.Response:
        return self.desk.get(f"/v1/listings/{self.listing}/evidence/{digest}", by)

    def forget(self, **wish: str) -> list[str]:
        said: list[str] = []
        wished = Wish(**wish) if wish else Wish(subject=str(SUBJECT))
        erase(self.desk.court.database.owner, wished, NOW, lambda zh, en=None, /: said.append(zh + (en or "")), self.place)
        return said


def submit(desk: Desk, platform: str, account: str) -> None:
    stamps = {"recorded_at": NOON, "time": NOON, "sha256": "aa" * 32, "account": account, "captured_at": NOON}
    content = {"evidence": "E-1", "evidence_kind": "photo", "content_sha256": HASH, "bytes": len(CANARY), "media": "image/jpeg"}
    desk.court.record(EvidenceSubmitted(id="submitted", source=f"/platforms/{platform}", **stamps, **content))
    with closing(desk.court.database.connect("projections")) as projections:
        hosting.start(projections)
        hosting.work(projections)


def begun(desk: Desk, place: Place) -> Scene:
    desk.court.hear(imposed("tmall", proof=[HASH]), imposed("pdd"))
    listing = desk.newest()
    desk.act("release", "rui", listing)
    desk.court.hear(delivered("tmall", f"listing-{listing}"))
    submit(desk, "tmall", "shop-1")
    scene = Scene(desk, place, listing)
    assert [scene.hand_in().status_code, scene.plead().status_code, scene.look().status_code] == [201, 201, 200]
    return scene


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Scene]:
    with opened(database, str(tmp_path / "safe")) as desk:
        yield begun(desk, Folder(tmp_path / "safe"))


def lying(folder: Path) -> list[Path]:
    return [path for path in (folder / "safe").rglob("*") if path.is_file()]


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_with_its_subject_everything_that_was_handed_in_goes(scene: Scene, tmp_path: Path) -> None:
    assert len(lying(tmp_path)) == 2
    (said,) = scene.forget()
    assert "2 pieces of evidence" in said
    assert lying(tmp_path) == []
    rows = scene.desk.court.rows("SELECT account, media, erased_at IS NOT NULL FROM evidence_kept")
    assert rows == [("", "", True)] * 2
    assert scene.desk.court.rows("SELECT count(*) FROM evidence_seal") == [(0,)]


def test_whoever_opens_it_is_told_and_nothing_is_held_up(scene: Scene) -> None:
    scene.forget()
    assert problem(scene.look()) == (410, "erased")
    (piece,) = (it for it in scene.desk.get(f"/v1/listings/{scene.listing}/evidence", "an").json()["items"] if it["sha256"] == HASH)
    assert (piece["state"], piece["opened"], piece["media"]) == ("erased", True, None)
    scene.desk.court.now += days(8)
    assert scene.desk.act("decide", "bo", scene.listing).status_code == 200, "nobody has to open what is not there"


def test_it_is_not_taken_again(scene: Scene, tmp_path: Path) -> None:
    scene.forget()
    assert problem(scene.hand_in()) == (410, "erased")
    assert problem(scene.plead()) == (410, "erased")
    assert lying(tmp_path) == []


def test_a_copy_in_a_backup_opens_no_more(scene: Scene, tmp_path: Path) -> None:
    """Also when the same content is handed in by somebody else afterwards, and gets a seal of its own."""
    (seal,) = (bytes(seal) for (seal,) in scene.desk.court.rows("SELECT seal FROM evidence_seal WHERE sha256 = %s", HASH))
    assert Safe(scene.place, HUB_KEY).get(HASH, seal) == CANARY
    copies = {path: path.read_bytes() for path in lying(tmp_path)}
    scene.forget()
    submit(scene.desk, "jd", "shop-9")
    assert scene.hand_in("jd").status_code == 201
    assert scene.look().content == CANARY, "what jd handed in stays jd's"
    (path,) = lying(tmp_path)
    (fresh,) = (bytes(seal) for (seal,) in scene.desk.court.rows("SELECT seal FROM evidence_seal WHERE sha256 = %s", HASH))
    assert fresh != seal
    for copy in copies.values():
        path.write_bytes(copy)
        with pytest.raises(Broken):
            Safe(scene.place, HUB_KEY).get(HASH, fresh)


def test_what_somebody_else_handed_in_too_stays_his(scene: Scene, tmp_path: Path) -> None:
    submit(scene.desk, "jd", "shop-9")
    assert scene.hand_in("jd").status_code == 201
    assert "2 pieces" in scene.forget()[0]
    assert len(lying(tmp_path)) == 1
    assert scene.look().content == CANARY


def test_a_statement_alone_takes_its_piece_along(scene: Scene, tmp_path: Path) -> None:
    assert "1 pieces" in scene.forget(statement="submitted", source="/platforms/tmall")[0]
    assert len(lying(tmp_path)) == 1
    assert problem(scene.look()) == (410, "erased")


def test_again_it_erases_nothing(scene: Scene) -> None:
    scene.forget()
    assert "0 pieces" in scene.forget()[0]


def test_from_a_bucket_too_and_one_that_is_away_is_said(database: Database) -> None:
    with bucket.serving() as store, opened(database, evidence_bucket=store.address()) as desk:
        scene = begun(desk, Bucket(store.address()))
        store.broken = True
        said = scene.forget()
        assert len(said) == 3 and "could not be removed" in said[0], said
        store.broken = False
        assert problem(scene.look()) == (410, "erased"), "sealed for ever, removed or not"
        assert len(store.objects) == 2


def test_objects_are_removed_from_a_bucket(database: Database) -> None:
    with bucket.serving() as store, opened(database, evidence_bucket=store.address()) as desk:
        scene = begun(desk, Bucket(store.address()))
        assert len(store.objects) == 2
        scene.forget()
        assert store.objects == {}
