"""An interim measure that lapses: unsafe goods, restricted at once by a person, for 72 hours at most; nobody has to lift it."""

from time import time

from deploy.demo.cases.enforcement import expect_passing, expect_sales
from deploy.demo.cases.redress.accused import closed, notified
from deploy.demo.play import Play
from deploy.local.tell import either


def play(p: Play) -> None:
    p.timeline.scene(
        "十二、临时措施：不安全商品，先行限制至多七十二小时，届时自行失效",
        "12. An interim measure: unsafe goods, restricted at once for 72 hours at most, lapsing by itself",
    )
    who = p.merchant("母婴")
    subject, listing, holder = notified(p, who, "unsafe_goods")
    officer, second = p.approvers
    imposed = time()
    officer.cool(officer.listing(listing.listing_id), "涉及儿童安全，等待决定将危及他人")
    p.timeline.line(officer.code, either("采取临时措施", "imposes an interim measure"))
    holder.object("该批次已停售并召回")
    p.timeline.line(either("商家", "merchant"), either("提出异议", "objects"))
    p.measured.decisions += expect_passing(p, subject, imposed)
    found = officer.listing(listing.listing_id)
    p.timeline.expect(
        "无人操作而自行失效，案件仍在审理", "it lapsed by itself, and the case is still heard", found.state == "served", found.state
    )
    expect_sales(p, who, "四个平台都恢复销售", "every shop sells again", {})
    second.reject(second.listing(listing.listing_id), "该批次已召回，不予列名")
    closed(p, listing, "rejected")
