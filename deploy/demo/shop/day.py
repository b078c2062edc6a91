"""A day in small at one platform, drawn by published shares: reports, measures, complaints. Pure."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from deploy.demo.merchants import uscc
from events.client.statement import Member, Merchant, pseudonym

RULE = "平台规则 第1条"
TERM = timedelta(days=15)


class Notices(msgspec.Struct, frozen=True):
    """Reports that others filed, and on how many the platform acted."""

    received: int
    actions_by_law: int
    actions_by_terms: int
    by_category: dict[str, int]

    @property
    def upheld(self) -> float:
        return (self.actions_by_law + self.actions_by_terms) / self.received


class OwnInitiative(msgspec.Struct, frozen=True):
    """Measures that nobody had asked for."""

    measures: int
    found_by_automation_alone: int
    by_category: dict[str, int]
    by_kind: dict[str, int]


class Complaints(msgspec.Struct, frozen=True):
    """Of the sanctioned, and how many were right."""

    total: int
    reversed: int


class Figures(msgspec.Struct, frozen=True):
    """As published, with the words of the hub that stand for theirs."""

    size: dict[str, int]
    notices: Notices
    own_initiative: OwnInitiative
    complaints: Complaints
    measure: dict[str, str]
    category: dict[str, str]


class Said(NamedTuple):
    """One statement of the day, before it is an event."""

    id: str
    name: str
    merchant: Merchant
    data: dict[str, Any]
    time: datetime


def figures() -> Figures:
    return msgspec.convert(tomllib.loads(Path(__file__).with_name("figures.toml").read_text(encoding="utf-8")), Figures)


def day(published: Figures, member: Member, name: str, seed: int, end: datetime) -> list[Said]:
    """Everything that happened in the 24 hours before `end`, in that order. `name` makes ids and numbers unlike another day's."""
    return sorted(_Day(published, member, name, seed, end).said(), key=lambda said: said.time)


def shares(said: Sequence[Said]) -> dict[str, int]:
    """How the day came out, in counts."""
    imposed = [one.data for one in said if one.name == "sanction.imposed"]
    concluded = [one.data for one in said if one.name == "report.concluded"]
    lifted = sum(1 for one in said if one.name == "sanction.lifted")
    return {
        "reports": len(concluded),
        "upheld": sum(1 for data in concluded if data["outcome"] == "upheld"),
        "own": sum(1 for data in imposed if not data["reports"]),
        "automated": sum(1 for data in imposed if data["decided_by"] == "automated"),
        "suspensions": sum(1 for data in imposed if data["measure"] in {"limit", "freeze", "expel"}),
        "complaints": sum(1 for one in said if one.name == "sanction.appealed"),
        "reversed": lifted,
    }


class _Day:
    """The dice of one day."""

    def __init__(self, published: Figures, member: Member, name: str, seed: int, end: datetime) -> None:
        self._figures, self._member, self._name, self._end = published, member, name, end
        self._random, self._made = Random(f"{seed}-{member.code}"), 0
        self._merchants = [Merchant(self._number("a"), uscc(self._random)) for _ in range(published.size["accounts"])]

    def said(self) -> Iterator[Said]:
        imposed = []
        for _ in range(self._figures.size["reports"]):
            yield from self._report()
        for _ in range(self._figures.size["measures"]):
            measure = self._measure()
            imposed.append(measure)
            yield measure
        for measure in self._random.sample(imposed, self._figures.size["complaints"]):
            yield from self._complaint(measure)

    def _report(self) -> Iterator[Said]:
        random, merchant, time = self._random, self._random.choice(self._merchants), self._moment(24, 18)
        category = self._figures.category[_draw(random, self._figures.notices.by_category)]
        report, evidence = self._number("r"), self._number("e")
        upheld = random.random() < self._figures.notices.upheld
        filed = {"report": report, "category": category, "channel": "platform", "reporter": self._reporter()}
        yield self._say("report.filed", merchant, filed | {"evidence": [evidence] if upheld else []}, time)
        yield self._say("report.accepted", merchant, {"report": report}, time + timedelta(minutes=20))
        if upheld:
            photo = {"evidence": evidence, "report": report, "kind": "photo", "sha256": _hash(evidence), "bytes": 48_000}
            photo |= {"media": "image/jpeg", "captured_at": time}
            yield self._say("evidence.submitted", merchant, photo, time + timedelta(minutes=1))
            grounds = {"reports": [report], "evidence": [{"evidence": evidence, "sha256": _hash(evidence)}]}
            yield self._impose(merchant, "remove_item", category, "human", grounds, time + timedelta(hours=12))
        outcome = ("upheld", "proven") if upheld else ("rejected", random.choice(["evidence_missing", "unfounded", "not_in_rules"]))
        verdict = {"report": report, "outcome": outcome[0], "reason_code": outcome[1], "rule": RULE, "reason": "见平台规则"}
        yield self._say("report.concluded", merchant, verdict, time + timedelta(hours=12))
        yield self._say("report.answered", merchant, {"report": report, "reasons": "处理结果已告知举报人"}, time + timedelta(hours=13))

    def _measure(self) -> Said:
        published = self._figures.own_initiative
        measure = self._figures.measure[_draw(self._random, published.by_kind)]
        category = self._figures.category[_draw(self._random, published.by_category)]
        automated = self._random.random() < published.found_by_automation_alone / published.measures
        evidence = self._number("e")
        grounds = {"evidence": [{"evidence": evidence, "sha256": _hash(evidence)}]} if measure != "remove_item" else {}
        merchant = self._random.choice(self._merchants)
        return self._impose(merchant, measure, category, "automated" if automated else "human", grounds, self._moment(24, 6))

    def _complaint(self, measure: Said) -> Iterator[Said]:
        sanction, time = {"sanction": measure.data["sanction"]}, measure.time + timedelta(hours=1)
        yield self._say("sanction.appealed", measure.merchant, sanction | {"grounds": "申诉理由见平台"}, time)
        if self._random.random() < self._figures.complaints.reversed / self._figures.complaints.total:
            lifted = sanction | {"reason": "overturned"}
            yield self._say("sanction.lifted", measure.merchant, lifted, time + timedelta(hours=4))
        else:
            yield self._say("sanction.upheld", measure.merchant, sanction | {"reason": "维持"}, time + timedelta(hours=4))

    def _impose(self, merchant: Merchant, measure: str, category: str, decided_by: str, grounds: Mapping[str, Any], time: datetime) -> Said:
        data: dict[str, Any] = {"sanction": self._number("s"), "measure": measure, "category": category, "rule": RULE, "begins": time}
        data |= {"ends": time + TERM} if measure in {"limit", "freeze"} else {}
        data |= {"reports": [], "evidence": [], **grounds, "decided_by": decided_by, "origin": {"kind": "own"}}
        return self._say("sanction.imposed", merchant, data, time)

    def _say(self, name: str, merchant: Merchant, data: dict[str, Any], time: datetime) -> Said:
        return Said(self._number("m"), name, merchant, data, time)

    def _number(self, kind: str) -> str:
        self._made += 1
        return f"{self._name}-{self._member.code}-{kind}{self._made}"

    def _moment(self, earliest: int, latest: int) -> datetime:
        """That many hours before the end of the day."""
        return self._end - timedelta(hours=self._random.uniform(latest, earliest))

    def _reporter(self) -> dict[str, str]:
        return {"token": pseudonym(self._name.encode(), str(self._random.random())), "assurance": "phone"}


def _draw(random: Random, counts: Mapping[str, int]) -> str:
    return random.choices(list(counts), list(counts.values()))[0]


def _hash(what: str) -> str:
    return sha256(what.encode()).hexdigest()
