"""A time-stamping authority of the tests: a root, an authority below it, and tokens after RFC 3161 that it signs."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from asn1crypto import cms, tsp
from asn1crypto import x509 as der
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


class Holder(NamedTuple):
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class Authority:
    """`usage`: what its certificate is for; `until`: its last moment."""

    def __init__(self, usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING, until: datetime = UNTIL, depth: int = 0) -> None:
        self.root = _certified("Root of the tests", None)
        self.between = [self.root]
        for level in range(depth):
            self.between.append(_certified(f"Between {level}", self.between[-1]))
        self.signer = _certified("Stamps of the tests", self.between[-1], usage, until)

    def anchors(self, folder: Path) -> str:
        """The file that a site names."""
        path = folder / f"anchors-{id(self)}.pem"
        path.write_bytes(self.root.certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)

    def token(self, content: bytes, at: datetime, algorithm: str = "sha256") -> str:
        """As a platform sends it: base64."""
        digest = sha256(content).digest() if algorithm == "sha256" else bytes(64)
        info = tsp.TSTInfo({
            "version": "v1", "policy": "1.3.6.1.4.1.99999.1", "serial_number": 7, "gen_time": at,
            "message_imprint": {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest},
        })  # fmt: skip
        return b64encode(self._signed(info.dump())).decode()

    def _signed(self, info: bytes) -> bytes:
        certificate = der.Certificate.load(self.signer.certificate.public_bytes(serialization.Encoding.DER))
        own = tsp.SigningCertificateV2({"certs": [{"cert_hash": self.signer.certificate.fingerprint(hashes.SHA256())}]})
        said = cms.CMSAttributes([
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [sha256(info).digest()]},
            {"type": "signing_certificate_v2", "values": [own]},
        ])  # fmt: skip
        signer = cms.SignerInfo({
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number", {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
            ),
            "digest_algorithm": {"algorithm": "sha256"}, "signed_attrs": said,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": self.signer.key.sign(said.dump(), ec.ECDSA(hashes.SHA256())),
        })  # fmt: skip
        chain = [self.signer, *reversed(self.between[1:])]
        signed = cms.SignedData({
            "version": "v3", "digest_algorithms": [{"algorithm": "sha256"}], "signer_infos": [signer],
            "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(info)},
            "certificates": [der.Certificate.load(it.certificate.public_bytes(serialization.Encoding.DER)) for it in chain],
        })  # fmt: skip
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _certified(name: str, by: Holder | None, usage: x509.ObjectIdentifier | None = None, until: datetime = UNTIL) -> Holder:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing = by.key if by is not None else key
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(by.certificate.subject if by is not None else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(SINCE).not_valid_after(min(until, UNTIL - timedelta(days=1)))
        .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .add_extension(x509.KeyUsage(
            digital_signature=usage is not None, key_cert_sign=usage is None, crl_sign=usage is None, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
        ), critical=True)
    )  # fmt: skip
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return Holder(builder.sign(signing, hashes.SHA256()), key)
