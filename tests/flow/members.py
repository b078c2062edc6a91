"""Platforms and an authority for tests on the whole hub: a real key each, the real client, the public interface only."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from deploy.demo.merchants import Company
from deploy.demo.patience import until
from deploy.local.enrol import Credentials
from events.client.effects import Effect, effect
from events.client.follow.directive import Directive, shanghai_day
from events.client.follow.feed import Feed
from events.client.follow.replica import Replica
from events.client.hub import Hub as Service
from events.client.notices import Notice, Page, delivered
from events.client.publish.http import HttpRoad
from events.client.publish.kafka import Access
from events.client.publish.outbox import Outcome, Receipt
from events.client.statement import Member, Merchant, Statement, statement

Reach = Callable[[str, str], Service]
"""A service by its name, under a key."""
TERM = timedelta(days=30)


class Speaker:
    """Somebody who makes statements."""

    def __init__(self, given: Credentials, reach: Reach) -> None:
        self.code, self.given, self._reach = given.member, given, reach
        self.member = Member(given.member, authority=given.member_class == "authority")
        self.gateway, self.directives = reach("gateway", given.key), reach("directives", given.key)
        self.road = HttpRoad(self.gateway)

    def another_gateway(self) -> Service:
        """A conversation of its own, for whoever closes it."""
        return self._reach("gateway", self.given.key)

    @property
    def access(self) -> Access:
        assert self.given.kafka is not None
        return Access(self.given.kafka.bootstrap, self.given.kafka.username, self.given.kafka.password)

    def merchant(self, who: Company) -> Merchant:
        return Merchant(who.accounts.get(self.code, f"case-{who.uscc}"), who.uscc, who.name, "enterprise")

    def make(self, name: str, who: Company, data: Mapping[str, object], id: str | None = None) -> Statement:
        return statement(self.member, name, self.merchant(who), data, id=id or str(uuid4()), time=datetime.now(UTC))

    def say(self, name: str, who: Company, data: Mapping[str, object], id: str | None = None) -> Receipt:
        """It has to be accepted."""
        outcome = self.road.send([self.make(name, who, data, id)])[0]
        assert outcome.receipt is not None, outcome.problem
        return outcome.receipt

    def sanction(self, who: Company, measure: str, category: str = "fraud", **more: object) -> dict[str, object]:
        """A sanction with evidence of its own, to be said."""
        number, begins = f"S-{uuid4().hex[:12]}", datetime.now(UTC)
        data: dict[str, object] = {"sanction": number, "measure": measure, "category": category, "rule": "§1", "begins": begins}
        data |= {"ends": begins + TERM} if measure in {"limit", "freeze"} else {}
        data |= {"reports": [], "evidence": [evidence(f"{self.code}-{number}")], "decided_by": "human", "origin": {"kind": "own"}}
        return data | more

    def effect(self, id: str) -> Effect:
        """What became of a statement, once the hub has come to it."""
        return until(f"effect of {id}", lambda: effect(self.directives, id), every=0.02)


class Platform(Speaker):
    """One that also enforces."""

    def __init__(self, given: Credentials, reach: Reach) -> None:
        super().__init__(given, reach)
        self.replica = Replica()
        self.feed = Feed(self.directives, self.replica)

    @property
    def today(self) -> date:
        return shanghai_day(datetime.now(UTC))

    def bound(self, who: Company) -> bool:
        """Whether its copy, brought up to date, restricts him."""
        return self.restriction(who) is not None

    def restriction(self, who: Company) -> Directive | None:
        """By its copy, brought up to date."""
        self.feed.poll()
        return self.replica.restriction(self.today, uscc=who.uscc, account=who.accounts[self.code])

    def notices(self, who: Company) -> list[Notice]:
        """All that it was ever given to hand to him."""
        return [notice for notice in self.directives.get("/v1/notices").read(Page).items if notice.account == who.accounts[self.code]]

    def hand_out(self, who: Company, tier: str) -> Outcome:
        """Deliver the notice of this tier as soon as it is there."""

        def ask() -> Notice | None:
            return next((one for one in self.notices(who) if one.tier == tier and one.wanted), None)

        notice = until(f"a notice of {tier}", ask, every=0.02)
        return self.road.send([delivered(self.member, notice, b"read", time=datetime.now(UTC))])[0]


def evidence(number: str) -> dict[str, str]:
    return {"evidence": number, "sha256": sha256(number.encode()).hexdigest()}


def report(number: str, *items: str) -> dict[str, object]:
    """What is said when somebody reports."""
    reporter = {"token": f"reporter of {number}", "assurance": "phone"}
    return {"report": number, "category": "fraud", "channel": "12315", "reporter": reporter, "evidence": list(items)}
