"""Whose an account is: moving it from one dossier to another, with everything that was weighed of it, and no listing shed."""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from events.facts.dossier import (
    AccountAttached,
    AccountDetached,
    AccountRef,
    EvidenceNoted,
    Noted,
    ReportsJudged,
    SanctionDiscounted,
    WeighingCarried,
)
from events.facts.fact import Tier
from events.facts.listing import Actor, Listing, ListingCarried, ListingMoved, WatchBegan, WatchEnded
from events.facts.scrutiny import CandidateJudged
from services.adjudication.domain.case import Move
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.guards import admit
from services.adjudication.domain.decide.hear import know
from services.adjudication.domain.dossier import Dossier, Weighed
from services.adjudication.domain.draft import Draft, Facts, Moment, Person

Why = Literal["uscc", "reviewer"]


class Judged(NamedTuple):
    """What a person judges of an account by moving it."""

    judgement: Literal["positive", "negative"]
    others: Sequence[AccountRef | str]
    reason: str


def named(other: AccountRef | str) -> dict[str, AccountRef | str]:
    """Of whom: of the subject with a credit code, or of whoever has another account."""
    return {"uscc": other} if isinstance(other, str) else {"other": other}


def link(old: Dossier, new: Dossier, account: AccountRef, by: Person, moment: Moment, *, reason: str) -> tuple[Facts, Facts]:
    """A person says that the account is of another subject. Names and addresses alone never do. `reason` is the digest of the words."""
    admit("link", Move(old, new, account, by))
    others: list[AccountRef | str] = [new.uscc] if new.uscc is not None else list(new.accounts)
    judged = Judged("positive", others, reason)
    return move(old, new, [account], "reviewer", by.code, moment, judged=judged)


def unlink(old: Dossier, new: Dossier, account: AccountRef, by: Person, moment: Moment, *, reason: str) -> tuple[Facts, Facts]:
    """A person says that it was not: the account goes back to `new`, where it came from, and what was wrong is recalled.

    The two stay apart: neither a code nor another signal brings them together again, only a person.
    """
    admit("unlink", Move(old, new, account, by))
    others: list[AccountRef | str] = [ref for ref in old.accounts if ref != account]
    judged = Judged("negative", others if old.uscc is None else [old.uscc], reason)
    return move(old, new, [account], "reviewer", by.code, moment, back=True, judged=judged)


def comes_from(dossier: Dossier, account: AccountRef, own: UUID) -> UUID:
    """Where unlinking takes the account: to the subject that it was moved from, or to its own."""
    attached = dossier.accounts.get(account)
    return own if attached is None or attached.origin is None else attached.origin


def move(
    old: Dossier,
    new: Dossier,
    accounts: Sequence[AccountRef],
    why: Why,
    by: Actor | None,
    moment: Moment,
    *,
    back: bool = False,
    judged: Judged | None = None,
) -> tuple[Facts, Facts]:
    """What is appended to the dossier that they leave, and to the one that they join, in this order.

    `back` undoes an earlier move: there is nothing to go back to any more. A dossier that nothing is left in becomes an alias.
    What a person judged of an account goes with it; `judged` is what a person judges by this.
    """
    leaving, coming = Draft(old, moment), Draft(new, moment)
    for account in accounts:
        attached = old.accounts[account]
        leaving.say(AccountDetached, account=account, to=new.subject_id, why=why, by=by)
        origin = None if back else old.subject_id
        coming.say(AccountAttached, account=account, why=why, by=by, origin=origin, member_class=attached.member_class)
    _carry_judgements(coming, old, accounts, by, judged)
    emptied = not leaving.dossier.accounts
    if emptied:
        know(coming, old.uscc, old.name, old.kind)
    _carry_weighings(leaving, coming, accounts)
    notes: list[Noted | EvidenceNoted] = [*old.notes.values(), *old.evidence.values()]
    for note in notes:
        if note.account in accounts:
            coming.take(replace(note, subject_id=new.subject_id))
    for account in accounts:
        if reports := sorted(report for of, report in old.invalid_reports if of == account):
            coming.say(ReportsJudged, account=account, reports=tuple(reports), invalid=True)
    for listing in old.listings.values():
        if emptied or all(rest.account in accounts for rest in listing.basis):
            _carry_listing(leaving, coming, listing)
    return conclude(leaving), conclude(coming)


def _carry_judgements(coming: Draft, old: Dossier, accounts: Sequence[AccountRef], by: Actor | None, judged: Judged | None) -> None:
    for was in old.apart.values():
        if was.account in accounts:
            coming.take(replace(was, subject_id=coming.dossier.subject_id))
    if judged is None:
        return
    for account in accounts:
        for other in judged.others:
            coming.say(CandidateJudged, account=account, judgement=judged.judgement, by=by, reason=judged.reason, **named(other))


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
            discounted_at=entry.discounted_at, spent=old.spent.get(entry.key, Tier.NONE), turned_down=old.turned_down.get(entry.key),
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
