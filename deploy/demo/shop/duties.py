"""What the shop owes the hub: to enforce each directive, to say so, and to hand out notices."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from deploy.demo.shop.books import Books
from events.client.enforcement import answer
from events.client.follow.directive import Directive
from events.client.follow.replica import Replica
from events.client.notices import Notice
from events.client.publish.outbox import Outbox
from events.client.statement import Member, acknowledged

Tell = Callable[[dict[str, object]], None]


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
            done = answer(directive, self._actions, known=bool(self._accounts(directive)))
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
        named = [*directive.your_accounts, *(self._books.accounts_of(directive.uscc) if directive.uscc else ())]
        return self._books.told_of(directive.subject_id, named)

    _behind = True
    """After a restart, what the last run took and did not answer."""
