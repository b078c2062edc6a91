"""What a platform does with a delivery: nobody but the hub is believed, nothing old is taken, and a copy that differs is noticed."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook

from events.client.follow.replica import Replica
from events.client.webhook import CHALLENGE, Inbox, NotFromTheHub, Reply, verify

SECRET, OTHER = (f"whsec_{word * 8}" for word in ("c2Vj", "b3Ro"))
TODAY = date(2026, 11, 20)


def event(seq: int, tier: str = "restricted", subject: str = "s-1", **more: Any) -> dict[str, Any]:
    measures = [{"measure": "limit", "until": "2027-05-20"}] if tier != "none" else []
    data = {"subject_id": subject, "seq": seq, "tier": tier, "measures": measures, "your_accounts": [f"shop-{subject}"], "unheard": 1}
    return {"specversion": "1.0", "id": f"{subject}/{seq}", "type": "liancheng.directive.issued.v1", "data": data, **more}


def signed(said: dict[str, Any], *secrets: str, at: datetime | None = None) -> tuple[dict[str, str], bytes]:
    body, now = msgspec.json.encode(said), at or datetime.now(UTC)
    signature = " ".join(Webhook(secret).sign("id", now, body.decode()) for secret in secrets)
    return {"Webhook-Id": "id", "webhook-timestamp": str(int(now.timestamp())), "WEBHOOK-SIGNATURE": signature}, body


class Shop:
    """A platform with one inbox; how often it was told of changes, and of a copy that differs."""

    def __init__(self, *secrets: str) -> None:
        self.replica, self.heard, self.differed = Replica(), list[int](), 0
        self.inbox = Inbox(self.replica, secrets or (SECRET,), self.heard.append, self.differ)

    def differ(self) -> None:
        self.differed += 1

    def take(self, said: dict[str, Any], *secrets: str, at: datetime | None = None) -> Reply:
        return self.inbox.receive(*signed(said, *(secrets or (SECRET,)), at=at))


def test_a_directive_binds_and_a_later_one_frees() -> None:
    shop = Shop()
    assert shop.take(event(1)).status == 204
    assert shop.replica.is_restricted(TODAY, account="shop-s-1")
    assert shop.take(event(2, "none")).status == 204
    assert not shop.replica.is_restricted(TODAY, account="shop-s-1")
    assert shop.heard == [1, 1]


def test_what_comes_twice_or_late_is_answered_and_changes_nothing() -> None:
    shop = Shop()
    for seq, tier in ((3, "none"), (3, "none"), (2, "restricted")):
        assert shop.take(event(seq, tier)).status == 204
    assert not shop.replica.is_restricted(TODAY, account="shop-s-1") and shop.heard == [1]


@pytest.mark.parametrize(("sender", "taker"), [((SECRET, OTHER), (SECRET,)), ((SECRET, OTHER), (OTHER,)), ((SECRET,), (OTHER, SECRET))])
def test_while_secrets_change_one_that_fits_is_enough(sender: tuple[str, ...], taker: tuple[str, ...]) -> None:
    assert Shop(*taker).take(event(1), *sender).status == 204


def test_a_stranger_is_not_believed() -> None:
    shop = Shop()
    headers, body = signed(event(1), SECRET)
    refused = [
        signed(event(1), OTHER),
        ({}, body),
        (headers, body + b" "),
        (headers | {"webhook-timestamp": "0"}, body),
        (headers | {"webhook-timestamp": "soon"}, body),
        (headers | {"Webhook-Id": "another"}, body),
        (headers | {"WEBHOOK-SIGNATURE": "v1"}, body),
        (headers | {"WEBHOOK-SIGNATURE": "v1,?"}, body),
        (headers | {"WEBHOOK-SIGNATURE": headers["WEBHOOK-SIGNATURE"].replace("v1", "v2")}, body),
        (headers, b"\xff"),
    ]
    for said in refused:
        assert shop.inbox.receive(*said) == Reply(401)
    assert shop.heard == [] and shop.replica.count == 0


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_delivery_of_another_time_is_not_believed(minutes: int) -> None:
    with pytest.raises(NotFromTheHub):
        verify([SECRET], *signed(event(1), SECRET, at=datetime.now(UTC) + timedelta(minutes=minutes)))


def test_a_challenge_is_said_back_when_the_hub_asks_and_to_nobody_else() -> None:
    said = {"type": CHALLENGE, "data": {"challenge": "word"}}
    assert Shop().take(said) == Reply(200, b'{"challenge":"word"}')
    assert Shop().take(said, OTHER) == Reply(401)


def test_what_a_later_hub_may_say_is_let_pass() -> None:
    assert Shop().take({"type": "liancheng.something.else.v1", "data": [1]}) == Reply(204)


def test_too_much_is_not_read() -> None:
    assert Shop().take(event(1) | {"more": "x" * 1024 * 1024}) == Reply(413)


def proof(*held: str) -> dict[str, Any]:
    total = sum(int.from_bytes(sha256(one.encode()).digest(), "big") for one in held)
    return {"token": f"t{len(held)}", "digest": f"{total % 2**256:064x}", "count": len(held)}


def test_a_copy_that_is_whole_keeps_the_token_and_is_proven() -> None:
    shop = Shop()
    shop.take(event(1))
    assert shop.replica.token is None
    shop.take(event(1, subject="s-2", **proof("s-1/1", "s-2/1")))
    assert (shop.replica.token, shop.differed) == ("t2", 0)
    shop.take(event(2))
    assert shop.replica.token == "t2"


def test_a_copy_that_lacks_something_is_noticed() -> None:
    shop = Shop()
    shop.take(event(1, subject="s-2", **proof("s-1/1", "s-2/1")))
    assert shop.differed == 1


def test_an_old_delivery_that_comes_late_says_nothing_about_the_copy() -> None:
    shop = Shop()
    late = event(1, **proof("s-1/1"))
    shop.take(event(2, **proof("s-1/2")))
    shop.take(late)
    assert shop.differed == 0 and shop.replica.is_restricted(TODAY, account="shop-s-1")


def test_a_proof_that_comes_late_does_not_move_the_copy_to_where_it_was() -> None:
    """The hub would compare today's copy with yesterday's digest, and name the platform for it."""
    shop = Shop()
    late = event(1, **proof("s-1/1"))
    shop.take(late)
    shop.take(event(1, subject="s-2", **proof("s-1/1", "s-2/1")))
    stands = shop.replica.proof()
    shop.take(late)
    assert stands is not None and stands[0] == "t2" and shop.replica.proof() == stands
