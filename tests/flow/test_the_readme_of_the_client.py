"""What the client's README tells a platform to write works as it stands there, from a copy of the folder alone."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from deploy.demo.merchants import Company
from tests.flow.world import PLATFORMS, World

CLIENT = Path(__file__).resolve().parents[2] / "events" / "client"
BLOCKS = re.findall(r"```python\n(.*?)```", (CLIENT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
SAY, FOLLOW, HOOK, INBOX = BLOCKS
WHO = Company("91350100M000100Y43", "某某商贸有限公司", {code: f"{code}-shop-88213" for code in PLATFORMS})
PROGRAM = """
import os
KEY, enforce = os.environ["KEY"], lambda directive: "enforced" if directive.restricts else "lifted"
{blocks}
import json, time
end = time.monotonic() + 60
while time.monotonic() < end and not (
    outbox.outcome("open-88213") and replica.is_restricted(today, uscc="91350100M000100Y43") and not outbox.tally().waiting
):
    time.sleep(0.05)
told = replica.restriction(today, uscc="91350100M000100Y43")
print(json.dumps([outbox.outcome("open-88213").receipt.status, told.tier, outbox.tally().refused]), flush=True)
os._exit(0)
"""


def program(world: World, *blocks: str) -> str:
    """As it stands there, but for what the text beside it says: addresses, and what runs in a thread of yours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        here = probe.getsockname()[1]
    text = re.sub(
        r"(\w+)\.run\(Event\(\), heard, doubt=print\)",
        r"__import__('threading').Thread(target=\1.run, args=(Event(), heard, print), daemon=True).start()",
        PROGRAM.format(blocks="\n".join(blocks)) if blocks else "",
    )
    places = {":8110": "gateway", ":8130": "directives"}
    for port, service in places.items():
        text = text.replace(f"http://127.0.0.1{port}", world.hub.url(service))
    return text.replace("8190", str(here)).replace("https://hooks.pdd.example", f"http://127.0.0.1:{here}")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", ["stream", "webhook"])
def test_a_platform_that_does_as_it_says_is_told_and_answers(world: World, tmp_path: Path, way: str) -> None:
    shutil.copytree(CLIENT, tmp_path / "events" / "client")
    follow = FOLLOW if way == "stream" else re.sub(r"live\.run\(.*\n", "", FOLLOW)
    text = program(world, SAY, follow, *([HOOK] if way == "webhook" else [])).replace('"pdd"', f'"pdd-{way}"')
    key = world.hub.enrol(f"pdd-{way}").key
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "KEY": key}
    if world.reader.standing(WHO.uscc).tier != "restricted":
        world.restrict(WHO)
    said = subprocess.run([sys.executable, "-c", text], env=known, cwd=tmp_path, capture_output=True, check=True).stdout
    assert msgspec.json.decode(said.splitlines()[-1]) == ["accepted", "restricted", 0], said
