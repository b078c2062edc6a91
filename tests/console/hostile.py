"""Text that means harm, in every field of every fact of a few dossiers that can hold text at all."""

from collections.abc import Iterable
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid5

import msgspec

from events.facts.fact import Category, DossierFact, Tier
from tests.services.regulator.dossiers import BEGAN, FREED, Delivered, lifting, listing

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
TURNED = "\u202egnol\u202c\u200b\u2066\ufeff"
LONG = "长W" * 1000
FORMULA = '=HYPERLINK("http://x",1)'
HOSTILE = FORMULA + MARKUP + TURNED + LONG
DECEIVING = [chr(one) for one in (0x202E, 0x202C, 0x200B, 0x2066, 0xFEFF)]
NAMED = uuid5(FREED, "hostile")


def hostile(value: Any, kind: Any) -> Any:
    """The value with every plain text in it replaced; words of closed lists, ids and moments stay."""
    if kind is str:
        return HOSTILE
    if value is None and str in get_args(kind):
        return HOSTILE
    if isinstance(value, msgspec.Struct):
        hints = get_type_hints(type(value), include_extras=False)
        texts = {field: hostile(getattr(value, field), hints[field]) for field in value.__struct_fields__}
        return msgspec.structs.replace(value, **texts)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return hostile(value, next((one for one in get_args(kind) if _fits(value, one)), Any))
    if isinstance(value, tuple) and origin is tuple:
        inner = get_args(kind)[0]
        return tuple(hostile(one, inner) for one in (value or ((HOSTILE,) if inner is str else ())))
    return value


def _fits(value: Any, kind: Any) -> bool:
    plain = get_origin(kind) or kind
    return isinstance(plain, type) and isinstance(value, plain)


def dossiers(after: int) -> Iterable[Delivered]:
    """One subject who is listed, one who was and is free; from a place in the log on."""
    at: datetime = BEGAN
    facts: list[DossierFact] = [
        *listing(NAMED, HOSTILE, HOSTILE, Tier.BLACKLISTED, Category.FRAUD, at),
        *listing(_other(1), HOSTILE, HOSTILE, Tier.RESTRICTED, Category.OTHER, at),
        *lifting(_other(1), at),
    ]
    for place, fact in enumerate(facts, after):
        yield Delivered(place, fact.subject_id.int % 4, hostile(fact, type(fact)))


def _other(number: int) -> UUID:
    return uuid5(FREED, f"hostile {number}")
