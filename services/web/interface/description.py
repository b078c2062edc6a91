"""The OpenAPI document of a service, completed: hot routes, and problems as the one form of every error."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from events.transport.telemetry import VERSION
from events.wire.problems import PROBLEMS, Fault
from services.web.asgi import Raw

_REFERENCE = {"$ref": "#/components/schemas/Problem"}


def described(title: str) -> OpenAPIConfig:
    """How Litestar describes its part."""
    return OpenAPIConfig(
        title=f"Liancheng {title}",
        version=VERSION,
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"key": []}],
        use_handler_docstrings=True,
    )


def complete(schema: dict[str, Any], raw: Sequence[Raw], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the hot routes' operations, and `default: a problem` for every operation in place of the framework's 400."""
    for route in raw:
        schema["paths"].setdefault(route.path, {})[route.method.lower()] = dict(route.operation)
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components.update({**schemas, **problem_schema()})
    for path in schema["paths"].values():
        for operation in path.values():
            responses = operation.setdefault("responses", {})
            responses.pop("400", None)
            responses["default"] = {
                "description": "A problem, with a code of /problems.",
                "content": {"application/problem+json": {"schema": _REFERENCE}},
            }
    return schema


def problem_schema() -> dict[str, Any]:
    _, parts = msgspec.json.schema_components([Fault], ref_template="#/components/schemas/{name}")
    string = {"type": "string"}
    problem = {
        "type": "object",
        "title": "Problem",
        "description": "RFC 9457. `type` answers with the rule behind it.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "enum": [f"/problems/{code}" for code in PROBLEMS]},
            "title": string,
            "title_zh": string,
            "status": {"type": "integer"},
            "detail": string,
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        },
    }
    return {**parts, "Problem": problem}
