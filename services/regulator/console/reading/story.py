"""A fact of a dossier as a regulator reads it: a title, and what it says, line by line. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from projections.casefile.read import Step
from services.regulator.console.reading.said import SAID
from services.regulator.console.texts import Texts
from services.regulator.masking import masked

Tone = Literal["harm", "relief", "step"]

_HARM = frozenset({"sanction.weighed", "watch.began", "listing.decided", "directive.issued", "interim.imposed"})
_RELIEF = frozenset({"sanction.discounted", "watch.ended", "listing.rejected", "listing.ended", "interim.ended"})


class Told(NamedTuple):
    """`tone` colours the dot; the title says the same in words."""

    title: str
    at: datetime
    position: int
    tone: Tone
    lines: tuple[tuple[str, str], ...]


def tell(step: Step, texts: Texts, *, natural: bool) -> Told:
    """The step in one language. A fact that is newer than this page is told by its name. `natural`: a person is behind the subject."""
    what = step.what.rsplit(".v", 1)[0]
    key = f"fact.{what}.lift" if step.detail.get("lift") else f"fact.{what}"
    title = texts.known(key, step.what)
    lines = tuple(line for field, value in step.detail.items() for line in _lines(texts, field, value, natural))
    return Told(title, step.at, step.id, _tone(what, step.detail), lines)


def _tone(what: str, detail: Mapping[str, Any]) -> Tone:
    if detail.get("lift") or what in _RELIEF:
        return "relief"
    return "harm" if what in _HARM else "step"


def _lines(texts: Texts, field: str, value: Any, natural: bool) -> Iterable[tuple[str, str]]:
    """One line for a field, one for each known field of a weighing or a listing that was carried, none for what is no reader's business."""
    if isinstance(value, dict) and field in ("weighing", "listing"):
        for inner, said in value.items():
            yield from _lines(texts, inner, said, natural)
    elif field == "name" and natural:
        yield texts("field.name"), masked(str(value))
    elif field in SAID and (said := SAID[field](texts, value)):
        yield texts(f"field.{field}"), said
