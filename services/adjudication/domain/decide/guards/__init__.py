"""The guards: every condition that a step of the procedure has to meet, pure and named, in one list that anybody can read."""

from collections.abc import Mapping

from services.adjudication.domain.case import Case, Look, Move
from services.adjudication.domain.decide.guards import conditions as it
from services.adjudication.domain.decide.guards import people as by
from services.adjudication.domain.decide.guards.answers import ANSWER_OVERDUE
from services.adjudication.domain.decide.guards.evidence import EVIDENCE_OPENED, PLEA_OPENED
from services.adjudication.domain.decide.guards.guard import Guard, refusal

__all__ = ["GUARDS", "Guard", "admit", "allows", "refusal"]

OPEN = it.LISTING_OPEN
GUARDS: Mapping[str, tuple[Guard, ...]] = {
    "release": (OPEN, by.REVIEWER, it.TO_BE_RELEASED, it.BASIS_STANDS, EVIDENCE_OPENED),
    "object": (OPEN, by.FOR_THE_SUBJECT, it.FEW_OBJECTIONS),
    "answer": (OPEN, by.OFFICER, it.OBJECTION_OPEN, by.ANOTHER_THAN_OBJECTED, by.ANOTHER_THAN_RELEASED, by.ANOTHER_THAN_DECIDED,
               EVIDENCE_OPENED),
    "decide": (OPEN, by.APPROVER, it.SERVED, it.HEARING_OVER, it.ANSWERED, it.BASIS_STANDS, it.TERMS_ALLOWED, by.ANOTHER_THAN_RELEASED,
               by.ANOTHER_THAN_APPROVED, it.SAME_TERMS, it.CLOCK_TRUSTED, it.NOT_HELD, EVIDENCE_OPENED),
    "deem": (OPEN, it.SERVED, it.HEARING_OVER, it.NOBODY_OBJECTED, it.SILENCE_DECIDES, it.BASIS_STANDS, it.CLOCK_TRUSTED, it.NOT_HELD),
    "release-hold": (OPEN, by.JUDGE, it.HELD, by.ANOTHER_THAN_HELD, by.ANOTHER_THAN_RELEASED, by.ANOTHER_THAN_APPROVED,
                     EVIDENCE_OPENED),
    "reject": (OPEN, by.OFFICER, it.NOT_DECIDED),
    "impose-interim": (OPEN, by.APPROVER, it.NOTICE_OUT, it.BASIS_STANDS, it.URGENT, it.NO_INTERIM_BEFORE, by.ANOTHER_THAN_RELEASED,
                       it.CLOCK_TRUSTED, EVIDENCE_OPENED),
    "lift-interim": (OPEN, by.OFFICER, it.INTERIM_OPEN),
    "appeal": (OPEN, by.FOR_THE_SUBJECT, it.IN_FORCE, it.NO_APPEAL_BEFORE),
    "decide-appeal": (OPEN, by.JUDGE, it.APPEAL_OPEN, by.ANOTHER_THAN_DECIDED, by.ANOTHER_THAN_RELEASED, by.ANOTHER_THAN_APPEALED,
                      EVIDENCE_OPENED),
    "review": (OPEN, by.JUDGE, it.IN_FORCE, it.EVIDENCE_FELL, it.BASIS_STANDS, by.ANOTHER_THAN_DECIDED, by.ANOTHER_THAN_RELEASED,
               EVIDENCE_OPENED),
    "end": (OPEN, by.OFFICER, it.IN_FORCE, by.ANOTHER_THAN_ENDED, it.SAME_ENDING),
    "apply-for-repair": (OPEN, by.FOR_THE_SUBJECT, it.IN_FORCE, it.LONG_ENOUGH, it.NO_REPAIR_OPEN),
    "decide-repair": (OPEN, by.APPROVER, it.IN_FORCE, it.REPAIR_OPEN, by.ANOTHER_THAN_REPAIRS, PLEA_OPENED),
    "grant-repair": (it.NO_REPEAT,),
    "grant-by-silence": (OPEN, ANSWER_OVERDUE),
    "judge-document": (by.REGULATOR, it.WEIGHED_HERE),
    "link": (by.REVIEWER, it.ACCOUNT_HERE, it.ANOTHER_SUBJECT),
    "unlink": (by.REVIEWER, it.ACCOUNT_HERE, it.LINKED),
    "judge-candidate": (by.REVIEWER, it.ACCOUNT_HERE),
}  # fmt: skip
"""Every step of the procedure with the conditions that it has to meet, in the order in which they are looked at."""


def admit(step: str, case: Case | Move | Look) -> None:
    """Refused with the first guard of the step that does not hold."""
    for guard in GUARDS[step]:
        if not guard.holds(case):
            raise refusal(guard)


def allows(step: str, case: Case) -> bool:
    return all(guard.holds(case) for guard in GUARDS[step])
