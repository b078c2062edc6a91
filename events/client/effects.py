"""What became of a member's statements, as the hub tells it."""

from collections.abc import Iterator

import msgspec

from events.client.hub import Hub, Problem


class Effect(msgspec.Struct, frozen=True):
    """Of one of your statements: `waiting` for what it refers to, `applied`, `discounted` or `orphaned`, and why.

    A later one, with a higher `id`, about the same statement replaces it.
    """

    id: int
    statement: str
    state: str
    why: str | None = None


class Page(msgspec.Struct, frozen=True):
    """Effects after a token, and the token after them."""

    items: tuple[Effect, ...]
    next: str
    more: bool = False


def effects(directives: Hub, since: str | None, *, limit: int = 1000) -> Iterator[Page]:
    """Every page after the token. Keep `next` of each one when you have kept its items."""
    more = True
    while more:
        query: dict[str, str | int] = {"limit": limit}
        if since is not None:
            query["since"] = since
        page = directives.get("/v1/effects", query=query).read(Page)
        yield page
        since, more = page.next, page.more


def effect(directives: Hub, statement: str) -> Effect | None:
    """Of one statement; None while the hub has not come to it."""
    try:
        return directives.get(f"/v1/effects/{statement}").read(Effect)
    except Problem as problem:
        if problem.status == 404:
            return None
        raise
