"""Every platform limits some merchants of its own: how long until everybody can see it."""

from datetime import timedelta
from itertools import chain, repeat

from deploy.demo.merchants import company
from deploy.demo.play import Play, evidence, now
from deploy.demo.stage import Shop
from deploy.local.tell import either

ROUNDS = 3
TERM = timedelta(days=30)


def play(p: Play) -> None:
    """One grave sanction with evidence is a watch, by itself. It is informational, so the directives stay as they were."""
    p.timeline.scene("七、各平台限制自己的商家：多快可见", "7. Each platform limits merchants of its own: how soon it is seen")
    before = p.stage.shops[0].ask("copy")
    for shop in chain.from_iterable(repeat(p.stage.shops, ROUNDS)):
        _limit(p, shop)
    after = p.stage.shops[0].ask("copy")
    p.timeline.expect("关注不产生指令", "a watch is no directive", after["digest"] == before["digest"], after)


def _limit(p: Play, shop: Shop) -> None:
    who, begins = company(p.random, "商行", [shop.code]), now()
    sanction = {
        "sanction": p.number("S"), "measure": "limit", "category": "false_advertising", "rule": "平台规则 第9条", "begins": begins,
        "ends": begins + TERM, "reports": [], "evidence": [evidence(p.number("E"))], "decided_by": "human", "origin": {"kind": "own"},
    }  # fmt: skip
    shop.ask("open", merchant={"account": who.accounts[shop.code], "uscc": who.uscc, "name": who.name})
    receipt = p.tell(shop, "sanction.imposed", who, sanction)
    _, seen = p.settled(who, lambda found: found.tier == "watch", "watch")
    p.measured.watch.append(1000 * (seen - receipt["at"]))
    p.timeline.line(shop.name, either("限制 → 关注", "limited → watch"), who.name, p.measured.watch[-1])
