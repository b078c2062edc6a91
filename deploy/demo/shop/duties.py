"""What the shop owes the hub: to enforce each directive, to say so, and to hand out notices."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from deploy.demo.shop.books import Books
from events.client.follow.directive import Directive
from events.client.follow.replica import Replica
from events.client.notices import Notice
from events.client.publish.outbox import Outbox
from events.client.statement import Member, State, acknowledged

Tell = Callable[[dict[str, object]], None]


class Answer(NamedTuple):
    """What the shop did about a directive."""

    state: State
    action: str | None = None
    reason: str | None = None


def answer(directive: Directive, accounts: list[str], actions: Mapping[str, str]) -> Answer:
    """By the shop's own map of measures to actions: what it has no action for, it is unable to do."""
    if not accounts:
        return Answer("absent")
    if not directive.restricts:
        return Answer("lifted", action="恢复交易")
    known = [actions[one.measure] for one in directive.measures if one.measure in actions]
    if len(known) < len(directive.measures):
        missing = ", ".join(one.measure for one in directive.measures if one.measure not in actions)
        return Answer("unable", action="；".join(known) or None, reason=f"no action for {missing}")
    return Answer("enforced", action="；".join(known) or None)


class Duties:
    """Works off what the replica has not answered yet. The replica itself is what the counter asks at each sale."""

    def __init__(self, member: Member, books: Books, replica: Replica, outbox: Outbox, actions: Mapping[str, str], tell: Tell) -> None:
        self._member, self._books, self._replica, self._outbox = member, books, replica, outbox
        self._actions, self._tell = actions, tell

    def enforce(self, news: int, now: datetime) -> None:
        """So many `news` are in force since the replica took it, at `now`; every unanswered directive is answered, lifts first."""
        if not news and not self._behind:
            return
        self._behind = True
        for directive in self._replica.unanswered():
            done = answer(directive, self._accounts(directive), self._actions)
            said = acknowledged(self._member, directive, done.state, time=now, action=done.action, reason=done.reason)
            self._outbox.put_unless_known(said)
            self._replica.answered(directive)
            heard = {"subject_id": directive.subject_id, "seq": directive.seq, "tier": directive.tier, "issued_at": directive.issued_at}
            self._tell({"event": "directive", "state": done.state, "at": now.timestamp(), **heard})
        self._behind = False

    def deliver(self, notice: Notice, now: datetime) -> bytes:
        """Into the merchant's inbox. The proof is what was put there."""
        words = msgspec.json.encode(notice)
        self._books.mail(notice.notice, notice.account, words, now)
        heard = {"notice": notice.notice, "account": notice.account, "respond_by": notice.respond_by, "link": notice.link}
        self._tell({"event": "notice", "at": now.timestamp(), **heard})
        return words

    def _accounts(self, directive: Directive) -> list[str]:
        return [*directive.your_accounts, *(self._books.accounts_of(directive.uscc) if directive.uscc else ())]

    _behind = True
    """After a restart, what the last run took and did not answer."""
