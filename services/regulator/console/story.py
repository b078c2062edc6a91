"""A fact of a dossier as a regulator reads it: a title, and what it says, line by line. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from events.facts.fact import Tier
from projections.casefile.read import Step
from projections.day import SHANGHAI
from services.regulator.console.texts import TEXTS, Texts
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


_PLAIN = (
    "sanction", "entity", "since", "until", "uscc", "name", "grade", "rule", "rulebook",
    "notice", "platform", "respond_days", "decision", "origin", "to", "merged_into", "seq",
)  # fmt: skip


def tell(step: Step, texts: Texts, *, natural: bool) -> Told:
    """The step in one language. A fact that is newer than this page is told by its name. `natural`: a person is behind the subject."""
    what = step.what.rsplit(".v", 1)[0]
    key = f"fact.{what}.lift" if step.detail.get("lift") else f"fact.{what}"
    title = texts(key) if key in TEXTS else step.what
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


def _plain(_: Texts, value: Any) -> str:
    return str(value)


def _word(kind: str) -> Callable[[Texts, Any], str]:
    """A word of a closed list, or itself when it is newer than this page; nothing for the digest, 64 long, of what is in the vault."""
    return lambda texts, value: texts(f"{kind}.{value}") if f"{kind}.{value}" in TEXTS else "" if len(value) == 64 else value


def _tier(texts: Texts, value: Any) -> str:
    return texts(f"tier.{Tier(value).word}")


def _yes(texts: Texts, value: Any) -> str:
    return texts("yes" if value else "no")


def _if(texts: Texts, value: Any) -> str:
    """Said only when it is so."""
    return texts("yes") if value else ""


def _people(_: Texts, value: Any) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _account(_: Texts, value: Any) -> str:
    return f"{value['platform']} / {value['account']}"


def _statement(_: Texts, value: Any) -> str:
    return f"{value['source']} {value['id']}"


def _moment(_: Texts, value: Any) -> str:
    return datetime.fromisoformat(value).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _measure(texts: Texts, value: Any) -> str:
    if isinstance(value, str):
        return _word("measure")(texts, value)
    return f"{_measure(texts, value['measure'])} {texts('until')} {value['until']}"


def _reason(texts: Texts, value: Any) -> str:
    return str(value[texts.language])


def _basis(texts: Texts, value: Any) -> str:
    what = f"{_measure(texts, value['measure'])} {_word('category')(texts, value['category'])}"
    return f"{_account(texts, value['account'])} {what} {value['begins']}"


def _each(one: Callable[[Texts, Any], str]) -> Callable[[Texts, Any], str]:
    return lambda texts, values: "; ".join(one(texts, value) for value in values)


SAID: dict[str, Callable[[Texts, Any], str]] = {
    **dict.fromkeys(_PLAIN, _plain),
    "account": _account,
    "statement": _statement,
    "of": _statement,
    "tier": _tier,
    "measure": _measure,
    "category": _word("category"),
    "group": _word("group"),
    "begins": _moment,
    "ends": _moment,
    "measures": _each(_measure),
    "why": _word("why"),
    "reason": _word("why"),
    "discounted": _word("why"),
    "kind": _word("kind"),
    "evidence": _people,
    "evidence_numbers": _people,
    "reports": _people,
    "invalid": _if,
    "accounts": _each(_account),
    "basis": _each(_basis),
    "respond_by": _moment,
    "by": _people,
    "reasons": _each(_reason),
    "upheld": _yes,
    "granted": _yes,
    "delivered": _yes,
    "contested": _if,
    "waiting": _if,
    "discredited": _if,
    "provisional": _if,
    "deemed": _if,
    "genuine": _yes,
    "judgement": _word("judgement"),
    "other": _account,
    "interim_ends": _moment,
    "interim_before": _if,
    "appealed": _if,
    "correction": _reason,
    "quantity": _plain,
    "unscheduled": _if,
}
"""Every field of a fact that is shown, and how. What is not here is for machines, or lies in the vault."""
