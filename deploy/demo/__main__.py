"""Plays the demonstration against what runs, and exits with 1 when an expectation fails: python -m deploy.demo."""

import os
import sys
from collections import Counter
from random import SystemRandom

from deploy.demo.cases import authority, card_keys, cosmetics, day_in_small, no_evidence, overturned, restricted, watches
from deploy.demo.cases.redress import interim, objection, repair, unlink
from deploy.demo.members import ACTIONS, AUTHORITY, ON_KAFKA, PLATFORMS, WAYS, credentials
from deploy.demo.patience import Overdue, until
from deploy.demo.people import Officer, Operator, Reader
from deploy.demo.play import Play
from deploy.demo.stage import Line, Shop, Stage
from deploy.demo.timeline import Timeline, spread
from deploy.local.enrol import Credentials
from deploy.local.settings import Settings, read
from deploy.local.tell import Trouble, either
from events.client.hub import Hub, Problem, Unreachable
from events.client.publish.http import HttpRoad

Keys = dict[str, Credentials]
WORDS = {
    "stream": ("持续连接，签发即达", "one open connection, told as it is issued"),
    "feed": ("自己来取，每 0.1 秒一次", "asks, every 0.1 s"),
    "topic": ("Kafka 主题 liancheng.directive.v1", "Kafka's topic liancheng.directive.v1"),
    "webhook": ("中枢来调用：地址先自证，签名必验", "called by the hub: its address proven, signatures verified"),
}


def main() -> None:
    settings, site = read(os.environ)
    try:
        keys = credentials(settings, site, lambda key: _knows(Hub(_address(settings, "gateway"), key)))
    except Trouble as trouble:
        sys.exit(f"liancheng: {trouble}")
    with Stage([_shop(settings, keys, code) for code in PLATFORMS]) as stage:
        play = _play(settings, keys, stage)
        before = _tally(play)
        try:
            _cases(play, HttpRoad(Hub(_address(settings, "gateway"), keys[AUTHORITY].key)))
            _end(play, before)
        except (Overdue, Problem, Unreachable) as trouble:
            play.timeline.expect("演示没有走完", "the play came to its end", False, trouble)
    sys.exit(_verdict(play.timeline))


def _cases(play: Play, road: HttpRoad) -> None:
    _introduce(play)
    banned, ban = card_keys.play(play)
    scored = cosmetics.play(play)
    no_evidence.play(play, scored)
    subject = restricted.play(play, banned)
    overturned.play(play, banned, ban, subject)
    authority.play(play, road)
    watches.play(play)
    day_in_small.play(play)
    for protecting in (objection, repair, unlink, interim):
        protecting.play(play)


def _introduce(play: Play) -> None:
    """Four platforms, told by the four ways; nothing is said before each of them is open."""
    play.timeline.scene("四个平台，四种接收方式", "Four platforms, told in four ways")
    for shop in play.stage.shops:
        until(f"{shop.code} by {WAYS[shop.code]}", lambda: True if shop.ask("way")["open"] else None, 30.0, every=0.05)  # noqa: B023
        play.timeline.line(shop.name, WAYS[shop.code], either(*WORDS[WAYS[shop.code]]))


def _play(settings: Settings, keys: Keys, stage: Stage) -> Play:
    regulator, adjudication = keys["regulator-1"].key, _address(settings, "adjudication")
    reader = Reader(*(Hub(_address(settings, service), regulator) for service in ("standing", "directives", "regulator")))
    operator = Operator({process: Hub(_address(settings, process), "") for process in ("gateway", "ingress", "relay", "projections")})
    officers = [Officer(code, Hub(adjudication, keys[code].key)) for code in ("reviewer-1", "approver-1", "approver-2")]
    return Play(stage, reader, operator, officers, SystemRandom(), settings.clock_scale)


def _shop(settings: Settings, keys: Keys, code: str) -> Shop:
    folder = settings.folder / "demo" / code
    folder.mkdir(parents=True, exist_ok=True)
    identity = {
        "code": code,
        "key": keys[code].key,
        "gateway": _address(settings, "gateway"),
        "directives": _address(settings, "directives"),
        "folder": str(folder),
        "actions": ACTIONS[code],
        "way": WAYS[code],
        "kafka": keys[code].kafka if code == ON_KAFKA else None,
    }
    return Shop(code, PLATFORMS[code], identity, folder / "errors.log")


def _end(play: Play, before: Counter[str]) -> None:
    """What has to hold when everything is said, and the numbers."""
    play.timeline.scene("数字", "The numbers")
    until("the last receipts", lambda: None if _tally(play)["waiting"] else True)
    told = _tally(play)
    told.subtract(before)
    copies = until("all copies to agree", lambda: _same_copies(play), 30.0, every=0.05)
    directives = {(line["subject_id"], line["seq"]) for shop in play.stage.shops for line in shop.told if line["event"] == "directive"}
    numbers, measured = play.timeline.number, play.measured
    numbers(either("陈述", "statements"), str(told["accepted"] + told["refused"] + 1))
    numbers(either("回执", "receipts"), str(told["accepted"] + 1))
    numbers(either("拒绝", "refused"), str(told["refused"]))
    numbers(either("重复", "duplicates"), str(told["repeated"]))
    numbers(either("指令（每条送达四个平台）", "directives, each to all four"), f"{len(directives)}")
    numbers(either("名单副本", "copies of the list"), f"{copies['count']}  {copies['digest'][:12]}…")
    numbers(either("陈述 → 回执", "statement → receipt"), spread(measured.receipts))
    numbers(either("回执 → 关注", "receipt → watch"), spread(measured.watch))
    numbers(either("决定 → 各平台", "decision → each platform"), spread(measured.decisions))
    numbers(either("撤销 → 各平台", "overturned → each platform"), spread(measured.lifts))
    for way, milliseconds in measured.ways.items():
        numbers(either(f"指令签发 → 副本，{way}", f"directive → copy, by {way}"), spread(milliseconds))
    numbers(either("一天的缩影，每秒", "a day in small, a second"), f"{measured.rate:.0f}")
    numbers(either("全部用时", "the whole play"), f"{play.timeline.seconds:.1f} s")
    play.timeline.expect("一条不少，一条不多", "nothing lost, nothing twice", told["refused"] == told["repeated"] == 0, dict(told))
    play.timeline.expect("四个平台的副本相同，且与中枢的摘要一致", "all four copies are the same, and have the hub's digest", True)


def _tally(play: Play) -> Counter[str]:
    found = Counter[str]()
    for shop in play.stage.shops:
        tally = shop.ask("tally", prefix="")
        found.update({state: tally[state] for state in ("waiting", "accepted", "refused", "repeated")})
    return found


def _same_copies(play: Play) -> Line | None:
    copies = [shop.ask("copy") for shop in play.stage.shops]
    same = len({(copy["digest"], copy["count"]) for copy in copies}) == 1
    return copies[0] if same and all(copy["proven"] for copy in copies) else None


def _verdict(timeline: Timeline) -> int:
    done = either(f"{timeline.passed} 项符合预期", f"{timeline.passed} expectations hold")
    if not timeline.failed:
        timeline.scene(done, done)
        return 0
    failed = either(f"，{len(timeline.failed)} 项不符：", f", {len(timeline.failed)} do not: ") + "; ".join(timeline.failed)
    timeline.scene(done + failed, done + failed)
    return 1


def _knows(gateway: Hub) -> bool:
    """Whether the hub knows this key: a statement that nobody made is then not found."""
    try:
        gateway.get("/v1/statements/none")
    except Problem as problem:
        return problem.status == 404
    return True


def _address(settings: Settings, service: str) -> str:
    return f"http://{settings.host}:{getattr(settings, f'{service}_port')}"


if __name__ == "__main__":
    main()
