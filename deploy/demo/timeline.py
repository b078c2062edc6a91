"""What the play prints: a line for each thing said, decided or done; a check for each expectation; the numbers at the end."""

from collections.abc import Sequence
from time import monotonic
from unicodedata import east_asian_width

from deploy.local.tell import either, say

WHO, WHAT, WORDS = 14, 26, 62


class Timeline:
    """Aligned lines with the seconds since the beginning. It remembers which expectations failed."""

    def __init__(self) -> None:
        self._began = monotonic()
        self.passed = 0
        self.failed: list[str] = []

    @property
    def seconds(self) -> float:
        return monotonic() - self._began

    def scene(self, zh: str, en: str) -> None:
        say("")
        say(either(zh, en))

    def line(self, who: str, what: str, words: str = "", milliseconds: float | None = None) -> None:
        took = "" if milliseconds is None else f"{milliseconds:7.1f} ms"
        say(f"  {self.seconds:7.3f}  {pad(who, WHO)}{pad(what, WHAT)}{pad(words, WORDS)}{took}".rstrip())

    def expect(self, zh: str, en: str, holds: bool, found: object = "") -> None:
        """`found` is what there was instead; it is shown when the expectation fails."""
        name = either(zh, en)
        if holds:
            self.passed += 1
            say(f"  {'':7}  ✓ {name}")
        else:
            self.failed.append(name)
            say(f"  {'':7}  ✗ {name}" + (f": {found}" if found != "" else ""))

    def number(self, name: str, value: str) -> None:
        say(f"  {pad(name, 44)}{value:>34}")


def pad(text: str, width: int) -> str:
    """To that many columns of a terminal, where a Chinese character takes two; at least one space follows."""
    taken = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(1, width - taken)


def spread(milliseconds: Sequence[float]) -> str:
    """Median and 99th percentile, of however few there are."""
    if not milliseconds:
        return "–"
    ordered = sorted(milliseconds)
    return f"p50 {_at(ordered, 0.50):.1f}  p99 {_at(ordered, 0.99):.1f} ms  (n={len(ordered)})"


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
