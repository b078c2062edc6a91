"""卡盟: an empty card key, reported over 12315, proven, refunded, and the seller banned within three days."""

from datetime import datetime, timedelta

from deploy.demo.cases.enforcement import expect_sales
from deploy.demo.merchants import Company
from deploy.demo.play import PRICE, Play, evidence, now
from deploy.demo.stage import Shop
from deploy.local.tell import either
from events.client.statement import pseudonym


def play(p: Play) -> tuple[Company, str]:
    """The merchant who was banned, and the number of the ban."""
    p.timeline.scene("一、卡盟：空卡密，三日内查实、退款、封禁", "1. Kameng: an empty card key; proven, refunded, banned within three days")
    shop, who = p.stage["kameng"], p.merchant("点卡")
    sale = shop.ask("sell", account=who.accounts["kameng"], amount_minor=PRICE)
    filed = now() - timedelta(days=2, hours=20)
    proofs = _report(p, shop, who, filed)
    refunded = shop.ask("refund", number=sale["number"])["refunded_minor"]
    p.timeline.line(shop.name, either("退款", "refunds"), f"{refunded / 100:.2f} CNY")
    p.timeline.expect("全额退款", "the whole price was refunded", refunded == PRICE, refunded)
    ban = _ban(p, shop, who, proofs, filed)
    expect_sales(
        p, who, "关注不限制任何人：只有卡盟自己拒绝", "watch restricts nobody: only Kameng itself refuses", {"kameng": "own:expel"}
    )
    return who, ban


def _report(p: Play, shop: Shop, who: Company, filed: datetime) -> list[str]:
    """From the complaint to the verdict, in a little less than three days; the numbers of the evidence."""
    report, order, chat = p.number("R"), p.number("E"), p.number("E")
    complaint = {
        "report": report, "category": "fraud", "channel": "12315", "amount_minor": PRICE, "currency": "CNY",
        "reporter": {"token": pseudonym(b"kameng", report), "assurance": "id"}, "evidence": [order, chat], "text": "卡密为空，无法充值",
    }  # fmt: skip
    p.say(shop, "report.filed", who, complaint, either("空卡密，经 12315", "empty card key, by 12315"), filed)
    for number, kind in ((order, "transaction"), (chat, "chat")):
        item = {"report": report, "kind": kind, "bytes": 20_480, "media": "image/png", "captured_at": filed, **evidence(number)}
        p.say(shop, "evidence.submitted", who, item, kind, filed)
    p.say(shop, "report.accepted", who, {"report": report, "due": filed + timedelta(days=7)}, "", filed + timedelta(hours=2))
    p.say(shop, "report.investigating", who, {"report": report}, "", filed + timedelta(hours=5))
    for number in (order, chat):
        p.say(
            shop, "evidence.verified", who, {"evidence": number, "grade": "A", "method": "与订单系统核对"}, "A", filed + timedelta(hours=30)
        )
    verdict = {"report": report, "outcome": "upheld", "reason_code": "proven", "rule": "卡密规则 第3条", "reason": "卡密自始无效"}
    p.say(shop, "report.concluded", who, verdict, either("成立，证据充分", "upheld, proven"), filed + timedelta(hours=60))
    p.say(
        shop,
        "report.answered",
        who,
        {"report": report, "reasons": "已退款并封禁商家"},
        either("告知举报人", "reporter told"),
        filed + timedelta(hours=61),
    )
    return [order, chat]


def _ban(p: Play, shop: Shop, who: Company, proofs: list[str], filed: datetime) -> str:
    """Expelled from Kameng; the hub puts him on watch by itself. Measures from the receipt to the watch."""
    number, begins = p.number("S"), now()
    sanction = {
        "sanction": number, "measure": "expel", "category": "fraud", "rule": "卡密规则 第3条", "begins": begins, "reports": [],
        "evidence": [evidence(proof) for proof in proofs], "decided_by": "human", "origin": {"kind": "own"},
    }  # fmt: skip
    receipt = p.say(shop, "sanction.imposed", who, sanction, either("封禁账号", "expelled"))
    standing, seen = p.settled(who, lambda found: found.tier == "watch", "watch")
    p.measured.watch.append(1000 * (seen - receipt["at"]))
    p.timeline.line(either("中枢", "hub"), "watch", standing.words(), p.measured.watch[-1])
    p.timeline.expect(
        "一家平台至多扣 500 分：500 分，C 级",
        "no platform takes more than 500 points: 500, C",
        (standing.score, standing.grade) == (500, "C"),
        standing.words(),
    )
    spent = begins - filed
    p.timeline.expect("举报后三日内封禁", "banned within three days of the report", spent <= timedelta(days=3), spent)
    return number
