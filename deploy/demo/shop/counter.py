"""Where the shop is asked: to sell, to open an account, to say something to the hub. One command, one answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from deploy.demo.shop.books import Books, Sanction
from deploy.demo.shop.day import Figures, day, shares
from deploy.demo.shop.ways import Way, is_open
from events.client.effects import effects
from events.client.follow.directive import Directive, shanghai_day
from events.client.follow.feed import Diverged, Feed
from events.client.follow.replica import Replica
from events.client.hub import Hub, Problem, Unreachable
from events.client.publish.outbox import Outbox
from events.client.statement import Member, Merchant, Statement, statement

CLOSES = frozenset({"limit", "freeze", "expel"})
"""Own measures that end a merchant's sales here."""

Command = Mapping[str, Any]
Reply = dict[str, object]


def refusal(own: list[Sanction], told: Directive | None, actions: Mapping[str, str], now: datetime) -> str | None:
    """Why the shop does not sell for this merchant; None when it sells."""
    for sanction in own:
        if sanction.measure in CLOSES and sanction.holds(now):
            return f"own:{sanction.measure}"
    if told is not None and told.in_force(shanghai_day(now)) & CLOSES & set(actions):
        return f"hub:{told.tier}"
    return None


class Counter:
    """Not to be shared between threads."""

    def __init__(
        self,
        member: Member,
        books: Books,
        replica: Replica,
        outbox: Outbox,
        directives: Hub,
        figures: Figures,
        actions: Mapping[str, str],
        way: Way,
        clock: Callable[[], datetime],
    ) -> None:
        self._member, self._books, self._replica, self._outbox = member, books, replica, outbox
        self._directives, self._figures, self._actions, self._way, self._clock = directives, figures, actions, way, clock
        self._effects: dict[str, str] = {}
        self._effects_token: str | None = None
        self._commands = {"open": self._open, "sell": self._sell, "say": self._say, "refund": self._refund}
        self._commands |= {
            "day": self._day,
            "tally": self._tally,
            "effects": self._count_effects,
            "copy": self._copy,
            "way": self._told,
        }

    def serve(self, command: Command) -> Reply:
        return self._commands[command["do"]](command)

    def _open(self, command: Command) -> Reply:
        merchant = msgspec.convert(command["merchant"], Merchant)
        self._books.open(merchant.account, merchant.uscc, merchant.name)
        return self._put(statement(self._member, "merchant.declared", merchant, {}, id=f"open-{uuid4()}", time=self._clock()))

    def _sell(self, command: Command) -> Reply:
        now, account = self._clock(), command["account"]
        told = self._replica.restriction(shanghai_day(now), uscc=self._books.uscc(account), account=account)
        why = refusal(self._books.sanctions(account), told, self._actions, now)
        if why is not None:
            return {"sold": False, "why": why}
        return {"sold": True, "number": self._books.sell(account, command["amount_minor"], now)}

    def _say(self, command: Command) -> Reply:
        """What the shop tells the hub that it did, it does: its own books follow its words."""
        said = statement(
            self._member,
            command["name"],
            Merchant(command["account"], self._books.uscc(command["account"])),
            command["data"],
            id=str(uuid4()),
            time=msgspec.convert(command["time"], datetime),
        )
        self._book(command["name"], command["account"], command["data"])
        return self._put(said)

    def _book(self, name: str, account: str, data: Mapping[str, Any]) -> None:
        if name == "sanction.imposed":
            begins, ends = msgspec.convert((data["begins"], data.get("ends")), tuple[datetime, datetime | None])
            self._books.punish(account, Sanction(data["sanction"], data["measure"], begins.timestamp(), ends.timestamp() if ends else None))
        elif name == "sanction.lifted":
            self._books.lift(data["sanction"], data["reason"])

    def _refund(self, command: Command) -> Reply:
        return {"refunded_minor": self._books.refund(command["number"], self._clock())}

    def _day(self, command: Command) -> Reply:
        said = day(self._figures, self._member, command["name"], command["seed"], self._clock())
        for item in said:
            self._book(item.name, item.merchant.account, item.data)
        made = [statement(self._member, item.name, item.merchant, item.data, id=item.id, time=item.time) for item in said]
        self._outbox.put(*made)
        return {"statements": len(made), "sanctions": sum(1 for item in said if item.name.startswith("sanction.")), "shares": shares(said)}

    def _tally(self, command: Command) -> Reply:
        return msgspec.structs.asdict(self._outbox.tally(command["prefix"]))

    def _count_effects(self, command: Command) -> Reply:
        """What became of the statements about sanctions whose id begins so, by state."""
        for page in effects(self._directives, self._effects_token):
            self._effects.update((one.statement, one.state) for one in page.items)
            self._effects_token = page.next
        states = [state for id, state in self._effects.items() if id.startswith(command["prefix"])]
        return {"states": {state: states.count(state) for state in sorted(set(states))}, "statements": len(states)}

    def _copy(self, command: Command) -> Reply:
        """Whether it is the hub's; not yet, when the way that fills it mends it at this very moment."""
        try:
            proven = Feed(self._directives, self._replica).prove()
        except (Diverged, Problem, Unreachable):
            proven = False
        return {"digest": self._replica.digest, "count": self._replica.count, "proven": proven}

    def _told(self, command: Command) -> Reply:
        return {"open": is_open(self._way, self._directives, self._replica)}

    def _put(self, said: Statement) -> Reply:
        self._outbox.put(said)
        return {"id": said.id}
