"""Server-sent events: each directive as soon as it is issued, on top of the pull feed that begins and mends the copy."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import NamedTuple

import msgspec

from events.client.follow.directive import Directive
from events.client.follow.feed import Diverged, Feed, Item
from events.client.follow.replica import Replica
from events.client.hub import Hub, Problem, Unreachable
from events.client.reading import reader

SILENCE = 45.0
"""Seconds; the hub sends a heartbeat every 15."""
LONGEST = 30.0


class State(msgspec.Struct, frozen=True):
    """What a copy holds that has taken in everything up to `next`."""

    next: str
    digest: str
    count: int


_item, _state = reader(Item), reader(State)


class Sent(NamedTuple):
    """One event of the stream."""

    kind: str
    data: str


class Live:
    """Keeps one replica up to date without asking. Not to be shared between threads."""

    def __init__(self, hub: Hub, replica: Replica) -> None:
        self._hub, self._replica, self._feed = hub, replica, Feed(hub, replica)

    def run(self, stop: Event, heard: Callable[[int], None], doubt: Callable[[Exception], None]) -> None:
        """Until `stop`, which it notices at the next event or heartbeat. `heard` is told how many subjects changed; the copy says how.

        `doubt` is told why nothing comes; the connection is then made anew, at most every half second and at least every 30.
        """
        failures, pause = 0, 0.0
        while not stop.wait(pause):
            pause = 0.5
            try:
                self._feed.poll(heard)
                self._feed.prove_in_time()
                failures = 0
                for news in self._batches():
                    heard(news)
                    if stop.is_set():
                        return
            except (Unreachable, Diverged) as trouble:
                doubt(trouble)
                failures += 1
                pause = min(LONGEST, 0.25 * 2**failures)

    def _batches(self) -> Iterator[int]:
        """How many subjects each state that the hub tells has changed. Ends when the copy differs, and the pull feed then mends it."""
        directives: list[Directive] = []
        for sent in self._sent():
            if sent.kind != "state":
                directives.append(_item(sent.data).data)
                continue
            state = _state(sent.data)
            news = self._replica.apply(directives, state.next)
            directives = []
            if not self._replica.agrees(state.digest, state.count):
                yield news + self._feed.resync()
                return
            yield news
            self._feed.prove_in_time()

    def _sent(self) -> Iterator[Sent]:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": self._replica.token or ""}
        try:
            yield from parse(self._quiet(self._hub.stream("/v1/directives", headers=headers, silence=SILENCE)))
        except Problem as problem:
            # A token that is too old by now is mended by the next poll, and so is a hub without this way of following.
            raise Unreachable(str(problem)) from problem

    def _quiet(self, lines: Iterator[str]) -> Iterator[str]:
        """Nothing is half taken in when the hub says that it is there still: a good moment to prove the copy."""
        for line in lines:
            if line.startswith(":"):
                self._feed.prove_in_time()
            yield line


def parse(lines: Iterator[str]) -> Iterator[Sent]:
    """Events with data, after the HTML standard; comments and ids alone are passed over."""
    kind = ""
    data: list[str] = []
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data:
                yield Sent(kind, "\n".join(data))
            kind, data = "", []
        elif field == "event":
            kind = value
        elif field == "data":
            data.append(value)
