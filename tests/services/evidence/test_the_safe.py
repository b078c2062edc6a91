"""The safe: what is put in comes out, nothing else does, and nothing lies there half."""

import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adjudication.evidence.safe import Broken, Safe

KEY = bytes(range(32))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@given(st.binary(max_size=2000))
def test_what_is_put_in_comes_out(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    safe = Safe(tmp_path_factory.mktemp("safe"), KEY)
    digest = safe.put(content)
    assert digest == sha256(content).hexdigest()
    assert safe.get(digest) == content


def test_it_is_sealed_and_kept_once(tmp_path: Path) -> None:
    safe = Safe(tmp_path, KEY)
    safe.put(b"a face in a photo")
    before = files(tmp_path)[0].read_bytes()
    safe.put(b"a face in a photo")
    assert [path.read_bytes() for path in files(tmp_path)] == [before]
    assert b"face" not in before


@pytest.mark.parametrize("place", [0, 1, 13, 29, -1])
def test_whoever_alters_a_byte_is_found_out(tmp_path: Path, place: int) -> None:
    safe = Safe(tmp_path, KEY)
    digest = safe.put(b"content")
    path = files(tmp_path)[0]
    sealed = bytearray(path.read_bytes())
    sealed[place] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(Broken):
        safe.get(digest)


def test_one_object_cannot_stand_for_another(tmp_path: Path) -> None:
    safe = Safe(tmp_path, KEY)
    guilty, innocent = safe.put(b"guilty"), safe.put(b"innocent")
    paths = {path.parent.name + path.name: path for path in files(tmp_path)}
    paths[innocent].write_bytes(paths[guilty].read_bytes())
    with pytest.raises(Broken):
        safe.get(innocent)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    digest = Safe(tmp_path, KEY).put(b"content")
    with pytest.raises(Broken):
        Safe(tmp_path, bytes(32)).get(digest)


def test_what_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    safe = Safe(tmp_path, KEY)
    with pytest.raises(OSError, match="no space"):
        safe.put(b"content")
    assert files(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        safe.get(sha256(b"content").hexdigest())
