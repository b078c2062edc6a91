"""What whoever decides must have seen."""

from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards.guard import Guard
from services.adjudication.domain.dossier import Dossier


def named(dossier: Dossier) -> frozenset[str]:
    """The hashes of all evidence that the weighed sanctions list: what may be opened."""
    return frozenset(sha256 for entry in dossier.weighed.values() for sha256 in entry.weighing.evidence)


def _opened(case: Case) -> bool:
    if case.by is None:
        return False
    basis = (case.dossier.weighed[rest.weighing].weighing for rest in case.listing.basis if rest.weighing in case.dossier.weighed)
    kept = {sha256 for weighing in basis for sha256 in weighing.evidence} & case.moment.kept
    return kept <= case.dossier.opened.get(case.by.code, frozenset())


EVIDENCE_OPENED = Guard("evidence-opened", "须已查阅所依据且已留存的证据", "whoever decides has opened the evidence that is kept", _opened)
