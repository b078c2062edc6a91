"""卡盟 again: the ban is appealed and overturned, and the restriction is gone everywhere."""

from deploy.demo.cases.enforcement import expect_coverage, expect_directive, expect_sales
from deploy.demo.merchants import Company
from deploy.demo.play import Play
from deploy.local.tell import either


def play(p: Play, who: Company, ban: str, subject: str) -> None:
    """`ban` is the sanction that Kameng takes back."""
    p.timeline.scene("五、卡盟：申诉成立，撤销封禁，四处恢复", "5. Kameng: the appeal succeeds, the ban is overturned, free on all four")
    shop = p.stage["kameng"]
    p.say(shop, "sanction.appealed", who, {"sanction": ban, "grounds": "卡密由上游供应商错发"}, either("商家申诉", "the merchant appeals"))
    standing, _ = p.settled(who, lambda found: found.contested, "contested")
    p.timeline.expect(
        "申诉期间标明有争议，仍然受限", "shown as contested, and still restricted", standing.tier == "restricted", standing.words()
    )
    lifted = {"sanction": ban, "reason": "overturned"}
    receipt = p.say(shop, "sanction.lifted", who, lifted, either("撤销", "overturned"))
    p.measured.lifts += expect_directive(p, subject, "none", "lifted", receipt["asked"])
    # Pinduoduo's freeze is served, so that nothing is watched any more.
    standing, _ = p.settled(who, lambda found: found.tier == "none", "none in standing")
    p.timeline.line(either("中枢", "hub"), "none", standing.words())
    # It still takes its points: 200 points, half as much again for fraud, corroborated by nobody.
    p.timeline.expect(
        "被撤销的不再扣分：700 分，B 级", "what was overturned takes no points: 700, B", standing.score == 700, standing.words()
    )
    expect_sales(p, who, "四个平台都恢复销售", "every shop sells again", {})
    expect_coverage(p, subject, "lifted")
