"""What the caller may do with a listing now: every step of people, open or closed by the first condition that it does not meet."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency as Given
from litestar.response import Response
from msgspec.structs import replace

from events.facts.listing import Basis, Terms
from services.adjudication.api.counter import OFFICIALS, ListingId, Purpose, Req
from services.adjudication.application.reading import Reader, Reading
from services.adjudication.application.rules import Rules
from services.adjudication.application.shown import shown
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards import GUARDS, OPEN
from services.adjudication.domain.decide.guards.evidence import named
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Moment, Person
from services.web import Caller, Problem
from services.web.reading import purpose

STEPS = (
    "release", "decide", "answer", "reject", "impose-interim", "lift-interim", "decide-appeal", "review", "release-hold", "end",
    "decide-repair",
)  # fmt: skip
"""Of officials, with a listing; what is said for the subject is not among them."""


class Closed(msgspec.Struct, frozen=True):
    """The condition that is not met."""

    code: str
    zh: str
    en: str


class Offer(msgspec.Struct, frozen=True):
    """A step; `closed` is None when the caller may take it now. `terms`: what the first of two persons approved."""

    step: str
    closed: Closed | None
    terms: Terms | None = None


class Piece(msgspec.Struct, frozen=True):
    """Evidence that a sanction of the basis lists, or, with no weighing, that was handed in for the subject.

    `kept`: its content is there; `opened`: by the caller.
    """

    weighing: UUID | None
    entity: str | None
    sha256: str
    kept: bool
    opened: bool


class Offers(msgspec.Struct, frozen=True):
    """`evidence`: what the listing rests on, for whoever has to see it before he decides."""

    items: list[Offer]
    evidence: list[Piece]


class _Asked(NamedTuple):
    dossier: Dossier
    person: Person
    moment: Moment


@get("/v1/listings/{listing_id:uuid}/steps", guards=[OFFICIALS], sync_to_thread=True)
def read_steps(
    request: Req, caller: Given[Caller], reader: Given[Reader], rules: Given[Rules], listing_id: ListingId, why: Purpose = None
) -> Response[Offers]:
    """Every step with the listing, and whether the caller may take it now; the ETag is the listing's. Audited with its purpose."""
    dossier = reader.dossier_of(Reading(caller.code, purpose(request)), listing_id, "steps")
    found = shown(dossier, listing_id) if dossier is not None else None
    if dossier is None or found is None:
        raise Problem("not-found")
    moment = replace(rules.moment(), kept=reader.kept(named(dossier)))
    asked = _Asked(dossier, Person(caller.code, caller.member_class), moment)
    return Response(Offers(list(_offers(asked, listing_id)), list(_evidence(asked, listing_id, found.basis))), headers={"ETag": found.tag})


def _evidence(asked: _Asked, listing_id: ListingId, basis: tuple[Basis, ...]) -> Iterator[Piece]:
    opened, listing = asked.dossier.opened.get(asked.person.code, frozenset()), asked.dossier.listings.get(listing_id)
    for rest in basis:
        entry = asked.dossier.weighed.get(rest.weighing)
        for sha256 in entry.weighing.evidence if entry is not None else ():
            yield Piece(rest.weighing, rest.entity, sha256, sha256 in asked.moment.kept, sha256 in opened)
    for sha256 in listing.pleaded if listing is not None else ():
        yield Piece(None, None, sha256, sha256 in asked.moment.kept, sha256 in opened)


def _offers(asked: _Asked, listing_id: ListingId) -> Iterator[Offer]:
    dossier, person, moment = asked
    listing = dossier.listings.get(listing_id)
    if listing is None:
        yield from (Offer(step, Closed(OPEN.code, OPEN.zh, OPEN.en)) for step in STEPS)
        return
    end = listing.ending[1] if listing.ending else "revoked"
    case = Case(dossier, listing, moment, person, listing.approved or Terms(), end)
    for step in STEPS:
        unmet = next((guard for guard in GUARDS[step] if not guard.holds(case)), None)
        closed = Closed(unmet.code, unmet.zh, unmet.en) if unmet is not None else None
        yield Offer(step, closed, listing.approved if step == "decide" else None)
