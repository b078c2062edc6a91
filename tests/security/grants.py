"""What the migrations grant to whom, read from their text: the table that the real server is compared with."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from deploy.local.access.roles import MIGRATIONS

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
_GRANT = re.compile(r"GRANT\s+(?P<what>.+?)\s+ON\s+(?:TABLE\s+)?(?P<where>[\w\s,.]+?)\s+TO\s+(?P<whom>[\w\s,]+);", re.IGNORECASE)
_ONE = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|TRUNCATE)\s*(?:\(([^)]*)\))?", re.IGNORECASE)


class Right(NamedTuple):
    """`columns` is None for all of them."""

    role: str
    right: str
    table: str
    columns: frozenset[str] | None = None


def granted(folder: Path = MIGRATIONS) -> set[Right]:
    """Every right on a table that a migration grants."""
    return {right for file in sorted(folder.glob("*.sql")) for right in _of(file.read_text(encoding="utf-8"))}


def _of(text: str) -> Iterator[Right]:
    plain = re.sub(r"--[^\n]*", "", text)
    for grant in _GRANT.finditer(plain):
        if grant["where"].upper().startswith(("SEQUENCE", "SCHEMA", "FUNCTION", "DATABASE")):
            continue
        for what, columns in _ONE.findall(grant["what"]):
            named = frozenset(_words(columns)) or None
            yield from (Right(role, what.upper(), table, named) for table in _words(grant["where"]) for role in _words(grant["whom"]))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
