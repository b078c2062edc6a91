"""Hearing a statement: whose it is, what it changes, and what follows. Every statement has its effect in a dossier once."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from events.facts.dossier import AccountAttached, StatementOrphaned, StatementRef, SubjectNamed
from events.facts.evidence import EvidenceDiscredited, EvidenceVerified
from events.facts.fact import Statement
from events.facts.listing import DeliveryFailed, DeliveryNoted, NoticeServed, NoticeUndelivered
from events.facts.notice import NoticeDelivered, NoticeFailed, NoticeStatement
from events.facts.sanction import SanctionAmended, SanctionAppealed, SanctionImposed, SanctionLifted, SanctionUpheld
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.directive import notice_of_interim
from services.adjudication.domain.decide.watch import notice_of
from services.adjudication.domain.decide.weigh import amend, appeal, evidence, impose, lift
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Facts, Member, Moment
from services.adjudication.domain.identity import account_of, better_known, subject_of_uscc


def hear(dossier: Dossier, said: Statement, member: Member, position: int, moment: Moment) -> Facts:
    """What follows from a statement about an account of this subject, or about one that opens or joins the dossier by it.

    `position` is the statement's place in the log. A statement that was heard before gives nothing.
    """
    if dossier.has_heard(said.stream):
        return []
    draft = Draft(dossier, moment)
    ours = said.uscc is None or subject_of_uscc(said.uscc) == dossier.subject_id or said.uscc == dossier.uscc
    account = account_of(said)
    if account not in dossier.accounts:
        why: Literal["uscc", "opened"] = "uscc" if said.uscc is not None else "opened"
        draft.say(AccountAttached, account=account, why=why, member_class=member.member_class)
    if ours:
        know(draft, said.uscc, said.name, said.kind)
    hearing = HEARINGS.get(type(said))
    if hearing is not None:
        hearing(draft, said, member, position)
    return conclude(draft)


def know(draft: Draft, uscc: str | None, name: str | None, kind: Any) -> None:
    """Note who the subject is, where that was not known or not as well."""
    better = better_known(draft.dossier, uscc, name, kind)
    if better:
        draft.say(SubjectNamed, **better)


def delivered(draft: Draft, said: NoticeDelivered, *_: object) -> None:
    """The first delivery by a platform that has the account starts the hearing."""
    dossier, moment = draft.dossier, draft.moment
    statement = StatementRef(said.source, said.id)
    listing = dossier.with_notice(said.notice)
    if listing is None or listing.state != "released":
        _note(draft, said, delivered=True)
        return
    deadline = moment.wait(moment.now, moment.book_of(listing.rulebook).hearing_days)
    draft.say(
        NoticeServed, listing_id=listing.listing_id, notice=said.notice, platform=said.member, statement=statement,
        respond_by=deadline.moment, accounts=tuple(sorted(dossier.accounts)), provisional=deadline.provisional,
    )  # fmt: skip


def failed(draft: Draft, said: NoticeFailed, *_: object) -> None:
    """A platform could not deliver; when none of them could, a person has to look."""
    listing = draft.dossier.with_notice(said.notice)
    if listing is None or listing.state != "released":
        _note(draft, said, delivered=False)
        return
    statement = StatementRef(said.source, said.id)
    draft.say(DeliveryFailed, listing_id=listing.listing_id, notice=said.notice, platform=said.member, statement=statement)
    after = draft.dossier.listings[listing.listing_id]
    if not after.undelivered and draft.dossier.platforms() <= set(after.failed):
        draft.say(NoticeUndelivered, listing_id=listing.listing_id, notice=said.notice, why="all_failed")


def _note(draft: Draft, said: NoticeStatement, *, delivered: bool) -> None:
    """A notice that waits for nothing, or that the hub never gave to this subject."""
    dossier, statement = draft.dossier, StatementRef(said.source, said.id)
    listings = (*dossier.listings.values(), *(closed.listing for closed in dossier.closed.values()))
    known = {listing.notice for listing in listings} | {notice_of(entry.weighing) for entry in dossier.weighed.values()}
    known |= {notice_of_interim(listing.listing_id) for listing in listings if listing.interim_before}
    if said.notice in known:
        draft.say(DeliveryNoted, notice=said.notice, platform=said.member, statement=statement, delivered=delivered)
    else:
        draft.say(StatementOrphaned, statement=statement, why="unknown_notice")


HEARINGS: Mapping[type[Statement], Callable[[Draft, Any, Member, int], None]] = {
    SanctionImposed: impose,
    SanctionAmended: amend,
    SanctionAppealed: appeal,
    SanctionUpheld: appeal,
    SanctionLifted: lift,
    EvidenceVerified: evidence,
    EvidenceDiscredited: evidence,
    NoticeDelivered: delivered,
    NoticeFailed: failed,
}
