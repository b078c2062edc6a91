"""What the set-up says to whoever started it: one line at a time, in Chinese or English by the terminal's language."""

import os
import sys
from typing import Protocol


class Say(Protocol):
    """Takes a line in both languages; one that needs no words is given once."""

    def __call__(self, zh: str, en: str | None = None, /) -> None: ...


class Trouble(Exception):
    """A missing piece, a taken port, a wrong setting: its one line is printed and the start ends."""

    def __init__(self, zh: str, en: str | None = None) -> None:
        super().__init__(either(zh, en))


def either(zh: str, en: str | None) -> str:
    """The text in the language that LC_ALL, LC_MESSAGES or LANG asks for; English when they say nothing."""
    asked = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return zh if en is None or asked.lower().startswith("zh") else en


def say(zh: str, en: str | None = None, /) -> None:
    """Print at once, also into a pipe: a watcher of `make run` must see each step as it happens."""
    sys.stdout.write(either(zh, en) + "\n")
    sys.stdout.flush()
