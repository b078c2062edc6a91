"""The pull feed: a snapshot once, then what changed, each page proven by a digest."""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from events.client.follow.directive import Directive
from events.client.follow.replica import Replica
from events.client.hub import Hub, Problem

GONE = 410
PROOF_SECONDS = 600.0
"""Between two proofs of a copy."""
PATIENCE = (0.2, 0.5, 1.0, 2.0)
"""Seconds between looks at a copy that another way has brought further than the feed."""

Heard = Callable[[int], object]
"""Told how many subjects changed; the copy says how."""


class Item(msgspec.Struct, frozen=True):
    """The CloudEvent around a directive."""

    data: Directive


class Page(msgspec.Struct, frozen=True):
    """`digest` and `count` hold for the state after everything up to `next`."""

    items: tuple[Item, ...]
    next: str
    more: bool
    digest: str
    count: int


class Compared(msgspec.Struct, frozen=True):
    """What the hub found when it compared a copy with its own. `resync`: it does not take this copy's token any more."""

    agrees: bool
    resync: bool = False


class Step(NamedTuple):
    """So many subjects changed by it; the next one is to be taken after so many seconds."""

    changed: int
    pause: float = 0.0


class Diverged(Exception):
    """A fresh snapshot does not have the digest that came with it: the copy cannot be trusted, and neither can that hub."""


class Feed:
    """Keeps one replica up to date from one hub. Not to be shared between threads."""

    def __init__(
        self,
        hub: Hub,
        replica: Replica,
        *,
        limit: int = 1000,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """`clock` in seconds says when the copy has to be proven again."""
        self._hub, self._replica, self._limit = hub, replica, limit
        self._clock, self._wait = clock, wait
        self._proven_at: float | None = None

    def poll(self, heard: Heard = lambda _: None) -> int:
        """Everything new, at one request a page; gives how many subjects changed, and tells it after each page: lifts come on the first.

        A token that is too old, or a copy that differs, is mended by a snapshot.
        """
        if self._replica.token is None:
            return self.resync(heard)
        changed, more = 0, True
        while more:
            try:
                page = self._page(self._replica.token)
            except Problem as problem:
                if problem.status != GONE:
                    raise
                return changed + self.resync(heard)
            changed += self._take(page, heard)
            if not self._replica.agrees(page.digest, page.count):
                return changed + self.resync(heard)
            more = page.more
        return changed

    def reconcile(self, heard: Heard = lambda _: None) -> int:
        """The same for a copy that another way fills (the topic, webhooks), which may be ahead of the feed for a moment.

        What was missed on that way is taken in here, with the accounts that it does not name; gives how many subjects changed.
        """
        changed = 0
        for step in self.reconciling(heard):
            changed += step.changed
            self._wait(step.pause)
        return changed

    def reconciling(self, heard: Heard = lambda _: None) -> Iterator[Step]:
        """The same a page at a time, for whoever has something to look at between pages: the other way may bring a lift."""
        if self._replica.token is None:
            yield Step(self.resync(heard))
            return
        for pause in PATIENCE:
            try:
                page = self._page(self._replica.token)
                while page.more:
                    yield Step(self._take(page, heard))
                    page = self._page(page.next)
                changed = self._take(page, heard)
            except Problem as problem:
                if problem.status != GONE:
                    raise
                break
            if self._replica.agrees(page.digest, page.count):
                yield Step(changed)
                return
            yield Step(changed, pause)
        yield Step(self.resync(heard))

    def resync(self, heard: Heard = lambda _: None) -> int:
        """Take a full snapshot in place of the copy, which stays in force until the last page is there; how many subjects changed."""
        page = self._page(None)
        self._replica.stage((item.data for item in page.items), first=True)
        while page.more:
            page = self._page(page.next)
            self._replica.stage((item.data for item in page.items), first=False)
        changed = self._replica.replace(page.next)
        if not self._replica.agrees(page.digest, page.count):
            raise Diverged(f"{self._replica.count} subjects here, {page.count} there")
        heard(changed)
        return changed

    def prove(self) -> bool:
        """Tell the hub the digest of the copy; whether it is what a faithful copy has at that token. One that differs is begun again."""
        proof = self._replica.proof()
        if proof is None:
            self.reconcile()
            proof = self._replica.proof()
        copy = dict(zip(("token", "digest", "count"), proof or (), strict=True))
        found = self._hub.put("/v1/digest", msgspec.json.encode(copy)).read(Compared)
        self._proven_at = self._clock()
        if found.resync:
            self.resync()
        return found.agrees

    def prove_in_time(self) -> None:
        """Prove the copy when that is due: the hub names whoever does not for an hour. A token that has just aged is let be."""
        if self._proven_at is not None and self._clock() - self._proven_at < PROOF_SECONDS:
            return
        try:
            self.prove()
        except Problem as problem:
            if problem.status != GONE:
                raise
            self._proven_at = self._clock()

    def _take(self, page: Page, heard: Heard) -> int:
        changed = self._replica.apply([item.data for item in page.items], page.next)
        heard(changed)
        return changed

    def _page(self, since: str | None) -> Page:
        query: dict[str, str | int] = {"limit": self._limit}
        if since is not None:
            query["since"] = since
        return self._hub.get("/v1/directives", query=query).read(Page)
