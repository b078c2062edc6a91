"""The pull feed asked again and again, where nothing may stay connected."""

from collections.abc import Callable
from threading import Event

from events.client.follow.feed import Diverged, Feed
from events.client.hub import Unreachable

EVERY = 2.0
LONGEST = 60.0


def run(feed: Feed, stop: Event, heard: Callable[[int], None], doubt: Callable[[Exception], None], every: float = EVERY) -> None:
    """Until `stop`. `heard` is told how many subjects changed; `doubt` why nothing comes."""
    pause = 0.0
    while not stop.wait(pause):
        try:
            feed.poll(heard)
            feed.prove_in_time()
            pause = every
        except (Unreachable, Diverged) as trouble:
            doubt(trouble)
            pause = min(LONGEST, max(every, 2 * pause))
