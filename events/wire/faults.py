"""From msgspec's words for what does not fit a schema to a fault of the closed list, with a pointer to the field."""

import re
from enum import Enum
from typing import Any, get_args, get_type_hints

import msgspec

from events.wire.problems import PROBLEMS, Fault, Invalid

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+|\.\.\.)\]")
_MISSING = re.compile(r"missing required field `(\w+)`")

_RULES: tuple[tuple[str, str], ...] = (
    ("missing required field", "missing-field"),
    ("Invalid enum value", "unknown-value"),
    ("RFC3339", "bad-moment"),
    ("timezone component", "bad-moment"),
    ("Invalid UUID", "bad-format"),
    ("matching regex", "bad-format"),
    ("of length", "bad-length"),
    ("Expected `int` ", "out-of-range"),
)


def as_invalid(error: msgspec.ValidationError, below: str, cls: type[msgspec.Struct]) -> Invalid:
    """The one fault that msgspec tells of `cls`, as a pointer below `below`. The detail quotes no value: values may be personal."""
    found = _PLACE.match(str(error))
    what, path = (found["what"], found["path"] or "") if found else ("", "")
    steps = [name or place for name, place in _STEP.findall(path)]
    code = next((code for words, code in _RULES if words in what), "wrong-type")
    missing = _MISSING.search(what)
    if missing:
        steps.append(missing[1])
    if steps and steps[-1] == "uscc" and code == "bad-format":
        code = "bad-uscc"
    return Invalid(Fault("/".join([below, *steps]), code, _detail(what, code, cls, steps)))


def _detail(what: str, code: str, cls: type[msgspec.Struct], steps: list[str]) -> str:
    if code == "unknown-value":
        return f"One of: {', '.join(_allowed(cls, steps))}."
    if code in ("wrong-type", "bad-length", "out-of-range", "missing-field"):
        return f"{what}."
    if code == "bad-format" and "regex" in what:
        return what.replace("(?!\\n)", "") + "."
    return PROBLEMS[code].rule_en


def _allowed(cls: type[msgspec.Struct], steps: list[str]) -> list[str]:
    """The closed list that stands at the end of the steps."""
    hint: Any = cls
    for name in steps:
        owner = next((part for part in _parts(hint) if isinstance(part, type) and issubclass(part, msgspec.Struct)), None)
        hint = get_type_hints(owner)[name] if owner and not name.isdigit() else hint
    enums = [part for part in _parts(hint) if isinstance(part, type) and issubclass(part, Enum)]
    return [str(word.value) for enum in enums for word in enum] or [part for part in _parts(hint) if isinstance(part, str)]


def _parts(hint: Any) -> list[Any]:
    """A type hint and everything within it."""
    return [hint, *(inner for part in get_args(hint) for inner in _parts(part))]
