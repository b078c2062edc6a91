"""The state of one subject's dossier, folded from its facts by evolve."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountAttached, AccountRef, Discount, EvidenceNoted, Noted, Weighing
from events.facts.fact import Kind, Tier
from events.facts.listing import Actor, Listing, WatchBegan
from events.facts.scrutiny import CandidateJudged

NOT_IN_THE_LOG = -1
"""The id of a fact that is decided but not in the log yet: no statement can have come after it."""


class SanctionKey(NamedTuple):
    """One sanction, by the platform's number: what a lift, an appeal or an amendment refers to."""

    account: AccountRef
    sanction: str


class Weighed(msgspec.Struct, frozen=True):
    """A weighing, and why it weighs nothing any more, if so."""

    weighing: Weighing
    discounted: Discount | None = None
    discounted_at: datetime | None = None

    @property
    def key(self) -> SanctionKey:
        return SanctionKey(self.weighing.account, self.weighing.sanction)


class Closed(msgspec.Struct, frozen=True):
    """A listing that is over, turned down, or gone to another dossier."""

    listing: Listing
    how: Literal["ended", "rejected", "moved"]
    why: str
    at: datetime


class Told(NamedTuple):
    """A directive with its place in the log: who was told what before a statement."""

    id: int
    directive: DirectiveIssued


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the hub has weighed and decided about one subject. Mappings are never changed in place."""

    subject_id: UUID
    version: int = 0
    accounts: Mapping[AccountRef, AccountAttached] = {}
    uscc: str | None = None
    name: str | None = None
    kind: Kind | None = None
    merged_into: UUID | None = None
    weighed: Mapping[UUID, Weighed] = {}
    spent: Mapping[SanctionKey, Tier] = {}
    """The highest tier of an earlier listing that rested on the sanction: nobody is listed twice for the same."""
    turned_down: Mapping[SanctionKey, datetime] = {}
    """When persons found that a listing which rested on the sanction was not justified, the last time."""
    notes: Mapping[UUID, Noted] = {}
    """Lifts, appeals and amendments by their statement, waiting or applied."""
    evidence: Mapping[UUID, EvidenceNoted] = {}
    invalid_reports: frozenset[tuple[AccountRef, str]] = frozenset()
    """Reports, by their platform's number, that do not count."""
    opened: Mapping[Actor, frozenset[str]] = {}
    """Which evidence, by its sha256, each person has opened."""
    apart: Mapping[tuple[AccountRef, str | AccountRef], CandidateJudged] = {}
    """Accounts that a person judged not to be of the subject with a credit code, or of whoever has another account."""
    settled: frozenset[UUID] = frozenset()
    """Statements that are done with and left nothing else here: about notices, and orphans."""
    watches: Mapping[UUID, WatchBegan] = {}
    listings: Mapping[UUID, Listing] = {}
    """The open ones: proposed, released, served or decided."""
    closed: Mapping[UUID, Closed] = {}
    told: tuple[Told, ...] = ()

    def has_heard(self, statement: UUID) -> bool:
        """Whether this statement has had its effect here: it never has it twice, whatever is redelivered."""
        return statement in self.weighed or statement in self.notes or statement in self.evidence or statement in self.settled

    def of(self, key: SanctionKey) -> list[Weighed]:
        """The weighings of one sanction: its own, and one for each amendment."""
        return [weighed for weighed in self.weighed.values() if weighed.key == key and weighed.discounted != "detached"]

    def notes_of(self, key: SanctionKey) -> Iterator[Noted]:
        return (note for note in self.notes.values() if (note.account, note.sanction) == key)

    def with_notice(self, notice: str) -> Listing | None:
        return next((listing for listing in self.listings.values() if listing.notice == notice), None)

    @property
    def directive(self) -> DirectiveIssued | None:
        """The last one: what platforms believe."""
        return self.told[-1].directive if self.told else None

    def platforms(self) -> set[str]:
        """The platforms that can hand the subject a notice."""
        return {account.platform for account, attached in self.accounts.items() if attached.member_class == "platform"}
