"""How a version of the hub's rules comes into force: drafted by one person, tried on the log, adopted by another, announced."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid5

from events.facts.fact import Fact

NS_RULEBOOK = UUID("6c1f2a0e-8a5d-5f63-9d0a-2b7e4f9c1d05")


def rulebook_stream(version: str) -> UUID:
    """The stream of one version."""
    return uuid5(NS_RULEBOOK, version)


class RulebookFact(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of one version. `by` is the credential that acted; `reason` the digest of the words in the vault."""

    lane: ClassVar[str] = "merchant"

    version: str
    at: datetime
    by: str
    sha256: str
    """Of the text: what was tried and adopted is what was drafted."""
    reason: str | None = None

    @property
    def key(self) -> str:
        return self.version


class RulebookDrafted(RulebookFact, frozen=True, kw_only=True, omit_defaults=True, tag="rulebook.drafted.v1"):
    """The maker wrote it down, or wrote it anew: it is public, and binds nobody."""

    text: str
    effective: date


class RulebookBacktested(RulebookFact, frozen=True, kw_only=True, omit_defaults=True, tag="rulebook.backtested.v1"):
    """It was tried on everything in the log up to `position`: how many it would list, free, or score otherwise."""

    position: int
    listed: int
    freed: int
    scored: int


class RulebookAdopted(RulebookFact, frozen=True, kw_only=True, omit_defaults=True, tag="rulebook.adopted.v1"):
    """The checker, another person, announced it: it is in force from this day on."""

    effective: date


class RulebookWithdrawn(RulebookFact, frozen=True, kw_only=True, omit_defaults=True, tag="rulebook.withdrawn.v1"):
    """It was taken back before it came into force."""
