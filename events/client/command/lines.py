"""JSON lines: what comes in is checked line by line, what goes out is whole lines."""

import sys
from collections.abc import Iterator
from typing import BinaryIO, TypeVar

import msgspec

from events.client.reading import reader

T = TypeVar("T")


class BadLine(ValueError):
    """A line that cannot be used; the message names its number, the place in it and the rule."""


def read(kind: type[T], source: BinaryIO) -> Iterator[T]:
    """Each line that is not empty. Raises BadLine at the first that does not fit."""
    decode = reader(kind)
    for number, line in enumerate(source, 1):
        if line.strip():
            try:
                yield decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
                raise BadLine(f"line {number}: {wrong}") from None


def write(value: object) -> None:
    """One line, at once: whoever reads the pipe waits for it."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def tell(what: object) -> None:
    """To people, beside the pipe."""
    sys.stderr.write(f"{what}\n")
