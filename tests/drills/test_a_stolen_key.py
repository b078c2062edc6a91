"""A key was stolen and used: found, frozen, and everybody whom it helped to restrict is free again; what was true stays."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from deploy.demo.patience import until
from deploy.keys import command
from deploy.keys.command import Wish
from events.client.publish.http import ONE
from tests.drills.conftest import released, restrict
from tests.flow.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def keys(world: World, **wish: str) -> list[str]:
    lines: list[str] = []
    command.look(world.hub.stack.reach, Wish(**wish), datetime.now(UTC), lambda zh, en=None, /: lines.append(en or zh))
    return lines


def test_what_a_thief_said_is_found_stopped_and_taken_back(world: World, tmp_path: Path) -> None:
    stolen = world.hub.enrol("alpha").key
    key_id, since = stolen.split("_")[2], datetime.now(UTC).isoformat()
    victim, guilty = world.merchant(), world.merchant()
    with httpx.Client(base_url=world.hub.url("gateway"), headers={"Authorization": f"Bearer {stolen}", "Content-Type": ONE}) as thief:

        def say(body: bytes) -> int:
            return thief.post("/v1/statements", content=body).status_code

        # The thief completes a case with a true sanction of beta; two others complete another one without him.
        assert say(world.alpha.make("sanction.imposed", victim, world.alpha.sanction(victim, "freeze")).event) == 201
        world.beta.say("sanction.imposed", victim, world.beta.sanction(victim, "limit"))
        restrict(world, guilty)
        released(world, victim)
        world.settled(victim, lambda standing: standing.tier == "restricted", "restricted", 60.0)
        assert world.gamma.bound(victim)

        found = keys(world, said=key_id, since=since)
        assert "1 by HTTP" in found[-1]
        assert any(" decided restricted " in line for line in found)

        keys(world, revoke=key_id, reason="stolen")

        def refused() -> bool | None:
            return say(world.alpha.make("merchant.declared", victim, {}).event) == 401 or None

        until("a refusal", refused, 15.0, every=0.2)
    out = tmp_path / "overturn.jsonl"
    assert "1 statements that take sanctions back" in keys(world, said=key_id, since=since, overturn=str(out))[-1]
    fresh = world.hub.enrol("alpha").key
    headers = {"Authorization": f"Bearer {fresh}", "Content-Type": ONE}
    with httpx.Client(base_url=world.hub.url("gateway"), headers=headers) as member:
        for line in out.read_bytes().splitlines():
            assert member.post("/v1/statements", content=line).status_code == 201
    world.settled(victim, lambda standing: standing.tier in ("none", "watch"), "free")
    assert not world.gamma.bound(victim)
    assert world.gamma.bound(guilty)
