"""How JSON is read into a type: the reader is made once, and by one thread."""

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_readers: dict[Any, Callable[[bytes | str], Any]] = {}
_making = Lock()


def reader(kind: type[T]) -> Callable[[bytes | str], T]:
    """Gives a function that raises msgspec.MsgspecError for what does not fit.

    msgspec 0.22.0 learns a type when it is first read, and crashes the process in which two threads do so at once.
    """
    with _making:
        if kind not in _readers:
            _readers[kind] = msgspec.json.Decoder(kind).decode
        return _readers[kind]
