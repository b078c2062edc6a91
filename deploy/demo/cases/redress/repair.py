"""A repair: restricted, corrected, and after the minimum term free again: publicity, sharing and measures end in one fact."""

from time import time

from deploy.demo.cases.enforcement import expect_coverage, expect_directive, expect_sales
from deploy.demo.cases.hearing import patience
from deploy.demo.cases.redress.accused import notified
from deploy.demo.patience import until
from deploy.demo.play import Play, evidence
from deploy.local.tell import either


def play(p: Play) -> None:
    p.timeline.scene(
        "十、信用修复：改正并满最短期限，公示、共享、措施一并停止",
        "10. A repair: corrected, after the minimum term; publicity, sharing and measures end together",
    )
    who = p.merchant("家电")
    subject, listing, holder = notified(p, who, "not_as_described")
    p.settled(who, lambda found: found.tier == "restricted", "restricted", patience(p))
    expect_directive(p, subject, "restricted", "enforced")
    expect_sales(p, who, "四个平台都拒绝为他销售", "every shop refuses his sale", dict.fromkeys(who.accounts, "hub:restricted"))
    until("the minimum term", lambda: "apply-for-repair" in holder.may() or None, patience(p) + 100 * 86_400 / p.scale, every=0.1)
    holder.apply_for_repair("已退货退款并整改，承诺不再发生", evidence(p.number("E"))["sha256"])
    p.timeline.line(either("商家", "merchant"), either("申请信用修复", "applies for repair"))
    officer, granted = p.approvers[0], time()
    officer.repair(officer.listing(listing.listing_id), "整改属实，准予修复")
    p.timeline.line(officer.code, either("准予修复", "grants it"))
    p.measured.lifts += expect_directive(p, subject, "none", "lifted", granted)
    standing, _ = p.settled(who, lambda found: found.tier == "none", "none in standing")
    p.timeline.expect(
        "查询不再显示列名", "a lookup shows no listing any more", (standing.until, standing.measures) == (None, ()), standing.words()
    )
    expect_sales(p, who, "四个平台都恢复销售", "every shop sells again", {})
    expect_coverage(p, subject, "lifted")
