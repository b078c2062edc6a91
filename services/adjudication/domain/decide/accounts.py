"""Whose account it is, decided by a person: linking it to a subject, and unlinking what was linked wrongly."""

from uuid import UUID

from events.facts.dossier import AccountRef
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide.link import move
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Facts, Moment, Person


def link(old: Dossier, new: Dossier, account: AccountRef, by: Person, moment: Moment) -> tuple[Facts, Facts]:
    """The account goes to another subject with everything that was weighed of it. Names and addresses alone never do this."""
    _admit(old, account, by)
    if new.subject_id == old.subject_id:
        raise Refused("another-subject", "the account does not belong to this subject yet")
    return move(old, new, [account], "reviewer", by.code, moment)


def unlink(old: Dossier, new: Dossier, account: AccountRef, by: Person, moment: Moment) -> tuple[Facts, Facts]:
    """The account goes back to `new`, where it came from; what was wrong is recalled."""
    _admit(old, account, by)
    if new.subject_id == old.subject_id:
        raise Refused("linked", "the account is linked to a subject other than its own")
    return move(old, new, [account], "reviewer", by.code, moment, back=True)


def comes_from(dossier: Dossier, account: AccountRef, own: UUID) -> UUID:
    """Where unlinking takes the account: to the subject that it was moved from, or to its own."""
    attached = dossier.accounts.get(account)
    return own if attached is None or attached.origin is None else attached.origin


def _admit(old: Dossier, account: AccountRef, by: Person) -> None:
    if by.role != "reviewer":
        raise Refused("by-a-reviewer", "a reviewer acts")
    if account not in old.accounts:
        raise Refused("account-here", "the account belongs to this subject")
