"""What this machine can do at all, so that others can compare their figures with ours."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psycopg

from events.catalogue import CATALOGUE
from tests.bench import machine

SECONDS = 1.0
PAGE = 8192

REPORT = (
    b'{"fact":"report.filed.v1","id":"bench-m1","source":"/platforms/bench","account":"bench-shop-1","time":"2026-11-20T08:00:00Z",'
    b'"recorded_at":"2026-11-20T08:00:01Z","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",'
    b'"report":"r-1","category":"infringement","channel":"platform","reporter":"4f8b42c22dd3729b519ba6f68d2da7cc","assurance":"phone",'
    b'"amount_minor":12900,"currency":"CNY","evidence":["e-1"],"vault":"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}'
)


class Yardsticks(msgspec.Struct, frozen=True):
    """Of this machine, one process each."""

    cores: int
    cpu: str
    fsync_us: float
    commits_per_s: float
    decode_k_per_s: float
    foreign_cpu: float


def measure(folder: Path, conninfo: str, root: int) -> Yardsticks:
    """`folder` lies where the servers keep their data; `conninfo` may create a table."""
    before = machine.Usage.now(root)
    time.sleep(SECONDS)
    foreign = machine.Usage.now(root).foreign(before)
    return Yardsticks(
        machine.cores(),
        machine.model(),
        round(_fsync(folder) * 1e6),
        round(_commits(conninfo)),
        round(_rate(lambda: CATALOGUE.decode("report.filed.v1", REPORT)) / 1000),
        round(foreign, 3),
    )


def _fsync(folder: Path) -> float:
    """Seconds that a page takes to the disk: the median of many."""
    path, taken = folder / "fsync", []
    handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            began = time.perf_counter()
            os.pwrite(handle, os.urandom(PAGE), 0)
            os.fdatasync(handle)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(handle)
        path.unlink()
    return statistics.median(taken)


def _commits(conninfo: str) -> float:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS yardstick (id bigserial PRIMARY KEY, said text NOT NULL)")
        return _rate(lambda: conn.execute("INSERT INTO yardstick (said) VALUES ('one row')"))


def _rate(step: Callable[[], object]) -> float:
    """Steps a second."""
    done, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < SECONDS:
        step()
        done += 1
    return done / passed
