"""The steps of a case, what they are found by and lead to, and what became of statements."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from events.facts.dossier import AmendmentNoted, AppealNoted, EvidenceNoted, LiftNoted, StatementOrphaned
from events.facts.fact import Fact, Measure
from events.facts.listing import DeliveryFailed, DeliveryNoted
from events.facts.member import MemberEnrolled
from projections.casefile.fold import effects, step
from projections.casefile.thread import found_by, leads_to, thing
from tests.projections import story as s

ONE = s.weighing("s-1")
LIFT = {"subject_id": s.MERCHANT, "at": s.NOON, "statement": s.ref("l-1"), "account": s.SHOP}


def became(fact: Fact) -> list[tuple[str, str, str | None]]:
    return [(it.statement, it.state, it.why) for it in effects(fact, 7)]


def test_a_statement_is_a_step_with_who_and_when() -> None:
    it = step(s.said(s.ReportAccepted, "r-2", s.SHOP, s.later(1), report="R-1"), 5)
    assert it is not None
    assert (it.id, it.at, it.what, it.member, it.account, it.statement, it.subject_id) == (
        5, s.later(1), "report.accepted.v1", "tmall", "shop-1", "r-2", None,
    )  # fmt: skip
    assert msgspec.json.decode(it.detail) == {"report": "R-1"}


def test_a_decision_is_a_step_of_its_subject() -> None:
    it = step(s.attached(at=s.later(1)), 5)
    assert it is not None
    assert (it.subject_id, it.member, it.at) == (s.MERCHANT, None, s.later(1))
    assert msgspec.json.decode(it.detail)["account"] == {"platform": "tmall", "account": "shop-1"}


def test_a_declaration_says_who_the_merchant_is() -> None:
    it = step(s.said(s.MerchantDeclared, "m-1", uscc="91350100M000100Y43", name="某某公司"), 5)
    assert it is not None
    assert msgspec.json.decode(it.detail) == {"uscc": "91350100M000100Y43", "name": "某某公司"}


@pytest.mark.parametrize(
    "fact",
    [
        MemberEnrolled(code="tmall", member_class="platform", entity="ali", at=s.NOON),
        s.answered(1, "enforced"),
    ],
)
def test_what_belongs_to_no_case_is_no_step(fact: Fact) -> None:
    assert step(fact, 5) is None
    assert effects(fact, 5) == ()


def test_no_reporter_and_no_token_is_in_any_step() -> None:
    steps = [it for delivery in s.log(s.case()) if (it := step(delivery.fact, delivery.id))]
    assert steps
    assert not any(b"tok-secret" in it.detail or b"reporter" in it.detail for it in steps)


def reached(facts: list[Fact], start: int) -> list[str]:
    """The names of what the thread leads to from one thing."""
    things, found = {start}, set[int]()
    while True:
        new = {n for n, fact in enumerate(facts) if n not in found and things & set(found_by(fact))}
        if not new:
            return [facts[n].tag() for n in sorted(found)]
        found |= new
        things |= {thing for n in new for thing in leads_to(facts[n])}


def test_the_thread_leads_from_a_report_to_the_last_directive() -> None:
    assert reached([*s.case(), *s.case(1)], thing("report", "tmall", "R-0")) == [
        "report.filed.v1", "report.accepted.v1", "evidence.submitted.v1", "evidence.verified.v1", "report.concluded.v1",
        "sanction.imposed.v1", "sanction.weighed.v1", "watch.began.v1", "listing.proposed.v1", "notice.released.v1",
        "notice.delivered.v1", "notice.served.v1", "listing.decided.v1", "watch.ended.v1", "directive.issued.v1",
        "sanction.lifted.v1", "lift.noted.v1", "sanction.discounted.v1", "listing.ended.v1", "directive.issued.v1",
    ]  # fmt: skip


def test_the_thread_never_leads_back_to_another_report() -> None:
    sanction: dict[str, Any] = {"measure": Measure.WARN, "category": "other", "rule": "1", "begins": s.NOON, "decided_by": "human"}
    both = s.said(s.SanctionImposed, "s-1", sanction="S-1", reports=("R-1", "R-2"), **sanction)
    facts = [s.said(s.ReportAccepted, f"r-{n}", report=f"R-{n}") for n in (1, 2)] + [both, s.weighed(ONE)]
    assert reached(facts, thing("report", "tmall", "R-1")) == ["report.accepted.v1", "sanction.imposed.v1", "sanction.weighed.v1"]


def test_the_number_of_another_platforms_report_is_another_thing() -> None:
    assert reached([s.said(s.ReportAccepted, "r-1", report="R-1")], thing("report", "pdd", "R-1")) == []


def test_every_step_is_found_by_something() -> None:
    assert all(found_by(fact) for fact in s.case() if step(fact, 1))


def test_a_sanction_that_is_weighed_is_applied() -> None:
    assert became(s.weighed(ONE)) == [("s-1", "applied", None)]


def test_a_discount_is_the_sanctions_and_applies_what_discounted_it() -> None:
    assert became(s.discounted(ONE, "overturned", by="l-1")) == [("s-1", "discounted", "overturned"), ("l-1", "applied", None)]
    assert became(s.discounted(ONE, "derived")) == [("s-1", "discounted", "derived")]


def test_to_leave_with_its_account_is_no_effect() -> None:
    assert became(s.discounted(ONE, "detached")) == []
    assert became(s.carried(ONE, UUID(int=2))) == [("s-1", "applied", None)]
    assert became(s.carried(ONE, UUID(int=2), discounted="settled")) == [("s-1", "discounted", "settled")]


@pytest.mark.parametrize(("waiting", "state"), [(True, "waiting"), (False, "applied")])
def test_what_refers_to_a_sanction_waits_for_it(waiting: bool, state: str) -> None:
    more: dict[str, Any] = LIFT | {"sanction": "S-1", "waiting": waiting}
    noted = [
        LiftNoted(**more, reason="expired"),
        AppealNoted(**more),
        AmendmentNoted(**more, measure=Measure.WARN, recorded_at=s.NOON),
    ]
    assert [became(fact) for fact in noted] == [[("l-1", state, None)]] * 3


def test_what_the_dossier_noted_is_applied() -> None:
    delivery: dict[str, Any] = {"subject_id": s.MERCHANT, "at": s.NOON, "notice": "N-1", "platform": "tmall", "statement": s.ref("n-1")}
    assert became(EvidenceNoted(**LIFT, evidence="E-1", discredited=True)) == [("l-1", "applied", None)]
    assert became(DeliveryNoted(**delivery, delivered=True)) == [("n-1", "applied", None)]
    assert became(DeliveryFailed(**delivery, listing_id=UUID(int=1))) == [("n-1", "applied", None)]
    assert became(next(fact for fact in s.case() if isinstance(fact, s.NoticeServed))) == [("n-0-1", "applied", None)]


def test_what_never_found_its_sanction_is_orphaned_and_says_why() -> None:
    orphaned = StatementOrphaned(subject_id=s.MERCHANT, at=s.NOON, statement=s.ref("l-1"), why="never_came")
    assert became(orphaned) == [("l-1", "orphaned", "never_came")]
