"""Checks of what was weighed: each statement once, only what was stated, and never what a directive caused."""

from collections.abc import Iterator
from uuid import UUID

from events.facts.dossier import SanctionDiscounted, SanctionWeighed, WeighingCarried
from events.facts.fact import Fact, Statement
from events.facts.sanction import SanctionImposed
from events.facts.scrutiny import DocumentJudged
from services.adjudication.check.trail import Scales, Subject

Wrong = tuple[str, str]
"""A code and what it is about."""


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

    def echoes(self, subject: Subject) -> Iterator[Wrong]:
        """Of a dossier at rest."""
        for weighing_id, scales in subject.weighed.items():
            if scales.stands and weighing_id in self._derived:
                yield "echo-weighed", scales.weighing.statement.id
