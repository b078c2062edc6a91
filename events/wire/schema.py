"""JSON Schema and AsyncAPI, generated from the Structs that check what comes in: `python -m events.wire.schema` writes asyncapi.json."""

import re
from pathlib import Path
from typing import Any

import msgspec

from events.wire import directive, receipt
from events.wire.data import TYPES
from events.wire.statement import Attributes

ASYNCAPI = Path(__file__).with_name("asyncapi.json")
_REFERENCE = "#/components/schemas/{name}"
_REFERENCED = re.compile(r"#/components/schemas/(\w+)")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_name(cloudevents_type: str) -> str:
    """The name of the schema of one type's whole event: `liancheng.report.filed.v1` has `ReportFiledV1`."""
    return "".join(word.title() for word in cloudevents_type.removeprefix("liancheng.").split("."))


def statement_schemas() -> dict[str, Any]:
    """Schema of the whole structured event, one for each type, and of the parts that they refer to."""
    own, parts = msgspec.json.schema_components([Attributes, *TYPES.values()], ref_template=_REFERENCE)
    attributes = parts.pop("Attributes")
    schemas = dict(parts)
    for (name, cls), data in zip(TYPES.items(), own[1:], strict=True):
        properties = {**attributes["properties"], "type": {"const": name}, "data": data}
        schemas[event_name(name)] = {
            "title": name,
            "description": cls.__doc__,
            "type": "object",
            "properties": properties,
            "required": [field for field in attributes["required"] if field != "datacontenttype"],
        }
    return schemas


def json_schema(cloudevents_type: str) -> dict[str, Any]:
    """A schema of one type that stands alone, after 2020-12, with the parts that it needs."""
    schemas = statement_schemas()
    own = schemas[event_name(cloudevents_type)]
    needed: dict[str, Any] = {}
    pending = [own]
    while pending:
        for name in _REFERENCED.findall(msgspec.json.encode(pending.pop()).decode()):
            if name not in needed:
                needed[name] = schemas[name]
                pending.append(schemas[name])
    alone = msgspec.json.encode({"$schema": _DIALECT, **own, "$defs": needed})
    return msgspec.json.decode(alone.replace(b"#/components/schemas/", b"#/$defs/"))  # type: ignore[no-any-return]


def asyncapi() -> dict[str, Any]:
    """What travels by Kafka, from the hub's side: it receives statements, and sends receipts and directives."""
    _, outgoing = msgspec.json.schema_components([receipt.Receipt, receipt.Refusal, directive.Directive], ref_template=_REFERENCE)
    messages = {event_name(name): _statement_message(name) for name in TYPES}
    messages |= {
        "Receipt": _message("Receipt", "application/json"),
        "Refusal": _message("Refusal", "application/json"),
        "Directive": {**_message("Directive", "application/json"), "name": directive.TYPE, "headers": _ce_headers(directive.TYPE)},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Liancheng",
            "version": "1.0.0",
            "description": "Statements of members, receipts and directives. A broker's ack means sent; the receipt means accepted.",
        },
        "defaultContentType": "application/json",
        "channels": _channels(),
        "operations": {
            "takeStatement": {"action": "receive", "channel": {"$ref": "#/channels/ingress"}},
            "answer": {"action": "send", "channel": {"$ref": "#/channels/receipt"}},
            "direct": {"action": "send", "channel": {"$ref": "#/channels/directive"}},
        },
        "components": {"messages": messages, "schemas": {**statement_schemas(), **outgoing}},
    }


def _channels() -> dict[str, Any]:
    code = {"code": {"description": "The member's code."}}
    return {
        "ingress": {
            "address": "liancheng.ingress.{code}.v1",
            "description": "One CloudEvent a record, binary or structured. The key is the account, of an acknowledgement the subject_id.",
            "parameters": code,
            "messages": {event_name(name): {"$ref": f"#/components/messages/{event_name(name)}"} for name in TYPES},
        },
        "receipt": {
            "address": "liancheng.receipt.{code}.v1",
            "description": "The key is the statement's id, null when it could not be read. At least once.",
            "parameters": code,
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in ("Receipt", "Refusal")},
        },
        "directive": {
            "address": "liancheng.directive.v1",
            "description": "Compacted. The key is the subject_id; binary mode; a lift is a value, not a tombstone.",
            "messages": {"Directive": {"$ref": "#/components/messages/Directive"}},
        },
    }


def _message(name: str, media: str) -> dict[str, Any]:
    return {"name": name, "contentType": media, "payload": {"$ref": f"#/components/schemas/{name}"}}


def _statement_message(cloudevents_type: str) -> dict[str, Any]:
    return {**_message(event_name(cloudevents_type), "application/cloudevents+json"), "name": cloudevents_type}


def _ce_headers(cloudevents_type: str) -> dict[str, Any]:
    names = ("specversion", "id", "source", "type", "subject", "partitionkey", "time")
    properties = {f"ce_{name}": {"type": "string"} for name in names}
    return {"type": "object", "properties": {**properties, "ce_type": {"const": cloudevents_type}}, "required": list(properties)}


def rendered(document: dict[str, Any]) -> bytes:
    """A document as it is committed: indented, so that a difference can be read."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


if __name__ == "__main__":
    ASYNCAPI.write_bytes(rendered(asyncapi()))
