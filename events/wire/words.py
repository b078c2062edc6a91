"""What of a statement is said in words, and goes to the vault: free text, locators, and every field that the contract does not know."""

from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from events.wire.data.fields import Data, Part
from events.wire.event.cloudevent import Event
from events.wire.event.strict_json import check_safe, step
from events.wire.problems import Invalid

_ATTRIBUTES = frozenset({"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data", "traceparent", "tracestate"})


class _Field(NamedTuple):
    """How a field that is more than plain is treated: kept apart, looked into, or bounded in time."""

    name: str
    vault: bool = False
    part: type[Part] | None = None
    moment: bool = False


class _Shape(NamedTuple):
    """The fields of a Struct, and those of them that are more than plain."""

    known: frozenset[str]
    special: tuple[_Field, ...]


def words_of(event: Event, cls: type[Data]) -> dict[str, Any]:
    """JSON pointer to value of everything that the log must not hold, except names, which depend on whose they are.

    Invalid for an unsafe integer in an unknown field and for a moment outside of 1970 to 2199, which no calendar here is
    asked about.
    """
    words: dict[str, Any] = {}
    if not _ATTRIBUTES.issuperset(event):
        for name in event.keys() - _ATTRIBUTES:
            words[step("#", name)] = event[name]
    _check_year(event["time"], "#", "time")
    _collect(event["data"], cls, "#/data", words)
    return words


def _collect(value: dict[str, Any], cls: type[Part], pointer: str, words: dict[str, Any]) -> None:
    known, special = _shape(cls)
    if not known.issuperset(value):
        for name in value.keys() - known:
            at = step(pointer, name)
            check_safe(value[name], at)
            words[at] = value[name]
    for field in special:
        item = value.get(field.name)
        if item is None:
            continue
        if field.vault:
            words[f"{pointer}/{field.name}"] = item
        elif field.moment:
            _check_year(item, pointer, field.name)
        elif field.part is not None:
            at = f"{pointer}/{field.name}"
            if isinstance(item, list):
                for place, one in enumerate(item):
                    _collect(one, field.part, f"{at}/{place}", words)
            else:
                _collect(item, field.part, at, words)


def _check_year(text: str, pointer: str, name: str) -> None:
    if not "1970" <= text[:4] <= "2199":
        raise Invalid.at(f"{pointer}/{name}", "bad-moment")


@cache
def _shape(cls: type[Part]) -> _Shape:
    hints = get_type_hints(cls, include_extras=True)
    fields = [_field(name, hints[name]) for name in cls.__struct_fields__]
    return _Shape(frozenset(cls.__struct_fields__), tuple(field for field in fields if field != _Field(field.name)))


def _field(name: str, hint: Any) -> _Field:
    pending, found = [hint], _Field(name)
    while pending:
        part = pending.pop()
        for meta in getattr(part, "__metadata__", ()):
            if (meta.extra_json_schema or {}).get("x-vault"):
                found = found._replace(vault=True)
        inner = get_origin(part) or part
        if isinstance(inner, type) and issubclass(inner, Part):
            found = found._replace(part=inner)
        elif inner in (datetime, date):
            found = found._replace(moment=True)
        pending.extend(get_args(part))
    return found
