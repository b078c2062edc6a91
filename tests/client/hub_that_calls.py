"""The hub as an address sees it that is called: the real course, letters and signatures, to the client's own inbox."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from events.client.follow.replica import Replica
from events.client.webhook import Inbox
from events.facts.directive import DirectiveIssued
from services.directives.token import Place
from services.directives.webhooks.call import letter
from services.directives.webhooks.way.course import Course
from services.directives.webhooks.way.places import Due, Places, Retry
from tests.client.hub_in_memory import PLATFORM, HubInMemory
from tests.services.directives.made import NOON

SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0"
IDLE = timedelta(hours=7)
"""Passes when there is nothing to do, so that what was put aside comes again."""

Outcome = Literal["take", "refuse", "lose"]
"""`lose`: it is taken, and the answer is lost."""


class Sent(NamedTuple):
    """A request as it went over the line, where anybody may repeat it for five minutes."""

    headers: Mapping[str, str]
    body: bytes


class Kept(NamedTuple):
    """What the database holds of the webhook, when the log had so many facts."""

    facts: int
    places: Places
    retries: list[Retry]
    round: int


class HubThatCalls:
    """What one platform is told by webhook and by nothing else; the clock goes on by itself."""

    def __init__(self, hub: HubInMemory, replica: Replica) -> None:
        self.hub, self.replica, self.now = hub, replica, NOON
        self._kept: list[Kept] = []
        self.register()

    def register(self, replica: Replica | None = None) -> None:
        """As who is new: told what is listed, then what changes. What was sent before is more than five minutes old by then."""
        self.sent: list[Sent] = []
        self.replica = replica or self.replica
        self.inbox = Inbox(self.replica, [SECRET], lambda _: None)
        head, self._round = self.hub.memory.directives.head, self.hub.memory.rounds.get(PLATFORM, 0)
        self._course, self._since = Course(Places(head, 0, head)), len(self._kept)
        self._keep()

    def restart(self, back: int = 0) -> None:
        """The sender is replaced, and goes on from what was kept last, or before."""
        kept = self._kept[-1 - back % (len(self._kept) - self._since)]
        self._course, self._round = Course(kept.places, kept.retries), kept.round

    def restored(self) -> None:
        """The database is an older copy: what it says of the webhook is as old. Who was not registered then registers."""
        self._kept = [kept for kept in self._kept if kept.facts <= len(self.hub.log)]
        if self._kept:
            self._since = 0
            self.restart()
        else:
            self.register()

    def step(self, outcome: Outcome) -> bool:
        """One delivery; whether there was one."""
        register = self.hub.memory.directives
        if (asked := self.hub.memory.rounds.get(PLATFORM, 0)) > self._round:
            self._course, self._round = Course(Places(register.head, 0, 0)), asked
        due = self._course.next(register, self.now)
        if not isinstance(due, Due):
            self.now += IDLE
            return False
        fact = next(fact for position, fact in self.hub.log if position == due.id)
        sent = self.written(fact, self._proof() if self._course.completes(register, due) else None)
        self.sent.append(sent)
        if outcome != "refuse":
            assert self.inbox.receive(*sent).status == 204
        if outcome == "take":
            self._course.delivered(due, self.now)
        else:
            self._course.failed(due, fact.at, self.now, 0.5)
        self._keep()
        return True

    def tell_everything(self) -> None:
        """The platform has registered its address again, as it does at every start, and takes all that comes."""
        self._course.revive(self.now)
        idle = 0
        while idle < 3:
            idle = 0 if self.step("take") else idle + 1

    def written(self, fact: DirectiveIssued, proof: letter.Proof | None = None) -> Sent:
        event = self.hub.delivered(fact)
        body = letter.directive(event, proof)
        return Sent(letter.headers(event["id"], body, [SECRET], datetime.now(UTC)), body)

    def _proof(self) -> letter.Proof:
        memory = self.hub.memory
        state = memory.directives.state_at(memory.directives.head)
        return letter.Proof(str(Place(memory.epoch, memory.directives.head, 0, self._round)), state.hexadecimal, state.listed)

    def _keep(self) -> None:
        self._kept.append(Kept(len(self.hub.log), self._course.places, list(self._course.retries.values()), self._round))
