"""The play itself: who is on the stage, what has been measured, and the turns that several cases share."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from time import time
from typing import Any

import msgspec

from deploy.demo.members import PLATFORMS
from deploy.demo.merchants import Company, company
from deploy.demo.patience import until
from deploy.demo.people import Officer, Operator, Reader, Standing
from deploy.demo.stage import Line, Shop, Stage
from deploy.demo.timeline import Timeline
from deploy.local.tell import either

PRICE = 12_800


class Measured(msgspec.Struct):
    """Milliseconds, by what was waited for."""

    receipts: list[float] = []
    watch: list[float] = []
    decisions: list[float] = []
    lifts: list[float] = []
    ways: dict[str, list[float]] = {}
    """From the issue of a directive to the copy of who is told by this way."""
    rate: float = 0.0


class Play:
    """What a case is given."""

    def __init__(self, stage: Stage, reader: Reader, operator: Operator, officers: list[Officer], random: Random, scale: float) -> None:
        """`officers` are a reviewer and two approvers; `scale` divides the waits of the procedure."""
        self.stage, self.reader, self.operator, self.random, self.scale = stage, reader, operator, random, scale
        self.reviewer, *self.approvers = officers
        self.timeline, self.measured = Timeline(), Measured()

    def number(self, kind: str) -> str:
        """Fresh at every play."""
        return f"{kind}-{self.random.getrandbits(48):012x}"

    def merchant(self, trade: str) -> Company:
        """A company that has an account with every shop, each of which declares it."""
        made = company(self.random, trade, list(PLATFORMS))
        for code, account in made.accounts.items():
            shop = self.stage[code]
            merchant = {"account": account, "uscc": made.uscc, "name": made.name, "kind": "enterprise"}
            # The first that a shop says: ingress may just be starting anew, because members joined.
            self._receipt(shop, shop.ask("open", merchant=merchant), seconds=60.0)
        self.timeline.line(either("商家", "merchant"), either("在四个平台开店", "opens on all four"), f"{made.name} {made.uscc}")
        return made

    def say(self, shop: Shop, name: str, who: Company, data: Mapping[str, Any], words: str, when: datetime | None = None) -> Line:
        """The shop says it, and the timeline shows it; returns its receipt, with when it was asked to."""
        receipt = self.tell(shop, name, who, data, when)
        self.timeline.line(shop.name, name, words, 1000 * (receipt["at"] - receipt["asked"]))
        return receipt

    def tell(self, shop: Shop, name: str, who: Company, data: Mapping[str, Any], when: datetime | None = None) -> Line:
        """The same without a line."""
        asked = time()
        said = shop.ask("say", name=name, account=who.accounts[shop.code], data=data, time=when or now())
        receipt = self._receipt(shop, said)
        self.measured.receipts.append(1000 * (receipt["at"] - asked))
        return receipt | {"asked": asked}

    def _receipt(self, shop: Shop, said: Line, seconds: float = 10.0) -> Line:
        return shop.hear("receipt", lambda line: bool(line["id"] == said["id"]), seconds=seconds)

    def standing(self, who: Company) -> Standing:
        return self.reader.standing(who.uscc)

    def settled(self, who: Company, test: Callable[[Standing], bool], what: str, seconds: float = 10.0) -> tuple[Standing, float]:
        """The first standing that passes, and when it was seen."""

        def ask() -> Standing | None:
            found = self.standing(who)
            return found if test(found) else None

        return until(what, ask, seconds, every=0.003), time()

    def past(self, who: Company, moment: float) -> Standing:
        """The standing as the hub knows it after this moment: everything said before it has had its effect."""
        return self.settled(who, lambda found: found.as_of.timestamp() > moment, "a standing of now")[0]


def evidence(number: str) -> dict[str, str]:
    """As a sanction names it. The content stays with the platform."""
    return {"evidence": number, "sha256": sha256(number.encode()).hexdigest()}


def now() -> datetime:
    return datetime.now(UTC)
