"""The way to adjudication's API under the key of whoever is logged in: what is refused there is refused here, in its words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import msgspec

from events.client.hub import Answer, Hub, Unreachable
from events.client.hub import Problem as Said
from events.wire.problems import PROBLEMS
from services.web import Problem

MOST_KEPT = 256
Open = Callable[[str, str], "Counter"]
"""A counter for a key and a purpose."""


class Page(NamedTuple):
    """One page of a queue; `next` is the cursor of the one after it, "" at the end."""

    items: list[dict[str, Any]]
    next: str


class File(NamedTuple):
    """A listing with the steps that are open to whoever asks and the evidence of its basis, and the tag of all."""

    listing: dict[str, Any]
    offers: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    tag: str


class Counters:
    """The conversations of this process: a new one costs more than a question, so that each is kept for whoever asks again."""

    def __init__(self, address: str) -> None:
        self._address, self._lock = address, Lock()
        self._hubs: dict[str, Hub] = {}

    def __call__(self, key: str, purpose: str) -> "Counter":
        with self._lock:
            hub = self._hubs.pop(key, None) or Hub(self._address, key)
            self._hubs[key] = hub
            if len(self._hubs) > MOST_KEPT:
                del self._hubs[next(iter(self._hubs))]
        return Counter(hub, purpose)

    def close(self) -> None:
        with self._lock:
            for hub in self._hubs.values():
                hub.close()
            self._hubs.clear()


class Counter:
    """One person's conversation with adjudication."""

    def __init__(self, hub: Hub, purpose: str) -> None:
        self._hub, self._headers = hub, {"Liancheng-Purpose": quote(purpose)}

    def listings(self, query: Mapping[str, str | int]) -> Page:
        with self._talking() as hub:
            return _page(hub.get("/v1/listings", query=query, headers=self._headers))

    def candidates(self, query: Mapping[str, str | int]) -> Page:
        with self._talking() as hub:
            return _page(hub.get("/v1/accounts/candidates", query=query, headers=self._headers))

    def file(self, listing_id: UUID) -> File:
        """The steps first: should it change between the two reads, its tag is old, and nothing is done on it."""
        with self._talking() as hub:
            offered = hub.get(f"/v1/listings/{listing_id}/steps", headers=self._headers)
            listing = hub.get(f"/v1/listings/{listing_id}", headers=self._headers).read(dict[str, Any])
            said = offered.read(dict[str, Any])
            return File(listing, said["items"], said["evidence"], offered.headers["etag"])

    def evidence(self, listing_id: UUID, sha256: str) -> bytes:
        """The content of a piece; that this person opened it is kept there before it is given."""
        with self._talking() as hub:
            return hub.get(f"/v1/listings/{listing_id}/evidence/{sha256}", headers=self._headers).body

    def act(self, path: str, said: Mapping[str, Any], key: str, tag: str = "") -> None:
        """Once for each `key`. Problem precondition-failed when it changed since it was read."""
        headers = {"Idempotency-Key": key} | ({"If-Match": tag} if tag else {})
        with self._talking() as hub:
            hub.post(path, msgspec.json.encode(said), headers=headers)

    @contextmanager
    def _talking(self) -> Iterator[Hub]:
        try:
            yield self._hub
        except Said as no:
            code = no.details.code
            raise Problem(code if code in PROBLEMS else "internal", no.details.detail) from no
        except Unreachable as silent:
            raise Problem("unavailable", "Adjudication does not answer.") from silent


def _page(answer: Answer) -> Page:
    link = answer.headers.get("link", "")
    address = link[link.find("<") + 1 : link.find(">")] if link else ""
    following = parse_qs(urlsplit(address).query).get("cursor", [""])[0]
    return Page(answer.read(dict[str, Any])["items"], following)
