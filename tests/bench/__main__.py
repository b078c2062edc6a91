"""How fast Liancheng is: python -m tests.bench. Ends with one table, and leaves it as JSON lines in .local/bench."""

import argparse
import os
import platform
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from deploy.local.settings import CHECKOUT
from deploy.local.tell import Trouble, say
from tests.bench import yardsticks
from tests.bench.report import Result, table
from tests.bench.stack import servers
from tests.bench.suite import CASES, Suite
from tests.bench.yardsticks import Yardsticks

FOLDER = CHECKOUT / ".local" / "bench"
PACKAGES = ("faust-streaming", "eventsourcing", "psycopg", "kafka-python", "msgspec", "granian", "fastapi")


def main() -> int:
    words = _words()
    began = datetime.now(UTC)
    say("正在启动独立的一套服务……", "starting a hub of its own …")
    # So that a bench that is told to end takes its servers and its home along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with servers(words.ports) as bench:
        yards = yardsticks.measure(bench.settings.folder, bench.peer_rows, os.getpid())
        say(_yardsticks(yards))
        bench.stack.start_processes()
        results = Suite(bench, words.seed, say).run(words.only or CASES)
    path = _keep(began, words.seed, yards, results)
    took = (datetime.now(UTC) - began).total_seconds()
    say(f"\n{table(results)}\n\n{took:.0f} s, {path.relative_to(CHECKOUT)}")
    return 1 if any(result.refused for result in results) else 0


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--ports", type=int, default=8200, help="first of a hundred free ports")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=CASES, action="append", help="may be given several times")
    return parser.parse_args()


def _yardsticks(yards: Yardsticks) -> str:
    return (
        f"{yards.cores} × {yards.cpu}; fsync {yards.fsync_us:g} µs; {yards.commits_per_s:,.0f} commits/s of one row;"
        f" msgspec decodes {yards.decode_k_per_s:g} k facts/s; others use {yards.foreign_cpu:.0%} of the processors"
    )


def _keep(began: datetime, seed: int, yards: Yardsticks, results: Sequence[Result]) -> Path:
    """One line about the machine and the run, and one for each result."""
    packages = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    lines: list[object] = [{"began": began, "seed": seed, **msgspec.structs.asdict(yards), "versions": packages}]
    lines += [{**msgspec.to_builtins(result), "ratio": result.ratio, "verdict": result.verdict} for result in results]
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{began:%Y%m%dT%H%M%SZ}.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    return path


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Trouble as trouble:
        sys.exit(f"liancheng: {trouble}")
