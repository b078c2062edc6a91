"""Everybody whom a test on the whole hub needs, enrolled once."""

from collections.abc import Callable
from contextlib import ExitStack
from random import Random
from typing import NamedTuple

from deploy.demo.merchants import Company, company
from deploy.demo.patience import until
from deploy.demo.people import Listing, Officer, Operator, Reader, Standing
from events.client.hub import Hub as Service
from events.facts.member import MemberClass
from tests.flow.members import Platform, Speaker
from tests.support.stack import Hub

PLATFORMS = ("alpha", "beta", "gamma")


class World(NamedTuple):
    """Three platforms of different entities, an authority, and the hub's people."""

    hub: Hub
    platforms: tuple[Platform, ...]
    authority: Speaker
    reviewer: Officer
    approvers: tuple[Officer, Officer]
    reader: Reader
    operator: Operator
    random: Random

    @property
    def alpha(self) -> Platform:
        return self.platforms[0]

    @property
    def beta(self) -> Platform:
        return self.platforms[1]

    @property
    def gamma(self) -> Platform:
        return self.platforms[2]

    def merchant(self) -> Company:
        """Fresh, and known to every platform."""
        who = company(self.random, "测试", list(PLATFORMS))
        for platform in self.platforms:
            platform.say("merchant.declared", who, {})
        return who

    def settled(self, who: Company, test: Callable[[Standing], bool], what: str, seconds: float = 15.0) -> Standing:
        """The first standing that passes."""

        def ask() -> Standing | None:
            found = self.reader.standing(who.uscc)
            return found if test(found) else None

        return until(what, ask, seconds, every=0.01)

    def tier(self, who: Company, tier: str) -> Standing:
        return self.settled(who, lambda found: found.tier == tier, tier)

    def proposal(self, who: Company, tier: str) -> Listing:
        """The open proposal about him."""
        subject = self.settled(who, lambda found: found.known, "a dossier").subject_id

        def ask() -> Listing | None:
            rows = [row for row in self.reviewer.listings("proposed") if (row["subject_id"], row["tier"]) == (subject, tier)]
            return self.reviewer.listing(rows[0]["listing_id"]) if rows else None

        return until(f"a proposal of {tier}", ask, 15.0, every=0.02)

    def restrict(self, who: Company) -> str:
        """Sanctions of two platforms, notice, hearing, silence. Gives the number of alpha's sanction."""
        first = self.alpha.sanction(who, "freeze")
        self.alpha.say("sanction.imposed", who, first)
        self.beta.say("sanction.imposed", who, self.beta.sanction(who, "limit"))
        self.reviewer.release(self.proposal(who, "restricted"), "事实清楚")
        self.beta.hand_out(who, "restricted")
        self.tier(who, "restricted")
        return str(first["sanction"])


def enrol(hub: Hub, random: Random, opened: ExitStack) -> World:
    """With a legal entity each, which is the code. What is opened is closed with `opened`."""

    def reach(service: str, key: str) -> Service:
        found = Service(hub.url(service), key)
        opened.callback(found.close)
        return found

    def key(code: str, member_class: MemberClass) -> str:
        return hub.enrol(code, member_class).key

    platforms = tuple(Platform(hub.enrol(code), reach) for code in PLATFORMS)
    for platform in platforms:
        opened.callback(platform.replica.close)
    officers: tuple[tuple[str, MemberClass], ...] = (("reviewer-1", "reviewer"), ("approver-1", "approver"), ("approver-2", "approver"))
    reviewer, *approvers = (Officer(code, reach("adjudication", key(code, kind))) for code, kind in officers)
    regulator = key("regulator-1", "regulator")
    reader = Reader(*(reach(service, regulator) for service in ("standing", "directives", "regulator")))
    operator = Operator({process: reach(process, "") for process in ("gateway", "ingress", "relay", "projections", "adjudicator")})
    authority = Speaker(hub.enrol("samr", "authority"), reach)
    return World(hub, platforms, authority, reviewer, (approvers[0], approvers[1]), reader, operator, random)
