"""How this shop is told of directives: by one of the four ways, which all end in the same copy."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Literal

from events.client.follow import polling
from events.client.follow.feed import Feed
from events.client.follow.hook import Hook
from events.client.follow.live import Live
from events.client.follow.replica import Replica
from events.client.follow.topic import Topic
from events.client.hub import Hub
from events.client.publish.kafka import Access
from events.client.webhook import Secrets, found

Way = Literal["stream", "feed", "topic", "webhook"]
POLLS_EVERY = 0.1
"""Seconds. A real platform asks every few; nobody wants to watch that."""
LOOPBACK = "127.0.0.1"

Heard = Callable[[int], None]
Doubt = Callable[[Exception], None]


def follow(way: Way, hub: Hub, replica: Replica, kafka: Access | None, folder: Path, heard: Heard, doubt: Doubt) -> None:
    """For as long as the shop is there."""
    stop, feed = Event(), Feed(hub, replica)
    match way:
        case "stream":
            Live(hub, replica).run(stop, heard, doubt)
        case "feed":
            polling.run(feed, stop, heard, doubt, POLLS_EVERY)
        case "topic":
            assert kafka is not None, "the cast gives whoever follows the topic a user there"
            Topic(kafka, replica, feed).run(stop, heard, doubt)
        case "webhook":
            hook = Hook(hub, replica, (LOOPBACK, 0), Secrets(file=folder / "webhook.secret"))
            hook.announce(f"http://{LOOPBACK}:{hook.port}/liancheng")
            hook.run(stop, heard, doubt)


def is_open(way: Way, hub: Hub, replica: Replica) -> bool:
    """Whether a copy was begun, and the hub calls who waits to be called."""
    return replica.token is not None and (way != "webhook" or found(hub).state == "on")
