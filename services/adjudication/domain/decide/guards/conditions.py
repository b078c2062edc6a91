"""Guards about the state of a listing, of what it rests on, and of the time."""

from datetime import datetime, timedelta

from events.facts.listing import Listing
from services.adjudication.domain.case import Case
from services.adjudication.domain.decide.guards.guard import Guard
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.grounds import basis_appealed, fallen_evidence, justified, keys_of
from services.adjudication.domain.law.articles import InterimRule
from services.adjudication.domain.law.calendar import day_of, end_of, months_after
from services.adjudication.domain.law.rulebook import Rulebook


def urgency(listing: Listing, rule: InterimRule, now: datetime) -> str | None:
    """Why waiting for the decision would harm others: all of it is about the safety of goods, or about a fraud in progress."""
    categories = {rest.category for rest in listing.basis}
    if categories and categories <= set(rule.safety):
        return "interim-safety"
    youngest = max((rest.begins for rest in listing.basis), default=None)
    if youngest is not None and categories <= set(rule.fraud) and day_of(now) <= youngest + timedelta(days=rule.in_progress_days):
        return "interim-fraud"
    return None


def repeated_since(dossier: Dossier, listing: Listing, book: Rulebook) -> bool:
    """Whether a sanction of the same group, as grave as the listing asks, has begun after it was decided."""
    rule = book.rule(listing.rule)
    return listing.since is not None and rule is not None and any(
        entry.discounted is None and entry.weighing.group == listing.group and entry.weighing.severity >= rule.severity
        and day_of(entry.weighing.begins) > listing.since
        for entry in dossier.weighed.values()
    )  # fmt: skip


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
    first, last = end_of(case.listing.since - timedelta(days=1)), months_after(end_of(case.listing.since), months)
    return case.moment.now >= case.moment.wait_until(first, last)


def _urgent(case: Case) -> bool:
    return urgency(case.listing, case.moment.book_of(case.listing.rulebook).interim, case.moment.now) is not None


def _no_interim_before(case: Case) -> bool:
    """Of none of the sanctions: another listing on the same ones would else make 144 hours of it."""
    keys = keys_of(case.dossier, case.listing.basis)
    listings = (*case.dossier.listings.values(), *(closed.listing for closed in case.dossier.closed.values()))
    return not any(
        it.interim_before and (it.listing_id == case.listing.listing_id or keys & keys_of(case.dossier, it.basis)) for it in listings
    )


def _no_appeal_before(case: Case) -> bool:
    return case.listing.appeal_by is None and case.by is not None and case.by.code not in case.listing.appellants


def _no_repeat(case: Case) -> bool:
    return not repeated_since(case.dossier, case.listing, case.moment.book_of(case.listing.rulebook))


TO_BE_RELEASED = Guard("to-be-released", "须为待审核的提案，或未能送达的告知书",
                       "the listing is proposed, or its notice was not delivered", _to_be_released)  # fmt: skip
SERVED = Guard("notice-served", "告知书须已送达", "the notice is served", lambda case: case.listing.state == "served")
HEARING_OVER = Guard("hearing-over", "陈述申辩期限须已届满", "the hearing is over", _hearing_over)
NOBODY_OBJECTED = Guard("nobody-objected", "无人提出异议或申诉", "nobody objected, to the hub or to a platform",
                        lambda case: not case.listing.objected and not basis_appealed(case.dossier, case.listing))  # fmt: skip
ANSWERED = Guard("objection-answered", "每项异议均须已答复", "every objection is answered", lambda case: not case.listing.objected_by)
FEW_OBJECTIONS = Guard("few-objections", "同一人未答复的异议须少于十件", "fewer than ten objections of the same person wait for an answer",
                       lambda case: case.by is not None and case.listing.objected_by.count(case.by.code) < 10)  # fmt: skip
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
LONG_ENOUGH = Guard("long-enough", "须已满最短期限", "the minimum term before a repair is over", _long_enough_for_repair)
NO_REPAIR_OPEN = Guard("no-repair-open", "须无未决的修复申请", "no repair is open", lambda case: case.listing.repair_by is None)
REPAIR_OPEN = Guard("repair-open", "须有未决的修复申请", "a repair is open", lambda case: case.listing.repair_by is not None)

NO_REPEAT = Guard("no-repeat", "列名以后须无同类的新处置", "no sanction of the same group has begun since the listing", _no_repeat)
NOTICE_OUT = Guard("notice-out", "告知书须已签发且尚未作出决定", "the notice is released, and nothing is decided yet",
                   lambda case: case.listing.state in ("released", "served"))  # fmt: skip
URGENT = Guard("urgent", "须属商品安全或正在进行的欺诈", "it is about the safety of goods, or about a fraud in progress", _urgent)
NO_INTERIM_BEFORE = Guard("no-interim-before", "同一依据此前未曾采取临时措施", "there was no interim measure on this basis before",
                          _no_interim_before)  # fmt: skip
INTERIM_OPEN = Guard(
    "interim-open", "须有正在执行的临时措施", "an interim measure is in force", lambda case: case.listing.interim is not None
)
NO_APPEAL_BEFORE = Guard(
    "no-appeal-before",
    "同一人对该决定此前未曾申诉，且无未决的申诉",
    "the same person has not appealed against the decision before, and no appeal is open",
    _no_appeal_before,
)
APPEAL_OPEN = Guard("appeal-open", "须有未决的申诉", "an appeal is open", lambda case: case.listing.appeal_by is not None)
NOT_HELD = Guard("not-held", "须未被熔断机制暂缓", "the breaker does not hold the listing", lambda case: case.listing.hold is None)
HELD = Guard("held", "须已被熔断机制暂缓", "the breaker holds the listing", lambda case: case.listing.hold is not None)
WEIGHED_HERE = Guard("weighed-here", "须为该主体档案中有效的平台处置", "a platform's sanction weighs in this dossier",
                     lambda look: (entry := look.dossier.weighed.get(look.weighing)) is not None and entry.discounted is None
                     and entry.weighing.member_class == "platform")  # fmt: skip
EVIDENCE_FELL = Guard("evidence-fell", "须有复核以后不再成立的证据", "some of the evidence fell and nobody has looked again since",
                      lambda case: bool(fallen_evidence(case.dossier, case.listing) - set(case.listing.reviewed)))  # fmt: skip
LISTING_OPEN = Guard("listing-open", "列名须尚未终结", "the listing is open", lambda case: case.listing.listing_id in case.dossier.listings)
ACCOUNT_HERE = Guard(
    "account-here", "账户须归属该主体", "the account belongs to the subject", lambda move: move.account in move.old.accounts
)
ANOTHER_SUBJECT = Guard("another-subject", "目标须为另一主体", "the account does not belong to that subject yet",
                        lambda move: move.new.subject_id != move.old.subject_id)  # fmt: skip
LINKED = Guard("linked", "账户须曾被归并", "the account was linked to a subject other than its own",
               lambda move: move.new.subject_id != move.old.subject_id)  # fmt: skip
