"""What the whole local stack keeps in memory when nobody asks anything of it."""

import time

from tests.bench import machine
from tests.bench.stack import Bench

SETTLING = 5.0
GIB = 1024**3


def at_rest(bench: Bench) -> float:
    """GiB of servers, processes and whoever supervises them, some seconds after they were ready."""
    end = time.monotonic() + SETTLING
    while time.monotonic() < end:
        bench.watch()
        time.sleep(0.1)
    return machine.memory(bench.pids()) / GIB
