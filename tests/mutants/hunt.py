"""Hunting mutants: each is put into a copy of the tree, and the specs of the domain run against it until one of them fails."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.mutants.mutant import DOMAIN, Mutant

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("events", "projections", "services", "tests/domain", "tests/projections", "tests/services/reporters")
SPECS: Mapping[str, Sequence[Sequence[str]]] = {
    DOMAIN: (
        ["tests/domain", "--ignore=tests/domain/machine", "--ignore=tests/domain/rulebooks"],
        ["tests/domain/rulebooks"],
        ["tests/domain/machine"],
    ),
    "services/adjudication/reporters": (["tests/services/reporters/test_the_ladder.py", "tests/services/reporters/test_the_quota.py"],),
    "projections/credit": (["tests/projections/test_the_score_by_hand.py", "tests/projections/test_the_score_of_any_ledger.py"],),
}
"""What is run against a mutant of a folder, the quick ones first."""
SECONDS = 60.0
"""A run that takes longer is caught too: a rule that never ends is broken."""
UNSHRUNK = """from hypothesis import Phase, settings

settings.register_profile("hunt", phases=(Phase.explicit, Phase.generate))
settings.load_profile("hunt")
"""
"""That a mutant is caught is enough: nobody waits for the smallest example."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


class Hunted(NamedTuple):
    """A mutant, and the first spec that failed; None when it lives."""

    mutant: Mutant
    caught_by: str | None


def hunt(mutants: Sequence[Mutant], at_once: int = 2) -> Iterator[Hunted]:
    """In the order of the mutants. `AssertionError` when the specs fail on the domain as it is: nothing could be told then."""
    with TemporaryDirectory(prefix="mutants-") as trees:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(at_once):
            copies.put(_copy(Path(trees) / str(number)))
        first = copies.get()
        for folder in SPECS:
            assert (failed := _run(first, folder)) is None, f"the specs fail without any mutant: {failed}"
        copies.put(first)

        def one(mutant: Mutant) -> Hunted:
            copy = copies.get()
            try:
                with _broken(copy, mutant):
                    return Hunted(mutant, _run(copy, mutant.folder))
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(at_once) as hunters:
            yield from hunters.map(one, mutants)


def _copy(to: Path) -> Path:
    for name in COPIED:
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)
    (to / "conftest.py").write_text(UNSHRUNK, "utf-8")
    return to


@contextmanager
def _broken(copy: Path, mutant: Mutant) -> Iterator[None]:
    file = copy / mutant.path
    source = file.read_text("utf-8")
    file.write_text(mutant.of(source), "utf-8")
    try:
        yield
    finally:
        file.write_text(source, "utf-8")


def _run(copy: Path, folder: str) -> str | None:
    """The first spec of the folder that fails; None when all pass."""
    for specs in SPECS[folder]:
        command = [
            sys.executable,
            "-B",
            "-m",
            "pytest",
            *specs,
            "-x",
            "-q",
            "-m",
            "not slow",
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
        ]
        try:
            done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return "a spec that did not end"
        if done.returncode != 0:
            failed = _FAILED.search(done.stdout)
            return failed.group(1).removeprefix("tests/domain/") if failed else done.stdout.strip().splitlines()[-1]
    return None
