"""follow, check and standing: what a platform is told, and what it asks."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import msgspec

from events.client.command import lines
from events.client.command.words import Missing, Words
from events.client.follow import polling
from events.client.follow.directive import shanghai_day
from events.client.follow.feed import Feed
from events.client.follow.hook import Hook
from events.client.follow.live import Live
from events.client.follow.replica import Replica
from events.client.follow.topic import Topic
from events.client.hub import Hub
from events.client.webhook import Secrets

MOST_KEYS = 1000


class Key(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of `check` or `standing`: whom is asked about, by one of his names."""

    uscc: str | None = None
    account: str | None = None
    subject_id: str | None = None


class Checked(msgspec.Struct, frozen=True):
    """What the copy says of a key on a day."""

    key: Key
    restricted: bool
    day: str
    subject_id: str | None = None
    seq: int | None = None
    measures: tuple[str, ...] = ()
    contested: bool = False


class Standings(msgspec.Struct, frozen=True):
    """What the hub says, in the order of the keys."""

    items: list[msgspec.Raw]


def follow(words: Words, _: BinaryIO) -> int:
    """Each directive that is new to the copy, as it is taken in: at least once, also after a crash."""
    hub, replica = Hub(words.directives, words.key), Replica(words.copy)
    feed, stop = Feed(hub, replica), Event()

    def tell(_: int = 0) -> None:
        for directive in replica.unanswered():
            lines.write(directive)
            replica.answered(directive)

    if words.once:
        feed.poll()
        tell()
        replica.close()
        return 0
    tell()
    match words.by:
        case "feed":
            polling.run(feed, stop, tell, lines.tell)
        case "topic":
            assert words.kafka is not None, "the words were checked"
            Topic(words.kafka, replica, feed).run(stop, tell, lines.tell)
        case "webhook":
            _hook(words, hub, replica).run(stop, tell, lines.tell)
        case _:
            Live(hub, replica).run(stop, tell, lines.tell)
    replica.close()
    return 0


def _hook(words: Words, hub: Hub, replica: Replica) -> Hook:
    try:
        hook = Hook(hub, replica, words.listen, Secrets(words.secrets, Path(words.secret)))
    except OSError as taken:
        raise Missing(f"--listen {words.listen[0]}:{words.listen[1]}: {taken}") from None
    if words.url:
        hook.announce(words.url)
    lines.tell(f"listening on {words.listen[0]}:{hook.port}")
    return hook


def check(words: Words, source: BinaryIO) -> int:
    """Each key with what the copy says of it. 1 when any is restricted, so that a script can ask about one."""
    replica, restricted = Replica(words.copy), False
    if replica.token is None:
        raise lines.BadLine(f"{words.copy} holds no copy yet: follow first / 请先运行 follow")
    day = shanghai_day(datetime.now(UTC))
    for key in lines.read(Key, source):
        found = replica.restriction(day, uscc=key.uscc, account=key.account, subject_id=key.subject_id)
        restricted = restricted or found is not None
        if found is None:
            lines.write(Checked(key, False, day.isoformat()))
        else:
            measures = tuple(sorted(found.in_force(day)))
            lines.write(Checked(key, True, day.isoformat(), found.subject_id, found.seq, measures, found.contested))
    replica.close()
    return 1 if restricted else 0


def standing(words: Words, source: BinaryIO) -> int:
    """Each key with what the hub says of it, a thousand to a request."""
    hub, keys = Hub(words.standing, words.key), lines.read(Key, source)
    for asked in _thousands(keys):
        answer = hub.post("/v1/standing-queries", msgspec.json.encode({"keys": asked})).read(Standings)
        for item in answer.items:
            lines.write(item)
    return 0


def _thousands(keys: Iterator[Key]) -> Iterator[list[Any]]:
    while some := list(islice(keys, MOST_KEYS)):
        yield some
