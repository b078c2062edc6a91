"""Directives as the hub delivers them: the signature checked, the challenge answered, the copy kept and proven."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from standardwebhooks import Webhook, WebhookVerificationError

from events.client.follow.directive import Directive
from events.client.follow.replica import Replica

CHALLENGE = "liancheng.webhook.challenge.v1"
DIRECTIVE = "liancheng.directive.issued.v1"
LONGEST = 1024 * 1024


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
            return msgspec.json.decode(body, type=Delivery)
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
        `Feed.resync` fetches a snapshot.
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
            return Reply(200, msgspec.json.encode(msgspec.json.decode(said.data, type=Challenge)))
        if said.type == DIRECTIVE:
            self._take(said)
        return Reply(204)

    def _take(self, said: Delivery) -> None:
        directive = msgspec.json.decode(said.data, type=Directive)
        news = self._replica.apply([directive], said.token)
        if news:
            self._heard(news)
        late = self._replica.directive(directive.subject_id) != directive
        if said.token is not None and not late and not self._replica.agrees(said.digest, said.count):
            self._differs()
