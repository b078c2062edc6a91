"""Two threads that are the first to read a type: msgspec 0.22.0 ends the process, so a type is learned by one of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RACE = """
import sys
import threading
import msgspec
from events.client.reading import reader
from events.transport import startup

sys.setswitchinterval(1e-6)

def attempt(learn):
    Inner = msgspec.defstruct("Inner", [("number", int), ("name", "str | None", None), ("words", "tuple[str, ...]", ())])
    globals()["Inner"] = Inner
    Page = msgspec.defstruct("Page", [("items", "list[Inner]"), ("next", str), ("more", "dict[str, int] | None", None)], module=__name__)
    learn()
    start, read = threading.Barrier(8), {read}
    def run():
        start.wait()
        for _ in range(3):
            read(Page, b'{{"items":[{{"number":1}}],"next":"x"}}')
    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

for _ in range(500):
    attempt({learn})
"""
PLAIN = "lambda kind, text: msgspec.json.decode(text, type=kind)"


def ends(read: str, learn: str) -> int:
    program = RACE.format(read=read, learn=learn)
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=100, check=False).returncode


def test_a_platform_s_client_may_be_used_by_many_threads_at_once() -> None:
    assert ends("lambda kind, text: reader(kind)(text)", "lambda: None") == 0


def test_a_process_of_the_hub_has_learned_every_type_before_its_threads_begin() -> None:
    assert ends(PLAIN, "startup.learn") == 0


@pytest.mark.slow
def test_without_either_the_process_dies() -> None:
    """When this fails msgspec has mended it, and both may go."""
    assert any(ends(PLAIN, "lambda: None") < 0 for _ in range(5))


def test_the_client_reads_in_no_other_way() -> None:
    found = [path for path in (ROOT / "events" / "client").rglob("*.py") if re.search(r"json\.decode\([^)]*type=", path.read_text())]
    assert found == []


@pytest.mark.parametrize("main", ["services/web/serving.py", "services/relay/main.py", "services/gateway/worker.py",
                                  "services/adjudication/worker.py", "projections/worker.py"])  # fmt: skip
def test_each_process_learns(main: str) -> None:
    text = (ROOT / main).read_text()
    assert text.index("startup.settle()") < min(
        text.find(word) if word in text else len(text) for word in ("serve_health(settings", "uvloop.run(")
    )
