"""What the client's README names is there: its commands are understood, its modules exist, its line of JSON is a statement."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from events.client.command.speaking import Said, statement_of
from events.client.statement import Member

CLIENT = Path(__file__).resolve().parents[2] / "events" / "client"
README = (CLIENT / "README.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
COMMANDS = sorted({" ".join(found.split()) for found in re.findall(r"python -m (events\.client[^<>|#\n;]*)", SHELL)})
MODULES = re.findall(r"`([a-z_/]+)`", README.split("## What there is")[1])


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_understood(command: str) -> None:
    asked = subprocess.run([sys.executable, "-m", *shlex.split(command), "--help"], capture_output=True, text=True, check=False)
    assert asked.returncode == 0 and "usage:" in asked.stdout, asked.stderr


def test_the_five_commands_and_the_three_bridges_are_shown() -> None:
    assert {word for command in COMMANDS for word in command.split()} >= {
        "publish", "follow", "check", "standing", "notices", "dsa", "penalties", "serious",
    }  # fmt: skip


def test_each_module_of_its_table_is_there_and_none_is_left_out() -> None:
    named = {name.strip("/") for name in MODULES}
    there = {path.stem for path in CLIENT.iterdir() if not path.name.startswith("_") and path.suffix in {"", ".py"}}
    assert there <= named, there - named
    inside = {path.stem for path in (CLIENT / "follow").glob("*.py") if not path.name.startswith("_")}
    assert inside - named <= {"until"}, "a part of the replica"


def test_its_line_of_publish_is_a_statement() -> None:
    (line,) = re.findall(r"`(\{\"id\": .*?\}\}\})`", README.replace("\n", " "))
    made = statement_of(Member("pdd"), msgspec.json.decode(line, type=Said))
    event = msgspec.json.decode(made.event)
    assert (event["type"], event["subject"]) == ("liancheng.merchant.declared.v1", "shop-88213")
