"""A step that somebody, or the clock, would take with a listing or an account; and its refusal."""

from typing import NamedTuple
from uuid import UUID

from events.facts.dossier import AccountRef
from events.facts.listing import End, Listing, Terms
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Moment, Person


class Refused(Exception):
    """A command is not allowed now. `code` names the guard; nothing was decided."""

    def __init__(self, code: str, en: str, zh: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.detail, self.detail_zh = code, en, zh


class Case(NamedTuple):
    """What a guard looks at: the listing, who acts (nobody: the clock), and what is asked for."""

    dossier: Dossier
    listing: Listing
    moment: Moment
    by: Person | None = None
    terms: Terms = Terms()
    end: End = "revoked"


class Move(NamedTuple):
    """What a guard looks at when a person says whose an account is."""

    old: Dossier
    new: Dossier
    account: AccountRef
    by: Person


class Look(NamedTuple):
    """What a guard looks at when a regulator judges the document that a sanction names."""

    dossier: Dossier
    weighing: UUID
    by: Person
