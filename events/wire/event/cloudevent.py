"""CloudEvents 1.0 on every road: what came, structured or binary, by HTTP or Kafka, as one and the same structured event."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from events.wire.event.strict_json import MAX_DEPTH, SAFE, canonical, clean, decode, step
from events.wire.problems import Invalid

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
JSON = "application/json"
MAX_STATEMENT = 256 * 1024

ID = r"[A-Za-z0-9._:~-]{1,128}"
_ID = re.compile(ID)
_CORE = frozenset({"specversion", "id", "source", "type", "subject", "time", "data"})
_ATTRIBUTE = re.compile(r"[a-z0-9]{1,64}")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PRINTABLE = re.compile(rb"[\x20-\x7e]*")
_TRACE = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

Event = dict[str, Any]


def media_type(header: str | None) -> str:
    """The media type without its parameters."""
    return (header or "").partition(";")[0].strip().lower()


def structured(body: bytes) -> Event:
    """A structured event. Attributes that are null are not there; extensions become strings, as they are in binary mode."""
    _check_size(body)
    event = decode(body)
    if not isinstance(event, dict):
        raise Invalid.at("#", "wrong-type", "A statement is a JSON object.")
    try:
        _normalise_all(event)
    except Invalid as invalid:
        raise named(invalid, event) from None
    return event


def named(invalid: Invalid, event: Event) -> Invalid:
    """With the id of the statement, when it has a proper one: a refusal says whose it is."""
    found = event.get("id")
    return invalid.about(found) if isinstance(found, str) and _ID.fullmatch(found) else invalid


def _normalise_all(event: Event) -> None:
    if None in event.values():
        for name in [name for name, value in event.items() if value is None]:
            del event[name]
    if "data_base64" in event:
        raise Invalid.at("#/data_base64", "data-base64-refused")
    content = event.pop("datacontenttype", None)
    if content is not None and content != JSON and (not isinstance(content, str) or media_type(content) != JSON):
        raise Invalid.at("#/datacontenttype", "unknown-value", "datacontenttype is application/json.")
    for name in event.keys() - _CORE:
        _normalise(event, name)
    event["datacontenttype"] = JSON


def _normalise(event: Event, name: str) -> None:
    at = clean(step("#", name))
    match event[name]:
        case _ if not _ATTRIBUTE.fullmatch(name):
            raise Invalid.at(at, "bad-attribute")
        case bool(flag):
            event[name] = "true" if flag else "false"
        case int(number) if -SAFE <= number <= SAFE:
            event[name] = str(number)
        case int():
            raise Invalid.at(at, "out-of-range")
        case str():
            pass
        case _:
            raise Invalid.at(at, "bad-attribute")


def binary_http(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> Event:
    """A binary event from HTTP headers (names in lower case) and the body, percent-encoding undone."""
    return _binary(((name[3:].decode("latin-1"), _percent_decoded(name, value)) for name, value in headers if name[:3] == b"ce-"), body)


def _percent_decoded(name: bytes, value: bytes) -> str:
    """One round, as the binding says. What is not printable ASCII must have been encoded."""
    text = value.decode("latin-1")
    if _PRINTABLE.fullmatch(value) is None or _PERCENT.search(text):
        raise Invalid.at(clean(step("#", name[3:].decode("latin-1"))), "bad-encoding")
    if "%" not in text:
        return text
    try:
        return re.sub(rb"%(..)", lambda found: bytes.fromhex(found[1].decode()), value).decode()
    except UnicodeDecodeError:
        raise Invalid.at(clean(step("#", name[3:].decode("latin-1"))), "bad-encoding") from None


def binary_kafka(headers: Sequence[tuple[str, bytes]], value: bytes) -> Event:
    """A binary event from the headers of a record, which are UTF-8, and its value."""
    attributes = []
    for name, text in headers:
        if name.startswith("ce_"):
            try:
                attributes.append((name[3:], (text or b"").decode()))
            except UnicodeDecodeError:
                raise Invalid.at(clean(step("#", name[3:])), "not-utf8") from None
    return _binary(attributes, value)


def _binary(attributes: Iterable[tuple[str, str]], body: bytes) -> Event:
    event: Event = {}
    for name, value in attributes:
        code = (
            "duplicate-key" if name in event
            else "bad-attribute" if name == "data" or not _ATTRIBUTE.fullmatch(name)
            else "forbidden-character" if "\0" in value
            else None
        )  # fmt: skip
        if code is not None:
            raise named(Invalid.at(clean(step("#", name)), code), event)
        event[name] = value
    _check_size(body)
    event["datacontenttype"] = JSON
    try:
        event["data"] = decode(body, MAX_DEPTH - 1)
    except Invalid as invalid:
        fault = invalid.faults[0]
        raise named(Invalid.at("#/data" + fault.pointer[1:], fault.code, fault.detail), event) from None
    return event


def _check_size(body: bytes) -> None:
    if len(body) > MAX_STATEMENT:
        raise Invalid.at("#", "too-large", f"A statement has at most {MAX_STATEMENT} bytes.")


def trace_id(traceparent: str | None) -> str | None:
    """The trace id of W3C Trace Context, when it is a proper one."""
    found = _TRACE.fullmatch(traceparent) if traceparent else None
    return found[1] if found else None


def trace_of(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """The trace id in the headers of a Kafka record, beside whatever the event itself says."""
    told = next((text for name, text in headers if name.lower() == "traceparent"), b"")
    return trace_id((told or b"").decode("latin-1"))


def hashed_form(event: Event) -> bytes:
    """RFC 8785 form of the event without its trace: the same for the same statement, whatever the road."""
    if "traceparent" in event or "tracestate" in event:
        event = {name: value for name, value in event.items() if name not in ("traceparent", "tracestate")}
    return canonical(event)
