"""Whose an account is: moving it from one dossier to another, with everything that was weighed of it, and no listing shed."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec.structs import replace

from events.facts.dossier import AccountAttached, AccountDetached, AccountRef, EvidenceNoted, Noted, SanctionDiscounted, WeighingCarried
from events.facts.fact import Tier
from events.facts.listing import Actor, Listing, ListingCarried, ListingMoved, WatchBegan, WatchEnded
from services.adjudication.domain.case import Move
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.guards import admit
from services.adjudication.domain.decide.hear import know
from services.adjudication.domain.dossier import Dossier, Weighed
from services.adjudication.domain.draft import Draft, Facts, Moment, Person

Why = Literal["uscc", "reviewer"]


def link(old: Dossier, new: Dossier, account: AccountRef, by: Person, moment: Moment) -> tuple[Facts, Facts]:
    """A person says that the account is of another subject. Names and addresses alone never do."""
    admit("link", Move(old, new, account, by))
    return move(old, new, [account], "reviewer", by.code, moment)


def unlink(old: Dossier, new: Dossier, account: AccountRef, by: Person, moment: Moment) -> tuple[Facts, Facts]:
    """A person says that it was not: the account goes back to `new`, where it came from, and what was wrong is recalled."""
    admit("unlink", Move(old, new, account, by))
    return move(old, new, [account], "reviewer", by.code, moment, back=True)


def comes_from(dossier: Dossier, account: AccountRef, own: UUID) -> UUID:
    """Where unlinking takes the account: to the subject that it was moved from, or to its own."""
    attached = dossier.accounts.get(account)
    return own if attached is None or attached.origin is None else attached.origin


def move(
    old: Dossier, new: Dossier, accounts: Sequence[AccountRef], why: Why, by: Actor | None, moment: Moment, *, back: bool = False
) -> tuple[Facts, Facts]:
    """What is appended to the dossier that they leave, and to the one that they join, in this order.

    `back` undoes an earlier move: there is nothing to go back to any more. A dossier that nothing is left in becomes an alias.
    """
    leaving, coming = Draft(old, moment), Draft(new, moment)
    for account in accounts:
        attached = old.accounts[account]
        leaving.say(AccountDetached, account=account, to=new.subject_id, why=why, by=by)
        origin = None if back else old.subject_id
        coming.say(AccountAttached, account=account, why=why, by=by, origin=origin, member_class=attached.member_class)
    emptied = not leaving.dossier.accounts
    if emptied:
        know(coming, old.uscc, old.name, old.kind)
    _carry_weighings(leaving, coming, accounts)
    notes: list[Noted | EvidenceNoted] = [*old.notes.values(), *old.evidence.values()]
    for note in notes:
        if note.account in accounts:
            coming.take(replace(note, subject_id=new.subject_id))
    for listing in old.listings.values():
        if emptied or all(rest.account in accounts for rest in listing.basis):
            _carry_listing(leaving, coming, listing)
    return conclude(leaving), conclude(coming)


def _carry_weighings(leaving: Draft, coming: Draft, accounts: Sequence[AccountRef]) -> None:
    """What moves weighs nothing where it was, and what it weighed before where it comes to."""
    old = leaving.dossier
    for weighing_id, entry in old.weighed.items():
        if entry.weighing.account not in accounts or entry.discounted == "detached":
            continue
        if entry.discounted is None:
            leaving.say(SanctionDiscounted, weighing=weighing_id, why="detached", of=entry.weighing.statement)
        coming.say(
            WeighingCarried, weighing=entry.weighing, origin=old.subject_id, discounted=entry.discounted,
            discounted_at=entry.discounted_at, spent=old.spent.get(entry.key, Tier.NONE),
        )  # fmt: skip
        _carry_watch(leaving, coming, weighing_id, entry)


def _carry_watch(leaving: Draft, coming: Draft, weighing_id: UUID, entry: Weighed) -> None:
    """The watch goes on without a second notice."""
    watch = leaving.dossier.watches.get(weighing_id)
    if watch is not None and entry.discounted is None:
        leaving.say(WatchEnded, weighing=weighing_id, why="detached")
        coming.say(WatchBegan, weighing=weighing_id, rule=watch.rule, rulebook=watch.rulebook, until=watch.until)


def _carry_listing(leaving: Draft, coming: Draft, listing: Listing) -> None:
    leaving.say(ListingMoved, listing_id=listing.listing_id, to=coming.dossier.subject_id)
    coming.say(ListingCarried, listing=listing, origin=leaving.dossier.subject_id)
