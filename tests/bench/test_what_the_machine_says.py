"""Processors and memory are counted for a whole family of processes."""

import os
import subprocess
import sys

from tests.bench import machine

WAITING = "import sys; print('ready', flush=True); sys.stdin.read()"
BUSY = f"import time; all(time.process_time() < 0.3 for _ in iter(int, 1)); {WAITING}"


def started(program: str) -> subprocess.Popen[bytes]:
    """A child that has done what it had to do and waits."""
    child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_a_child_belongs_to_the_family_and_its_work_is_ours() -> None:
    least = 0.2 * os.sysconf("SC_CLK_TCK")
    before = machine.Usage.now(os.getpid())
    with started(BUSY) as child:
        assert child.pid in machine.family(os.getpid())
        assert machine.Usage.now(os.getpid()).ours - before.ours >= least
        child.communicate()
    assert machine.Usage.now(os.getpid()).ours - before.ours >= least


def test_the_share_of_others_is_what_we_did_not_use() -> None:
    assert machine.Usage(total=300, busy=150, ours=90).foreign(machine.Usage(total=100, busy=50, ours=40)) == 0.25


def test_memory_is_that_of_all_named_and_nothing_of_those_who_ended() -> None:
    block = bytearray(os.urandom(8 * 1024 * 1024))
    with started(WAITING) as child:
        alone, both = machine.memory([os.getpid()]), machine.memory([os.getpid(), child.pid])
        child.communicate()
    assert both > alone > len(block)
    assert machine.memory([child.pid]) == 0
