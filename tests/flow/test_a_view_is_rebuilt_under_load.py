"""A view is built anew beside the live one while statements flow, and holds the same."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.patience import until
from deploy.local import processes
from deploy.local.settings import CHECKOUT
from tests.flow.flood import Flood
from tests.flow.world import World


@pytest.fixture
def flood(world: World, tmp_path: Path) -> Iterator[Flood]:
    flood = Flood(world, tmp_path)
    try:
        yield flood
    finally:
        flood.close()


def rebuild(world: World, view: str) -> None:
    stack = world.hub.stack
    host = next(process for process in processes.PROCESSES if process.name == "projections")
    environment = processes.environment(host, stack.settings, stack.secrets, stack.reach)
    subprocess.run([sys.executable, "-m", "projections.rebuild", view], env=environment, cwd=CHECKOUT, check=True, timeout=150)


def generation(world: World, view: str) -> int:
    with world.hub.connect() as conn:
        row = conn.execute("SELECT generation FROM view WHERE name = %s", (view,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.timeout(300)
def test_the_casefile_is_rebuilt_while_statements_flow(flood: Flood) -> None:
    before = generation(flood.world, "casefile")
    with flood.flowing():
        until("a flood", lambda: True if flood.said > 200 else None, 20.0)
        rebuild(flood.world, "casefile")
    assert generation(flood.world, "casefile") > before
    assert flood.settled() == flood.wanted()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("view", ["blacklist", "credit", "coverage"])
def test_a_rebuilt_view_answers_as_the_live_one_did(world: World, view: str) -> None:
    who = world.merchant()
    world.restrict(who)
    before = world.reader.standing(who.uscc)
    coverage = world.reader.coverage(before.subject_id or "")
    rebuild(world, view)
    world.settled(who, lambda found: found.as_of > before.as_of, "a newer answer")
    assert world.reader.standing(who.uscc).same_as(before)
    assert world.reader.coverage(before.subject_id or "") == coverage
    world.alpha.say("sanction.imposed", who, world.alpha.sanction(who, "warn"))
    world.settled(who, lambda found: found.score != before.score, "what comes after")
