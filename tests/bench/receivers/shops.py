"""The processes of receivers, started and heard."""

import subprocess
import sys
import threading
from collections.abc import Sequence

import msgspec

from deploy.local.settings import CHECKOUT
from tests.bench.receivers.shop import Plan
from tests.bench.receivers.tally import Came, Counted
from tests.bench.stack import Bench

PATIENCE = 30.0
START_SECONDS = 60.0


class Shops:
    """All processes together: a directive has come by a way when the last of that way's says so."""

    def __init__(self, bench: Bench, plans: Sequence[Plan]) -> None:
        self._bench, self._plans, self._news = bench, plans, threading.Condition()
        self._came: dict[tuple[str, int], dict[int, float]] = {}
        self._counted = [0] * len(plans)
        self._ready = set[int]()
        words = [sys.executable, "-m", "tests.bench.receivers.shop"]
        # Sessions of their own, as the hub's processes have: Linux shares processors among sessions.
        self._running = [
            subprocess.Popen(words, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) for _ in plans
        ]
        for number, (process, plan) in enumerate(zip(self._running, plans, strict=True)):
            assert process.stdin is not None
            process.stdin.write(msgspec.json.encode(plan) + b"\n")
            process.stdin.flush()
            threading.Thread(target=self._hear, args=(number, process), daemon=True).start()
        for number, plan in enumerate(plans):
            bench.until(lambda number=number: number in self._ready, f"receiver by {plan.by}", START_SECONDS)  # type: ignore[misc]

    def came(self, subject_id: str, seq: int) -> dict[str, float]:
        """The moment at which the last receiver of each way had it; RuntimeError when that takes longer than the patience."""
        key = subject_id, seq
        with self._news:
            if not self._news.wait_for(lambda: len(self._came.get(key, ())) == len(self._plans), PATIENCE):
                missing = [plan.by for number, plan in enumerate(self._plans) if number not in self._came.get(key, ())]
                raise RuntimeError(f"{subject_id}/{seq}: after {PATIENCE:g} s not by {', '.join(missing)}")
            last = dict[str, float]()
            for number, at in self._came[key].items():
                way = self._plans[number].by
                last[way] = max(last.get(way, 0.0), at)
            return last

    def counted(self) -> dict[str, int]:
        """By each way: of what is only counted, how many the process has that has most."""
        most = dict[str, int]()
        for plan, count in zip(self._plans, self._counted, strict=True):
            most[plan.by] = max(most.get(plan.by, 0), count)
        return most

    def close(self) -> None:
        for process in self._running:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(10)

    def _hear(self, number: int, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._news:
                if b'"ready"' in line:
                    self._ready.add(number)
                elif b'"count"' in line:
                    self._counted[number] = msgspec.json.decode(line, type=Counted).count
                else:
                    came = msgspec.json.decode(line, type=Came)
                    self._came.setdefault((came.subject_id, came.seq), {})[number] = came.at
                self._news.notify_all()
