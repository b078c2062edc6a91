"""A mutant: one rule of the domain, of the ladder or of the score, broken by one replacement of its text."""

import tomllib
from pathlib import Path
from typing import NamedTuple

DOMAIN = "services/adjudication/domain"


class Misfit(ValueError):
    """The text that a mutant replaces is not there exactly once: the rule was rewritten, and the mutant has to be."""


class Mutant(NamedTuple):
    """`name` says what the broken program does; `file` is below the folder."""

    name: str
    file: str
    before: str
    after: str
    folder: str = DOMAIN

    @property
    def path(self) -> Path:
        return Path(self.folder) / self.file

    def of(self, source: str) -> str:
        """The source with the rule broken."""
        if source.count(self.before) != 1:
            raise Misfit(f"{self.name}: {self.file} has {source.count(self.before)} of: {self.before}")
        return source.replace(self.before, self.after)


MUTANTS = tuple(Mutant(**it) for it in tomllib.loads(Path(__file__).with_name("seeded.toml").read_text("utf-8"))["mutants"])
