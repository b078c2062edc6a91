"""What the README tells a newcomer to type works as it stands there."""

import os
import re
import subprocess
from pathlib import Path

import msgspec

from tests.support.stack import Hub

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_first_statement_of_the_readme_is_accepted_and_its_receipt_read(hub: Hub) -> None:
    text = README.read_text(encoding="utf-8")
    found = re.search(r"<!-- The next block is run by .* -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    script = found[1].replace("http://127.0.0.1:8110", hub.url("gateway"))
    environment = {"PATH": os.environ["PATH"], "KEY": hub.enrol("my-platform").key}
    done = subprocess.run(
        ["bash", "-ec", script.replace("\ncurl", "\necho\ncurl")], env=environment, capture_output=True, text=True, check=True
    )
    accepted, read_back = (msgspec.json.decode(line) for line in done.stdout.splitlines())
    assert accepted["status"] == "accepted"
    assert accepted == read_back
