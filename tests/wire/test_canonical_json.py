"""The fast way to RFC 8785 writes the bytes that the library of the RFC writes, also where the orders of keys differ."""

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from events.wire.event.strict_json import MAX_DEPTH, SAFE, canonical, decode
from events.wire.problems import Invalid

# Beside any text: characters where UTF-16 code units (D800…) and code points (beyond FFFF) sort differently.
KEYS = st.text(max_size=8) | st.text(st.sampled_from('a\ue000\uffff\U00010000\U0010ffff\u2028\x7f"\\/'), max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
@example({"\U00010000": 1, "\ue000": 2, "a": 3})
@example({"a": {"\uffff": 1, "\U0010ffff": 2}})
@example(['\x00\x1f\x7f\u2028/"\\\b\f\n\r\t'])
@example([0, -0, SAFE, -SAFE])
def test_canonical_is_what_the_rfc_says(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_beyond_the_bmp_sort_before_the_end_of_it() -> None:
    assert canonical({"\ue000": 1, "\U00010000": 2}) == '{"\U00010000":2,"\ue000":1}'.encode()


@given(VALUES, st.booleans(), st.sampled_from([None, 0, 1]))
def test_what_is_proper_is_read_whatever_its_spelling(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    if "\\u0000" in text or text.count("[") + text.count("{") > MAX_DEPTH:
        return
    assert decode(text.encode()) == value


@given(st.dictionaries(KEYS, st.integers(0, 9), min_size=1, max_size=4), st.sampled_from(["", " ", "\n", "\t"]), st.booleans())
def test_a_key_twice_is_found_whatever_its_spelling(value: dict[str, int], space: str, ascii_only: bool) -> None:
    key = next(iter(value))
    spelled = json.dumps(key, ensure_ascii=ascii_only)
    members = [f"{json.dumps(name, ensure_ascii=False)}:{number}" for name, number in value.items()]
    text = "{" + ",".join([*members, f"{spelled}{space}:{space}1"]) + "}"
    with pytest.raises(Invalid) as refused:
        decode(text.encode())
    assert refused.value.code == "duplicate-key"


@given(st.binary(max_size=60))
def test_no_bytes_crash_it(body: bytes) -> None:
    try:
        value = decode(body)
    except Invalid:
        return
    assert msgspec.json.decode(body) == value


@given(st.integers(1, 40), st.sampled_from(["[", '{"k":']))
def test_nesting_is_counted_exactly(levels: int, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    text = opening * levels + ("" if opening == "[" else "1") + closing * levels
    if levels <= MAX_DEPTH:
        decode(text.encode())
        return
    with pytest.raises(Invalid) as refused:
        decode(text.encode())
    assert refused.value.code == "too-deep"


def test_brackets_in_strings_and_in_a_row_are_no_nesting() -> None:
    wide = {"text": '[[{{"\\' * 50, "list": [[] for _ in range(200)]}
    assert decode(msgspec.json.encode(wide)) == wide
