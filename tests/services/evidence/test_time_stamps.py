"""A time stamp says since when content exists, or it is refused with what is wrong: imprint, signature, chain, time or purpose."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from services.adjudication.evidence.stamps import NotStamped, Stamps
from tests.services.evidence.authority import Authority

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
NOW = AT + timedelta(days=3)
PHOTO = b"a photo of an empty box"
DIGEST = sha256(PHOTO).hexdigest()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def stamps(authority: Authority, tmp_path: Path) -> Stamps:
    return Stamps(authority.anchors(tmp_path))


def test_a_stamp_says_since_when_and_by_whom(authority: Authority, stamps: Stamps) -> None:
    stamp = stamps.verify(authority.token(PHOTO, AT), DIGEST, NOW)
    assert stamp == (AT, "CN=Stamps of the tests")


def test_also_by_an_authority_below_another_one(tmp_path: Path) -> None:
    below = Authority(depth=2)
    assert Stamps(below.anchors(tmp_path)).verify(below.token(PHOTO, AT), DIGEST, NOW) is not None


def test_an_authority_whose_certificate_ran_out_since_stamped_in_time(tmp_path: Path) -> None:
    former = Authority(until=AT + timedelta(days=1))
    assert Stamps(former.anchors(tmp_path)).verify(former.token(PHOTO, AT), DIGEST, NOW) is not None


def test_without_a_token_or_anybody_to_trust_nothing_is_said(authority: Authority, stamps: Stamps) -> None:
    assert stamps.verify(None, DIGEST, NOW) is None
    assert Stamps("").verify(authority.token(PHOTO, AT), DIGEST, NOW) is None


def test_a_stamp_of_other_content(authority: Authority, stamps: Stamps) -> None:
    with pytest.raises(NotStamped, match=r"[Mm]ismatch"):
        stamps.verify(authority.token(b"another photo", AT), DIGEST, NOW)


def test_one_of_an_authority_that_nobody_trusts(stamps: Stamps) -> None:
    with pytest.raises(NotStamped):
        stamps.verify(Authority().token(PHOTO, AT), DIGEST, NOW)


def test_a_certificate_that_is_for_something_else(tmp_path: Path) -> None:
    server = Authority(usage=ExtendedKeyUsageOID.SERVER_AUTH)
    with pytest.raises(NotStamped):
        Stamps(server.anchors(tmp_path)).verify(server.token(PHOTO, AT), DIGEST, NOW)


def test_one_that_had_run_out_when_it_stamped(tmp_path: Path) -> None:
    former = Authority(until=AT - timedelta(days=1))
    with pytest.raises(NotStamped):
        Stamps(former.anchors(tmp_path)).verify(former.token(PHOTO, AT), DIGEST, NOW)


def test_a_time_to_come(authority: Authority, stamps: Stamps) -> None:
    assert stamps.verify(authority.token(PHOTO, NOW + timedelta(minutes=4)), DIGEST, NOW) is not None
    with pytest.raises(NotStamped, match="future"):
        stamps.verify(authority.token(PHOTO, NOW + timedelta(minutes=6)), DIGEST, NOW)


def test_another_kind_of_imprint(authority: Authority, stamps: Stamps) -> None:
    with pytest.raises(NotStamped, match="SHA-256"):
        stamps.verify(authority.token(PHOTO, AT, "sha512"), DIGEST, NOW)


@pytest.mark.parametrize("place", [-1, -40, 200, 260])
def test_whoever_alters_a_byte(authority: Authority, stamps: Stamps, place: int) -> None:
    token = bytearray(b64decode(authority.token(PHOTO, AT)))
    token[place] ^= 1
    with pytest.raises(NotStamped):
        stamps.verify(b64encode(token).decode(), DIGEST, NOW)


@pytest.mark.parametrize("token", ["", "no base64!", "AAAA", "MAA=", b64encode(b"\x30\x82\xff\xff" + bytes(300)).decode()])
def test_what_is_no_token_at_all(stamps: Stamps, token: str) -> None:
    with pytest.raises(NotStamped, match="no time-stamp token"):
        stamps.verify(token, DIGEST, NOW)


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_anchors_that_are_none_are_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "anchors.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValueError, match=r"\w"):
        Stamps(str(path))
