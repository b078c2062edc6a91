"""A service that cannot have its port says so in one line; a signal ends it after what it was answering."""

import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.support.served import await_ready

ROOT = Path(__file__).parents[3]
PROGRAM = """
import asyncio, sys
from litestar import get
from services.web import application, serve

@get("/slow")
async def slow() -> str:
    await asyncio.sleep(1)
    return "done"

serve(application(title="trial", handlers=[slow], credentials=None, ready=lambda: "ready"), "127.0.0.1", int(sys.argv[1]))
"""


def started(port: int) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(port)], cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = started(port)
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (1, f"127.0.0.1:{port}: Address already in use\n")


def test_a_signal_ends_it_when_what_was_asked_is_answered() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = started(port)
    await_ready(f"http://127.0.0.1:{port}", process)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(httpx.get, f"http://127.0.0.1:{port}/slow")
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert asked.result(timeout=10).text == "done"
    _, said = process.communicate(timeout=10)
    assert (process.returncode, said) == (0, "")
