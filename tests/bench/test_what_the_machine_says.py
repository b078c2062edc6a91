"""Processors and memory are counted for a whole family of processes."""

import os
import subprocess
import sys

from tests.bench import machine

WAITING = "import sys; print('ready', flush=True); sys.stdin.read()"
BUSY = f"import time
while time.process_time() < 0.3: pass
{WAITING}"
    "import sys, time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass\nprint('done', flush=True); sys.stdin.read()"
)


def test_a_child_belongs_to_the_family_and_its_work_is_ours() -> None:
    before = machine.Usage.now(os.getpid())
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert child.pid in machine.family(os.getpid())
        running = machine.Usage.now(os.getpid())
        child.communicate()
    ended = machine.Usage.now(os.getpid())
    least = 0.2 * os.sysconf("SC_CLK_TCK")
    assert running.ours - before.ours >= least
    assert ended.ours - before.ours >= least


def test_the_share_of_others_is_what_we_did_not_use() -> None:
    assert machine.Usage(total=300, busy=150, ours=90).foreign(machine.Usage(total=100, busy=50, ours=40)) == 0.25


def test_memory_is_that_of_all_named_and_nothing_of_those_who_ended() -> None:
    block = bytearray(os.urandom(8 * 1024 * 1024))
    with subprocess.Popen([sys.executable, "-c", WAITING], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alone, both = machine.memory([os.getpid()]), machine.memory([os.getpid(), child.pid])
        child.communicate()
    assert both > alone > len(block)
    assert machine.memory([child.pid]) == 0
