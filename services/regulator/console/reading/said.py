"""How each field of a fact is said to a reader, in one language. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from events.facts.fact import Tier
from projections.day import SHANGHAI
from services.regulator.console.texts import Texts

_PLAIN = (
    "sanction", "entity", "since", "until", "uscc", "name", "grade", "rule", "rulebook",
    "notice", "platform", "respond_days", "decision", "origin", "to", "merged_into", "seq",
)  # fmt: skip


def _plain(_: Texts, value: Any) -> str:
    return str(value)


def _word(kind: str) -> Callable[[Texts, Any], str]:
    """A word of a closed list, or itself when it is newer than this page; nothing for the digest, 64 long, of what is in the vault."""
    return lambda texts, value: texts.known(f"{kind}.{value}", "" if len(value) == 64 else value)


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
    "answer_by": _moment,
    "due": _moment,
    "turned_down": _moment,
    "plea": _word("plea"),
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
