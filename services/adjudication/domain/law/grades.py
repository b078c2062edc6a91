"""How much evidence counts by its grade: what its own platform says of it counts as B at most, and below B it lists nobody."""

from typing import Final

from events.facts.dossier import AccountRef, EvidenceNoted
from events.facts.evidence import Grade
from services.adjudication.domain.dossier import Dossier

OWN: Final[Grade] = "B"
"""Of a submitter's own word, said or not: nobody makes his own evidence an A."""
ENOUGH: Final[Grade] = "B"
EvidenceKey = tuple[AccountRef, str]
"""A piece of evidence, by its platform's number."""


def counted(said: Grade | None) -> Grade:
    """What a grade counts; A is the best."""
    return OWN if said is None else max(said, OWN)


def grades(dossier: Dossier) -> dict[EvidenceKey, Grade]:
    """Of the evidence that its platform has checked: the worst that it ever said of it, in whatever order."""
    worst: dict[EvidenceKey, Grade] = {}
    for note in dossier.evidence.values():
        if note.grade is not None:
            key = (note.account, note.evidence)
            worst[key] = max(worst.get(key, OWN), counted(note.grade))
    return worst


def doubtful(dossier: Dossier) -> frozenset[EvidenceKey]:
    """Evidence that no listing can rest on: it fell, or its own platform holds it to be weak. Once so it stays so."""
    return frozenset((note.account, note.evidence) for note in dossier.evidence.values() if _doubtful(note))


def _doubtful(note: EvidenceNoted) -> bool:
    return note.discredited or counted(note.grade) > ENOUGH
