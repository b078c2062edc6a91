"""Nothing internal is ever reached: whatever a name resolves to, at whatever moment, and wherever an answer points."""

import asyncio
import os
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from services.directives.webhooks.call.guard import Guard, Refused, networks
from services.directives.webhooks.call.post import MOST_READ, Answer, Post
from tests.conformance.receivers import Receiver, dripping, endless, endless_head, hanging_up, receiving, saying, silent
from tests.services.directives.webhooks.test_the_guard_of_addresses import INSIDE, URLS

HEADERS = {"webhook-id": "1"}
NAME = "hooks.shop.example"
NOBODY = ssl.create_default_context()


@pytest.fixture
def internal() -> Iterator[Receiver]:
    """What must never be reached: a server inside, at the address that every hostile name leads to."""
    with receiving(saying(200)) as server:
        yield server
        assert (server.connections, server.requests) == (0, [])


def send(url: str, guard: Guard, times: int = 1, **more: object) -> list[Answer]:
    async def sending() -> list[Answer]:
        async with Post(guard, **{"trust": NOBODY, **more}) as post:  # type: ignore[arg-type]
            return [await post.send(url, HEADERS, b"{}") for _ in range(times)]

    return asyncio.run(sending())


@pytest.mark.parametrize("url", URLS)
def test_no_url_of_the_table_is_connected_to(url: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    assert send(url, Guard(), resolve=never) == [Answer("refused")]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused_at_the_moment_of_connecting(address: str) -> None:
    assert send(f"https://{NAME}/", Guard(), resolve=lambda *_: ["1.1.1.1", address]) == [Answer("refused")]


def test_a_name_that_was_public_when_it_was_looked_at_is_refused_when_it_leads_inside_later(internal: Receiver) -> None:
    """DNS rebinding: the answer changes between the look and the connection."""
    answers, url = iter([["127.0.0.9"], ["127.0.0.1"], ["127.0.0.1"]]), f"https://{NAME}:{internal.port}/"

    async def both() -> Answer:
        async with Post(Guard(networks("127.0.0.9")), resolve=lambda *_: next(answers), trust=NOBODY) as post:
            await post.look(url)
            return await post.send(url, HEADERS, b"{}")

    assert asyncio.run(both()) == Answer("refused")


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(internal: Receiver) -> None:
    """A second question is never asked for the same connection: the resolver would answer it with the server inside."""
    asked = list[str]()

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    assert send(f"http://{NAME}:{internal.port}/", Guard(networks("127.0.0.2")), resolve=rebinding) == [Answer("unreachable")]
    assert asked == [NAME]


def test_even_a_resolver_that_is_not_ours_leads_nowhere_inside(internal: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last look is at the socket's own address: whatever was resolved elsewhere."""
    monkeypatch.setattr(Guard, "check", lambda *_: None)
    elsewhere = Guard(networks("127.0.0.9"))
    assert send(f"https://{NAME}:{internal.port}/", elsewhere, resolve=lambda *_: ["127.0.0.1"]) == [Answer("refused")]


def test_a_name_that_does_not_resolve_is_unreachable_and_cannot_be_registered() -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async def look() -> None:
        await Post(Guard(), resolve=nobody).look(f"https://{NAME}/")

    assert send(f"https://{NAME}/", Guard(), resolve=nobody) == [Answer("unreachable")]
    with pytest.raises(Refused, match="no address"):
        asyncio.run(look())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(internal: Receiver, status: int) -> None:
    with receiving(saying(status, Location=internal.url)) as hostile:
        assert send(hostile.url, Guard(networks("127.0.0.1"))) == [Answer("redirect", status)]
        assert len(hostile.requests) == 1


def test_a_proxy_of_the_environment_and_its_keys_are_not_used(internal: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login hub password word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, internal.url)
    with receiving(saying(204)) as good:
        assert send(good.url, Guard(networks("127.0.0.1"))) == [Answer("delivered", 204)]
        assert "Authorization" not in good.requests[0][0]


def test_what_an_address_answers_is_kept_nowhere(internal: Receiver) -> None:
    cookie = {"Set-Cookie": "session=1; Path=/", "Alt-Svc": f'h2="127.0.0.1:{internal.port}"'}
    with receiving(saying(200, **cookie)) as good:
        send(good.url, Guard(networks("127.0.0.1")), times=2)
        assert len(good.requests) == 2 and good.connections == 1
        assert not any("Cookie" in headers for headers, _ in good.requests)


# --- bounds ---


@pytest.mark.parametrize("behave", [dripping, silent], ids=["dripping", "silent"])
def test_an_answer_has_until_the_deadline(behave: object) -> None:
    with receiving(behave) as slow:  # type: ignore[arg-type]
        began = time.monotonic()
        assert send(slow.url, Guard(networks("127.0.0.1")), deadline=0.6) == [Answer("timeout")]
        assert 0.5 < time.monotonic() - began < 5


def test_the_deadline_is_ten_seconds_in_all() -> None:
    assert Post(Guard())._deadline == 10.0


def test_of_a_body_without_an_end_sixteen_kibibytes_are_read() -> None:
    with receiving(endless) as server:
        (answer,) = send(server.url, Guard(networks("127.0.0.1")))
        assert (answer.result, answer.status, len(answer.body)) == ("delivered", 200, MOST_READ)
        assert MOST_READ == 16 * 1024


def test_headers_without_an_end_are_no_answer() -> None:
    with receiving(endless_head) as server:
        assert send(server.url, Guard(networks("127.0.0.1"))) == [Answer("unreachable")]


def test_a_packed_body_is_not_unpacked() -> None:
    with receiving(saying(200, b"\x1f\x8b" + os.urandom(64), **{"Content-Encoding": "gzip"})) as server:
        (answer,) = send(server.url, Guard(networks("127.0.0.1")))
        assert answer.result == "delivered" and len(answer.body) == 66


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (saying(200), Answer("delivered", 200)),
        (saying(410), Answer("gone", 410)),
        (saying(404), Answer("status", 404)),
        (saying(429), Answer("status", 429)),
        (saying(500), Answer("status", 500)),
        (hanging_up, Answer("unreachable")),
    ],
)
def test_what_an_answer_means(behave: object, expected: Answer) -> None:
    with receiving(behave) as server:  # type: ignore[arg-type]
        assert send(server.url, Guard(networks("127.0.0.1"))) == [expected]


def test_nobody_there_is_unreachable() -> None:
    with receiving(saying(200)) as server:
        url = server.url
    assert send(url, Guard(networks("127.0.0.1"))) == [Answer("unreachable")]


# --- TLS asks for the name that was registered ---


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def served_with(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.mark.parametrize(("certified", "expected"), [(NAME, Answer("delivered", 200)), ("other.example", Answer("tls"))])
def test_the_certificate_has_to_be_of_the_name(authority: trustme.CA, certified: str, expected: Answer) -> None:
    tls, asked = served_with(authority, certified, "127.0.0.1"), list[str | None]()
    tls.sni_callback = lambda _socket, name, _context: asked.append(name)
    with receiving(saying(200), tls) as server:
        url = f"https://{NAME}:{server.port}/"
        guard = Guard(networks("127.0.0.1"))
        assert send(url, guard, resolve=lambda *_: ["127.0.0.1"], trust=trusting(authority)) == [expected]
        assert asked == [NAME]
        if expected.status:
            assert server.requests[0][0]["Host"] == f"{NAME}:{server.port}"


def test_a_certificate_of_nobody_known_is_refused(authority: trustme.CA) -> None:
    with receiving(saying(200), served_with(authority, NAME)) as server:
        url = f"https://{NAME}:{server.port}/"
        assert send(url, Guard(networks("127.0.0.1")), resolve=lambda *_: ["127.0.0.1"]) == [Answer("tls")]
