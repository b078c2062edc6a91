"""The pull feed: a snapshot once, then what changed, each page proven by a digest."""

import msgspec

from events.client.follow.directive import Directive
from events.client.follow.replica import Replica
from events.client.hub import Hub, Problem

GONE = 410


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
    """What the hub found when it compared a copy with its own."""

    agrees: bool


class Diverged(Exception):
    """A fresh snapshot does not have the digest that came with it: the copy cannot be trusted, and neither can that hub."""


class Feed:
    """Keeps one replica up to date from one hub. Not to be shared between threads."""

    def __init__(self, hub: Hub, replica: Replica, *, limit: int = 1000) -> None:
        self._hub, self._replica, self._limit = hub, replica, limit

    def poll(self) -> int:
        """Everything new, at one request a page; gives how many subjects changed.

        A token that is too old, or a copy that differs, is mended by a snapshot.
        """
        if self._replica.token is None:
            return self.resync()
        changed, more = 0, True
        while more:
            try:
                page = self._page(self._replica.token)
            except Problem as problem:
                if problem.status != GONE:
                    raise
                return changed + self.resync()
            changed += self._replica.apply([item.data for item in page.items], page.next)
            if not self._replica.agrees(page.digest, page.count):
                return changed + self.resync()
            more = page.more
        return changed

    def resync(self) -> int:
        """Take a full snapshot in place of the copy, which stays in force until the last page is there; how many subjects changed."""
        page = self._page(None)
        self._replica.stage((item.data for item in page.items), first=True)
        while page.more:
            page = self._page(page.next)
            self._replica.stage((item.data for item in page.items), first=False)
        changed = self._replica.replace(page.next)
        if not self._replica.agrees(page.digest, page.count):
            raise Diverged(f"{self._replica.count} subjects here, {page.count} there")
        return changed

    def prove(self) -> bool:
        """Tell the hub the digest of the copy; whether it is what a faithful copy has at the copy's token."""
        copy = {"token": self._replica.token, "digest": self._replica.digest, "count": self._replica.count}
        return self._hub.put("/v1/digest", msgspec.json.encode(copy)).read(Compared).agrees

    def _page(self, since: str | None) -> Page:
        query: dict[str, str | int] = {"limit": self._limit}
        if since is not None:
            query["since"] = since
        return self._hub.get("/v1/directives", query=query).read(Page)
