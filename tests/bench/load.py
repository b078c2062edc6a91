"""What one platform says: reports and measures against merchants of whom a few are named all the time. Seeded and pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from random import Random
from typing import Any

import msgspec

from deploy.demo.merchants import uscc

Event = dict[str, Any]

ACCOUNTS = 20_000
EXPONENT = 0.8
"""Of Zipf's law: how often an account is named falls with its rank to this power; the first one gets 3 of 100 statements."""
OPEN = 500
"""Stories that go on at the same time: statements about one report lie that far apart."""
TERM = timedelta(days=15)

# What a story is and how often it begins. A report makes five or six statements, so that of a hundred statements about 85 are
# about reports and evidence, 13 about sanctions, and the rest says who an account is.
STORIES = {"report": 55, "measure": 38, "declared": 7}
CATEGORIES = {"infringement": 40, "false_advertising": 20, "not_as_described": 20, "counterfeit": 10, "fraud": 5, "other": 5}
MEASURES = {"remove_item": 80, "warn": 10, "points": 5, "limit": 4, "freeze": 1}
OUTCOMES = {"upheld": 42, "rejected": 58}
REASONS = {"upheld": "proven", "rejected": "evidence_missing"}

TEXT = "商品与描述不符，收到的包装已拆封，联系商家三次未获处理，申请平台介入。"
REASON = "经核查订单、聊天记录与实物照片，依据平台规则作出处理。"


class Load:
    """Statements of the member `code`. The same seed says the same; `name` keeps the ids of several runs apart."""

    def __init__(self, code: str, seed: int, name: str, now: datetime, *, reports_only: bool = False) -> None:
        self._source, self._name, self._now = f"/platforms/{code}", name, now
        self._random = Random(f"{seed}-{name}")
        self._merchants = merchants(code, seed)
        self._weights = list(accumulate(rank**-EXPONENT for rank in range(1, len(self._merchants) + 1)))
        self._stories = {"report": 1} if reports_only else STORIES
        self._evidence = not reports_only
        self._made = 0
        self._open: list[Iterator[Event]] = []

    def events(self, count: int) -> Iterator[Event]:
        """So many statements; the next call goes on where this one ended."""
        for _ in range(count):
            yield self._next()

    def batches(self, count: int, size: int = 100) -> list[bytes]:
        """Bodies of HTTP batches."""
        return [msgspec.json.encode(list(self.events(size))) for _ in range(count)]

    def introductions(self, accounts: int, size: int = 100) -> list[bytes]:
        """Bodies of batches that make each of the most named accounts known: who it is, and for every other a sanction."""
        said = [self._say("merchant.declared", merchant, {}) for merchant in self._merchants[:accounts]]
        said += [next(self._measure(merchant)) for merchant in self._merchants[:accounts:2]]
        return [msgspec.json.encode(said[first : first + size]) for first in range(0, len(said), size)]

    def _next(self) -> Event:
        while True:
            if len(self._open) < OPEN:
                self._open.append(self._begin())
            place = self._random.randrange(len(self._open))
            event = next(self._open[place], None)
            if event is not None:
                return event
            self._open[place] = self._open[-1]
            self._open.pop()

    def _begin(self) -> Iterator[Event]:
        merchant = self._random.choices(self._merchants, cum_weights=self._weights)[0]
        match _draw(self._random, self._stories):
            case "report":
                return self._report(merchant)
            case "measure":
                return self._measure(merchant)
            case _:
                return iter([self._say("merchant.declared", merchant, {})])

    def _report(self, merchant: Event) -> Iterator[Event]:
        random, report, evidence = self._random, self._number("r"), self._number("e")
        category, outcome = _draw(random, CATEGORIES), _draw(random, OUTCOMES)
        reporter = {"token": _hash(f"{self._name}-{random.randrange(10**6)}")[:32], "assurance": "phone"}
        filed = {"report": report, "category": category, "channel": "platform", "amount_minor": random.randrange(100, 100_000)}
        filed |= {"currency": "CNY", "reporter": reporter, "evidence": [evidence], "text": TEXT}
        yield self._say("report.filed", merchant, filed)
        if self._evidence:
            photo = {"evidence": evidence, "report": report, "kind": "photo", "sha256": _hash(evidence), "bytes": random.randrange(10**6)}
            photo |= {"media": "image/jpeg", "locator": f"oss://evidence/{evidence}.jpg", "captured_at": self._now}
            yield self._say("evidence.submitted", merchant, photo)
        yield self._say("report.accepted", merchant, {"report": report, "due": self._now + timedelta(days=7)})
        yield self._say("report.investigating", merchant, {"report": report})
        verdict = {"report": report, "outcome": outcome, "rule": "平台规则 第12条", "reason_code": REASONS[outcome], "reason": REASON}
        yield self._say("report.concluded", merchant, verdict)
        yield self._say("report.answered", merchant, {"report": report, "reasons": REASON})

    def _measure(self, merchant: Event) -> Iterator[Event]:
        measure, evidence = _draw(self._random, MEASURES), self._number("e")
        yield self.sanction(merchant, measure, _draw(self._random, CATEGORIES), evidence)

    def sanction(self, merchant: Event, measure: str, category: str, evidence: str) -> Event:
        """A sanction with its own evidence."""
        data = {"sanction": self._number("s"), "measure": measure, "category": category, "rule": "平台规则 第12条", "begins": self._now}
        data |= {"ends": self._now + TERM} if measure in {"limit", "freeze"} else {}
        data |= {"reports": [], "evidence": [{"evidence": evidence, "sha256": _hash(evidence)}]}
        return self._say("sanction.imposed", merchant, data | {"decided_by": "automated", "origin": {"kind": "own"}})

    def _say(self, name: str, merchant: Event, data: Event) -> Event:
        return {
            "specversion": "1.0",
            "id": self._number("m"),
            "source": self._source,
            "type": f"liancheng.{name}.v1",
            "subject": merchant["account"],
            "time": self._now,
            "datacontenttype": "application/json",
            "data": {"merchant": merchant, **data},
        }

    def _number(self, kind: str) -> str:
        self._made += 1
        return f"{self._name}-{kind}{self._made}"


def merchants(code: str, seed: int, count: int = ACCOUNTS) -> Sequence[Event]:
    """Accounts of a platform, the most named first; seven of ten are companies that have told their credit code."""
    random = Random(f"{seed}-{code}")
    found = []
    for number in range(count):
        merchant = {"account": f"{code}-shop-{number}"}
        if random.random() < 0.7:
            merchant |= {"uscc": uscc(random), "name": f"演示商贸{number}有限公司", "kind": "enterprise"}
        found.append(merchant)
    return found


def _draw(random: Random, shares: dict[str, int]) -> str:
    return random.choices(list(shares), list(shares.values()))[0]


def _hash(what: str) -> str:
    return sha256(what.encode()).hexdigest()
