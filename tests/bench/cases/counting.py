"""What every case counts: how much was done in which time, and whether everything that was sent has arrived, once."""

from typing import NamedTuple


class Mismatch(Exception):
    """Something was lost, or came twice: what was measured is worth nothing."""


class Run(NamedTuple):
    """One measurement."""

    done: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.done / self.seconds


def same(what: str, *counts: int) -> None:
    if len(set(counts)) != 1:
        raise Mismatch(f"{what} differ: {', '.join(map(str, counts))}")
