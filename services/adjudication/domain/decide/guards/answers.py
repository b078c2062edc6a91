"""Guards about what was asked for the subject: whether somebody should have answered by now."""

from collections.abc import Iterator
from datetime import datetime

from events.facts.waiting import AnswerDue
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards.conditions import repeated_since
from services.adjudication.domain.decide.guards.guard import Guard


def to_be_granted(case: Case) -> Iterator[AnswerDue]:
    """What is granted when nobody answers, the earliest first: everything but the repair of whoever repeats the offence."""
    repeated = repeated_since(case.dossier, case.listing, case.moment.book_of(case.listing.rulebook))
    return iter(sorted((due for due in case.listing.answers if due.plea != "repair" or not repeated), key=lambda due: due.by))


def overdue(case: Case) -> Iterator[AnswerDue]:
    return (due for due in to_be_granted(case) if case.moment.now >= due.by)


def answers_due(case: Case) -> list[datetime]:
    """When the clock has to look."""
    return [due.by for due in to_be_granted(case)]


ANSWER_OVERDUE = Guard(
    "answer-overdue", "异议、申诉、修复申请或复核须逾期未办，且修复无新违规",
    "an objection, an appeal, a repair or a second look was not answered in time; for a repair: and no offence was repeated",
    lambda case: next(overdue(case), None) is not None,
)  # fmt: skip
