"""Followers are killed and frozen while statements flow: everything is done once, nothing is lost."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from tests.flow.flood import Flood
from tests.flow.world import World

ROUNDS = 3


@pytest.fixture
def flood(world: World, tmp_path: Path) -> Iterator[Flood]:
    flood = Flood(world, tmp_path)
    try:
        yield flood
    finally:
        flood.close()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_followers_are_killed_again_and_again(flood: Flood) -> None:
    hub = flood.world.hub
    with flood.flowing():
        for _ in range(ROUNDS):
            sleep(0.5)
            for process in ("adjudicator", "projections"):
                os.kill(hub.pid(process), signal.SIGKILL)
            hub.await_ready("adjudicator", "projections")
    assert flood.said > 100
    assert flood.settled() == flood.wanted()
    assert flood.tally().refused == 0


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_relay_and_ingress_are_killed(flood: Flood) -> None:
    hub = flood.world.hub
    with flood.flowing():
        for process in ("relay", "ingress"):
            sleep(0.5)
            os.kill(hub.pid(process), signal.SIGKILL)
            hub.await_ready(process)
    assert flood.settled() == flood.wanted()


@pytest.mark.timeout(240)
def test_a_frozen_follower_goes_on_where_it_was(flood: Flood) -> None:
    hub = flood.world.hub
    with flood.flowing():
        frozen = hub.pid("projections")
        os.kill(frozen, signal.SIGSTOP)
        try:
            sleep(3.0)
        finally:
            os.kill(frozen, signal.SIGCONT)
    assert flood.settled() == flood.wanted()
