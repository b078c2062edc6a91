"""A day in small: all four shops say some thousands of statements at once, by published shares, and every one is accounted for."""

from collections import Counter
from time import monotonic

from deploy.demo.patience import until
from deploy.demo.play import Play
from deploy.local.tell import either

RECEIPTS, EFFECTS = 30.0, 30.0
"""Seconds that everything may take."""


def play(p: Play) -> None:
    """Batches by HTTP from three processes, by Kafka from the fourth."""
    p.timeline.scene(
        "八、一天的缩影：按公布的数字成形的数千条陈述", "8. A day in small: some thousands of statements, shaped by published figures"
    )
    name, counted, began = p.number("day"), _accepted(p), monotonic()
    day, shares = _begin(p, name)
    _describe(p, day, shares)
    receipts = until("all receipts", lambda: _receipts(p, name, day["statements"]), RECEIPTS, every=0.05)
    p.measured.rate = day["statements"] / (monotonic() - began)
    hub = either("中枢", "hub")
    p.timeline.line(hub, either("全部有回执", "all receipted"), f"{receipts['accepted']}", 1000 * (monotonic() - began))
    p.timeline.expect("没有一条被拒", "none was refused", receipts["refused"] == 0, receipts)
    counted = _accepted(p) - counted
    p.timeline.expect("中枢受理的正是这么多条", "the hub accepted exactly as many", counted == day["statements"], counted)
    until("all casefiles", lambda: None if _behind(p) else True, EFFECTS, every=0.1)
    p.timeline.line(hub, either("全部入案", "all in casefiles"), "", 1000 * (monotonic() - began))
    states = until("all effects", lambda: _effects(p, name, day["sanctions"]), EFFECTS, every=0.1)
    p.timeline.line(hub, either("处罚各有结果", "what became of sanctions"), _words(states), 1000 * (monotonic() - began))
    p.timeline.expect("没有一条在等待或无主", "none waits, none is orphaned", not states["waiting"] + states["orphaned"], dict(states))


def _begin(p: Play, name: str) -> tuple[Counter[str], Counter[str]]:
    """How many statements there are, and what they are about."""
    day, shares = Counter[str](), Counter[str]()
    for shop in p.stage.shops:
        begun = shop.ask("day", name=name, seed=p.random.getrandbits(32))
        day.update({what: begun[what] for what in ("statements", "sanctions")})
        shares.update(begun["shares"])
    return day, shares


def _accepted(p: Play) -> int:
    """Statements about reports, evidence and sanctions that the hub took for the first time, since its processes started."""
    kinds, processes = ("report.*", "evidence.*", "sanction.*"), ("gateway", "ingress")
    pairs = [(process, kind) for process in processes for kind in kinds]
    return int(sum(p.operator.total(process, "liancheng_statements_total", type=kind, result="accepted") for process, kind in pairs))


def _behind(p: Play) -> float:
    """Facts that are still on their way to the casefiles."""
    waiting = p.operator.total("relay", "liancheng_relay_backlog_facts")
    return waiting + p.operator.total("projections", "liancheng_lag_ids", consumer="casefile:*")


def _describe(p: Play, day: Counter[str], shares: Counter[str]) -> None:
    """How the dice fell, in the terms of the published report."""
    p.timeline.line(either("四个平台", "all four"), either("一天的陈述", "a day's statements"), str(day["statements"]))
    automated = 100 * shares["automated"] / shares["own"]
    words = either(
        f"自动 {automated:.1f}%，停权 {shares['suspensions']}", f"{automated:.1f}% automated, {shares['suspensions']} suspensions"
    )
    p.timeline.line("", either("主动措施", "own initiative"), f"{shares['own']}: {words}")
    upheld = 100 * shares["upheld"] / shares["reports"]
    p.timeline.line("", either("举报", "reports"), f"{shares['reports']}: " + either(f"成立 {upheld:.1f}%", f"{upheld:.1f}% upheld"))
    reversed_ = 100 * shares["reversed"] / shares["complaints"]
    p.timeline.line(
        "", either("申诉", "complaints"), f"{shares['complaints']}: " + either(f"撤销 {reversed_:.1f}%", f"{reversed_:.1f}% reversed")
    )


def _receipts(p: Play, name: str, said: int) -> Counter[str] | None:
    found = Counter[str]()
    for shop in p.stage.shops:
        tally = shop.ask("tally", prefix=name)
        found.update({state: tally[state] for state in ("waiting", "accepted", "refused", "repeated")})
    return found if found["waiting"] == 0 and found["accepted"] + found["refused"] == said else None


def _effects(p: Play, name: str, sanctions: int) -> Counter[str] | None:
    found = Counter[str]()
    for shop in p.stage.shops:
        found.update(shop.ask("effects", prefix=name)["states"])
    return found if found.total() == sanctions and found["waiting"] == 0 else None


def _words(states: Counter[str]) -> str:
    return ", ".join(f"{state} {count}" for state, count in sorted(states.items()) if count)
