"""An objection that wins: with the link of his notice the merchant objects, another officer finds him right, nobody was restricted."""

from deploy.demo.cases.enforcement import expect_sales
from deploy.demo.cases.redress.accused import notified
from deploy.demo.play import Play
from deploy.local.tell import either


def play(p: Play) -> None:
    p.timeline.scene(
        "九、异议成立：商家凭告知书中的链接提出异议，换人审查，从未受限",
        "9. An objection that wins: by the link of his notice; another officer decides; never restricted",
    )
    who = p.merchant("文具")
    subject, listing, holder = notified(p, who, "counterfeit")
    p.timeline.expect("凭链接可以提出异议", "the link lets him object", holder.may() == ["object"], holder.may())
    receipt = f"{who.name}：进货凭证 {p.number('E')}".encode()
    digest = holder.hand_in(receipt, "text/plain; charset=utf-8")
    holder.object("进货凭证齐全，并非假冒", digest)
    p.timeline.line(either("商家", "merchant"), either("提交进货凭证，提出异议", "hands a receipt in, and objects"))
    officer = p.approvers[0]
    opened = officer.open(listing, digest)
    p.timeline.expect("换人审查，先查阅凭证", "another officer opens it before he answers", opened == receipt, len(opened))
    officer.answer(officer.listing(listing.listing_id), "凭证属实，异议成立", upheld=True)
    found = officer.listing(listing.listing_id)
    p.timeline.line(officer.code, either("异议成立", "finds him right"), found.state)
    p.timeline.expect("提案终结，不再列名", "the proposal is over", found.state == "rejected", found.state)
    told = [line for shop in p.stage.shops for line in shop.told if line["event"] == "directive" and line["subject_id"] == subject]
    p.timeline.expect("没有任何平台收到过限制他的指令", "no platform was ever told to restrict him", told == [], told)
    expect_sales(p, who, "四个平台照常为他销售", "every shop goes on selling", {})
