"""Checks of what was weighed: each statement once, only what was stated, never what a directive caused; and read by whoever decided."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from events.facts.dossier import SanctionDiscounted, SanctionWeighed, WeighingCarried
from events.facts.fact import Fact, Statement
from events.facts.listing import ListingApproved, ListingDecided, NoticeReleased, ObjectionResolved
from events.facts.safeguard import AppealDecided, HoldReleased, InterimImposed, ListingReviewed
from events.facts.sanction import SanctionImposed
from events.facts.scrutiny import DocumentJudged, EvidenceOpened, EvidenceStored
from services.adjudication.check.trail import Scales, Subject, Trail

Wrong = tuple[str, str]
"""A code and what it is about."""
MEANWHILE = timedelta(seconds=30)
"""What is handed in while somebody decides, he could not have opened."""


class Weighings:
    """What was stated about sanctions, and in which dossier each statement weighs now."""

    def __init__(self) -> None:
        self._stated: set[UUID] = set()
        self._derived: set[UUID] = set()
        self._weighed: set[UUID] = set()

    def state(self, fact: Statement) -> None:
        """A statement; those about sanctions may be weighed from now on."""
        if fact.lane == "sanction":
            self._stated.add(fact.stream)
        if isinstance(fact, SanctionImposed) and fact.derived:
            self._derived.add(fact.stream)

    def check(self, subject: Subject, fact: Fact) -> Iterator[Wrong]:
        """And remember it. A second weighing of a statement is wrong in whichever dossier it is."""
        match fact:
            case SanctionWeighed(weighing=it):
                if it.id in self._weighed:
                    yield "weighed-twice", it.statement.id
                if it.id not in self._stated:
                    yield "weighed-without-statement", it.statement.id
                self._weighed.add(it.id)
                subject.weighed[it.id] = Scales(it, documented=it.document is not None)
            case WeighingCarried(weighing=it):
                if it.id not in self._weighed:
                    yield "weighed-without-statement", it.statement.id
                subject.weighed[it.id] = Scales(it, stands=fact.discounted is None, documented=it.document is not None)
            case SanctionDiscounted(weighing=it) if it in subject.weighed:
                subject.weighed[it].stands = False
            case DocumentJudged(weighing=it) if it in subject.weighed:
                subject.weighed[it].documented = fact.genuine
            case EvidenceOpened(sha256=sha256, by=by):
                subject.opened.add((by, sha256))

    def echoes(self, subject: Subject) -> Iterator[Wrong]:
        """Of a dossier at rest."""
        for weighing_id, scales in subject.weighed.items():
            if scales.stands and weighing_id in self._derived:
                yield "echo-weighed", scales.weighing.statement.id


class Contents:
    """Which evidence could be opened, since when. What was erased later is let be: nobody can say any more what there was."""

    def __init__(self, erased: Iterable[str] = ()) -> None:
        self._since: dict[str, datetime] = {}
        self._erased = frozenset(erased)

    def keep(self, fact: EvidenceStored) -> None:
        if fact.sha256 not in self._erased:
            self._since.setdefault(fact.sha256, fact.at)

    def unread(self, trail: Trail, subject: Subject, fact: Fact) -> Iterator[Wrong]:
        """A step with a listing, taken by somebody who has not opened everything that was there."""
        if isinstance(fact, JUDGED):
            listed = {it for rest in trail.basis & subject.weighed.keys() for it in subject.weighed[rest].weighing.evidence}
            there = {it for it in listed | trail.pleaded if it in self._since and self._since[it] + MEANWHILE < fact.at}
            if not any(there <= {sha256 for by, sha256 in subject.opened if by == reader} for reader in _readers(trail, fact)):
                yield "decided-unread", str(trail.listing_id)


JUDGED = (NoticeReleased, ObjectionResolved, ListingApproved, ListingDecided, InterimImposed, HoldReleased, AppealDecided, ListingReviewed)
"""What nobody may say of evidence that he has not opened."""


def _readers(trail: Trail, fact: Any) -> tuple[str | None, ...]:
    """Of whom one has to have read it: who acts; where silence decides, who released the notice or let pass what was held."""
    if isinstance(fact, ListingDecided):
        return (trail.released_by, trail.hold_released_by) if fact.deemed else fact.by[-1:]
    return (fact.by,)
