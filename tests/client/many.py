"""How fast a copy of very many loads and answers, and how much memory it takes: python -m tests.client.many [SUBJECTS]."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec

from deploy.demo.merchants import uscc
from events.client.follow.directive import Directive, MeasureUntil, Reason
from events.client.follow.replica import Replica

MILLION = 1_000_000
ASKED = 200_000
DAY, UNTIL = date(2026, 11, 20), date(2027, 5, 20)


class Measured(msgspec.Struct, frozen=True):
    """Of one process that does nothing else."""

    subjects: int
    loaded_seconds: float
    loaded_cpu_seconds: float
    """In which what else runs on the machine has no part."""
    resident_mib: float
    """At the highest, with Python itself."""
    questions_per_second: float
    questions_per_cpu_second: float


def main() -> None:
    subjects = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    with tempfile.TemporaryDirectory() as folder:
        print(msgspec.json.encode(measure(Path(folder) / "copy.db", subjects)).decode())  # noqa: T201


def measure(path: Path, subjects: int) -> Measured:
    """Make a copy of so many at `path`, and open it in a process of its own."""
    fill(path, subjects)
    said = subprocess.run([sys.executable, "-m", "tests.client.many", "open", str(path)], capture_output=True, check=True).stdout
    return msgspec.json.decode(said, type=Measured)


def fill(path: Path, subjects: int) -> None:
    """Each restricted, with a credit code, and every other one with an account."""
    random = Random(1)
    with closing(Replica(path)) as replica:
        # By the copy's own hand; its durability is no part of what is measured.
        replica._file.execute("PRAGMA synchronous = OFF")
        made = (_directive(random, number) for number in range(subjects))
        first = True
        while page := list(islice(made, 10_000)):
            replica.stage(page, first=first)
            first = False
        replica.replace("token")


def opened(path: Path) -> Measured:
    """What opening and asking takes here; half of the questions are about nobody."""
    began = _Watch()
    replica = Replica(path)
    loaded = began.seconds()
    with closing(sqlite3.connect(path)) as file:
        known = [code for (code,) in file.execute("SELECT uscc FROM held LIMIT ?", (ASKED // 2,))]
        subjects = file.execute("SELECT count(*) FROM held").fetchone()[0]
    # getrusage would count what the process that started this one held.
    (highest,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    codes = [code for one in known for code in (one, f"{one}X")]
    ask, began = replica.is_restricted, _Watch()
    for code in codes:
        ask(DAY, uscc=code)
    asked = began.seconds()
    assert [ask(DAY, uscc=code) for code in codes] == [True, False] * len(known), "whoever is restricted is, and nobody else"
    rates = [round(len(codes) / seconds) for seconds in asked]
    return Measured(subjects, *(round(seconds, 3) for seconds in loaded), round(int(highest) / 1024, 1), *rates)


class _Watch:
    """Runs from the moment that it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def seconds(self) -> tuple[float, float]:
        """By the wall, and of the processor."""
        return time.perf_counter() - self._wall, time.process_time() - self._cpu


def _directive(random: Random, number: int) -> Directive:
    accounts = (f"shop-{number}",) if number % 2 else ()
    return Directive(
        str(UUID(int=random.getrandbits(128))), 1, "restricted", measures=(MeasureUntil("limit", UNTIL),), uscc=uscc(random),
        name=f"某某商贸{number}有限公司", since=DAY, until=UNTIL, rulebook="2026.1", your_accounts=accounts,
        reasons=(Reason("TWO_PLATFORMS_SEVERE", {"zh": "两家平台作出严重处罚", "en": "severe sanctions on two platforms"}),),
    )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["open"]:
        print(msgspec.json.encode(opened(Path(sys.argv[2]))).decode())  # noqa: T201
    else:
        main()
