"""Of the whole hub: a rulebook is tried on what was really said, and a schedule that nobody can read lists nobody."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest

from deploy.local import processes
from events.client.hub import Hub as Service
from services.adjudication import rulebooks
from tests.flow.members import Speaker
from tests.flow.world import World

BACKTEST = processes.Process("backtest", "services.adjudication.backtest", (), ("adjudication",))
TEXT = (files(rulebooks) / "2026.1.toml").read_text("utf-8")


def backtest(world: World, book: Path) -> subprocess.CompletedProcess[str]:
    """As `make backtest` runs it: with the rights of adjudication, and no other's."""
    program = processes.program(BACKTEST, world.hub.settings, world.hub.stack.secrets, world.hub.stack.reach)
    return subprocess.run(
        [*program.command, str(book)], env=program.environment, cwd=program.folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_backtest_names_who_would_be_freed(world: World, tmp_path: Path) -> None:
    who = world.merchant()
    for platform in (world.alpha, world.beta):
        platform.say("sanction.imposed", who, platform.sanction(who, "limit"))
    listing = world.proposal(who, "restricted")
    asks_for_three = tmp_path / "2030.1.toml"
    asks_for_three.write_text(TEXT.replace("2026.1", "2030.1").replace("platforms = 2", "platforms = 3"), "utf-8")
    tried = backtest(world, asks_for_three)
    assert tried.returncode == 0, tried.stderr
    (line,) = [line for line in tried.stdout.splitlines() if listing.subject_id in line]
    assert "restricted (two-platforms-severe)" in line and "→ watch (one-platform-severe)" in line


def test_a_defective_rulebook_is_not_tried(world: World, tmp_path: Path) -> None:
    broken = tmp_path / "2030.2.toml"
    broken.write_text(TEXT.replace("2026.1", "2030.2").replace('"privacy", ', ""), "utf-8")
    tried = backtest(world, broken)
    assert (tried.returncode, tried.stdout) == (2, "")
    assert tried.stderr.strip() == "2030.2: gap: groups category privacy"


@pytest.fixture
def paipai(world: World) -> Iterator[Speaker]:
    """A platform whose schedule the hub keeps, with one rule that it keeps back."""
    with ExitStack() as opened:

        def reach(service: str, key: str) -> Service:
            found = Service(world.hub.url(service), key)
            opened.callback(found.close)
            return found

        yield Speaker(world.hub.enrol("paipai"), reach)


def test_a_rule_that_the_platform_keeps_back_lists_nobody(world: World, paipai: Speaker) -> None:
    """Two platforms froze for the same group, each on evidence of its own: enough, but for the schedule that nobody can read."""
    who = world.merchant()
    world.alpha.say("sanction.imposed", who, world.alpha.sanction(who, "freeze", "credit_fraud"))
    withheld = paipai.say("sanction.imposed", who, paipai.sanction(who, "freeze", "credit_fraud", rule="IV"))
    assert paipai.effect(withheld.id).state == "applied"
    standing = world.settled(who, lambda found: found.score == 250, "both in the score")
    assert standing.tier == "watch"
    assert [row for row in world.reviewer.listings("proposed") if row["subject_id"] == standing.subject_id] == []
    paipai.say("sanction.imposed", who, paipai.sanction(who, "freeze", "fraud", rule="I"))
    assert world.proposal(who, "restricted").subject_id == standing.subject_id
