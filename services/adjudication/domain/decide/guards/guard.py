"""What a guard is: a condition of a step, pure, with its name and how it reads in both languages."""

from collections.abc import Callable
from typing import Any, NamedTuple

from services.adjudication.domain.case import Refused


class Guard(NamedTuple):
    """A condition with its name, and how it reads in both languages."""

    code: str
    zh: str
    en: str
    holds: Callable[[Any], bool]
    """Of a Case, or of a Move where it is about an account."""


def refusal(guard: Guard) -> Refused:
    return Refused(guard.code, guard.en, guard.zh)
