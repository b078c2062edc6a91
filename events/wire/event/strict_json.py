"""JSON as the hub takes it and as it hashes it: strict coming in, RFC 8785 for the hash."""

import re
from json import JSONDecodeError, JSONDecoder
from typing import Any

import msgspec
import rfc8785

from events.wire.problems import PROBLEMS, Fault, Invalid

MAX_DEPTH = 16
SAFE = 2**53 - 1

_ENCODER = msgspec.json.Encoder(order="sorted")
_FOUR_BYTES = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
"""How characters beyond the BMP begin in UTF-8."""
_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_LONE = re.compile("[\0\ud800-\udfff]")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)


def canonical(value: Any) -> bytes:
    """RFC 8785. msgspec writes the same bytes 50 times faster, unless keys hold characters beyond the BMP:
    the RFC sorts by UTF-16 code units, where these come before U+E000, and msgspec by code points."""
    encoded = _ENCODER.encode(value)
    if not encoded.isascii() and _holds(encoded, _FOUR_BYTES):
        return rfc8785.dumps(value)
    return encoded


def _holds(text: bytes, marks: tuple[bytes, ...]) -> bool:
    for mark in marks:  # noqa: SIM110  (faster than any() over a generator, and much faster than a regular expression)
        if mark in text:
            return True
    return False


class _Float(Exception):
    """There is a number that is no integer."""


def _no_float(_: str) -> Any:
    raise _Float


_FAST = msgspec.json.Decoder(float_hook=_no_float)


def decode(body: bytes, depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text; Invalid for what RFC 8259 leaves open and the hub does not take.

    Refused: bad UTF-8, a byte order mark, NaN and Infinity, fractions and exponents, unsafe integers, the same key twice in an
    object, NUL, lone surrogates, more than `depth` levels.
    """
    if body.count(b"{") + body.count(b"[") > depth:
        _check_depth(body, depth)
    if b"\\" not in body:
        # Without an escape no string holds a quote: when a key was there twice, the value has fewer quotes than the text.
        try:
            value = _FAST.decode(body)
        except (msgspec.MsgspecError, UnicodeError, _Float):
            return _decode_exactly(body)
        if msgspec.json.encode(value).count(b'"') == body.count(b'"'):
            return value
    return _decode_exactly(body)


def _check_depth(body: bytes, depth: int) -> None:
    """Brackets outside of strings; linear, whatever the nesting."""
    level = 0
    for byte in _STRING.sub(b"", body):
        if byte in b"{[":
            level += 1
            if level > depth:
                raise Invalid.at("#", "too-deep")
        elif byte in b"}]":
            level -= 1


class _Flaw:
    """Stands in the decoded value where something is wrong, so that its place can be told."""

    def __init__(self, code: str, key: str | None = None) -> None:
        self.code, self.key = code, key


def _decode_exactly(body: bytes) -> Any:
    """The slow way, which knows the place of what is wrong."""
    flaws: list[_Flaw] = []

    def flaw(code: str, key: str | None = None) -> _Flaw:
        flaws.append(_Flaw(code, key))
        return flaws[-1]

    def integer(text: str) -> object:
        return int(text) if len(text) < 18 and abs(int(text)) <= SAFE else flaw("out-of-range")

    def unique(pairs: list[tuple[str, object]]) -> object:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        keys = [key for key, _ in pairs]
        return flaw("duplicate-key", next(key for key in keys if keys.count(key) > 1))

    def fraction(_: str) -> object:
        return flaw("not-an-integer")

    decoder = JSONDecoder(object_pairs_hook=unique, parse_int=integer, parse_float=fraction, parse_constant=fraction)
    try:
        text = body.decode()
        value = decoder.decode(text)
    except UnicodeDecodeError as error:
        raise Invalid.at("#", "not-utf8", f"Byte {error.start} is not UTF-8.") from None
    except JSONDecodeError as error:
        raise Invalid.at("#", "not-json", f"Not JSON at character {error.pos}.") from None
    if flaws or _SUSPICIOUS.search(text):
        _tell_first_flaw(value, "#")
    return value


def step(pointer: str, key: object) -> str:
    """One step down a JSON pointer."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _tell_first_flaw(value: Any, pointer: str) -> None:
    if isinstance(value, _Flaw):
        at = pointer if value.key is None else step(pointer, value.key)
        raise Invalid(Fault(clean(at), value.code, PROBLEMS[value.code].rule_en))
    if isinstance(value, str) and _LONE.search(value):
        raise Invalid.at(clean(pointer), "forbidden-character")
    if isinstance(value, list):
        for place, item in enumerate(value):
            _tell_first_flaw(item, step(pointer, place))
    elif isinstance(value, dict):
        for key, item in value.items():
            if _LONE.search(key):
                raise Invalid.at(clean(pointer), "forbidden-character")
            _tell_first_flaw(item, step(pointer, key))


def clean(pointer: str) -> str:
    """A pointer that may go into an answer: without what cannot be encoded, and of bounded length."""
    return _LONE.sub("\ufffd", pointer)[:200]


def check_safe(value: Any, pointer: str) -> None:
    """Integers of fields that no schema bounds."""
    if isinstance(value, int) and not -SAFE <= value <= SAFE:
        raise Invalid.at(clean(pointer), "out-of-range")
    if isinstance(value, list):
        for place, item in enumerate(value):
            check_safe(item, step(pointer, place))
    elif isinstance(value, dict):
        for key, item in value.items():
            check_safe(item, step(pointer, key))
