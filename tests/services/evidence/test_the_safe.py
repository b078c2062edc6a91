"""The safe, in a folder and in a bucket: what is put in comes out, nothing else does, and nothing lies there half."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.adjudication.evidence.places import Away, Bucket, Folder, Missing, Place, place
from services.adjudication.evidence.safe import MOST_BYTES, Broken, Safe
from tests.services.evidence import bucket
from tests.services.evidence.bucket import Store

KEY, SEAL = bytes(range(32)), bytes(range(32, 64))


class Kept(Protocol):
    """A place, and what lies there as it lies there."""

    place: Place

    def lying(self) -> dict[str, bytes]: ...

    def lay(self, name: str, sealed: bytes) -> None: ...


class OnDisk:
    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, Folder(folder)

    def lying(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def lay(self, name: str, sealed: bytes) -> None:
        (self.folder / name).write_bytes(sealed)


class InBucket:
    def __init__(self, store: Store) -> None:
        self.store, self.place = store, Bucket(store.address())

    def lying(self) -> dict[str, bytes]:
        return dict(self.store.objects)

    def lay(self, name: str, sealed: bytes) -> None:
        self.store.objects[name] = sealed


@pytest.fixture
def store() -> Iterator[Store]:
    with bucket.serving() as served:
        yield served


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    return OnDisk(tmp_path) if request.param == "folder" else InBucket(request.getfixturevalue("store"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2000))
def test_what_is_put_in_comes_out(kept: Kept, content: bytes) -> None:
    safe = Safe(kept.place, KEY)
    digest = safe.put(content, SEAL)
    assert digest == sha256(content).hexdigest()
    assert safe.get(digest, SEAL) == content


def test_as_much_as_is_taken(kept: Kept) -> None:
    content = os.urandom(1024) * (MOST_BYTES // 1024)
    safe = Safe(kept.place, KEY)
    assert safe.get(safe.put(content, SEAL), SEAL) == content


def test_it_is_sealed_and_kept_once(kept: Kept) -> None:
    safe = Safe(kept.place, KEY)
    safe.put(b"a face in a photo", SEAL)
    before = kept.lying()
    safe.put(b"a face in a photo", SEAL)
    assert kept.lying() == before
    (sealed,) = before.values()
    assert b"face" not in sealed


@pytest.mark.parametrize("at", [0, 1, 13, 29, -1])
def test_whoever_alters_a_byte_is_found_out(kept: Kept, at: int) -> None:
    safe = Safe(kept.place, KEY)
    digest = safe.put(b"content", SEAL)
    ((name, sealed),) = kept.lying().items()
    altered = bytearray(sealed)
    altered[at] ^= 1
    kept.lay(name, bytes(altered))
    with pytest.raises(Broken):
        safe.get(digest, SEAL)


def test_one_object_cannot_stand_for_another(kept: Kept) -> None:
    safe = Safe(kept.place, KEY)
    safe.put(b"guilty", SEAL)
    ((_, guilty),) = kept.lying().items()
    innocent = safe.put(b"innocent", SEAL)
    (name,) = (name for name, sealed in kept.lying().items() if sealed != guilty)
    kept.lay(name, guilty)
    with pytest.raises(Broken):
        safe.get(innocent, SEAL)


def test_another_key_opens_nothing(kept: Kept) -> None:
    digest = Safe(kept.place, KEY).put(b"content", SEAL)
    with pytest.raises(Broken):
        Safe(kept.place, bytes(32)).get(digest, SEAL)


def test_without_its_seal_nothing_opens_a_copy_of_it(kept: Kept) -> None:
    """What erasure rests on: a copy in some backup is sealed by what is not there any more."""
    safe = Safe(kept.place, KEY)
    digest = safe.put(b"content", SEAL)
    ((_, copy),) = kept.lying().items()
    another = bytes(32)
    with pytest.raises(Missing):
        safe.get(digest, another)
    safe.put(b"content", another)
    (name,) = (name for name, sealed in kept.lying().items() if sealed != copy)
    kept.lay(name, copy)
    with pytest.raises(Broken):
        safe.get(digest, another)


def test_what_was_sealed_by_its_own_hash_still_opens(kept: Kept) -> None:
    digest = sha256(b"content").hexdigest()
    Safe(kept.place, KEY).put(b"content", bytes.fromhex(digest))
    assert list(kept.lying()) == [f"{digest[:2]}/{digest[2:]}"]
    assert Safe(kept.place, KEY).get(digest, bytes.fromhex(digest)) == b"content"


def test_what_is_removed_is_gone_and_may_be_removed_again(kept: Kept) -> None:
    safe = Safe(kept.place, KEY)
    digest = safe.put(b"content", SEAL)
    (name,) = kept.lying()
    for _ in range(2):
        kept.place.remove(name)
    assert kept.lying() == {}
    with pytest.raises(Missing):
        safe.get(digest, SEAL)


def test_what_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    safe = Safe(Folder(tmp_path), KEY)
    with pytest.raises(OSError, match="no space"):
        safe.put(b"content", SEAL)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# -- of a bucket ------------------------------------------------------------------------------------------------------


def test_a_bucket_believes_no_other_secret(store: Store) -> None:
    strange = Bucket(store.address(secret="another"))
    for act in (lambda: strange.put("x", b"y"), lambda: strange.get("x"), lambda: strange.holds("x"), lambda: strange.remove("x")):
        with pytest.raises(Away):
            act()
    assert store.refused >= 4
    assert store.objects == {}


def test_a_store_that_fails_or_is_away_is_not_taken_for_an_empty_one(store: Store) -> None:
    here = Bucket(store.address())
    here.put("x", b"y")
    store.broken = True
    for act in (lambda: here.holds("x"), lambda: here.get("x"), lambda: here.put("z", b"y")):
        with pytest.raises(Away):
            act()
    nobody = Bucket("http://a:b@127.0.0.1:1/evidence")
    with pytest.raises(Away):
        nobody.put("x", b"y")


@pytest.mark.parametrize(
    "address", ["evidence", "ftp://a:b@host/x", "https://host/x", "https://a@host/x", "https://a:b@host", "https://a:b@host/"]
)
def test_an_address_that_names_no_bucket_is_refused_without_its_secret(address: str) -> None:
    with pytest.raises(ValueError, match="ACCESS:SECRET@host"):
        Bucket(address)


def test_settings_choose(tmp_path: Path) -> None:
    assert place("", "") is None
    assert isinstance(place(str(tmp_path), ""), Folder)
    assert isinstance(place("", "https://a:b@127.0.0.1/evidence"), Bucket)
