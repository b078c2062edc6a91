"""A step that somebody, or the clock, would take with a listing; and its refusal."""

from typing import NamedTuple

from events.facts.listing import End, Listing, Terms
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Moment, Person


class Refused(Exception):
    """A command is not allowed now. `code` names the guard; nothing was decided."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


class Case(NamedTuple):
    """What a guard looks at: the listing, who acts (nobody: the clock), and what is asked for."""

    dossier: Dossier
    listing: Listing
    moment: Moment
    by: Person | None = None
    terms: Terms = Terms()
    end: End = "revoked"
