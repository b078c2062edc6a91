"""What whoever decides must have seen."""

from collections.abc import Iterable

from events.facts.listing import Listing
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards.guard import Guard
from services.adjudication.domain.dossier import Dossier


def named(dossier: Dossier) -> frozenset[str]:
    """The hashes of all evidence that the weighed sanctions list, or that was handed in for the subject: what may be opened."""
    listed = {sha256 for entry in dossier.weighed.values() for sha256 in entry.weighing.evidence}
    listings = (*dossier.listings.values(), *(closed.listing for closed in dossier.closed.values()))
    return frozenset(listed.union(*(listing.pleaded for listing in listings)))


def _basis(dossier: Dossier, listing: Listing) -> set[str]:
    basis = (dossier.weighed[rest.weighing].weighing for rest in listing.basis if rest.weighing in dossier.weighed)
    return {sha256 for weighing in basis for sha256 in weighing.evidence}


def unread(dossier: Dossier, listing: Listing, kept: frozenset[str]) -> bool:
    """Whether whoever released the notice has not opened all that is kept by now: some of it was handed in later."""
    opened = dossier.opened.get(listing.released_by or "", frozenset())
    return not kept.intersection(_basis(dossier, listing)) <= opened


def _opened(case: Case, hashes: Iterable[str]) -> bool:
    return case.by is not None and case.moment.kept.intersection(hashes) <= case.dossier.opened.get(case.by.code, frozenset())


EVIDENCE_OPENED = Guard("evidence-opened", "须已查阅所依据及当事人提交且已留存的证据",
                        "whoever decides has opened the evidence that is kept: of the basis, and of the subject",
                        lambda case: _opened(case, {*_basis(case.dossier, case.listing), *case.listing.pleaded}))  # fmt: skip
PLEA_OPENED = Guard("plea-opened", "须已查阅当事人提交且已留存的证据", "whoever answers has opened what was handed in for the subject",
                    lambda case: _opened(case, case.listing.pleaded))  # fmt: skip
