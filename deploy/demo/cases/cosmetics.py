"""天猫国际: expired cosmetics, upheld on photos and the order; points are taken and nobody is restricted."""

from datetime import timedelta

from deploy.demo.cases.enforcement import expect_sales
from deploy.demo.merchants import Company
from deploy.demo.play import Play, evidence, now
from deploy.demo.stage import Shop
from deploy.local.tell import either
from events.client.statement import pseudonym

RULE = "进口化妆品规则 第12条"


def play(p: Play) -> Company:
    """The merchant, who goes on selling."""
    p.timeline.scene("二、天猫国际：过期化妆品，实拍与订单为证", "2. Tmall Global: expired cosmetics, proven by photos and the order")
    shop, who = p.stage["tmall-global"], p.merchant("美妆")
    report, proofs = _report(p, shop, who)
    for measure, words in (("remove_item", either("下架商品", "item removed")), ("points", either("扣分", "points taken"))):
        sanction = {
            "sanction": p.number("S"), "measure": measure, "category": "unsafe_goods", "rule": RULE, "begins": now(), "reports": [report],
            "evidence": [evidence(proof) for proof in proofs], "decided_by": "human", "origin": {"kind": "own"},
        }  # fmt: skip
        p.say(shop, "sanction.imposed", who, sanction, words)
    # 5 and 60 points, half as much again for goods: 1000 - 97.5, and a half is rounded up.
    standing, _ = p.settled(who, lambda found: found.score == 903, "score 903")
    p.timeline.line(either("中枢", "hub"), either("计分", "scores"), standing.words())
    p.timeline.expect("扣分不限制任何人：none，A 级", "points restrict nobody: none, A", (standing.tier, standing.grade) == ("none", "A"))
    expect_sales(p, who, "四个平台都照常销售", "all four go on selling", {})
    return who


def _report(p: Play, shop: Shop, who: Company) -> tuple[str, list[str]]:
    report, photo, order = p.number("R"), p.number("E"), p.number("E")
    filed = now() - timedelta(hours=30)
    complaint = {
        "report": report, "category": "unsafe_goods", "channel": "platform", "amount_minor": 32_900, "currency": "CNY",
        "reporter": {"token": pseudonym(b"tmall-global", report), "assurance": "phone"}, "evidence": [photo, order],
    }  # fmt: skip
    p.say(shop, "report.filed", who, complaint, either("收到时已过期", "expired on arrival"), filed)
    for number, kind in ((photo, "photo"), (order, "transaction")):
        item = {"report": report, "kind": kind, "bytes": 184_320, "media": "image/jpeg", "captured_at": filed, **evidence(number)}
        p.say(shop, "evidence.submitted", who, item, kind, filed)
    p.say(shop, "report.accepted", who, {"report": report}, "", filed + timedelta(hours=3))
    verdict = {"report": report, "outcome": "upheld", "reason_code": "proven", "rule": RULE, "reason": "批号与效期照片一致"}
    p.say(shop, "report.concluded", who, verdict, either("成立", "upheld"), filed + timedelta(hours=26))
    return report, [photo, order]
