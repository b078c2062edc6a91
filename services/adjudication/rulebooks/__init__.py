"""The rulebooks as files, one a version; a version that was used is never edited."""

from collections.abc import Mapping
from importlib.resources import files

from services.adjudication.domain.law.rulebook import Rulebook, parse

CURRENT = "2026.1"


def read_all() -> Mapping[str, Rulebook]:
    """Every version by its name. A book that does not fit the schema, or bears another version than its file, is refused."""
    books: dict[str, Rulebook] = {}
    for file in files(__name__).iterdir():
        if file.name.endswith(".toml"):
            book = parse(file.read_text("utf-8"))
            if f"{book.version}.toml" != file.name:
                raise ValueError(f"{file.name} says that it is version {book.version}")
            books[book.version] = book
    return books
