"""Expectations about what the shops do: whom they sell for, which directives they have, what they answered."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from deploy.demo.members import PLATFORMS, WAYS
from deploy.demo.merchants import Company
from deploy.demo.patience import until
from deploy.demo.play import PRICE, Play
from deploy.demo.stage import Line, Shop


def expect_sales(p: Play, who: Company, zh: str, en: str, refused: Mapping[str, str]) -> None:
    """Every shop sells for him, except those named, each for that reason."""
    found = {}
    for shop in p.stage.shops:
        sale = shop.ask("sell", account=who.accounts[shop.code], amount_minor=PRICE)
        if not sale["sold"]:
            found[shop.code] = sale["why"]
    p.timeline.expect(zh, en, found == dict(refused), found)


def expect_directive(p: Play, subject_id: str, tier: str, state: str, since: float | None = None) -> list[float]:
    """Every shop has it and has acted; gives the milliseconds to each, from `since` or else from the directive's issue."""
    took, answers = [], {}
    for shop in p.stage.shops:
        told = shop.hear("directive", lambda line: bool(line["subject_id"] == subject_id and line["tier"] == tier))
        took.append(_show(p, shop, told, since))
        answers[shop.code] = told["state"]
    zh, en = f"四个平台都收到了 {tier} 的指令并照办", f"all four have the directive ({tier}) and did as it says"
    p.timeline.expect(zh, en, answers == dict.fromkeys(PLATFORMS, state), answers)
    return took


def expect_passing(p: Play, subject_id: str, since: float) -> list[float]:
    """A restriction that lapses within moments: who was told of it enforced it, who came too late was only told that it is over.

    Gives the milliseconds from `since` to each that was told of it.
    """
    took, wrong = list[float](), {}
    for shop in p.stage.shops:
        first = shop.hear("directive", lambda line: bool(line["subject_id"] == subject_id))
        over = shop.hear("directive", lambda line: bool(line["subject_id"] == subject_id and line["tier"] == "none"))
        if first is not over:
            took.append(_show(p, shop, first, since))
        _show(p, shop, over, None)
        if (first["state"], over["state"]) not in {("enforced", "lifted"), ("lifted", "lifted"), ("absent", "absent")}:
            wrong[shop.code] = first["state"], over["state"]
    p.timeline.expect("收到者照办，失效后人人放开", "who was told did as it says, and everybody let go when it was over", not wrong, wrong)
    return took


def _show(p: Play, shop: Shop, told: Line, since: float | None) -> float:
    """The milliseconds to this shop, from `since` or else from the issue."""
    issued, way = msgspec.convert(told["issued_at"], datetime).timestamp(), WAYS[shop.code]
    took = 1000 * (float(told["at"]) - (issued if since is None else since))
    p.measured.ways.setdefault(way, []).append(1000 * (told["at"] - issued))
    p.timeline.line(shop.name, told["state"], f"{told['subject_id'][:8]}…/{told['seq']}  {way}", took)
    return took


def expect_coverage(p: Play, subject_id: str, state: str) -> None:
    """The hub knows from every shop what it did."""

    def ask() -> bool | None:
        return True if p.reader.coverage(subject_id) == dict.fromkeys(PLATFORMS, state) else None

    until(f"coverage {state}", ask, every=0.02)
    p.timeline.expect(f"中枢知道四个平台都已答复 {state}", f"the hub knows that all four answered {state}", True)
