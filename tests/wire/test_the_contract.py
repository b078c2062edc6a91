"""Every name in the contract's tables is in the generated documents, these are what is committed, and they take what is proper."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from events.wire.data import TYPES
from events.wire.schema import ASYNCAPI, asyncapi, event_name, json_schema, rendered, statement_schemas
from tests.wire import contract
from tests.wire.corpus import ATTRIBUTES, FIELDS, Case
from tests.wire.made import NAMES, event

ROOT = Path(__file__).parents[2]
SCHEMAS = statement_schemas()
ASYNC = asyncapi()


def fields(text: str) -> tuple[set[str], set[str]]:
    """All, and those that must be there."""
    return {word.rstrip("?") for word in text.split()}, {word for word in text.split() if not word.endswith("?")}


def of(schema: dict[str, Any]) -> tuple[set[str], set[str]]:
    return set(schema["properties"]), set(schema.get("required", ()))


def values(schema: dict[str, Any]) -> set[str]:
    """The closed list of a field, also behind a reference or beside null."""
    if "$ref" in schema:
        return values(SCHEMAS[schema["$ref"].rsplit("/", 1)[1]])
    return set(schema.get("enum", ())) | {value for part in schema.get("anyOf", ()) for value in values(part)}


def test_the_types_are_those_of_the_contract() -> None:
    assert set(TYPES) == {f"liancheng.{name}.v1" for name in contract.STATEMENTS}


@pytest.mark.parametrize("name", contract.STATEMENTS)
def test_the_data_of_each_type(name: str) -> None:
    wanted, required = fields(contract.STATEMENTS[name])
    merchant = set() if name == "enforcement.acknowledged" else {"merchant"}
    assert of(SCHEMAS[TYPES[f"liancheng.{name}.v1"].__name__]) == (wanted | {"merchant"}, required | merchant)


@pytest.mark.parametrize("name", contract.PARTS)
def test_the_parts_of_data(name: str) -> None:
    assert of(SCHEMAS[name]) == fields(contract.PARTS[name])


@pytest.mark.parametrize("field", contract.CLOSED)
def test_the_closed_lists(field: str) -> None:
    owner, name = field.split(".")
    assert values(SCHEMAS[owner]["properties"][name]) == set(contract.CLOSED[field].split())


def test_receipts_and_directives() -> None:
    schemas = ASYNC["components"]["schemas"]
    assert set(schemas["Receipt"]["properties"]) == set(contract.RECEIPT.split())
    assert set(schemas["Directive"]["properties"]) - {"your_accounts", "correction"} == set(contract.DIRECTIVE.split())


def test_the_topics_of_members() -> None:
    assert {channel["address"] for channel in ASYNC["channels"].values()} == set(contract.TOPICS)


def routes(service: str) -> dict[str, dict[str, Any]]:
    document = msgspec.json.decode((ROOT / "services" / service / "openapi.json").read_bytes())
    return {
        f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


@pytest.mark.parametrize("service", contract.ROUTES)
def test_the_routes_of_each_service(service: str) -> None:
    found = routes(service)
    assert set(found) >= {*contract.ROUTES[service], *contract.EVERYWHERE}


def test_every_status_of_a_statement_is_described() -> None:
    assert set(routes("gateway")["POST /v1/statements"]["responses"]) >= set(contract.STATEMENT_STATUSES)


@pytest.mark.parametrize("service", contract.ROUTES)
def test_every_error_is_a_problem(service: str) -> None:
    for operation in routes(service).values():
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]


def test_asyncapi_is_what_is_committed() -> None:
    assert ASYNCAPI.read_bytes() == rendered(ASYNC), "run python -m events.wire.schema"


def test_openapi_is_what_is_committed() -> None:
    command = [sys.executable, "-m", "services.web.interface.openapi", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("path", [ASYNCAPI, *sorted(ROOT.glob("services/*/openapi.json"))], ids=lambda path: path.parent.name)
def test_every_reference_leads_somewhere(path: Path) -> None:
    document = msgspec.json.decode(path.read_bytes())
    for reference in set(re.findall(rb'"\$ref": "#/([^"]+)"', path.read_bytes())):
        place = document
        for step in reference.decode().split("/"):
            place = place[step]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_takes_what_is_proper(name: str) -> None:
    schema = json_schema(f"liancheng.{name}.v1")
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.validator_for(schema)
    said = event(name) | {"partitionkey": "x"}
    assert validator.is_valid(said)
    assert validator.is_valid(event(name, unknown={"a": 1}))
    del said["time"]
    assert not validator.is_valid(said)


SAID_BY_SCHEMA = {"missing-field", "wrong-type", "unknown-value", "bad-length"}


@pytest.mark.parametrize("case", [case for case in (*ATTRIBUTES, *FIELDS) if case.code in SAID_BY_SCHEMA], ids=lambda case: case.name)
def test_a_schema_refuses_what_the_hub_refuses(case: Case) -> None:
    said = msgspec.json.decode(case.body)
    kind = said.get("type") if said.get("type") in TYPES else "liancheng.sanction.imposed.v1"
    assert not jsonschema_rs.validator_for(json_schema(kind)).is_valid(said)


def test_the_name_of_a_schema_is_that_of_its_type() -> None:
    assert event_name("liancheng.report.filed.v1") == "ReportFiledV1"
    assert set(SCHEMAS) >= {event_name(name) for name in TYPES}
