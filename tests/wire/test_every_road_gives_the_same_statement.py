"""A statement is the same statement by HTTP and Kafka, binary and structured: one id, one sha256, one fact."""

from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.catalogue import CATALOGUE
from events.wire.problems import Invalid
from events.wire.statement import Parsed, parse_batch, parse_binary, parse_record, parse_structured
from tests.wire.made import ACCOUNT, ARRIVAL, NAMES, SUBJECT_ID, body, event

STRUCTURED = [("content-type", b"application/cloudevents+json")]


def http_binary(said: dict[str, Any]) -> Parsed:
    attributes = {name: value for name, value in said.items() if name not in ("data", "datacontenttype")}
    headers = [(f"ce-{name}".encode(), quote(str(value), safe="/:~").encode()) for name, value in attributes.items()]
    return parse_binary([(b"content-type", b"application/json"), *headers], body(said["data"]), ARRIVAL)


def kafka_binary(said: dict[str, Any], key: str = ACCOUNT) -> Parsed:
    attributes = {name: value for name, value in said.items() if name not in ("data", "datacontenttype")}
    headers = [(f"ce_{name}", str(value).encode()) for name, value in attributes.items()]
    return parse_record(key.encode(), [("content-type", b"application/json"), *headers], body(said["data"]), ARRIVAL)


def every_road(said: dict[str, Any], key: str = ACCOUNT) -> list[Parsed]:
    (from_batch,) = parse_batch(msgspec.json.encode([said]), ARRIVAL)
    assert isinstance(from_batch, Parsed)
    kafka = parse_record(key.encode(), STRUCTURED, body(said), ARRIVAL)
    return [parse_structured(body(said), ARRIVAL), from_batch, http_binary(said), kafka, kafka_binary(said, key)]


def nested(levels: int) -> list[Any]:
    return [nested(levels - 1)] if levels > 1 else []


@pytest.mark.parametrize("name", NAMES)
def test_every_type(name: str) -> None:
    key = SUBJECT_ID if name.startswith("enforcement") else ACCOUNT
    roads = every_road(event(name, id="st-1"), key)
    assert len({parsed.fact.sha256 for parsed in roads}) == 1
    first, _, *others = roads  # a batch gives each statement a salt of its own
    assert all(parsed == first for parsed in others)
    assert first.fact.tag() == f"{name}.v1"
    assert CATALOGUE.decode(first.fact.tag(), CATALOGUE.encode(first.fact)) == first.fact


def test_extensions_are_strings_and_what_is_null_is_not_there() -> None:
    said = event() | {"partitionkey": "店铺 88", "sampledrate": 30, "flagged": True, "dataschema": None}
    plain = event() | {"partitionkey": "店铺 88", "sampledrate": "30", "flagged": "true"}
    assert len({parsed.fact.sha256 for parsed in [*every_road(plain), parse_structured(body(said), ARRIVAL)]}) == 1


def test_the_content_type_of_data_is_part_of_the_hash_whether_said_or_not() -> None:
    said = event()
    with_parameter = said | {"datacontenttype": "application/json; charset=utf-8"}
    without = {name: value for name, value in said.items() if name != "datacontenttype"}
    assert len({parse_structured(body(one), ARRIVAL).fact.sha256 for one in (said, with_parameter, without)}) == 1


def test_the_trace_is_not_part_of_the_hash() -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    traced = event() | {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "tracestate": "a=b"}
    roads = every_road(traced)
    assert {parsed.fact.sha256 for parsed in roads} == {parse_structured(body(event()), ARRIVAL).fact.sha256}
    assert {parsed.fact.trace for parsed in roads} == {trace}
    assert all(parsed.words is None for parsed in roads)


@pytest.mark.parametrize("traceparent", ["", "nonsense", "00-00000000000000000000000000000000-b7ad6b7169203331-01"])
def test_without_a_proper_trace_the_arrival_gives_one(traceparent: str) -> None:
    assert parse_structured(body(event() | {"traceparent": traceparent}), ARRIVAL).fact.trace == ARRIVAL.trace


def test_any_other_content_is_another_statement() -> None:
    same = parse_structured(body(event()), ARRIVAL).fact.sha256
    assert parse_structured(body(event(rule="§13")), ARRIVAL).fact.sha256 != same
    assert parse_structured(body(event(unknown="x")), ARRIVAL).fact.sha256 != same
    assert parse_structured(body(event() | {"time": "2026-11-20T03:59:30Z"}), ARRIVAL).fact.sha256 != same


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60))
def test_any_text_in_a_header(text: str) -> None:
    said = event("report.filed", text=text) | {"extension": text}
    assert http_binary(said).fact.sha256 == parse_structured(body(said), ARRIVAL).fact.sha256 == kafka_binary(said).fact.sha256


@pytest.mark.parametrize("value", [b"%", b"%4", b"%zz", b"%ff", "店铺".encode(), b"tab\there"])
def test_a_header_that_is_not_percent_encoded_is_refused(value: bytes) -> None:
    headers = [(b"ce-id", b"st-1"), (b"ce-extension", value)]
    with pytest.raises(Invalid) as refused:
        parse_binary(headers, b"{}", ARRIVAL)
    assert (refused.value.code, refused.value.faults[0].pointer) == ("bad-encoding", "#/extension")


def test_percent_encoding_is_undone_once() -> None:
    said = event() | {"extension": "100%25"}
    assert http_binary(said).fact.sha256 == parse_structured(body(said), ARRIVAL).fact.sha256


def test_the_same_header_twice_is_refused() -> None:
    with pytest.raises(Invalid) as http:
        parse_binary([(b"ce-id", b"a"), (b"ce-id", b"b")], b"{}", ARRIVAL)
    with pytest.raises(Invalid) as kafka:
        parse_record(b"k", [("ce_specversion", b"1.0"), ("ce_id", b"a"), ("ce_id", b"b")], b"{}", ARRIVAL)
    assert http.value.code == kafka.value.code == "duplicate-key"


def test_nesting_counts_the_same_in_binary_mode() -> None:
    deepest = event(x=nested(14))
    too_deep = event(x=nested(15))
    assert len({parsed.fact.sha256 for parsed in every_road(deepest)}) == 1
    for road in (http_binary, kafka_binary):
        with pytest.raises(Invalid) as refused:
            road(too_deep)
        assert refused.value.code == "too-deep"


@pytest.mark.parametrize("key", [None, b"", b"another", b"\xff"])
def test_a_record_of_another_key_is_refused(key: bytes | None) -> None:
    with pytest.raises(Invalid) as refused:
        parse_record(key, STRUCTURED, body(event()), ARRIVAL)
    assert (refused.value.code, refused.value.statement_id) == ("wrong-key", "st-1")


def test_the_key_of_an_acknowledgement_is_the_subject_id() -> None:
    said = body(event("enforcement.acknowledged"))
    assert parse_record(SUBJECT_ID.encode(), STRUCTURED, said, ARRIVAL).fact.account == ACCOUNT
    with pytest.raises(Invalid):
        parse_record(ACCOUNT.encode(), STRUCTURED, said, ARRIVAL)


@pytest.mark.parametrize(
    "headers", [[], [("content-type", b"text/plain")], [("content-type", b"application/cloudevents-batch+json")], [("ce_id", b"a")]]
)
def test_a_record_that_is_no_cloudevent_is_refused(headers: list[tuple[str, bytes]]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_record(ACCOUNT.encode(), headers, b"{}", ARRIVAL)
    assert refused.value.code == "unsupported-media-type"


def test_a_record_without_a_value_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        parse_record(ACCOUNT.encode(), STRUCTURED, None, ARRIVAL)
    assert refused.value.code == "not-json"


def test_headers_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        parse_record(ACCOUNT.encode(), [("ce_specversion", b"1.0"), ("ce_subject", b"\xff")], b"{}", ARRIVAL)
    assert (refused.value.code, refused.value.faults[0].pointer) == ("not-utf8", "#/subject")
