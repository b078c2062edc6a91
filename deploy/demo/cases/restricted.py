"""拼多多: a second platform's freeze tips the first merchant into `restricted`, after notice and hearing, and everywhere."""

from datetime import timedelta

from deploy.demo.cases.enforcement import expect_coverage, expect_directive, expect_sales
from deploy.demo.cases.hearing import hear_out, patience
from deploy.demo.merchants import Company
from deploy.demo.patience import until
from deploy.demo.play import Play, evidence, now
from deploy.local.tell import either

TERM = timedelta(days=15)


def play(p: Play, who: Company) -> str:
    """The subject's id."""
    p.timeline.scene(
        "四、拼多多：第二个平台冻结，告知、申辩期满，四处受限",
        "4. Pinduoduo: a second platform's freeze; notice, hearing, restricted on all four",
    )
    _freeze(p, who)
    standing, _ = p.settled(who, lambda found: found.score == 125, "score 125")
    subject = standing.subject_id or ""
    # 525 and 300 points, a quarter more for each because the other platform says so too: 500 at most, and 375.
    p.timeline.expect("两家平台互相印证：125 分，D 级", "two platforms corroborate: 125, D", standing.grade == "D", standing.words())
    hear_out(p, who, subject, "restricted", {"kameng": "own:expel"})
    until("the decision", lambda: p.standing(who) if p.standing(who).tier == "restricted" else None, patience(p))
    standing = p.standing(who)
    p.timeline.line(either("中枢", "hub"), either("视为决定", "deemed decided"), f"{standing.words()} → {standing.until}")
    p.measured.decisions += expect_directive(p, subject, "restricted", "enforced")
    reasons = dict.fromkeys(who.accounts, "hub:restricted") | {"kameng": "own:expel"}
    expect_sales(p, who, "四个平台都拒绝为他销售", "every shop refuses his sale", reasons)
    expect_coverage(p, subject, "enforced")
    return subject


def _freeze(p: Play, who: Company) -> None:
    """A freeze that has run its term: it binds Pinduoduo no longer, and still counts."""
    shop, proof = p.stage["pdd"], p.number("E")
    began = now() - TERM - timedelta(days=2)
    item = {"kind": "transaction", "bytes": 9_216, "media": "application/pdf", "captured_at": began, **evidence(proof)}
    p.say(shop, "evidence.submitted", who, item, "transaction", began)
    sanction = {
        "sanction": p.number("S"), "measure": "freeze", "category": "non_delivery", "rule": "交易规则 第7条", "begins": began,
        "ends": began + TERM, "reports": [], "evidence": [evidence(proof)], "decided_by": "human", "origin": {"kind": "own"},
    }  # fmt: skip
    p.say(shop, "sanction.imposed", who, sanction, either("冻结 15 日（已届满）", "frozen for 15 days (served)"), began)
