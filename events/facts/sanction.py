"""What a member did to a merchant, and what became of it."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from events.facts.fact import Category, Measure, Statement

DecidedBy = Literal["human", "automated", "authority"]


class NamedEvidence(msgspec.Struct, frozen=True):
    """Evidence that a sanction rests on, by the platform's number and the content's hash."""

    evidence: str
    sha256: str


class AuthorityDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """The decision of an authority that a sanction carries out."""

    name: str
    document: str
    issued_on: date
    sha256: str
    uscc: str | None = None


class DirectiveRef(msgspec.Struct, frozen=True):
    """One directive: of whom, and the how-manieth."""

    subject_id: UUID
    seq: int


class SanctionStatement(Statement, frozen=True, kw_only=True, omit_defaults=True):
    """A statement about one sanction, named by the member's own number."""

    lane: ClassVar[str] = "sanction"

    sanction: str


class SanctionImposed(SanctionStatement, frozen=True, kw_only=True, omit_defaults=True, tag="sanction.imposed.v1"):
    """A member sanctioned the merchant."""

    measure: Measure
    category: Category
    rule: str
    begins: datetime
    decided_by: DecidedBy
    derived: bool = False
    """Declared by the member as caused by a directive: it weighs nothing."""
    directive: DirectiveRef | None = None
    quantity: int | None = None
    ends: datetime | None = None
    reports: tuple[str, ...] = ()
    evidence: tuple[NamedEvidence, ...] = ()
    authority: AuthorityDocument | None = None


class SanctionAmended(SanctionStatement, frozen=True, kw_only=True, omit_defaults=True, tag="sanction.amended.v1"):
    """The sanction became milder or shorter, never harder."""

    measure: Measure
    ends: datetime | None = None


class SanctionAppealed(SanctionStatement, frozen=True, kw_only=True, omit_defaults=True, tag="sanction.appealed.v1"):
    """The merchant objected, on grounds that are in the vault."""


class SanctionUpheld(SanctionStatement, frozen=True, kw_only=True, omit_defaults=True, tag="sanction.upheld.v1"):
    """The member heard the objection and stands by the sanction."""


class SanctionLifted(SanctionStatement, frozen=True, kw_only=True, omit_defaults=True, tag="sanction.lifted.v1"):
    """The sanction ended."""

    reason: Literal["expired", "overturned", "settled", "repaired"]
