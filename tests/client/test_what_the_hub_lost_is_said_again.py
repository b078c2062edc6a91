"""After a restore of the hub an outbox asks for its receipts, and what the hub does not have waits again."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.client.publish.mend import PAGE, mend
from events.client.publish.outbox import Outbox, Outcome, Receipt
from events.client.statement import Member, Merchant, Statement, statement

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


class Gateway:
    """A hub that has these."""

    def __init__(self, *has: str) -> None:
        self.has, self.asked = has, 0

    def receipt(self, id: str) -> Receipt | None:
        self.asked += 1
        return receipt(id, 1) if id in self.has else None


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path / "outbox.db")) as opened:
        yield opened


def receipt(id: str, position: int) -> Receipt:
    return Receipt(id, "/platforms/pdd", "accepted", position, "00" * 32, "2026-11-20T04:00:00Z")


def accepted(outbox: Outbox, *ids: str) -> None:
    """At the positions 1, 2, 3 …"""
    outbox.put(*(said(id) for id in ids))
    outbox.settle(Outcome(id, receipt=receipt(id, position)) for position, id in enumerate(ids, 1))


def said(id: str) -> Statement:
    return statement(Member("pdd"), "merchant.declared", Merchant("shop-1"), {}, id=id, time=NOON)


def waiting(outbox: Outbox) -> list[str]:
    return [one.id for one in outbox.take(10_000, now=1.0, resend_after=0.0)]


def test_only_what_the_hub_does_not_have_waits_again(outbox: Outbox) -> None:
    accepted(outbox, "kept", "lost", "kept-too")
    assert mend(outbox, Gateway("kept", "kept-too")) == 1
    assert waiting(outbox) == ["lost"]
    assert outbox.outcome("lost") is None
    outbox.settle([Outcome("lost", receipt=receipt("lost", 1 << 41))])
    assert mend(outbox, Gateway("kept", "lost", "kept-too")) == 0


def test_what_lies_before_the_backup_is_not_asked_for(outbox: Outbox) -> None:
    accepted(outbox, "old", "older", "lost")
    gateway = Gateway()
    assert (mend(outbox, gateway, after=2), gateway.asked) == (1, 1)


def test_more_than_a_page_is_asked_for_to_the_end(outbox: Outbox) -> None:
    ids = [f"{n:05}" for n in range(PAGE + 5)]
    accepted(outbox, *ids)
    assert mend(outbox, Gateway(*ids[:-1])) == 1
    assert waiting(outbox) == ids[-1:]


def test_what_still_waits_is_not_asked_for(outbox: Outbox) -> None:
    outbox.put(said("waits"))
    gateway = Gateway()
    assert (mend(outbox, gateway), gateway.asked) == (0, 0)
