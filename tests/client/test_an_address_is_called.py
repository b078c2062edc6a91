"""The address that the client itself opens: registered, its secret kept, and only what the hub signed taken in."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
import pytest

from events.client.follow import feed
from events.client.follow.hook import Hook, NotCalled
from events.client.follow.replica import Replica
from events.client.hub import Answer, Problem, ProblemDetails
from events.client.webhook import LONGEST, Secrets
from tests.client.hub_in_memory import HubInMemory
from tests.client.hub_that_calls import SECRET, HubThatCalls
from tests.client.test_a_copy_converges import DAY

URL = "https://hooks.pdd.example/liancheng"
OTHER = "whsec_b3RoZXJvdGhlcm90aGVy"


class Hub(HubInMemory):
    """With a webhook: the secret is said when it is made, once."""

    def __init__(self, state: str = "on") -> None:
        super().__init__()
        self.state_of_hook, self.asked, self.secrets = state, list[dict[str, Any]](), [SECRET, OTHER]
        self.known: str | None = None

    def get(self, path: str, **asked: Any) -> Answer:
        if path != "/v1/webhook":
            return super().get(path, **asked)
        if self.state_of_hook == "none":
            raise Problem(ProblemDetails("/problems/not-found", "not found", 404))
        return Answer(200, msgspec.json.encode({"state": self.state_of_hook, "why": "failing"}), {})

    def put(self, path: str, body: bytes) -> Answer:
        if path != "/v1/webhook":
            return super().put(path, body)
        self.asked.append(msgspec.json.decode(body))
        made = self.known is None or self.asked[-1].get("rotate", False)
        self.known = self.secrets.pop(0) if made else self.known
        return Answer(200, msgspec.json.encode({"state": "on", "secret": self.known} if made else {"state": "on"}), {})


class Running:
    """A hook that runs, and what it said."""

    def __init__(self, hub: Hub, secrets: Secrets) -> None:
        self.replica, self.heard, self.doubts = Replica(), list[int](), list[Exception]()
        self.hook = Hook(hub, self.replica, ("127.0.0.1", 0), secrets)  # type: ignore[arg-type]

    def ask(self, method: str, headers: dict[str, str], body: bytes = b"") -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.hook.port, timeout=10)
        try:
            line.putrequest(method, "/")
            for name, value in headers.items():
                line.putheader(name, value)
            line.endheaders(body)
            return line.getresponse().status
        finally:
            line.close()

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + 30
        while not true():
            assert time.monotonic() < end, (self.heard, self.doubts)
            time.sleep(0.01)


@contextmanager
def running(hub: Hub, secrets: Secrets, url: str = URL) -> Iterator[Running]:
    it, stop = Running(hub, secrets), Event()
    if url:
        it.hook.announce(url)
    thread = Thread(target=it.hook.run, args=(stop, it.heard.append, it.doubts.append))
    thread.start()
    try:
        it.until(lambda: it.replica.token is not None)
        yield it
    finally:
        stop.set()
        thread.join()


def test_an_address_is_registered_at_each_start_and_its_secret_kept_for_oneself(tmp_path: Path) -> None:
    hub, file = Hub(), tmp_path / "webhook.secret"
    for _ in range(2):
        with running(hub, Secrets(file=file)):
            assert (file.read_text().split(), file.stat().st_mode & 0o777) == ([SECRET], 0o600)
    assert hub.asked == [{"url": URL}, {"url": URL}], "what holds is asked for again, and no other secret"


def test_a_secret_that_was_lost_is_replaced(tmp_path: Path) -> None:
    hub, file = Hub(), tmp_path / "webhook.secret"
    hub.known, hub.secrets = SECRET, [OTHER]
    with running(hub, Secrets(file=file)):
        assert hub.asked == [{"url": URL}, {"url": URL, "rotate": True}]
        assert Secrets(file=file).known == (OTHER,)


def test_beside_a_new_secret_the_one_before_it_is_known_and_none_older(tmp_path: Path) -> None:
    secrets = Secrets(("given",), tmp_path / "webhook.secret")
    for secret in ("first", "second", "third"):
        secrets.keep(secret)
    assert Secrets(("given",), tmp_path / "webhook.secret").known == ("given", "third", "second")


def test_what_the_hub_signed_is_taken_in_and_told_and_nothing_else() -> None:
    hub = Hub()
    with running(hub, Secrets([SECRET]), "") as it:
        caller = HubThatCalls(hub, Replica())
        hub.issue(1, "restricts")
        headers, body = caller.written(hub.log[0][1])
        sized = {**headers, "Content-Length": str(len(body))}
        unsigned = {name: value for name, value in sized.items() if name != "webhook-signature"}
        assert [it.ask("POST", unsigned, body), it.ask("POST", sized, body.replace(b"restricted", b"none......"))] == [401, 401]
        assert [it.ask("POST", dict(headers)), it.ask("POST", headers | {"Content-Length": str(LONGEST + 1)})] == [411, 413]
        assert it.ask("GET", {}) == 501
        assert not it.replica.is_restricted(DAY, account="shop-1")
        assert [it.ask("POST", sized, body), it.ask("POST", sized, body)] == [204, 204]
        it.until(lambda: it.heard.count(1) == 1)
        assert it.replica.is_restricted(DAY, account="shop-1")


def test_a_copy_that_a_delivery_shows_to_lack_something_is_mended_before_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PATIENCE", (0.01,))
    hub = Hub()
    with running(hub, Secrets([SECRET]), "") as it:
        caller = HubThatCalls(hub, Replica())
        hub.issue(1, "restricts")
        hub.issue(2, "restricts")
        caller.step("take")
        caller.step("take")
        headers, body = caller.sent[-1]  # the first of the two was lost
        assert it.ask("POST", {**headers, "Content-Length": str(len(body))}, body) == 204
        it.until(lambda: it.replica.agrees(hub.state.hexadecimal, 2))


@pytest.mark.parametrize(("state", "told"), [("off", "failing"), ("none", "registered")])
def test_an_address_that_the_hub_does_not_call_is_said_and_the_feed_goes_on(state: str, told: str) -> None:
    hub = Hub(state)
    hub.issue(1, "restricts")
    with running(hub, Secrets([SECRET]), "") as it:
        it.until(lambda: it.doubts)
        assert isinstance(it.doubts[0], NotCalled) and told in str(it.doubts[0])
        assert it.replica.is_restricted(DAY, account="shop-1")


@pytest.mark.parametrize("place", ["nowhere", ":8190", "127.0.0.1:port", "127.0.0.1:70000", "taken"])
def test_a_place_that_cannot_be_listened_at_is_named(place: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        here = f"127.0.0.1:{taken.getsockname()[1]}" if place == "taken" else place
        command = [sys.executable, "-m", "events.client", "follow", "--by", "webhook", "--url", URL, "--listen", here]
        environment = {"LIANCHENG_KEY": "lc_pdd_0_0", "PYTHONPATH": str(Path(__file__).parents[2])}
        ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2 and "--listen" in ended.stderr and "Traceback" not in ended.stderr
