"""An unlink that recalls: somebody else's account was linked by mistake; taken away again, the restriction goes with it everywhere."""

from time import time

from deploy.demo.cases.enforcement import expect_directive, expect_sales
from deploy.demo.cases.hearing import hear_out, patience
from deploy.demo.cases.redress.accused import accuse, freeze, subject_of
from deploy.demo.merchants import Company
from deploy.demo.patience import until
from deploy.demo.play import Play
from deploy.local.tell import either
from events.client.hub import Problem


def play(p: Play) -> None:
    p.timeline.scene(
        "十一、误并账户：两家的处置算到一人头上；撤销归并，四处召回",
        "11. Linked by mistake: two merchants' sanctions on one; unlinked, it is recalled on all four",
    )
    who, stranger = p.merchant("玩具"), _stranger(p)
    accuse(p, who, "counterfeit", ("kameng",))
    freeze(p, p.stage["pdd"], stranger, "counterfeit")
    subject, account = subject_of(p, who), stranger.accounts["pdd"]
    until("the account to be known", lambda: _linked(p, account, who), every=0.05)
    p.timeline.line(p.reviewer.code, either("归并账户（误判）", "links the account, wrongly"), account)
    hear_out(p, who, subject, "restricted", {})
    p.settled(who, lambda found: found.tier == "restricted", "restricted", patience(p))
    expect_directive(p, subject, "restricted", "enforced")
    unlinked = time()
    p.reviewer.unlink("pdd", account, "营业执照不同，并非同一主体")
    p.timeline.line(p.reviewer.code, either("撤销归并", "unlinks it"), account)
    p.measured.lifts += expect_directive(p, subject, "none", "lifted", unlinked)
    standing, _ = p.settled(who, lambda found: found.tier == "none", "none in standing")
    p.timeline.expect("重新计算：只剩自己的处置", "recomputed: only his own sanction is left", standing.score == 700, standing.words())
    expect_sales(p, who, "四个平台都恢复销售", "every shop sells again", {})


def _linked(p: Play, account: str, who: Company) -> bool | None:
    """None while adjudication has not heard of the account: a receipt is older than that."""
    try:
        p.reviewer.link("pdd", account, who.uscc, "名称相同（误判）")
    except Problem as problem:
        if problem.status != 404:
            raise
        return None
    return True


def _stranger(p: Play) -> Company:
    """Of whom only one platform knows anything, and no credit code."""
    account = p.number("pdd-shop")
    return Company("", "", {"pdd": account})
