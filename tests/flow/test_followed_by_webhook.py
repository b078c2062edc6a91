"""`follow --by webhook` as a process of a platform's: it registers its address, answers the challenge, and goes on after it was killed."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.patience import until
from events.client.hub import Problem
from tests.flow.test_the_client_on_pipes import Pipe, pipe
from tests.flow.world import World

__all__ = ["pipe"]
SECONDS = 30.0


@pytest.fixture
def place(world: World) -> Iterator[str]:
    """Where it listens; nothing is called there any more at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield f"127.0.0.1:{port}"
    httpx.delete(f"{world.hub.url('directives')}/v1/webhook", headers={"Authorization": f"Bearer {world.beta.given.key}"})


@contextmanager
def following(pipe: Pipe, place: str) -> Iterator[Iterator[dict[str, Any]]]:
    """The lines that it writes; killed at the end, as a machine that loses its power."""
    with pipe.running("follow", "--by", "webhook", "--listen", place, "--url", f"http://{place}/liancheng") as process:
        assert process.stdout is not None
        try:
            yield (json.loads(line) for line in process.stdout)
        finally:
            process.kill()


def webhook(world: World) -> dict[str, Any]:
    """As the hub has it; empty when there is none."""
    try:
        return world.beta.directives.get("/v1/webhook").read(dict[str, Any])
    except Problem:
        return {}


def proven(world: World, since: datetime) -> bool:
    """Whether the platform has told a digest of its copy since then, and it was the hub's."""
    with world.hub.connect("directives") as reader:
        found = reader.execute("SELECT agrees FROM platform_digest WHERE code = 'beta' AND recorded_at > %s", (since,)).fetchone()
    return found is not None and bool(found[0])


@pytest.mark.timeout(120)
def test_what_is_decided_comes_by_webhook_and_a_killed_receiver_goes_on(world: World, pipe: Pipe, place: str, tmp_path: Path) -> None:
    who = world.merchant()
    with following(pipe, place) as told:
        until("a proven address", lambda: webhook(world).get("state") == "on" or None, SECONDS, every=0.05)
        sanction = world.restrict(who)
        restricted = next(line for line in told if line["uscc"] == who.uscc)
        assert restricted["tier"] == "restricted"
        until("its delivery kept", lambda: webhook(world)["delivered_at"], SECONDS, every=0.05)
        assert pipe.run("check", lines=[{"account": who.accounts["beta"]}]).code == 1
    assert (tmp_path / "webhook.secret").stat().st_mode & 0o777 == 0o600

    world.alpha.say("sanction.lifted", who, {"sanction": sanction, "reason": "overturned"})
    world.settled(who, lambda found: found.tier in {"none", "watch"}, "freedom")
    down = webhook(world)
    assert pipe.run("check", lines=[{"account": who.accounts["beta"]}]).code == 1, "nobody has told it yet"

    began = world.settled(who, lambda found: found.as_of is not None, "now").as_of
    with following(pipe, place) as told:
        lifted = next(line for line in told if line["subject_id"] == restricted["subject_id"])
        assert (lifted["tier"], lifted["seq"] > restricted["seq"]) == ("none", True)
        assert pipe.run("check", lines=[{"account": who.accounts["beta"]}]).code == 0
        until("a proof", lambda: proven(world, began) or None, SECONDS, every=0.05)
        assert webhook(world)["url"] == down["url"], "the registration is the same, and so is its secret"
