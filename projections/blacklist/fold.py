"""One row per subject, from the facts of its dossier, in their order. Pure, total."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from events.facts import listing, safeguard
from events.facts.directive import DirectiveIssued, Reason
from events.facts.dossier import AccountAttached, AccountDetached, AccountRef, SubjectNamed
from events.facts.fact import Category, DossierFact, Fact, Kind, Tier
from events.facts.listing import Basis, MeasureUntil
from projections.day import shanghai_day


class Watch(msgspec.Struct, frozen=True, order=True, gc=False):
    """Why the subject is on watch, since when, and until which last day."""

    weighing: UUID
    since: date
    until: date


class OpenListing(msgspec.Struct, frozen=True, order=True, gc=False):
    """A listing that is proposed or in force (decided, or by an interim measure), and what it is about."""

    listing_id: UUID
    categories: tuple[Category, ...]
    decided: bool = False


class Subject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """All that the dossier says of the subject's place on the list, as of one position. What readers see is `shown`."""

    subject_id: UUID
    position: int
    """Notification id of the last fact that changed anything here."""
    at: datetime
    """The hub's time of that fact, or of an earlier one when a clock went back: it never goes back here."""
    seq: int = 0
    tier: Tier = Tier.NONE
    contested: bool = False
    lift: bool = False
    measures: tuple[MeasureUntil, ...] = ()
    reasons: tuple[Reason, ...] = ()
    merged_into: UUID | None = None
    """Where the last account went: this subject is an alias of that one until an account comes back."""
    accounts: tuple[AccountRef, ...] = ()
    uscc: str | None = None
    name: str | None = None
    kind: Kind | None = None
    since: date | None = None
    until: date | None = None
    decision: str | None = None
    appeal: str | None = None
    rulebook: str | None = None
    demo: bool = False
    watches: tuple[Watch, ...] = ()
    listings: tuple[OpenListing, ...] = ()

    @property
    def categories(self) -> tuple[Category, ...]:
        """What the listings in force are about."""
        return tuple(sorted({category for one in self.listings if one.decided for category in one.categories}))


_TAKEN = (
    "seq", "tier", "contested", "lift", "measures", "reasons", "merged_into", "since", "until", "decision", "appeal", "rulebook", "demo",
)  # fmt: skip


def evolve(row: Subject | None, fact: Fact, position: int) -> Subject | None:
    """The row after the fact: the very same object when the fact changes nothing here, or was had before."""
    if not isinstance(fact, DossierFact):
        return row
    if row is None:
        row = Subject(subject_id=fact.subject_id, position=position, at=fact.at)
    elif position <= row.position:
        return row
    changed = msgspec.structs.replace(row, **_news(row, fact), at=max(row.at, fact.at))
    return row if same(row, changed) else msgspec.structs.replace(changed, position=position)


def same(a: Subject, b: Subject) -> bool:
    """Whether the two differ at most in when and where they were written."""
    return msgspec.structs.replace(a, at=b.at, position=b.position) == b


def _news(row: Subject, fact: DossierFact) -> dict[str, object]:
    match fact:
        case DirectiveIssued():
            return _told(row, fact)
        case AccountAttached():
            return {"accounts": tuple(sorted({*row.accounts, fact.account})), "merged_into": None}
        case AccountDetached():
            left = tuple(account for account in row.accounts if account != fact.account)
            return {"accounts": left, "merged_into": None if left else fact.to}
        case SubjectNamed():
            return {"uscc": fact.uscc or row.uscc, "name": fact.name or row.name, "kind": fact.kind or row.kind}
        case listing.WatchBegan():
            watch = Watch(fact.weighing, shanghai_day(fact.at), fact.until)
            return {"watches": tuple(sorted({*_other_watches(row, fact.weighing), watch}))}
        case listing.WatchEnded():
            return {"watches": _other_watches(row, fact.weighing)}
    return _listings(row, fact)


def _listings(row: Subject, fact: DossierFact) -> dict[str, object]:
    match fact:
        case listing.ListingProposed():
            return {"listings": _with(row, OpenListing(fact.listing_id, _categories(fact.basis)))}
        case listing.ListingCarried(listing=it):
            in_force = it.state == "decided" or it.interim is not None
            return {"listings": _with(row, OpenListing(it.listing_id, _categories(it.basis), in_force))}
        case listing.ListingDecided():
            known = [one for one in row.listings if one.listing_id == fact.listing_id]
            return {"listings": _with(row, OpenListing(fact.listing_id, known[0].categories if known else (), True))}
        case safeguard.InterimImposed() | safeguard.InterimEnded():
            in_force = isinstance(fact, safeguard.InterimImposed)
            known = [one for one in row.listings if one.listing_id == fact.listing_id]
            return {"listings": _with(row, OpenListing(fact.listing_id, known[0].categories if known else (), in_force))}
        case listing.ListingEnded() | listing.ListingMoved() | listing.ListingRejected():
            return {"listings": _without(row, fact.listing_id)}
    return {}


def _told(row: Subject, fact: DirectiveIssued) -> dict[str, object]:
    """A directive is the full state. Who the subject is stays known when the directive, at tier none, does not say it."""
    if fact.seq <= row.seq:
        return {}
    return {name: getattr(fact, name) for name in _TAKEN} | {"uscc": fact.uscc or row.uscc, "name": fact.name or row.name}


def _other_watches(row: Subject, weighing: UUID) -> tuple[Watch, ...]:
    return tuple(watch for watch in row.watches if watch.weighing != weighing)


def _without(row: Subject, listing_id: UUID) -> tuple[OpenListing, ...]:
    return tuple(one for one in row.listings if one.listing_id != listing_id)


def _with(row: Subject, one: OpenListing) -> tuple[OpenListing, ...]:
    return tuple(sorted((*_without(row, one.listing_id), one)))


def _categories(basis: tuple[Basis, ...]) -> tuple[Category, ...]:
    return tuple(sorted({one.category for one in basis}))
