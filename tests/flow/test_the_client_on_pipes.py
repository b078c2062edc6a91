"""The client as a command: JSON lines through pipes, against a whole hub, by HTTP and by Kafka."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.flow.members import Platform
from tests.flow.world import World


class Ended(NamedTuple):
    """A command that has come to its end."""

    code: int
    lines: list[dict[str, Any]]
    told: str


class Pipe:
    """One platform's command line, in a folder of its own."""

    def __init__(self, world: World, platform: Platform, folder: Path) -> None:
        self._world, self._platform, self._folder = world, platform, folder

    def run(self, *words: str, lines: list[dict[str, Any]] | None = None, **environment: str) -> Ended:
        said = b"\n".join(msgspec.json.encode(line) for line in lines or [])
        known = self._environment(environment)
        ended = subprocess.run(self._line(words), input=said, capture_output=True, env=known, cwd=self._folder, timeout=60, check=False)
        return Ended(ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr.decode())

    def until(self, needle: str, *words: str, **environment: str) -> dict[str, Any]:
        """The first line with this in it, of a command that does not end; it is then told to."""
        known = self._environment(environment)
        with subprocess.Popen(self._line(words), stdout=subprocess.PIPE, env=known, cwd=self._folder) as running:
            assert running.stdout is not None
            try:
                return next(dict(json.loads(line)) for line in running.stdout if needle.encode() in line)
            finally:
                running.terminate()
                running.stdout.read()

    def running(self, *words: str) -> "subprocess.Popen[bytes]":
        """A command that does not end; whoever leaves its context has to tell it to."""
        return subprocess.Popen(self._line(words), stdout=subprocess.PIPE, env=self._environment({}), cwd=self._folder)

    def _line(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "events.client", *words]

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        services = {f"LIANCHENG_{name.upper()}_URL": self._world.hub.url(name) for name in ("gateway", "standing", "directives")}
        root = Path(__file__).parents[2]
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "LIANCHENG_KEY": self._platform.given.key} | services | more


@pytest.fixture
def pipe(world: World, tmp_path: Path) -> Pipe:
    return Pipe(world, world.beta, tmp_path)


def now() -> str:
    return datetime.now(UTC).isoformat()


def declared(id: str, account: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "merchant.declared", "time": now(), "data": {"merchant": {"account": account}}} | more


def test_each_line_is_answered_by_a_receipt_or_a_problem_and_the_same_ones_next_time(pipe: Pipe, tmp_path: Path) -> None:
    said = [declared(f"{tmp_path.name}-1", "shop-pipe-1"), declared(f"{tmp_path.name}-2", "shop-pipe-2", type="merchant.renamed")]
    first = pipe.run("publish", lines=said)
    assert first.code == 1, first.told
    by_id = {line["id"]: line for line in first.lines}
    assert by_id[said[0]["id"]]["receipt"]["status"] == "accepted"
    assert by_id[said[1]["id"]]["problem"]["errors"][0]["pointer"] == "#/type"
    again = pipe.run("publish", lines=said)
    assert {line["id"]: line for line in again.lines} == by_id


def test_an_id_says_one_thing_for_ever(pipe: Pipe, tmp_path: Path) -> None:
    said = declared(f"{tmp_path.name}-1", "shop-pipe-1")
    assert pipe.run("publish", lines=[said]).code == 0
    other = pipe.run("publish", lines=[said | {"time": now()}])
    assert (other.code, other.lines) == (2, [])
    assert said["id"] in other.told


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (["publish"], {"LIANCHENG_KEY": "none"}, "LIANCHENG_KEY"),
        (["publish", "--kafka", "127.0.0.1:1"], {}, "LIANCHENG_KAFKA_USERNAME"),
        (["check"], {}, "follow"),
        (["follow", "--by", "topic"], {}, "--kafka"),
        (["follow", "--by", "webhook"], {}, "LIANCHENG_WEBHOOK_SECRET"),
    ],
)
def test_what_is_missing_is_named(pipe: Pipe, words: list[str], environment: dict[str, str], told: str) -> None:
    ended = pipe.run(*words, lines=[{"uscc": "91350100M000100Y43"}], **environment)
    assert ended.code == 2
    assert told in ended.told


def test_a_bad_line_is_named_by_its_number(pipe: Pipe, tmp_path: Path) -> None:
    ended = pipe.run("publish", lines=[declared(f"{tmp_path.name}-1", "shop-pipe-1"), {"id": "x"}])
    assert ended.code == 2
    assert "line 2" in ended.told


def test_by_kafka_the_outcomes_are_the_same(world: World, pipe: Pipe, tmp_path: Path) -> None:
    access = world.beta.access
    secrets = {"LIANCHENG_KAFKA_USERNAME": access.username, "LIANCHENG_KAFKA_PASSWORD": access.password}
    ended = pipe.run("publish", "--kafka", access.bootstrap, lines=[declared(f"{tmp_path.name}-1", "shop-pipe-3")], **secrets)
    assert ended.code == 0, ended.told
    assert [line["receipt"]["status"] for line in ended.lines] == ["accepted"]


def test_a_notice_is_handed_out_the_restriction_followed_and_the_copy_asked(world: World, pipe: Pipe) -> None:
    who = world.merchant()
    world.alpha.say("sanction.imposed", who, world.alpha.sanction(who, "freeze"))
    world.beta.say("sanction.imposed", who, world.beta.sanction(who, "limit"))
    world.reviewer.release(world.proposal(who, "restricted"), "事实清楚")

    account, notices = who.accounts["beta"], list[dict[str, Any]]()
    while not notices:
        notices = [line for line in pipe.run("notices").lines if (line["account"], line["tier"]) == (account, "restricted")]
    assert "text" in notices[0]
    answer = {"notice": notices[0]["notice"], "account": account, "state": "delivered", "time": now(), "proof": "read at noon"}
    assert pipe.run("notices", "--answers", lines=[answer]).code == 0
    world.tier(who, "restricted")

    followed = pipe.run("follow", "--once")
    assert who.uscc in {line["uscc"] for line in followed.lines}
    assert pipe.run("follow", "--once").lines == [], "told once"
    checked = pipe.run("check", lines=[{"uscc": who.uscc}, {"account": "nobody"}])
    assert checked.code == 1
    assert [(line["restricted"], line["measures"]) for line in checked.lines] == [(True, ["limit"]), (False, [])]
    asked = pipe.run("standing", lines=[{"uscc": who.uscc}, {"account": account}, {"account": "nobody"}])
    assert [line["tier"] for line in asked.lines] == ["restricted", "restricted", "none"]


@pytest.mark.parametrize("way", ["stream", "feed", "topic"])
def test_each_way_of_following_brings_what_is_decided_while_it_runs(world: World, pipe: Pipe, way: str) -> None:
    access, who = world.beta.access, world.merchant()
    secrets = {"LIANCHENG_KAFKA_USERNAME": access.username, "LIANCHENG_KAFKA_PASSWORD": access.password}
    assert pipe.run("follow", "--once").code == 0
    deciding = Thread(target=world.restrict, args=(who,))
    deciding.start()
    found = pipe.until(who.uscc, "follow", "--by", way, "--kafka", access.bootstrap, **secrets)
    deciding.join()
    assert (found["tier"], found["uscc"]) == ("restricted", who.uscc)
    assert pipe.run("check", lines=[{"uscc": who.uscc}]).code == 1
