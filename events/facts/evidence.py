"""What a platform says of evidence: what it is, what it hashes to, and whether it stands."""

from datetime import datetime
from typing import ClassVar, Literal

from events.facts.fact import Statement

EvidenceKind = Literal["transaction", "chat", "photo", "inspection", "qualification", "recording", "url", "other"]
Grade = Literal["A", "B", "C", "D"]


class EvidenceStatement(Statement, frozen=True, kw_only=True, omit_defaults=True):
    """A statement about one piece of evidence, named by the platform's own number."""

    lane: ClassVar[str] = "evidence"

    evidence: str


class EvidenceSubmitted(EvidenceStatement, frozen=True, kw_only=True, omit_defaults=True, tag="evidence.submitted.v1"):
    """A piece of evidence exists. The content's hash is here, where it lies (its locator) is in the vault."""

    evidence_kind: EvidenceKind
    content_sha256: str
    bytes: int
    media: str
    captured_at: datetime
    report: str | None = None
    timestamp: str | None = None


class EvidenceVerified(EvidenceStatement, frozen=True, kw_only=True, omit_defaults=True, tag="evidence.verified.v1"):
    """The platform checked it and gave it a grade."""

    lane: ClassVar[str] = "sanction"

    grade: Grade
    method: str


class EvidenceDiscredited(EvidenceStatement, frozen=True, kw_only=True, omit_defaults=True, tag="evidence.discredited.v1"):
    """It does not stand. Whatever rests on it has to be looked at again."""

    lane: ClassVar[str] = "sanction"
