"""The steps that a form can send: where each is sent, and what it says beside its reason. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from services.web import Problem

MOST_WORDS = 2000


class Step(NamedTuple):
    """`choices`: the values between which a form has to choose, by the name of the body's field."""

    path: str
    field: str = ""
    choices: tuple[str, ...] = ()
    says: Mapping[str, Any] = {}


YES_NO = ("yes", "no")
STEPS: dict[str, Step] = {
    "release": Step("release"),
    "decide": Step("decide", says={"approve": True}),
    "answer": Step("objections/answer", "upheld", YES_NO),
    "reject": Step("reject"),
    "impose-interim": Step("interim"),
    "lift-interim": Step("interim/lift"),
    "decide-appeal": Step("appeals/decide", "granted", YES_NO),
    "review": Step("review"),
    "release-hold": Step("hold/release"),
    "end": Step("end", "why", ("revoked", "wrongful")),
    "decide-repair": Step("repair/decide", "granted", YES_NO),
}


def body(step: str, form: Mapping[str, str], terms: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is posted. `terms`: what the first of two persons approved, which the second one approves too."""
    it, reason = STEPS[step], form.get("reason", "").strip()
    if not reason or len(reason) > MOST_WORDS:
        raise Problem("reason-required")
    said: dict[str, Any] = {"reason": reason, **it.says}
    if it.choices:
        chosen = form.get(it.field, "")
        if chosen not in it.choices:
            raise Problem("bad-parameter")
        said[it.field] = chosen == "yes" if it.choices == YES_NO else chosen
    if step == "decide":
        months = form.get("months", "").strip()
        if terms is not None:
            said |= terms
        elif months:
            said["months"] = _whole(months)
    return said


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Problem("bad-parameter")
    return int(text)
