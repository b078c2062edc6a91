"""The guards: every condition that a step of the procedure has to meet, pure and named, in one list that anybody can read."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from events.facts.listing import Listing
from services.adjudication.domain.case import Case, Move, Refused
from services.adjudication.domain.grounds import basis_appealed, justified
from services.adjudication.domain.law.calendar import end_of, months_after


class Guard(NamedTuple):
    """A condition with its name, and how it reads in both languages."""

    code: str
    zh: str
    en: str
    holds: Callable[[Any], bool]
    """Of a Case, or of a Move where it is about an account."""


def _by_a(*roles: str) -> Callable[[Case | Move], bool]:
    return lambda case: case.by is not None and case.by.role in roles


def _not_by(people: Callable[[Listing], tuple[str | None, ...]]) -> Callable[[Case], bool]:
    return lambda case: case.by is not None and case.by.code not in people(case.listing)


def _for_the_subject(case: Case) -> bool:
    if case.by is None:
        return False
    return case.by.role == "reviewer" or (case.by.role == "platform" and case.by.code in case.dossier.platforms())


def _to_be_released(case: Case) -> bool:
    return case.listing.state == "proposed" or (case.listing.state == "released" and case.listing.undelivered)


def _hearing_over(case: Case) -> bool:
    return case.listing.respond_by is not None and case.moment.now >= case.listing.respond_by


def _basis_stands(case: Case) -> bool:
    return justified(case.dossier, case.listing, case.moment.book_of(case.listing.rulebook), case.moment.now)


def _silence_decides(case: Case) -> bool:
    return case.moment.book_of(case.listing.rulebook).term(case.listing.tier).silence_decides


def _terms_allowed(case: Case) -> bool:
    term = case.moment.book_of(case.listing.rulebook).term(case.listing.tier)
    in_range = case.terms.months is None or term.least <= case.terms.months <= term.most
    return in_range and set(case.terms.measures) <= {*term.measures, *term.by_decision}


def _same_terms(case: Case) -> bool:
    return case.listing.approved is None or case.listing.approved == case.terms


def _long_enough_for_repair(case: Case) -> bool:
    if case.listing.since is None:
        return False
    months = case.moment.book_of(case.listing.rulebook).term(case.listing.tier).repair_after_months
    since = end_of(case.listing.since)
    return case.moment.now >= case.moment.wait_until(since, months_after(since, months))


REVIEWER = Guard("by-a-reviewer", "须由审核员办理", "a reviewer acts", _by_a("reviewer"))
APPROVER = Guard("by-an-approver", "须由批准人办理", "an approver acts", _by_a("approver"))
OFFICER = Guard("by-an-officer", "须由审核员、批准人或合议成员办理", "a reviewer, an approver or a member of the panel acts",
                _by_a("reviewer", "approver", "panel"))  # fmt: skip
FOR_THE_SUBJECT = Guard("for-the-subject", "须由审核员或该主体所在平台代为提出",
                        "a reviewer, or a platform that has an account of the subject, acts on its behalf", _for_the_subject)  # fmt: skip
TO_BE_RELEASED = Guard("to-be-released", "须为待审核的提案，或未能送达的告知书",
                       "the listing is proposed, or its notice was not delivered", _to_be_released)  # fmt: skip
SERVED = Guard("notice-served", "告知书须已送达", "the notice is served", lambda case: case.listing.state == "served")
HEARING_OVER = Guard("hearing-over", "陈述申辩期限须已届满", "the hearing is over", _hearing_over)
NOBODY_OBJECTED = Guard("nobody-objected", "无人提出异议或申诉", "nobody objected, to the hub or to a platform",
                        lambda case: not case.listing.objected and not basis_appealed(case.dossier, case.listing))  # fmt: skip
ANSWERED = Guard("objection-answered", "每项异议均须已答复", "every objection is answered", lambda case: not case.listing.objected_by)
OBJECTION_OPEN = Guard("objection-open", "须有未答复的异议", "an objection is open", lambda case: bool(case.listing.objected_by))
BASIS_STANDS = Guard("basis-stands", "所依据的处置仍须成立", "what the listing rests on still justifies its tier", _basis_stands)
SILENCE_DECIDES = Guard("silence-decides", "该层级可因无异议而视为决定", "silence may decide this tier", _silence_decides)
CLOCK_TRUSTED = Guard("clock-trusted", "时钟须可信", "the clock is not in doubt", lambda case: case.moment.trusted)
NOT_DECIDED = Guard("not-decided", "须尚未作出决定", "the listing is not decided yet", lambda case: case.listing.state != "decided")
IN_FORCE = Guard("in-force", "列名须已生效", "the listing is in force", lambda case: case.listing.state == "decided")
TERMS_ALLOWED = Guard("terms-allowed", "期限与措施须在规则手册范围之内", "term and measures lie within the rulebook", _terms_allowed)
SAME_TERMS = Guard("same-terms", "两人批准的期限与措施须一致", "both persons approve the same term and measures", _same_terms)
SAME_ENDING = Guard("same-ending", "两人认定的终止原因须一致", "both persons end it for the same cause",
                    lambda case: case.listing.ending is None or case.listing.ending[1] == case.end)  # fmt: skip
ANOTHER_THAN_RELEASED = Guard("another-than-released", "不得由签发告知书的人办理",
                              "another person than the one who released the notice acts",
                              _not_by(lambda listing: (listing.released_by,)))  # fmt: skip
ANOTHER_THAN_APPROVED = Guard("another-than-approved", "须由另一名批准人办理", "another person than the first who approved acts",
                              _not_by(lambda listing: listing.approvals))  # fmt: skip
ANOTHER_THAN_OBJECTED = Guard("another-than-objected", "不得由提出异议的人办理", "another person than the one who objected acts",
                              _not_by(lambda listing: listing.objected_by))  # fmt: skip
ANOTHER_THAN_DECIDED = Guard("another-than-decided", "不得由作出决定的人办理", "another person than those who decided acts",
                             _not_by(lambda listing: listing.decided_by))  # fmt: skip
ANOTHER_THAN_ENDED = Guard("another-than-ended", "须由另一人办理终止",
                           "another person than the first who would end it acts",
                           _not_by(lambda listing: listing.ending[:1] if listing.ending else ()))  # fmt: skip
ANOTHER_THAN_REPAIRS = Guard("another-than-repairs", "不得由申请修复的人办理",
                             "another person than the one who applied for the repair acts",
                             _not_by(lambda listing: (listing.repair_by,)))  # fmt: skip
LONG_ENOUGH = Guard("long-enough", "须已满最短期限", "the minimum term before a repair is over", _long_enough_for_repair)
NO_REPAIR_OPEN = Guard("no-repair-open", "须无未决的修复申请", "no repair is open", lambda case: case.listing.repair_by is None)
REPAIR_OPEN = Guard("repair-open", "须有未决的修复申请", "a repair is open", lambda case: case.listing.repair_by is not None)

LISTING_OPEN = Guard("listing-open", "列名须尚未终结", "the listing is open", lambda case: case.listing.listing_id in case.dossier.listings)
ACCOUNT_HERE = Guard(
    "account-here", "账户须归属该主体", "the account belongs to the subject", lambda move: move.account in move.old.accounts
)
ANOTHER_SUBJECT = Guard("another-subject", "目标须为另一主体", "the account does not belong to that subject yet",
                        lambda move: move.new.subject_id != move.old.subject_id)  # fmt: skip
LINKED = Guard("linked", "账户须曾被归并", "the account was linked to a subject other than its own",
               lambda move: move.new.subject_id != move.old.subject_id)  # fmt: skip

GUARDS: Mapping[str, tuple[Guard, ...]] = {
    "release": (LISTING_OPEN, REVIEWER, TO_BE_RELEASED, BASIS_STANDS),
    "object": (LISTING_OPEN, FOR_THE_SUBJECT,),
    "answer": (LISTING_OPEN, OFFICER, OBJECTION_OPEN, ANOTHER_THAN_OBJECTED, ANOTHER_THAN_RELEASED, ANOTHER_THAN_DECIDED),
    "decide": (LISTING_OPEN, APPROVER, SERVED, HEARING_OVER, ANSWERED, BASIS_STANDS, TERMS_ALLOWED, ANOTHER_THAN_RELEASED,
               ANOTHER_THAN_APPROVED, SAME_TERMS),
    "deem": (LISTING_OPEN, SERVED, HEARING_OVER, NOBODY_OBJECTED, SILENCE_DECIDES, BASIS_STANDS, CLOCK_TRUSTED),
    "reject": (LISTING_OPEN, OFFICER, NOT_DECIDED),
    "end": (LISTING_OPEN, OFFICER, IN_FORCE, ANOTHER_THAN_ENDED, SAME_ENDING),
    "apply-for-repair": (LISTING_OPEN, FOR_THE_SUBJECT, IN_FORCE, LONG_ENOUGH, NO_REPAIR_OPEN),
    "decide-repair": (LISTING_OPEN, APPROVER, IN_FORCE, REPAIR_OPEN, ANOTHER_THAN_REPAIRS),
    "link": (REVIEWER, ACCOUNT_HERE, ANOTHER_SUBJECT),
    "unlink": (REVIEWER, ACCOUNT_HERE, LINKED),
}  # fmt: skip
"""Every step of the procedure with the conditions that it has to meet, in the order in which they are looked at."""


def admit(step: str, case: Case | Move) -> None:
    """Refused with the first guard of the step that does not hold."""
    for guard in GUARDS[step]:
        if not guard.holds(case):
            raise refusal(guard)


def refusal(guard: Guard) -> Refused:
    return Refused(guard.code, guard.en, guard.zh)


def allows(step: str, case: Case) -> bool:
    return all(guard.holds(case) for guard in GUARDS[step])
