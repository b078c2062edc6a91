"""One HTTP service of the hub in a process of its own, and members who call it."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import psycopg

CHECKOUT = Path(__file__).parents[2]


@contextmanager
def served(module: str, port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """Run `python -m module` and give its address once it is ready; it is told to stop at the end and has to do so cleanly."""
    ours = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {f"LIANCHENG_{name}": value for name, value in environment.items()}
    process = subprocess.Popen([sys.executable, "-m", module], cwd=CHECKOUT, env=ours | given, stdout=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{port}"
        await_ready(address, process)
        yield address
    finally:
        process.terminate()
        try:
            said, _ = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
    assert process.returncode == 0, said


def await_ready(address: str, process: "subprocess.Popen[str]", patience: float = 20.0) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()[0]
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(address)


def member(owner: psycopg.Connection, code: str, member_class: str = "platform") -> dict[str, str]:
    """Enrol a member; the headers that it calls with."""
    key_id, secret = secrets.token_hex(4), secrets.token_hex(16)
    owner.execute("INSERT INTO member VALUES (%s, %s, %s, now()) ON CONFLICT DO NOTHING", (code, member_class, f"{code} Ltd"))
    digest = sha256(secret.encode()).digest()
    owner.execute("INSERT INTO credential VALUES (%s, %s, %s, now())", (key_id, code, digest))
    return {"Authorization": f"Bearer lc_{code}_{key_id}_{secret}"}
