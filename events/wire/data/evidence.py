"""What a platform says of evidence. Contents stay with the platform; the hub gets the hash."""

from datetime import UTC
from typing import Any

from events.facts import evidence as facts
from events.wire.data.fields import Base64, Count, Data, Digest, Media, Moment, Name, Rekey, Words


class Evidence(Data, frozen=True, kw_only=True):
    """Every statement about evidence names it by the platform's own number."""

    evidence: Name


class Submitted(Evidence, frozen=True, kw_only=True):
    """A piece of evidence exists. `timestamp` is an RFC 3161 token in base64."""

    becomes = facts.EvidenceSubmitted

    kind: facts.EvidenceKind
    sha256: Digest
    bytes: Count
    media: Media
    captured_at: Moment
    report: Name | None = None
    locator: Words | None = None
    timestamp: Base64 | None = None

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.EvidenceSubmitted:
        return facts.EvidenceSubmitted(
            **common,
            evidence=self.evidence,
            evidence_kind=self.kind,
            content_sha256=self.sha256,
            bytes=self.bytes,
            media=self.media,
            captured_at=self.captured_at.astimezone(UTC),
            report=self.report,
            timestamp=self.timestamp,
        )


class Verified(Evidence, frozen=True, kw_only=True):
    """The platform checked it by some method and gave it a grade."""

    becomes = facts.EvidenceVerified

    grade: facts.Grade
    method: Name

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.EvidenceVerified:
        return facts.EvidenceVerified(**common, evidence=self.evidence, grade=self.grade, method=self.method)


class Discredited(Evidence, frozen=True, kw_only=True):
    """It does not stand."""

    becomes = facts.EvidenceDiscredited

    reason: Words

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.EvidenceDiscredited:
        return facts.EvidenceDiscredited(**common, evidence=self.evidence)
