"""What a member did to a merchant, and what became of it."""

from datetime import UTC
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from events.facts import sanction as facts
from events.facts.fact import Category, Measure
from events.wire.data.fields import Count, Data, Day, Digest, Moment, Name, Names, Number, Part, Rekey, Rule, Uscc, Words, utc


class NamedEvidence(Part, frozen=True, kw_only=True):
    """Evidence that the sanction rests on, by the platform's number and the content's hash."""

    evidence: Name
    sha256: Digest


class Authority(Part, frozen=True, kw_only=True):
    """The decision of an authority that the sanction is or carries out."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    document: Name
    issued_on: Day
    sha256: Digest
    uscc: Uscc | None = None


class DirectiveRef(Part, frozen=True, kw_only=True):
    """One directive of the hub."""

    subject_id: UUID
    seq: Number


class Origin(Part, frozen=True, kw_only=True):
    """Whether the member decided by itself, or because of a directive: then it weighs nothing."""

    kind: Literal["own", "derived"]
    directive: DirectiveRef | None = None


class Sanction(Data, frozen=True, kw_only=True):
    """Every statement about a sanction names it by the member's own number."""

    sanction: Name


class Imposed(Sanction, frozen=True, kw_only=True):
    """A member sanctioned the merchant. `limit` and `freeze` must have `ends`."""

    becomes = facts.SanctionImposed

    measure: Measure
    category: Category
    rule: Rule
    begins: Moment
    reports: Names
    evidence: Annotated[tuple[NamedEvidence, ...], Meta(max_length=100)]
    decided_by: facts.DecidedBy
    origin: Origin
    quantity: Count | None = None
    ends: Moment | None = None
    authority: Authority | None = None

    def broken_rules(self) -> list[tuple[str, str]]:
        broken = []
        if self.ends is None and self.measure in (Measure.LIMIT, Measure.FREEZE):
            broken.append(("/ends", "missing-end"))
        if self.ends is not None and self.ends <= self.begins:
            broken.append(("/ends", "ends-before-it-begins"))
        if (self.authority is not None) != (self.decided_by == "authority"):
            broken.append(("/authority", "document-mismatch"))
        return broken

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.SanctionImposed:
        it, directive = self.authority, self.origin.directive
        return facts.SanctionImposed(
            **common,
            sanction=self.sanction,
            measure=self.measure,
            category=self.category,
            rule=self.rule,
            begins=self.begins.astimezone(UTC),
            decided_by=self.decided_by,
            derived=self.origin.kind == "derived",
            directive=None if directive is None else facts.DirectiveRef(directive.subject_id, directive.seq),
            quantity=self.quantity,
            ends=utc(self.ends),
            reports=self.reports,
            evidence=tuple(facts.NamedEvidence(item.evidence, item.sha256) for item in self.evidence),
            authority=None if it is None else facts.AuthorityDocument(it.name, it.document, it.issued_on, it.sha256, it.uscc),
        )


class Amended(Sanction, frozen=True, kw_only=True):
    """The sanction became milder or shorter, never harder or longer."""

    becomes = facts.SanctionAmended

    measure: Measure
    reason: Words
    ends: Moment | None = None

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.SanctionAmended:
        return facts.SanctionAmended(**common, sanction=self.sanction, measure=self.measure, ends=utc(self.ends))


class Appealed(Sanction, frozen=True, kw_only=True):
    """The merchant objected to the member."""

    becomes = facts.SanctionAppealed

    grounds: Words

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.SanctionAppealed:
        return facts.SanctionAppealed(**common, sanction=self.sanction)


class Upheld(Sanction, frozen=True, kw_only=True):
    """The member heard the objection and stands by the sanction."""

    becomes = facts.SanctionUpheld

    reason: Words

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.SanctionUpheld:
        return facts.SanctionUpheld(**common, sanction=self.sanction)


class Lifted(Sanction, frozen=True, kw_only=True):
    """The sanction ended, and why."""

    becomes = facts.SanctionLifted

    reason: Literal["expired", "overturned", "settled", "repaired"]

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.SanctionLifted:
        return facts.SanctionLifted(**common, sanction=self.sanction, reason=self.reason)
