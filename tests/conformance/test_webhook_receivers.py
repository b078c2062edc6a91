"""Receivers that are down, slow, endless, redirecting, wrong, skewed, or restored from a backup: each ends in agreement, or is named."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import httpx
import pytest
import standardwebhooks.webhooks
import trustme

from events.client.follow.feed import Feed
from events.client.follow.replica import Replica
from events.client.hub import Hub
from events.facts.fact import Tier
from tests.conformance.receivers import (
    Handler,
    Platform,
    Receiver,
    dripping,
    endless,
    endless_head,
    hanging_up,
    receiving,
    saying,
    silent,
)
from tests.conformance.test_webhook_addresses import served_with
from tests.services.directives.conftest import KEPT, Desk, desk, problem
from tests.services.directives.made import directive, subject
from tests.support.served import member

__all__ = ["desk"]
PATIENCE = 90.0
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
LOOPBACK = "127.0.0.1"


def eventually(what: str, true: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.02)


class Member(NamedTuple):
    """A platform of the hub with an address of its own."""

    desk: Desk
    code: str
    platform: Platform
    receiver: Receiver

    def get(self, path: str, **query: object) -> httpx.Response:
        return self.desk.get(self.code, path, **query)

    @property
    def webhook(self) -> dict[str, Any]:
        return self.get("/v1/webhook").json()  # type: ignore[no-any-return]

    def register(self, **more: object) -> dict[str, Any]:
        answer = self.desk.put(self.code, "/v1/webhook", {"url": self.receiver.url, **more})
        assert answer.status_code in (200, 201), answer.text
        if "secret" in answer.json():
            self.platform.secrets[:] = [answer.json()["secret"]]
        return answer.json()  # type: ignore[no-any-return]

    def agrees(self) -> bool:
        """Whether the copy that deliveries made is what the feed gives."""
        page = self.get("/v1/directives", limit=1000).json()
        assert page["more"] is False
        return self.platform.replica.agrees(page["digest"], page["count"])

    def told(self, number: int, seq: int = 1) -> int:
        """How often this directive came to the address."""
        return sum(headers.get("webhook-id") == f"{subject(number)}/{seq}" for headers, _ in self.receiver.requests)

    def measured(self, metric: str, **labels: str) -> float:
        """A metric that names this platform, 0 when it is not there."""
        wanted = {"platform": self.code, **labels}
        for line in self.desk.http.get("/metrics").text.splitlines():
            if line.startswith(f"{metric}{{") and dict(re.findall(r'(\w+)="([^"]*)"', line)).items() >= wanted.items():
                return float(line.split()[-1])
        return 0.0

    def let_time_pass(self, *changes: str) -> None:
        """Days in a moment: change what is kept, and have it read anew."""
        with self.desk.database.connect() as owner, owner.transaction():
            for change in ("webhook SET revision = nextval('webhook_revision_seq')", *changes):
                owner.execute(f"UPDATE {change} WHERE code = %s", (self.code,))


@contextmanager
def joined(desk: Desk, code: str, **more: object) -> Iterator[Member]:
    """Enrolled, registered and proven; its receiver behaves well until it is told otherwise."""
    with desk.database.connect() as owner:
        desk.callers[code] = member(owner, code)
    platform = Platform()
    with receiving(platform.behave) as receiver:
        it = Member(desk, code, platform, receiver)
        it.register(**more)
        eventually("proof", lambda: it.webhook["state"] == "on")
        try:
            yield it
        finally:
            desk.http.delete("/v1/webhook", headers=desk.callers[code])


@pytest.mark.parametrize(
    ("code", "behave", "result"),
    [
        ("down", hanging_up, "unreachable"),
        ("wrong", saying(500), "status"),
        ("moved", saying(308, Location="http://127.0.0.1:1/"), "redirect"),
        ("babbling", endless_head, "unreachable"),
    ],
)
def test_who_fails_is_named_and_agrees_as_soon_as_it_is_back(desk: Desk, code: str, behave: Any, result: str) -> None:
    with joined(desk, code) as it:
        it.receiver.behave = behave
        desk.record(directive(7000, int(time.time() * 1000)), directive(7001, int(time.time() * 1000), Tier.NONE))
        eventually("named", lambda: it.measured("liancheng_webhook_deliveries_total", result=result) >= 2)
        eventually("its age", lambda: it.measured("liancheng_webhook_age_seconds", action="lift") > 0)
        eventually("shown", lambda: it.webhook["failing_since"])
        it.receiver.behave = it.platform.behave
        eventually("agreement", it.agrees)
        eventually(
            "nothing left", lambda: it.measured("liancheng_webhook_age_seconds", action="lift") == 0 and not it.webhook["failing_since"]
        )


def test_a_body_without_an_end_keeps_nobody_from_the_next_directive(desk: Desk) -> None:
    with joined(desk, "endless") as it:
        it.receiver.behave = endless
        for number in range(7010, 7014):
            desk.record(directive(number, 1))
            eventually("told", lambda: it.told(number))  # noqa: B023


@pytest.mark.parametrize("behave", [dripping, silent], ids=["dripping", "silent"])
def test_the_slow_hurt_nobody_else(desk: Desk, behave: Any) -> None:
    """Ten that take their ten seconds, and one that is well: its lifts go out as if there were nobody else."""
    with ExitStack() as stack:
        slow = [stack.enter_context(joined(desk, f"slow-{number}")) for number in range(10)]
        well = stack.enter_context(joined(desk, "well"))
        for one in slow:
            one.receiver.behave = behave
        waits = list[float]()
        for number in range(7100, 7130):
            began, seq = time.monotonic(), int(time.time() * 1000)
            desk.record(directive(number, seq, Tier.NONE))
            eventually("told", lambda: well.told(number, seq))  # noqa: B023
            waits.append(time.monotonic() - began)
        assert sorted(waits)[len(waits) // 2] < 2.5, waits
        for one in slow:
            eventually("named", lambda: one.measured("liancheng_webhook_deliveries_total", result="timeout") >= 1)  # noqa: B023
            one.receiver.behave = one.platform.behave
        for one in slow:
            eventually("agreement", one.agrees)


def test_one_directive_that_is_refused_holds_up_nobody_elses(desk: Desk) -> None:
    with joined(desk, "picky") as it:
        poison = str(subject(7200)).encode()

        def picky(handler: Handler, body: bytes) -> None:
            handler.answer(500) if poison in body else it.platform.behave(handler, body)

        it.receiver.behave = picky
        desk.record(directive(7200, 1))
        eventually("refused", lambda: it.told(7200) >= 1)
        desk.record(directive(7201, 1, Tier.NONE), directive(7202, 1))
        eventually("others are told", lambda: it.told(7201) and it.told(7202))
        eventually("tried again", lambda: it.told(7200) >= 2)
        assert it.measured("liancheng_webhook_age_seconds", action="restrict") > 0 and not it.agrees()
        it.receiver.behave = it.platform.behave
        it.let_time_pass("webhook_retry SET due = now()")
        eventually("agreement", it.agrees)


def test_gone_switches_off_at_once_and_says_so(desk: Desk) -> None:
    with joined(desk, "gone") as it:
        it.receiver.behave = saying(410)
        desk.record(directive(7300, 1))
        eventually("off", lambda: it.webhook["state"] == "off")
        assert it.webhook["why"] == "gone"
        eventually("named", lambda: it.measured("liancheng_webhook_off") == 1)
        had = len(it.receiver.requests)
        desk.record(directive(7301, 1, Tier.NONE))
        time.sleep(1.0)
        assert len(it.receiver.requests) == had
        it.receiver.behave = it.platform.behave
        assert it.register()["state"] == "pending"
        eventually("agreement", it.agrees)
        eventually("named no more", lambda: it.measured("liancheng_webhook_off") == 0)


def test_five_days_of_failure_switch_off_and_say_so(desk: Desk) -> None:
    with joined(desk, "dead") as it:
        it.receiver.behave = saying(503)
        desk.record(directive(7310, 1))
        eventually("failing", lambda: it.webhook["failing_since"])
        it.let_time_pass("webhook SET failing_since = now() - interval '5 days'", "webhook_retry SET due = now()")
        eventually("off", lambda: it.webhook["why"] == "failing")
        eventually("named", lambda: it.measured("liancheng_webhook_off") == 1)


def test_a_clock_that_is_wrong_is_named_and_agrees_once_it_is_right(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(minutes=10)

    with joined(desk, "skewed") as it:
        monkeypatch.setattr(standardwebhooks.webhooks, "datetime", Ahead)
        desk.record(directive(7320, int(time.time() * 1000), Tier.NONE))
        eventually("named", lambda: it.measured("liancheng_webhook_deliveries_total", result="status") >= 1)
        eventually("its age", lambda: it.measured("liancheng_webhook_age_seconds", action="lift") > 0)
        monkeypatch.undo()
        eventually("agreement", it.agrees)


def test_a_certificate_of_another_name_is_never_told_anything(desk: Desk) -> None:
    with desk.database.connect() as owner:
        desk.callers["forged"] = member(owner, "forged")
    platform = Platform()
    with receiving(platform.behave, served_with(trustme.CA(), "other.example")) as receiver:
        it = Member(desk, "forged", platform, receiver)
        it.register()
        eventually("named", lambda: it.measured("liancheng_webhook_deliveries_total", result="tls") >= 2)
        assert it.webhook["state"] == "pending" and receiver.requests == []
        desk.http.delete("/v1/webhook", headers=desk.callers["forged"])


def test_who_says_yes_and_does_nothing_is_found_by_its_digest_and_told_everything_again(desk: Desk) -> None:
    with joined(desk, "lying") as it:
        desk.record(directive(7400, 1))
        eventually("agreement", lambda: it.told(7400) and it.agrees())
        it.receiver.behave = saying(200)
        desk.record(directive(7401, 1), directive(7400, 2, Tier.NONE))
        eventually("believed", lambda: it.told(7401) and it.webhook["waiting"] == 0)
        assert not it.agrees()
        token = it.get("/v1/directives", limit=1000).json()["next"]  # where a faithful copy stands
        told = {"token": token, "digest": it.platform.replica.digest, "count": it.platform.replica.count}
        it.receiver.behave = it.platform.behave
        assert desk.put("lying", "/v1/digest", told).json()["agrees"] is False
        eventually("agreement", it.agrees)


def copied(desk: Desk, it: Member) -> None:
    """As a copy by the feed: the platform's backup."""
    hub = Hub(str(desk.http.base_url), desk.callers[it.code]["Authorization"].removeprefix("Bearer "))
    Feed(hub, it.platform.replica).resync()
    hub.close()


def test_who_was_restored_from_a_backup_goes_on_from_its_token(desk: Desk) -> None:
    desk.record(directive(7500, 1), directive(7501, 1))
    time.sleep(0.3)
    with joined(desk, "restored") as it:
        eventually("agreement", it.agrees)
        it.platform.replica = Replica()
        copied(desk, it)
        backup = it.platform.replica.token
        it.receiver.behave = saying(503)
        desk.record(directive(7500, 2, Tier.NONE), directive(7502, 1))
        eventually("lost", lambda: it.told(7500, 2) + it.told(7502) >= 1)
        it.receiver.behave = it.platform.behave
        it.register(since=backup)
        eventually("agreement", it.agrees)
        assert it.platform.replica.directive(str(subject(7500))).tier == "none"  # type: ignore[union-attr]


def test_who_is_years_behind_is_told_everything_after_its_digest_differed(desk: Desk) -> None:
    desk.record(directive(7510, 1))
    time.sleep(0.3)
    with joined(desk, "sleeper") as it:
        eventually("agreement", it.agrees)
        it.platform.replica = Replica()
        copied(desk, it)
        backup = it.platform.replica.token
        desk.http.delete("/v1/webhook", headers=desk.callers["sleeper"])
        time.sleep(0.5)
        desk.record(directive(7510, 2, Tier.NONE), *(directive(8000, seq) for seq in range(1, KEPT + 10)))
        eventually("too old", lambda: it.get("/v1/directives", since=backup).status_code == 410)
        assert problem(desk.put("sleeper", "/v1/webhook", {"url": it.receiver.url, "since": backup})) == (410, "token-gone")
        it.register()
        eventually("a copy that should be whole and is not", it.platform.differed.is_set)
        told = {"token": it.platform.replica.token, "digest": it.platform.replica.digest, "count": it.platform.replica.count}
        assert desk.put("sleeper", "/v1/digest", told).json()["agrees"] is False
        eventually("agreement", it.agrees)
        assert it.platform.replica.directive(str(subject(7510))).tier == "none"  # type: ignore[union-attr]


def test_whatever_is_lost_or_answered_wrongly_the_copy_ends_as_the_hubs(desk: Desk) -> None:
    dice, lock = random.Random(7), threading.Lock()
    with joined(desk, "flaky") as it:

        def flaky(handler: Handler, body: bytes) -> None:
            with lock:
                outcome = dice.choice(["take", "take", "take", "refuse", "lose", "hang"])
            if outcome == "refuse":
                handler.answer(500)
            elif outcome == "hang":
                hanging_up(handler, body)
            else:
                it.platform.behave(handler, body) if outcome == "take" else lose(handler, body)

        def lose(handler: Handler, body: bytes) -> None:
            """It is taken, and the answer never arrives."""
            handler.wfile = Nowhere()  # type: ignore[assignment]
            it.platform.behave(handler, body)
            hanging_up(handler, body)

        it.receiver.behave = flaky
        for seq in range(1, 9):
            desk.record(*(directive(7600 + number, seq, Tier.NONE if dice.random() < 0.4 else Tier.RESTRICTED) for number in range(6)))
            time.sleep(0.05)
        eventually("all were offered", lambda: len(it.receiver.requests) > 20)
        it.receiver.behave = it.platform.behave
        time.sleep(0.5)
        it.let_time_pass("webhook_retry SET due = now()")
        eventually("agreement", it.agrees)


class Nowhere:
    """What is written here arrives nowhere."""

    closed = False

    def write(self, data: bytes) -> int:
        return len(data)

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""
