"""What every fact is: an immutable record of something that happened, with an explicit name that never changes."""

from datetime import datetime
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import ClassVar, Literal
from uuid import UUID, uuid5

import msgspec

NS_STATEMENT = UUID("5b0a4c1e-2f0b-5d53-9d6e-0c2a7b1f6a01")
NS_SUBJECT = UUID("a1c7d7d2-6f0e-5b8e-8c55-3e0d9b6f4b02")


class Tier(IntEnum):
    """How hard a subject is restricted, ordered from free to blacklisted. Stored as its number."""

    NONE = 0
    WATCH = 1
    RESTRICTED = 2
    BLACKLISTED = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Measure(StrEnum):
    """The canonical ladder of measures, from the mildest to the hardest."""

    REMOVE_ITEM = "remove_item"
    RECTIFY = "rectify"
    WARN = "warn"
    POINTS = "points"
    DEMOTE = "demote"
    LIMIT = "limit"
    FREEZE = "freeze"
    EXPEL = "expel"

    @property
    def severity(self) -> int:
        """1 (mildest) to 6 (hardest)."""
        return SEVERITY[self]


SEVERITY = {
    Measure.REMOVE_ITEM: 1, Measure.RECTIFY: 1, Measure.WARN: 2, Measure.POINTS: 3,
    Measure.DEMOTE: 3, Measure.LIMIT: 4, Measure.FREEZE: 5, Measure.EXPEL: 6,
}  # fmt: skip


class Category(StrEnum):
    """What a report or a sanction is about, as the contract lists it."""

    COUNTERFEIT = "counterfeit"
    FORBIDDEN_GOODS = "forbidden_goods"
    UNSAFE_GOODS = "unsafe_goods"
    FRAUD = "fraud"
    NON_DELIVERY = "non_delivery"
    NOT_AS_DESCRIBED = "not_as_described"
    FALSE_ADVERTISING = "false_advertising"
    INFRINGEMENT = "infringement"
    PRICE_GOUGING = "price_gouging"
    CREDIT_FRAUD = "credit_fraud"
    MISLISTING = "mislisting"
    PRIVACY = "privacy"
    ILLEGAL_CONTENT = "illegal_content"
    BAD_SERVICE = "bad_service"
    OTHER = "other"


Kind = Literal["enterprise", "individual_business", "person", "platform", "app", "group_owner"]


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="fact"):
    """A fact is named by its tag, in the past tense with a version: `report.filed.v1`. Released names never change."""

    lane: ClassVar[str] = ""
    """The internal topic that the fact travels in. A lane is never slowed by another."""

    @property
    def key(self) -> str:
        """Facts of one key keep their order. Every fact has one; see its base class."""
        raise TypeError(f"{type(self).__name__} names no key")

    @classmethod
    def tag(cls) -> str:
        """The name that the fact is stored under."""
        return str(cls.__struct_config__.tag)


class Statement(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that a member said. It is a stream of its own: the key of the stream is the duplicate check, for ever.

    `time` is the member's claim and orders nothing; `recorded_at` is the hub's. `sha256` is that of the RFC 8785 form of the
    event. `vault` is the salted digest of what was said in words (free text, names of persons, unknown fields), kept apart.
    """

    id: str
    source: str
    account: str
    time: datetime
    recorded_at: datetime
    sha256: str
    uscc: str | None = None
    name: str | None = None
    """Only of organisations: names of natural persons are in the vault, never here."""
    kind: Kind | None = None
    person: str | None = None
    """The platform's token of the person, re-keyed with the hub's key."""
    vault: str | None = None
    trace: str | None = None
    """The trace id that follows the statement through every process."""
    road: str | None = None
    """`topic/partition/offset` when it came by Kafka: the receipt goes back there. None: by HTTP."""
    credential: str | None = None
    """Id of the key that it came under, to be found when the key was stolen. None by Kafka: a broker does not say who wrote."""

    @property
    def key(self) -> str:
        return f"{self.member}\0{self.account}"

    @property
    def member(self) -> str:
        """The member's code, the last part of its source."""
        return self.source.rsplit("/", 1)[1]

    @property
    def stream(self) -> UUID:
        return statement_stream(self.source, self.id)


@lru_cache(maxsize=16_384)
def statement_stream(source: str, statement_id: str) -> UUID:
    """The stream of one statement: the same for the same source and id, whatever the road it came by. Asked several times of each."""
    return uuid5(_namespace(source), statement_id)


@lru_cache(maxsize=4096)
def _namespace(source: str) -> UUID:
    """Of one member's statements; there are few members, and every statement asks."""
    return uuid5(NS_STATEMENT, source)


class DossierFact(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of a subject's dossier, written by adjudication only. `at` is the hub's time of the decision."""

    lane: ClassVar[str] = "dossier"

    subject_id: UUID
    at: datetime
    cause: UUID | None = None
    """Stream of the statement, or id of the command, that this follows from."""
    trace: str | None = None

    @property
    def key(self) -> str:
        return str(self.subject_id)
