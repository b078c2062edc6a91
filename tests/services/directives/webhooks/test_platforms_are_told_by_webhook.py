"""Webhooks of the running service: registered, proven, told everything, rotated, ended; over real HTTP and a real database."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from events.facts.fact import Tier
from services.directives.token import NoticePlace, Place
from tests.conformance.receivers import Platform, Receiver, receiving, saying
from tests.services.directives.conftest import CLASSES, Desk, problem
from tests.services.directives.made import directive, subject

PATIENCE = 30.0


def eventually(true: Callable[[], object], patience: float = PATIENCE) -> None:
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def shown(desk: Desk, code: str) -> dict[str, Any]:
    answer = desk.get(code, "/v1/webhook")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def register(desk: Desk, code: str, platform: Platform, url: str, **more: object) -> httpx.Response:
    """Ask, and let the platform know its secret."""
    answer = desk.put(code, "/v1/webhook", {"url": url, **more})
    assert answer.status_code in (200, 201), answer.text
    if "secret" in answer.json():
        platform.secrets.insert(0, answer.json()["secret"])
    return answer


@contextmanager
def told(desk: Desk, code: str, **more: object) -> Iterator[tuple[Platform, Receiver]]:
    """A platform that is registered and has proven itself; its registration ends with it."""
    platform = Platform()
    with receiving(platform.behave) as receiver:
        assert register(desk, code, platform, receiver.url, **more).status_code == 201
        eventually(lambda: shown(desk, code)["state"] == "on")
        try:
            yield platform, receiver
        finally:
            desk.http.delete("/v1/webhook", headers=desk.callers[code])


def agrees(desk: Desk, code: str, platform: Platform) -> bool:
    """The platform's copy is what the pull feed says."""
    page = desk.get(code, "/v1/directives", limit=1000).json()
    assert page["more"] is False
    return platform.replica.agrees(page["digest"], page["count"])


def test_a_platform_that_only_receives_has_the_copy_that_the_feed_gives(desk: Desk) -> None:
    desk.record(directive(1000, 1, accounts=[("tmall", "shop-1"), ("pdd", "mall-7")]), directive(1001, 1), directive(1002, 1))
    with told(desk, "tmall") as (platform, receiver):
        eventually(lambda: agrees(desk, "tmall", platform))
        desk.record(directive(1000, 2, Tier.NONE))
        deliver(desk, receiver, 1004)
        desk.record(directive(1003, 1, accounts=[("tmall", "shop-3")]))
        eventually(lambda: signatures(receiver, 1003))
        eventually(lambda: agrees(desk, "tmall", platform))
        (mine,) = [body for headers, body in receiver.requests if headers["webhook-id"].endswith("03eb/1")]
        assert b'"your_accounts":["shop-3"]' in mine and b'"source":"/hub/tmall"' in mine
        assert desk.put("tmall", "/v1/digest", proof(platform)).json()["agrees"] is True
        assert not platform.differed.is_set()
        eventually(lambda: shown(desk, "tmall")["waiting"] == 0)


def deliver(desk: Desk, receiver: Receiver, number: int) -> None:
    """Say something about a subject, and wait until the address was told."""
    desk.record(directive(number, 1))
    eventually(lambda: signatures(receiver, number))


def signatures(receiver: Receiver, number: int) -> list[str]:
    """Of the delivery about this subject."""
    found = [headers["webhook-signature"] for headers, _ in receiver.requests if headers["webhook-id"] == f"{subject(number)}/1"]
    return found[-1].split() if found else []


def attended(desk: Desk, code: str) -> bool:
    """Whether the process has a courier for the platform: it then speaks of it to operators."""
    return f'liancheng_webhook_off{{platform="{code}"}}' in desk.http.get("/metrics").text


def proof(platform: Platform) -> dict[str, object]:
    """What the copy says of itself, at the token that came with the delivery that completed it."""
    eventually(lambda: platform.replica.token is not None)
    return {"token": platform.replica.token, "digest": platform.replica.digest, "count": platform.replica.count}


def test_nothing_is_told_to_an_address_that_does_not_prove_itself(desk: Desk) -> None:
    desk.record(directive(1010, 1))
    with receiving(saying(200, b"ok")) as silent:
        desk.put("pdd", "/v1/webhook", {"url": silent.url})
        eventually(lambda: len(silent.requests) >= 2)
        assert all(headers["webhook-id"].startswith("challenge-") for headers, _ in silent.requests)
        assert shown(desk, "pdd")["state"] == "pending"
        with desk.database.connect() as owner:
            past = "asked_at = asked_at - interval '16 minutes', revision = nextval('webhook_revision_seq')"
            owner.execute(f"UPDATE webhook SET {past} WHERE code = 'pdd'")
        eventually(lambda: shown(desk, "pdd")["why"] == "unproven")
        again = desk.put("pdd", "/v1/webhook", {"url": silent.url}).json()
        assert (again["state"], again["why"]) == ("pending", None)
    assert desk.http.delete("/v1/webhook", headers=desk.callers["pdd"]).status_code == 204


def test_a_secret_is_shown_once_and_lies_sealed(desk: Desk) -> None:
    with told(desk, "jd") as (platform, receiver):
        (secret,) = platform.secrets
        again = desk.put("jd", "/v1/webhook", {"url": receiver.url})
        assert (again.status_code, again.json()["state"]) == (200, "on")
        assert "secret" not in again.json() and "secret" not in shown(desk, "jd")
        with desk.database.connect() as owner:
            kept = owner.execute("SELECT secret FROM webhook WHERE code = 'jd'").fetchone()
        assert kept is not None and secret.removeprefix("whsec_").encode() not in bytes(kept[0])


def test_while_a_secret_is_changed_both_sign(desk: Desk) -> None:
    with told(desk, "jd") as (platform, receiver):
        (old,) = platform.secrets
        rotated = register(desk, "jd", platform, receiver.url, rotate=True)
        assert rotated.status_code == 201 and rotated.json()["state"] == "on" and rotated.json()["both_sign_until"]
        new = platform.secrets[0]
        numbers = itertools.count(5000)
        deliver(desk, receiver, number := next(numbers))
        while len(signatures(receiver, number)) == 1:  # the courier of before the change was still on its way
            deliver(desk, receiver, number := next(numbers))
        for only in (old, new):
            platform.secrets[:] = [only]
            deliver(desk, receiver, number := next(numbers))
            assert len(signatures(receiver, number)) == 2
            eventually(lambda: platform.replica.directive(str(subject(number))))


def test_who_has_a_copy_already_is_told_from_there(desk: Desk) -> None:
    desk.record(directive(1030, 1))
    reader = desk.reader("tmall")
    eventually(lambda: str(subject(1030)) in {one["subject"] for one in reader.read()})
    desk.record(directive(1031, 1), directive(1030, 2, Tier.NONE))
    with told(desk, "tmall", since=reader.token) as (platform, _):
        eventually(lambda: len(platform.seen) == 3)
        assert [one.rpartition("-")[2] for one in platform.seen[1:]] == ["000000000406/2", "000000000407/1"], "the lift first"


def test_what_was_given_up_is_told_when_the_platform_asks_again(desk: Desk) -> None:
    with told(desk, "pdd") as (platform, receiver):
        receiver.behave = saying(422)
        desk.record(directive(1070, 1))
        eventually(lambda: signatures(receiver, 1070))
        eventually(lambda: shown(desk, "pdd")["failing_since"])
        with desk.database.connect() as owner, owner.transaction():
            owner.execute("UPDATE webhook SET revision = nextval('webhook_revision_seq') WHERE code = 'pdd'")
            owner.execute("UPDATE webhook_retry SET given_up = true WHERE code = 'pdd'")
        eventually(lambda: shown(desk, "pdd")["given_up"] == 1)
        receiver.behave = platform.behave
        assert register(desk, "pdd", platform, receiver.url).status_code == 200
        eventually(lambda: platform.replica.directive(str(subject(1070))))
        eventually(lambda: shown(desk, "pdd")["given_up"] == 0)


def test_an_end_is_an_end(desk: Desk) -> None:
    with told(desk, "pdd") as (_, receiver):
        assert desk.http.delete("/v1/webhook", headers=desk.callers["pdd"]).status_code == 204
        eventually(lambda: not attended(desk, "pdd"))
        had = len(receiver.requests)
        desk.record(directive(1040, 1))
        time.sleep(0.5)
        assert len(receiver.requests) == had
        assert problem(desk.get("pdd", "/v1/webhook")) == (404, "not-found")
        assert problem(desk.http.delete("/v1/webhook", headers=desk.callers["pdd"])) == (404, "not-found")


def test_who_is_a_member_no_more_is_told_nothing(desk: Desk) -> None:
    with told(desk, "jd") as (_, receiver):
        with desk.database.connect() as owner:
            owner.execute("UPDATE credential SET revoked_at = now() WHERE code = 'jd'")
            eventually(lambda: not attended(desk, "jd"))
            had = len(receiver.requests)
            desk.record(directive(1050, 1))
            time.sleep(0.5)
            assert len(receiver.requests) == had
            owner.execute("UPDATE credential SET revoked_at = NULL WHERE code = 'jd'")
        eventually(lambda: len(receiver.requests) > had)


def test_a_copy_that_differs_is_told_everything_again(desk: Desk) -> None:
    desk.record(directive(1060, 1), directive(1061, 1))
    with told(desk, "tmall") as (platform, _):
        eventually(lambda: agrees(desk, "tmall", platform))
        told_, had = proof(platform), len(platform.seen)
        assert desk.put("tmall", "/v1/digest", told_ | {"digest": "0" * 64}).json()["agrees"] is False
        eventually(lambda: len(platform.seen) >= had + platform.replica.count)
        eventually(lambda: agrees(desk, "tmall", platform) and shown(desk, "tmall")["waiting"] == 0)


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://127.0.0.2/"},
        {"url": "http://hooks.shop.example/"},
        {"url": "https://localhost/"},
        {"url": "https://hooks.shop.invalid/"},
        {"url": ""},
        {"url": "https://8.8.8.8/" + "a" * 500},
        {"url": "http://127.0.0.1:1/", "since": "rubbish"},
        {"url": "http://127.0.0.1:1/", "since": str(NoticePlace(1, 0))},
        {"url": "http://127.0.0.1:1/", "secret": "whsec_mine"},
        {},
        [],
    ],
)
def test_what_cannot_be_registered_is_a_problem(desk: Desk, body: object) -> None:
    assert problem(desk.put("tmall", "/v1/webhook", body)) == (422, "bad-parameter")
    assert problem(desk.get("tmall", "/v1/webhook")) == (404, "not-found")


def test_a_token_of_another_history_is_gone(desk: Desk) -> None:
    body = {"url": "http://127.0.0.1:1/", "since": str(Place(2, 0))}
    assert problem(desk.put("tmall", "/v1/webhook", body)) == (410, "token-gone")


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_webhooks_are_for_platforms(desk: Desk, method: str) -> None:
    for code, member_class in CLASSES.items():
        answer = desk.http.request(method, "/v1/webhook", headers=desk.callers[code], json={} if method == "PUT" else None)
        assert (answer.status_code == 403) == (member_class != "platform"), (code, answer.text)
    assert problem(desk.http.request(method, "/v1/webhook")) == (401, "unauthorized")
