"""The event store: everything that was ever said or decided, in one log, appended in the order of its ids."""

from events.transport.store.append import (
    FactTooLarge,
    Recorded,
    Submission,
    VersionConflict,
    append,
    append_statements,
    fact_at,
    load,
    lock_log,
)
from events.transport.store.application import Store
from events.transport.store.log import ForeignLog, Log, Row, check, head, read, read_partition
from events.transport.store.vault import erase, erasures_due, keep_words, words

__all__ = [
    "FactTooLarge",
    "ForeignLog",
    "Log",
    "Recorded",
    "Row",
    "Store",
    "Submission",
    "VersionConflict",
    "append",
    "append_statements",
    "check",
    "erase",
    "erasures_due",
    "fact_at",
    "head",
    "keep_words",
    "load",
    "lock_log",
    "read",
    "read_partition",
    "words",
]
