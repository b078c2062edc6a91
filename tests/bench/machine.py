"""What the machine does: processors used by others than us, and the memory of processes, from /proc."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Self

PROC = Path("/proc")


class Usage(NamedTuple):
    """Clock ticks since the machine started: of all processors together, busy or not, and of one tree of processes."""

    total: int
    busy: int
    ours: int

    @classmethod
    def now(cls, root: int) -> Self:
        fields = [int(word) for word in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
        total, (idle, waiting) = sum(fields), fields[3:5]
        stats = _stats()
        # What has ended is counted by who waited for it; what still runs, by itself.
        ours = sum(sum(stats[pid].ticks) for pid in family(root, stats))
        return cls(total, total - idle - waiting, ours)

    def foreign(self, since: Self) -> float:
        """The share of all processors that others used meanwhile, 0 to 1."""
        spent = self.total - since.total
        others = (self.busy - since.busy) - (self.ours - since.ours)
        return min(max(others / spent, 0.0), 1.0) if spent else 0.0


class Stat(NamedTuple):
    """Of one process: its parent, and its ticks as user and system, with those of its children that have ended."""

    parent: int
    ticks: tuple[int, ...]


def family(root: int, stats: Mapping[int, Stat] | None = None) -> list[int]:
    """A process and everything below it."""
    known = _stats() if stats is None else stats
    below: dict[int, list[int]] = {}
    for pid, stat in known.items():
        below.setdefault(stat.parent, []).append(pid)
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        if pid in known:
            found.append(pid)
        queue += below.get(pid, [])
    return found


def memory(pids: Iterable[int]) -> int:
    """Bytes, each shared page divided among those who share it; where that is not readable, resident bytes."""
    return sum(_memory(pid) for pid in pids)


def cores() -> int:
    return len(os.sched_getaffinity(0))


def model() -> str:
    """The processor's name, or its architecture where the kernel tells no name."""
    lines = (line.partition(":") for line in (PROC / "cpuinfo").read_text().splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() == "model name"), os.uname().machine)


def _stats() -> dict[int, Stat]:
    found = {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        found[int(folder.name)] = Stat(int(words[1]), tuple(int(word) for word in words[11:15]))
    return found


def _memory(pid: int) -> int:
    for name, field in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            text = (PROC / str(pid) / name).read_text()
        except PermissionError:
            continue
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(field))
    return 0
