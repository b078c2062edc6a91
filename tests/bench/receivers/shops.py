"""The processes of receivers, started and heard."""

import subprocess
import sys
import threading
from collections.abc import Sequence

import msgspec

from deploy.local.settings import CHECKOUT
from tests.bench.receivers.shop import Came, Plan
from tests.bench.stack import Bench

PATIENCE = 30.0
START_SECONDS = 60.0


class Shops:
    """All processes together: a directive has come when the last of them says so."""

    def __init__(self, bench: Bench, plans: Sequence[Plan]) -> None:
        self._bench, self._news = bench, threading.Condition()
        self._came: dict[tuple[str, int], list[float]] = {}
        self._ready = 0
        words = [sys.executable, "-m", "tests.bench.receivers.shop"]
        self._running = [subprocess.Popen(words, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in plans]
        for process, plan in zip(self._running, plans, strict=True):
            assert process.stdin is not None
            process.stdin.write(msgspec.json.encode(plan) + b"\n")
            process.stdin.flush()
            threading.Thread(target=self._hear, args=(process,), daemon=True).start()
        bench.until(lambda: self._ready == len(plans), "receivers", START_SECONDS)

    def came(self, subject_id: str, seq: int) -> float:
        """The moment at which the last replica of all had it; RuntimeError when that takes longer than the patience."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._came.get((subject_id, seq), ())) == len(self._running), PATIENCE):
                raise RuntimeError(
                    f"{subject_id}/{seq}: after {PATIENCE:g} s {len(self._came.get((subject_id, seq), ()))} processes have it"
                )
            return max(self._came[subject_id, seq])

    def __len__(self) -> int:
        """How many directives have come."""
        return len(self._came)

    def close(self) -> None:
        for process in self._running:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(10)

    def _hear(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._news:
                if b'"ready"' in line:
                    self._ready += 1
                else:
                    came = msgspec.json.decode(line, type=Came)
                    self._came.setdefault((came.subject_id, came.seq), []).append(came.at)
                self._news.notify_all()
