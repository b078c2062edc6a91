"""What OpenAPI says of `POST /v1/statements`, and the schemas that it refers to."""

from typing import Any

import msgspec

from events.wire.data import TYPES
from events.wire.event.batch import MAX_ITEMS
from events.wire.event.cloudevent import BATCH, JSON, STRUCTURED
from events.wire.receipt import Item, Items, Receipt
from events.wire.schema import event_name, statement_schemas

_SCHEMAS = "#/components/schemas/"
_ANY_STATEMENT = {"$ref": f"{_SCHEMAS}Statement"}


def _ce_header(name: str, required: bool) -> dict[str, Any]:
    return {
        "name": f"ce-{name}",
        "in": "header",
        "required": False,
        "description": f"Binary mode: the attribute `{name}`, percent-encoded{', required' if required else ''}.",
        "schema": {"type": "string"},
    }


def _receipt(description: str) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": {"$ref": f"{_SCHEMAS}Receipt"}}}}


POST_STATEMENTS: dict[str, Any] = {
    "operationId": "postStatements",
    "summary": "State something",
    "description": "One CloudEvent, structured or binary, or a batch. Accepted means committed.",
    "parameters": [_ce_header(name, True) for name in ("specversion", "id", "source", "type", "subject", "time")],
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": _ANY_STATEMENT},
            BATCH: {"schema": {"type": "array", "maxItems": MAX_ITEMS, "items": _ANY_STATEMENT}},
            JSON: {"schema": {"type": "object", "description": "Binary mode: the data alone."}},
        },
    },
    "responses": {
        "200": {
            "description": "Recorded before: the original receipt. Or a batch: what became of each, in the order sent.",
            "content": {JSON: {"schema": {"anyOf": [{"$ref": f"{_SCHEMAS}Receipt"}, {"$ref": f"{_SCHEMAS}Items"}]}}},
        },
        "201": _receipt("Accepted and committed."),
        **{
            status: {"description": what, "content": {"application/problem+json": {"schema": {"$ref": f"{_SCHEMAS}Problem"}}}}
            for status, what in {
                "401": "No valid credential.",
                "403": "Somebody else's source, or not for this class of member.",
                "409": "Same id with other content.",
                "413": "More than 256 KiB, or than 500 statements or 4 MiB in a batch.",
                "415": "Another Content-Type.",
                "422": "The statement breaks a rule; `errors` says which and where.",
                "429": "The quota of the key is used up; see Retry-After.",
                "503": "Nothing was promised: send the same again after Retry-After.",
            }.items()
        },
    },
}


def schemas() -> dict[str, Any]:
    """Every statement type, and the answers."""
    _, answers = msgspec.json.schema_components([Receipt, Items, Item], ref_template=f"{_SCHEMAS}{{name}}")
    names = {name: f"{_SCHEMAS}{event_name(name)}" for name in TYPES}
    any_statement = {
        "oneOf": [{"$ref": reference} for reference in names.values()],
        "discriminator": {"propertyName": "type", "mapping": names},
    }
    return {**statement_schemas(), **answers, "Statement": any_statement}
