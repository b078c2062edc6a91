"""What a process does once all of it is imported, before it answers and before its threads begin."""

import gc
from collections.abc import Iterator
from contextlib import suppress

import msgspec


def settle() -> None:
    """Learn every type, and look through what is there for the last time.

    A full collection goes through every object of every library, a tenth of a second in which nobody is told anything. Those here
    now live as long as the process, so later collections leave them out.
    """
    learn()
    gc.collect()
    gc.freeze()


def learn() -> None:
    """Let msgspec learn every Struct that has been defined.

    msgspec 0.22.0 learns a type when it is first read, and crashes the process in which two threads do so at once.
    """
    for known in _below(msgspec.Struct):
        with suppress(TypeError, NameError):  # what cannot be read at all is only written
            msgspec.json.Decoder(known)


def _below(base: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for known in base.__subclasses__():
        yield known
        yield from _below(known)
