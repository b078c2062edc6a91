"""What the hot routes take and give, and how OpenAPI describes them."""

from datetime import datetime
from typing import Any

import msgspec

from services.standing.answer import Standing

MOST_KEYS = 1000


class Key(msgspec.Struct, frozen=True):
    """Who is asked about: one of the three."""

    uscc: str | None = None
    account: str | None = None
    subject_id: str | None = None


class Queries(msgspec.Struct, frozen=True):
    """Many lookups at once."""

    keys: list[Key]


class Answered(Standing, frozen=True, kw_only=True):
    """A standing, and until when all that was decided is in it."""

    as_of: datetime


class ManyAnswered(msgspec.Struct, frozen=True):
    """The standings, in the order of the keys."""

    items: list[Answered]
    as_of: datetime


_REFERENCES = "#/components/schemas/{name}"
_, SCHEMAS = msgspec.json.schema_components([Answered, ManyAnswered, Queries], ref_template=_REFERENCES)
"""What the operations below refer to."""


def _json(kind: type) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REFERENCES.format(name=kind.__name__)}}}


def _answered(kind: type) -> dict[str, Any]:
    return {"200": {"description": "How they stand. Who is not known has `known` false, tier `none` and no score.", "content": _json(kind)}}


_KEY_MEANINGS = {
    "uscc": "A unified social credit code.",
    "account": "One of the caller's own accounts.",
    "subject_id": "As the hub names the subject.",
}
ONE: dict[str, Any] = {
    "summary": "How one subject stands",
    "operationId": "Standing",
    "description": "Exactly one of the parameters.",
    "parameters": [
        {"name": name, "in": "query", "required": False, "description": meaning, "schema": {"type": "string"}}
        for name, meaning in _KEY_MEANINGS.items()
    ],
    "responses": _answered(Answered),
}
MANY: dict[str, Any] = {
    "summary": f"How up to {MOST_KEYS} subjects stand",
    "operationId": "StandingQueries",
    "requestBody": {"required": True, "content": _json(Queries)},
    "responses": _answered(ManyAnswered),
}
