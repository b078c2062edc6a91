"""A listing as people of the hub see it, and the tag that says whether it is still what they have seen."""

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from events.facts.dossier import AccountRef
from events.facts.listing import Basis, Interim, Listing, MeasureUntil
from events.facts.waiting import AnswerDue, Hold
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.law.platform.review import Remark, review
from services.adjudication.rulebooks import platform_books


class ShownListing(msgspec.Struct, frozen=True, kw_only=True):
    """One listing with its whole procedure. Reasons in words are in the vault; who acted is here."""

    listing_id: UUID
    subject_id: UUID
    uscc: str | None
    name: str | None
    accounts: tuple[AccountRef, ...]
    tier: str
    state: str
    """proposed, released, served, decided; or how it was closed: rejected, ended."""
    why: str | None
    rule: str
    rulebook: str
    group: str
    basis: tuple[Basis, ...]
    proposed_at: datetime
    notice: str | None
    released_by: str | None
    released_at: datetime | None
    undelivered: bool
    failed: tuple[str, ...]
    served_at: datetime | None
    respond_by: datetime | None
    objected: bool
    objections_open: int
    approvals: tuple[str, ...]
    decision: str | None
    decided_by: tuple[str, ...]
    contested: bool
    doubts: tuple[str, ...]
    measures: tuple[MeasureUntil, ...]
    since: date | None
    until: date | None
    interim: Interim | None
    hold: Hold | None
    hold_released_by: str | None
    appealed: bool
    appeal_open: bool
    reviewed: tuple[str, ...]
    repair_open: bool
    answers: tuple[AnswerDue, ...]
    pleaded: tuple[str, ...]
    """sha256 of what was handed in for the subject, to be opened like the rest."""
    ending_approved_by: str | None
    remarks: tuple[Remark, ...]
    """Where a platform did not keep to its own published rules, or these do not say; to be looked at before anything is decided."""

    @property
    def tag(self) -> str:
        """Another one after every change of what is shown."""
        return f'"{sha256(msgspec.json.encode(self)).hexdigest()[:32]}"'


def shown(dossier: Dossier, listing_id: UUID) -> ShownListing | None:
    """None when this dossier does not have it, or it went on to another one."""
    listing = dossier.listings.get(listing_id)
    if listing is not None:
        return _shown(dossier, listing, listing.state, None)
    closed = dossier.closed.get(listing_id)
    if closed is None or closed.how == "moved":
        return None
    return _shown(dossier, closed.listing, closed.how, closed.why)


def _shown(dossier: Dossier, listing: Listing, state: str, why: str | None) -> ShownListing:
    same = {name: getattr(listing, name) for name in ShownListing.__struct_fields__ if name in SHARED}
    return ShownListing(
        subject_id=dossier.subject_id, uscc=dossier.uscc, name=dossier.name, accounts=tuple(sorted(dossier.accounts)),
        tier=listing.tier.word, state=state, why=why, objections_open=len(listing.objected_by),
        appeal_open=listing.appeal_by is not None, repair_open=listing.repair_by is not None,
        ending_approved_by=listing.ending[0] if listing.ending else None,
        remarks=tuple(_remarks(dossier, listing)), **same,
    )  # fmt: skip


def _remarks(dossier: Dossier, listing: Listing) -> Iterator[Remark]:
    """Of each sanction that it rests on; what stands against the subject counts as earlier offences."""
    books = {book.platform: book for book in platform_books().values()}
    stands = [entry.weighing for entry in dossier.weighed.values() if entry.discounted is None]
    for rest in listing.basis:
        if rest.weighing in dossier.weighed:
            yield from review(books, dossier.weighed[rest.weighing].weighing, stands)


SHARED = frozenset(Listing.__struct_fields__) - {"tier", "state"}
