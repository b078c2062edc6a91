"""Directives as the hub delivers them: the address registered, the signature checked, the challenge answered, the copy kept."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from standardwebhooks import Webhook, WebhookVerificationError

from events.client.follow.directive import Directive
from events.client.follow.replica import Replica
from events.client.hub import Hub
from events.client.reading import reader

CHALLENGE = "liancheng.webhook.challenge.v1"
DIRECTIVE = "liancheng.directive.issued.v1"
LONGEST = 1024 * 1024


class Registration(msgspec.Struct, frozen=True):
    """What the hub says of the address that it was given: `state` pending, on or off, and `why`. `secret` only when one was made."""

    state: str
    why: str | None = None
    secret: str | None = None


class Secrets:
    """What the hub signs with: what you were given, and what a registration brought, kept in a file that only you can read."""

    def __init__(self, given: Sequence[str] = (), file: Path | None = None) -> None:
        self._given, self._file = tuple(given), file
        self._kept = tuple(file.read_text().split()) if file is not None and file.exists() else ()

    @property
    def known(self) -> tuple[str, ...]:
        return (*self._given, *self._kept)

    def keep(self, secret: str) -> None:
        """Beside the one before it, which signs on for a day."""
        self._kept = (secret, *self._kept[:1])
        if self._file is not None:
            fresh = self._file.with_name(f"{self._file.name}.new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write("\n".join(self._kept) + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)


def registered(directives: Hub, url: str, secrets: Secrets) -> tuple[str, ...]:
    """Have the hub call this address, at every start; all that it signs with. What holds already stays, and what failed is tried again.

    The hub says a secret once: when none is known here any more, a new one is asked for.
    """
    made = _asked(directives, {"url": url}).secret
    if made is None and not secrets.known:
        made = _asked(directives, {"url": url, "rotate": True}).secret
    if made is not None:
        secrets.keep(made)
    return secrets.known


def found(directives: Hub) -> Registration:
    """As it stands; Problem 404 when there is none."""
    return directives.get("/v1/webhook").read(Registration)


def _asked(directives: Hub, words: Mapping[str, object]) -> Registration:
    return directives.put("/v1/webhook", msgspec.json.encode(words)).read(Registration)


class NotFromTheHub(Exception):
    """No signature of any of the secrets fits, or the time it names is more than five minutes from now."""


class Delivery(msgspec.Struct, frozen=True):
    """The CloudEvent of a delivery. With a token: a copy that has taken this and all before it stands there, with this digest and count."""

    type: str
    data: msgspec.Raw
    token: str | None = None
    digest: str = ""
    count: int = 0


class Challenge(msgspec.Struct, frozen=True):
    """Said back, it proves that the address is yours."""

    challenge: str


class Reply(NamedTuple):
    """What the hub is to be answered with. Anything but a 2xx is delivered again."""

    status: int
    body: bytes = b""


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> Delivery:
    """What the hub said; NotFromTheHub. Give it both secrets while you change from one to the other, and the body as it came."""
    given = {name.lower(): value for name, value in headers.items()}
    for secret in secrets:
        try:
            Webhook(secret).verify(body, given, json_parse=False)
            return reader(Delivery)(body)
        except (WebhookVerificationError, ValueError):
            continue
    raise NotFromTheHub("no signature fits")


class Inbox:
    """Takes deliveries into a copy, from any thread: the copy's own transactions keep them apart."""

    def __init__(
        self, replica: Replica, secrets: Sequence[str], heard: Callable[[int], None], differs: Callable[[], None] = lambda: None
    ) -> None:
        """`heard` is told how many subjects changed, once they are in the copy, which says how: `Replica.unanswered`.

        `differs` is called when the copy should be whole and is not the hub's: `Feed.prove` has the hub begin again by webhook,
        `Feed.reconcile` fetches what it lacks.
        """
        self._replica, self._secrets, self._heard, self._differs = replica, tuple(secrets), heard, differs

    def receive(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer the hub with this. What comes twice, or late, changes nothing; what a later hub may add is let pass."""
        if len(body) > LONGEST:
            return Reply(413)
        try:
            said = verify(self._secrets, headers, body)
        except NotFromTheHub:
            return Reply(401)
        if said.type == CHALLENGE:
            return Reply(200, msgspec.json.encode(reader(Challenge)(bytes(said.data))))
        if said.type == DIRECTIVE:
            self._take(said)
        return Reply(204)

    def _take(self, said: Delivery) -> None:
        directive = reader(Directive)(bytes(said.data))
        proof = None if said.token is None else (said.token, said.digest, said.count)
        news = self._replica.apply([directive], None, proof=proof)
        if news:
            self._heard(news)
        late = self._replica.directive(directive.subject_id) != directive
        if proof is not None and not late and not self._replica.agrees(said.digest, said.count):
            self._differs()
