"""What a reviewer is told of a sanction: whether its platform kept to its own published rules, and where these are silent."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

import msgspec

from events.facts.dossier import Weighing
from services.adjudication.domain.law.calendar import day_of, last_day, months_after
from services.adjudication.domain.law.platform.reading import allowed, read_any
from services.adjudication.domain.law.platform.schedule import Penalty, PlatformBook, PlatformRule

Remarked = Literal["below", "above", "graver", "unscheduled", "unknown_rule", "unseen", "gap", "overlap", "doubtful", "beyond"]

TEXTS: Mapping[Remarked, tuple[str, str]] = {
    "below": ("处置轻于平台自己公布的标准", "Milder than the platform's own published schedule"),
    "above": ("处置重于平台自己公布的标准", "Harder than the platform's own published schedule"),
    "graver": (
        "仅在情节严重时才符合平台公布的标准，须核实情节",
        "Within the published schedule only if it was a grave case: verify that it was",
    ),
    "unscheduled": (
        "平台未公布该规则的处罚标准，不作为列名依据",
        "The platform publishes no schedule for this rule: no ground for a listing",
    ),
    "unknown_rule": ("平台公布的规则中没有所引用的条款", "The rule that is cited is not among the platform's published ones"),
    "unseen": ("未存该平台的处罚标准，须先核对其公布的规则", "No schedule of this platform is kept here: check its published rules first"),
    "gap": ("平台的标准对此情形没有规定，从宽理解", "The platform's schedule leaves this case out; read leniently"),
    "overlap": ("平台的标准对此情形有两种规定，从宽理解", "The platform's schedule answers this case twice; read leniently"),
    "doubtful": ("平台的标准对此情形表述不清，从宽理解", "The platform's schedule is unclear for this case; read leniently"),
    "beyond": ("违规次数超出平台标准的规定，须由人判断", "Repeated more often than the platform's schedule provides for; a person judges"),
}
NEAR = timedelta(days=1)
"""Platforms count the first day of a term or do not."""


class Remark(msgspec.Struct, frozen=True):
    """Something to be looked at before a decision rests on this weighing. It is computed anew, and decides nothing by itself."""

    weighing: UUID
    code: Remarked
    zh: str
    en: str


def review(books: Mapping[str, PlatformBook], weighing: Weighing, others: Sequence[Weighing]) -> list[Remark]:
    """Hold a platform's sanction against its own rules. `others` are what else stands against the subject: earlier offences count."""
    if weighing.member_class != "platform":
        return []
    book = books.get(weighing.account.platform)
    if book is None:
        return [_remark(weighing, "unscheduled" if weighing.unscheduled else "unseen")]
    rule = book.find(weighing.rule)
    if rule is None:
        return [_remark(weighing, "unknown_rule")]
    if rule.schedule == "withheld":
        return [_remark(weighing, "unscheduled")]
    offence = 1 + sum(_earlier(book, rule, other, weighing) for other in others)
    readings = read_any(book, rule, offence, weighing.quantity)
    codes: list[Remarked] = sorted({ambiguity for reading in readings for ambiguity in reading.ambiguities})
    penalties = [reading.penalty for reading in readings if reading.penalty is not None]
    if penalties and all(_against(penalty, weighing) < 0 for penalty in penalties):
        codes.append("below")
    elif penalties and all(_against(penalty, weighing) > 0 for penalty in penalties):
        within = any(_against(penalty, weighing) == 0 for penalty in allowed(book, rule, offence, weighing.quantity))
        codes.append("graver" if within else "above")
    return [_remark(weighing, code) for code in codes]


def _remark(weighing: Weighing, code: Remarked) -> Remark:
    return Remark(weighing.id, code, *TEXTS[code])


def _earlier(book: PlatformBook, rule: PlatformRule, other: Weighing, weighing: Weighing) -> bool:
    """Whether it is an earlier offence of the same category, on the same platform, within the window."""
    before = (other.begins, other.id) < (weighing.begins, weighing.id)
    counts = weighing.begins < months_after(other.begins, book.window_months)
    return before and counts and other.account.platform == book.platform and book.find(other.rule) is rule


def _against(penalty: Penalty, weighing: Weighing) -> int:
    """Below, equal or above: by the measure, then by the length where both have one."""
    severities = weighing.measure.severity - penalty.measure.severity
    until = penalty.last_day(day_of(weighing.begins))
    if severities or until is None or weighing.ends is None:
        return severities
    longer = last_day(weighing.ends) - until
    return 0 if abs(longer) <= NEAR else 1 if longer > NEAR else -1
