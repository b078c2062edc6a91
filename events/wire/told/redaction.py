"""Who is told what: one table, a field by an audience. What is told to platforms goes through it; nothing else decides it. Pure.

`topic` is every platform alike, by the public topic; `platform` is one platform, by its own feed, webhook or notices.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Literal, NamedTuple

Audience = Literal["topic", "platform"]


class Rule(Enum):
    """When a field is told."""

    ALWAYS = "always"
    LISTED = "while the subject is restricted: of whoever is free nothing is said but that he is free"
    COMPANY = "while it is restricted and a company: the name of a sole trader or a person is a person's"
    OWN = "only what is the reading platform's own"
    NEVER = "never"


A, L, C, OWN, N = Rule.ALWAYS, Rule.LISTED, Rule.COMPANY, Rule.OWN, Rule.NEVER

# field: topic, platform
DIRECTIVE: Mapping[str, Mapping[Audience, Rule]] = {
    field: {"topic": topic, "platform": platform}
    for field, (topic, platform) in {
        "subject_id": (A, A),
        "seq": (A, A),
        "merged_into": (A, A),
        "uscc": (L, L),
        "name": (C, C),
        "tier": (A, A),
        "contested": (A, A),
        "measures": (L, L),
        "since": (L, L),
        "until": (L, L),
        "decision": (L, L),
        "reasons": (L, L),
        "rulebook": (A, A),
        "appeal": (A, A),
        "issued_at": (A, A),
        "list": (A, A),
        "demo": (A, A),
        "correction": (A, A),
        "your_accounts": (N, OWN),
    }.items()
}
KEPT_BACK = {
    "accounts": "of other platforms",
    "lift": "how urgent it is for the hub",
    "cause": "which record led to it",
    "trace": "told as traceparent",
    "at": "told as issued_at",
}
"""Fields of the hub's own record that no audience is told, or only under another name."""

# A notice goes to platforms with an account of the subject only, one for each account.
NOTICE: Mapping[str, Rule] = dict.fromkeys(
    ("notice", "tier", "facts", "basis", "measures", "rights", "respond_days", "respond_by", "objections", "link", "rules", "text",
     "released_at", "demo", "interim_ends", "list"), A
) | {"account": OWN}  # fmt: skip
STATED: Mapping[str, Rule] = dict.fromkeys(("entity", "measure", "category", "begins", "text"), A) | {"account": OWN}
"""A sanction that a notice names: who imposed it is said, another platform's account number is not."""


class Subject(NamedTuple):
    """What the rules ask of whom it is about."""

    restricted: bool
    company: bool
    own: bool = True


def tells(rule: Rule, subject: Subject) -> bool:
    """Whether a field under this rule is told."""
    match rule:
        case Rule.ALWAYS:
            return True
        case Rule.LISTED:
            return subject.restricted
        case Rule.COMPANY:
            return subject.restricted and subject.company
        case Rule.OWN:
            return subject.own
    return False
