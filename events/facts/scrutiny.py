"""What people looked at and judged: evidence that is kept and was opened, documents of authorities, whose an account is."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from events.facts.dossier import AccountRef
from events.facts.fact import DossierFact, Fact
from events.facts.listing import Actor


class EvidenceStored(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="evidence.stored.v1"):
    """The content of a piece of evidence is kept, sealed, under its hash. `by` handed it in for the account."""

    lane: ClassVar[str] = "evidence"

    account: AccountRef
    sha256: str
    bytes: int
    media: str
    by: Actor
    at: datetime
    evidence: str | None = None
    """The platform's number; none of what a merchant handed in."""
    stamped_at: datetime | None = None
    """When the content existed at the latest, by a time-stamp token (RFC 3161) that was verified."""
    stamped_by: str | None = None
    """The authority of that token, as its certificate names it."""

    @property
    def key(self) -> str:
        return f"{self.account.platform}\0{self.account.account}"


class EvidenceOpened(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="evidence.opened.v1"):
    """A person opened a piece of evidence: nobody decides on what he has not seen."""

    sha256: str
    by: Actor


class DocumentJudged(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="document.judged.v1"):
    """A regulator looked at the decision of an authority that a platform's sanction names, by its hash. The last judgement counts."""

    weighing: UUID
    sha256: str
    genuine: bool
    by: Actor
    reason: str


class CandidateJudged(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="candidate.judged.v1"):
    """A person judged whether an account is of the subject with a credit code, or of whoever has another account.

    A negative judgement outlives whatever is signalled later.
    """

    account: AccountRef
    judgement: Literal["positive", "negative", "unsure"]
    by: Actor
    reason: str
    uscc: str | None = None
    other: AccountRef | None = None
