"""上海市场监管: an authority's decision blacklists in one place, decided by two persons; restricted everywhere."""

from datetime import timedelta
from hashlib import sha256
from time import time

from deploy.demo.cases.enforcement import expect_coverage, expect_directive, expect_sales
from deploy.demo.cases.hearing import approve, hear_out
from deploy.demo.members import AUTHORITY
from deploy.demo.merchants import Company
from deploy.demo.play import Play, evidence, now
from deploy.local.tell import either
from events.client.follow.directive import shanghai_day
from events.client.publish.http import HttpRoad
from events.client.statement import Member, Merchant, statement


def play(p: Play, road: HttpRoad) -> None:
    """`road` carries the authority's own words."""
    p.timeline.scene(
        "六、市场监管机关：一份决定书，两人批准，一处违法、处处受限", "6. An authority: one decision, two approvers, restricted everywhere"
    )
    who = p.merchant("食品")
    _decide(p, road, who)
    standing, _ = p.settled(who, lambda found: found.known and found.score != 1000, "weighed")
    subject = standing.subject_id or ""
    listing = hear_out(p, who, subject, "blacklisted", {})
    decided = approve(p, listing.listing_id)
    p.measured.decisions += expect_directive(p, subject, "blacklisted", "enforced", decided)
    standing, _ = p.settled(who, lambda found: found.tier == "blacklisted", "blacklisted in standing")
    p.timeline.line(either("中枢", "hub"), "blacklisted", f"{standing.words()} → {standing.until}")
    expect_sales(p, who, "四个平台都拒绝为他销售", "every shop refuses his sale", dict.fromkeys(who.accounts, "hub:blacklisted"))
    expect_coverage(p, subject, "enforced")
    listed = {row["subject_id"] for row in p.reader.blacklist("blacklisted")}
    p.timeline.expect("监管机关在名单上看到他", "the regulator sees him on the list", subject in listed)


def _decide(p: Play, road: HttpRoad, who: Company) -> None:
    case, file, begins = p.number("case"), p.number("E"), now()
    number = f"演市监处罚〔{begins:%Y}〕{case[-6:]}号"
    document = {
        "name": "演示市场监督管理局", "document": number,
        "issued_on": shanghai_day(begins), "sha256": sha256(case.encode()).hexdigest(),
    }  # fmt: skip
    sanction = {
        "sanction": case, "measure": "freeze", "category": "unsafe_goods", "rule": "食品安全法 第124条", "begins": begins,
        "ends": begins + timedelta(days=365), "reports": [], "evidence": [evidence(file)], "decided_by": "authority", "authority": document,
        "origin": {"kind": "own"},
    }  # fmt: skip
    asked = time()
    said = statement(
        Member(AUTHORITY, authority=True), "sanction.imposed", Merchant(case, who.uscc, who.name), sanction, id=case, time=begins
    )
    outcome = road.send([said])[0]
    took = 1000 * (time() - asked)
    p.timeline.line(AUTHORITY, "sanction.imposed", number, took)
    p.timeline.expect("决定书有回执", "the decision has its receipt", outcome.receipt is not None, outcome.problem)
    p.measured.receipts.append(took)
