"""Notices that a platform must hand to a merchant: fetched once, and proof of delivery said back."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import msgspec

from events.client.hub import Hub, Problem
from events.client.publish.outbox import Outbox
from events.client.statement import Member, Merchant, Statement, statement

BOOKMARK = "notices"


class Notice(msgspec.Struct, frozen=True):
    """What the merchant is told of. `respond_by` is null until it was served somewhere; then it is sent once more with the date."""

    notice: str
    account: str
    tier: str
    respond_days: int | None = None
    respond_by: datetime | None = None
    measures: tuple[str, ...] = ()
    link: str | None = None
    text: dict[str, str] = {}
    """The whole letter, by language: what is handed over."""

    @property
    def wanted(self) -> bool:
        """Whether delivering it is still to be done; otherwise it only tells the date."""
        return self.respond_by is None


class Page(msgspec.Struct, frozen=True):
    """Notices after a token, and the token after them."""

    items: tuple[Notice, ...]
    next: str
    more: bool = False


class Notices:
    """Fetches notices, hands each to the merchant, and puts the proofs into the outbox with the place it has read to."""

    def __init__(self, hub: Hub, outbox: Outbox, member: Member) -> None:
        self._hub, self._outbox, self._member = hub, outbox, member

    def poll(self, deliver: Callable[[Notice], bytes], clock: Callable[[], datetime]) -> int:
        """Hand out what is new; gives how many. `deliver` returns the proof, and may be called again with the same notice after a crash."""
        handed, more = 0, True
        while more:
            page = self._page()
            proofs = []
            for notice in page.items:
                proof = deliver(notice)
                if notice.wanted:
                    proofs.append(delivered(self._member, notice, proof, time=clock()))
                handed += 1
            self._outbox.put_unless_known(*proofs, bookmark=(BOOKMARK, page.next))
            more = page.more
        return handed

    def _page(self) -> Page:
        since = self._outbox.bookmark(BOOKMARK)
        try:
            return self._hub.get("/v1/notices", query={"since": since} if since else None).read(Page)
        except Problem as problem:
            if problem.status != 410 or since is None:
                raise
            return self._hub.get("/v1/notices").read(Page)


def delivered(member: Member, notice: Notice, proof: bytes, *, time: datetime, method: str = "站内信") -> Statement:
    """The statement that a merchant has a notice. The proof stays with you; its hash is sent."""
    data = {"notice": notice.notice, "method": method, "delivered_at": time, "proof_sha256": sha256(proof).hexdigest()}
    return statement(member, "notice.delivered", Merchant(notice.account), data, id=_id(notice), time=time)


def failed(member: Member, notice: Notice, reason: str, *, time: datetime) -> Statement:
    """The statement that a notice could not be delivered."""
    data = {"notice": notice.notice, "reason": reason}
    return statement(member, "notice.failed", Merchant(notice.account), data, id=f"{_id(notice)}-failed", time=time)


def _id(notice: Notice) -> str:
    # Accounts may hold characters that ids may not; its digest tells two accounts of one notice apart.
    return f"notice-{notice.notice}-{sha256(notice.account.encode()).hexdigest()[:12]}"
