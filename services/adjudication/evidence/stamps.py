"""Time stamps after RFC 3161: that content existed at a time, by the word of an authority that this hub trusts."""

from base64 import b64decode
from binascii import Error as NotBase64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography.x509 import Certificate, ObjectIdentifier, load_der_x509_certificate, load_pem_x509_certificates
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

_SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_GRANTED = bytes.fromhex("3003020100")
"""A token is signed; the answer that it came in is not, so that only the token is kept, and this is put around it again."""
AHEAD = timedelta(minutes=5)
"""By how much an authority's clock may be ahead of ours."""


class NotStamped(ValueError):
    """The token does not say what its platform claims; the words say why."""


class Stamp(NamedTuple):
    """When the content existed, at the latest, and who says so."""

    at: datetime
    by: str


class Stamps:
    """Verifies tokens against the roots that a site trusts. Without any it verifies none."""

    def __init__(self, anchors: str) -> None:
        """`anchors`: a file of certificates (PEM), or empty. ValueError when it holds none."""
        try:
            self._roots = load_pem_x509_certificates(Path(anchors).read_bytes()) if anchors else []
        except OSError as wrong:
            raise ValueError(f"cannot be read: {wrong.strerror}") from None

    def verify(self, token: str | None, digest: str, now: datetime) -> Stamp | None:
        """The stamp of a token (base64); None without a token, or without anybody to trust.

        Verified are the imprint, the signature, the chain to a root at the time of the stamp, and that its certificate is for time
        stamping and for nothing else.
        """
        if token is None or not self._roots:
            return None
        answer = _answer(token)
        imprint = answer.tst_info.message_imprint
        if imprint.hash_algorithm != _SHA256:
            raise NotStamped("the imprint is not a SHA-256")
        builder = VerifierBuilder()
        for root in self._roots:
            builder = builder.add_root_certificate(root)
        try:
            builder.build().verify(answer, bytes.fromhex(digest))
        except VerificationError as wrong:
            raise NotStamped(str(wrong)) from None
        at = answer.tst_info.gen_time.astimezone(UTC)
        if at > now + AHEAD:
            raise NotStamped("the stamp is of the future")
        return Stamp(at, _signer(answer).subject.rfc4514_string())


def _answer(token: str) -> TimeStampResponse:
    try:
        answer = decode_timestamp_response(_sequence(_GRANTED + b64decode(token, validate=True)))
        answer.tst_info  # noqa: B018  (what is signed is read only when it is asked for)
        return answer
    except (NotBase64, ValueError):
        raise NotStamped("it is no time-stamp token in base64") from None


def _sequence(content: bytes) -> bytes:
    """A DER sequence around what is one already."""
    size = len(content)
    long = size.to_bytes((size.bit_length() + 7) // 8)
    return b"\x30" + (bytes([size]) if size < 128 else bytes([128 | len(long)]) + long) + content


def _signer(answer: TimeStampResponse) -> Certificate:
    """Whose signature it is: the verifier has made sure that there is one, and only one."""
    (said,) = answer.signed_data.signer_infos
    known = [load_der_x509_certificate(der) for der in answer.signed_data.certificates]
    return next(it for it in known if (it.issuer, it.serial_number) == (said.issuer, said.serial_number))
