"""What the hub weighs and notes of one subject: accounts, sanctions and what waits."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from events.facts.fact import Category, DossierFact, Kind, Measure, Tier, statement_stream
from events.facts.member import MemberClass

Group = Literal["goods", "fraud", "description", "rights", "information", "service", "other"]
Discount = Literal[
    "derived", "overturned", "settled", "repaired", "amended", "repeated", "evidence_discredited", "reports_invalidated", "breaker",
    "detached",
]  # fmt: skip
"""`repeated`: another statement had imposed the sanction of this number already. `detached`: it weighs in another dossier now."""


class AccountRef(msgspec.Struct, frozen=True, order=True):
    """Someone's account on one platform."""

    platform: str
    account: str


class StatementRef(msgspec.Struct, frozen=True, order=True):
    """A member's statement, by the names that the member gave."""

    source: str
    id: str

    @property
    def stream(self) -> UUID:
        return statement_stream(self.source, self.id)


class Weighing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sanction as the hub weighed it, with everything that a view needs, so that no view needs the rulebook.

    `eighths` is the points in eighths of a point, times the factor of the group. It counts in the score until `counts_until`
    and can justify a listing until `active_until`.
    """

    statement: StatementRef
    account: AccountRef
    member_class: MemberClass
    entity: str
    sanction: str
    measure: Measure
    category: Category
    group: Group
    severity: int
    eighths: int
    begins: datetime
    active_until: datetime
    counts_until: datetime
    recorded_at: datetime
    rule: str
    rulebook: str
    ends: datetime | None = None
    evidence: tuple[str, ...] = ()
    """sha256 of each piece of evidence that the sanction lists."""
    evidence_numbers: tuple[str, ...] = ()
    """The platform's number of each, in the same order: evidence is discredited by its number."""
    document: str | None = None
    """sha256 of an authority's decision, when this is one."""
    reports: tuple[str, ...] = ()
    """The platform's numbers of the reports that the sanction names: it falls when none of them counts any more."""
    quantity: int | None = None
    """How many items it was about, where the platform said so: its own schedule may depend on it."""
    unscheduled: bool = False
    """The platform publishes no schedule for the rule that it cites: it weighs, but never for a listing."""

    @property
    def id(self) -> UUID:
        """The stream of the statement: a dossier weighs a statement once."""
        return self.statement.stream


class SubjectNamed(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="subject.named.v1"):
    """Who the subject is became known, or known better. Names only of organisations."""

    uscc: str | None = None
    name: str | None = None
    kind: Kind | None = None


class AccountAttached(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="account.attached.v1"):
    """The account belongs to this subject from now on. `why` it is known; `by` whom, when a person linked it."""

    account: AccountRef
    why: Literal["opened", "uscc", "reviewer"]
    by: str | None = None
    member_class: MemberClass = "platform"
    """An authority's account is its case number: nobody delivers a notice to it."""
    origin: UUID | None = None
    """The subject that it belonged to before, where unlinking takes it back to."""


class AccountDetached(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="account.detached.v1"):
    """The account belongs to another subject from now on. The last one to leave makes the dossier an alias of `to`."""

    account: AccountRef
    to: UUID
    why: Literal["uscc", "reviewer"]
    by: str | None = None


class SanctionWeighed(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="sanction.weighed.v1"):
    """A sanction was weighed into the dossier."""

    weighing: Weighing


class WeighingCarried(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="weighing.carried.v1"):
    """A weighing came along with its account from another dossier, with its discount if it had one."""

    weighing: Weighing
    origin: UUID
    discounted: Discount | None = None
    discounted_at: datetime | None = None
    spent: Tier = Tier.NONE
    """The highest tier of an earlier listing that rested on it: nobody is listed twice for the same."""
    turned_down: datetime | None = None
    """When persons found such a listing not to be justified."""


class SanctionDiscounted(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="sanction.discounted.v1"):
    """A weighing weighs nothing any more. `statement` is what discounted it, when a statement did."""

    weighing: UUID
    why: Discount
    of: StatementRef
    """The statement that had been weighed."""
    statement: StatementRef | None = None


class Noted(DossierFact, frozen=True, kw_only=True, omit_defaults=True):
    """A statement that waits, 30 days at most, for the sanction that it refers to, or was applied at once."""

    statement: StatementRef
    account: AccountRef
    sanction: str
    waiting: bool


class LiftNoted(Noted, frozen=True, kw_only=True, omit_defaults=True, tag="lift.noted.v1"):
    """A sanction was lifted."""

    reason: Literal["expired", "overturned", "settled", "repaired"]


class AppealNoted(Noted, frozen=True, kw_only=True, omit_defaults=True, tag="appeal.noted.v1"):
    """A sanction was appealed, or the appeal was turned down."""

    upheld: bool = False


class AmendmentNoted(Noted, frozen=True, kw_only=True, omit_defaults=True, tag="amendment.noted.v1"):
    """A sanction was made milder or shorter."""

    measure: Measure
    recorded_at: datetime
    ends: datetime | None = None


class EvidenceNoted(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="evidence.noted.v1"):
    """A platform verified or discredited its evidence about an account of this subject."""

    statement: StatementRef
    account: AccountRef
    evidence: str
    discredited: bool
    grade: Literal["A", "B", "C", "D"] | None = None


class ReportsJudged(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="reports.judged.v1"):
    """Reports about an account do not count, or count again. Who reported, and why it was found, is nowhere in a dossier."""

    account: AccountRef
    reports: tuple[str, ...]
    invalid: bool


class StatementOrphaned(DossierFact, frozen=True, kw_only=True, omit_defaults=True, tag="statement.orphaned.v1"):
    """What a statement refers to did not come within 30 days, or does not fit it."""

    statement: StatementRef
    why: Literal["never_came", "not_milder", "unknown_notice"]
