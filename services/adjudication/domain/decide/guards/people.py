"""Guards about who acts: in which role, for whom, and that two steps are taken by two persons."""

from collections.abc import Callable

from events.facts.listing import Listing
from services.adjudication.domain.case import Case, Move
from services.adjudication.domain.decide.guards.guard import Guard


def _by_a(*roles: str) -> Callable[[Case | Move], bool]:
    return lambda case: case.by is not None and case.by.role in roles


def _not_by(people: Callable[[Listing], tuple[str | None, ...]]) -> Callable[[Case], bool]:
    return lambda case: case.by is not None and case.by.code not in people(case.listing)


def _for_the_subject(case: Case) -> bool:
    if case.by is None:
        return False
    its_platforms = case.dossier.platforms()
    match case.by.role:
        case "reviewer" | "clerk":
            return True
        case "platform":
            return case.by.code in its_platforms
        case "merchant":
            return case.by.code.removeprefix("merchant:") in its_platforms
    return False


REVIEWER = Guard("by-a-reviewer", "须由审核员办理", "a reviewer acts", _by_a("reviewer"))
APPROVER = Guard("by-an-approver", "须由批准人办理", "an approver acts", _by_a("approver"))
OFFICER = Guard("by-an-officer", "须由审核员、批准人或合议成员办理", "a reviewer, an approver or a member of the panel acts",
                _by_a("reviewer", "approver", "panel"))  # fmt: skip
JUDGE = Guard("by-a-judge", "须由批准人或合议成员办理", "an approver or a member of the panel acts", _by_a("approver", "panel"))
REGULATOR = Guard("by-a-regulator", "须由监管人员办理", "a regulator acts", _by_a("regulator"))
FOR_THE_SUBJECT = Guard("for-the-subject", "须由该主体、其所在平台、书记员或审核员提出",
                        "the subject, a platform that has an account of it, a clerk or a reviewer acts", _for_the_subject)  # fmt: skip
ANOTHER_THAN_RELEASED = Guard("another-than-released", "不得由签发告知书的人办理",
                              "another person than the one who released the notice acts",
                              _not_by(lambda listing: (listing.released_by,)))  # fmt: skip
ANOTHER_THAN_APPROVED = Guard("another-than-approved", "须由另一名批准人办理", "another person than the first who approved acts",
                              _not_by(lambda listing: listing.approvals))  # fmt: skip
ANOTHER_THAN_OBJECTED = Guard("another-than-objected", "不得由提出异议的人办理", "another person than the one who objected acts",
                              _not_by(lambda listing: listing.objected_by))  # fmt: skip
ANOTHER_THAN_DECIDED = Guard("another-than-decided", "不得由作出决定的人办理", "another person than those who decided acts",
                             _not_by(lambda listing: listing.decided_by))  # fmt: skip
ANOTHER_THAN_APPEALED = Guard("another-than-appealed", "不得由提出申诉的人办理", "another person than the one who appealed acts",
                              _not_by(lambda listing: (listing.appeal_by,)))  # fmt: skip
ANOTHER_THAN_ENDED = Guard("another-than-ended", "须由另一人办理终止",
                           "another person than the first who would end it acts",
                           _not_by(lambda listing: listing.ending[:1] if listing.ending else ()))  # fmt: skip
ANOTHER_THAN_REPAIRS = Guard("another-than-repairs", "不得由申请修复的人办理",
                             "another person than the one who applied for the repair acts",
                             _not_by(lambda listing: (listing.repair_by,)))  # fmt: skip
ANOTHER_THAN_HELD = Guard("another-than-held", "不得由被熔断暂缓时作出决定的人办理",
                          "another person than the one whose decision was held acts",
                          _not_by(lambda listing: (listing.hold.by,) if listing.hold else ()))  # fmt: skip
