"""The rulebooks as files, one a version; a version that was used is never edited. Those of platforms are beside them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from msgspec.structs import replace

from services.adjudication.domain.law.platform.schedule import PlatformBook
from services.adjudication.domain.law.platform.schedule import read as read_schedule
from services.adjudication.domain.law.proof import parse
from services.adjudication.domain.law.rulebook import Rulebook

CURRENT = "2026.1"
"""The one that is in force until another one is adopted."""


def read_all() -> Mapping[str, Rulebook]:
    """Every version by its name, proved. One that does not fit the schema, or bears another version than its file, is refused."""
    books = {name: understand(text) for name, text in shipped_texts().items()}
    for name, book in books.items():
        if book.version != name:
            raise ValueError(f"{name}.toml says that it is version {book.version}")
    return books


def shipped_texts() -> Mapping[str, str]:
    """By the names of their files."""
    found = (file for file in files(__name__).iterdir() if file.name.endswith(".toml"))
    return {file.name.removesuffix(".toml"): file.read_text("utf-8") for file in found}


def understand(text: str) -> Rulebook:
    """The rulebook of a text, with the platforms' rules that it names. ValueError for one that is broken, or names what is not kept."""
    book = parse(text)
    unknown = set(book.platform_rulebooks) - set(platform_books())
    if unknown:
        raise ValueError(f"{book.version} names platform rulebooks that are not kept: {', '.join(sorted(unknown))}")
    return replace(book, schedules=tuple(platform_books()[version] for version in book.platform_rulebooks))


@cache
def platform_books() -> Mapping[str, PlatformBook]:
    """The published rules of platforms, by their versions."""
    books: dict[str, PlatformBook] = {}
    for file in (files(__name__) / "platforms").iterdir():
        book = read_schedule(file.read_text("utf-8"))
        if f"{book.version}.toml" != file.name:
            raise ValueError(f"{file.name} says that it is version {book.version}")
        books[book.version] = book
    return books
