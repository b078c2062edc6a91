"""One row per subject and platform: the directives it was told, and its last answers. Pure, total, commutative.

A row takes facts of two topics, so it is a join: in whatever order and however often they come, the row is the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountAttached
from events.facts.enforcement import EnforcementAcknowledged, State
from events.facts.fact import Fact, Tier

Action = Literal["restrict", "lift"]
FINAL: frozenset[State] = frozenset({"enforced", "unable", "absent", "contested", "lifted"})
"""`received` says only that the message came: what was asked is still to be done."""


class Sent(msgspec.Struct, frozen=True, order=True, gc=False):
    """A directive that concerns an account on the platform."""

    seq: int
    at: datetime
    action: Action
    tier: Tier


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A platform's answer, as the hub recorded it."""

    seq: int
    id: int
    at: datetime
    state: State
    action: str | None = None


class Coverage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What one platform was told of one subject, and answered."""

    subject_id: UUID
    platform: str
    sent: Sent | None = None
    """The newest directive told."""
    waiting: tuple[Sent, ...] = ()
    """Those that have no final answer, and nor has any later one; oldest first."""
    authority: bool = False
    """An authority's account is its case number: nothing is asked of it."""
    answers: dict[State, Answer] = {}
    """The newest answer of each kind."""

    @property
    def final(self) -> int:
        """The highest seq with a final answer, or 0."""
        return max((answer.seq for state, answer in self.answers.items() if state in FINAL), default=0)

    @property
    def last(self) -> Answer | None:
        """The newest answer of any kind."""
        return max(self.answers.values(), key=_order, default=None)

    @property
    def overdue(self) -> Sent | None:
        """The directive since which the platform owes what is asked of it now: the first of the last ones of one action."""
        due: Sent | None = None
        for sent in () if self.authority else reversed(self.waiting):
            if due is not None and sent.action != due.action:
                break
            due = sent
        return due


def told(fact: Fact, position: int) -> tuple[Coverage, ...]:
    """What the fact alone says, as rows to be joined."""
    match fact:
        case DirectiveIssued():
            sent = Sent(fact.seq, fact.at, "lift" if fact.lift else "restrict", fact.tier)
            platforms = sorted({account.platform for account in fact.accounts})
            return tuple(Coverage(subject_id=fact.subject_id, platform=platform, sent=sent, waiting=(sent,)) for platform in platforms)
        case AccountAttached(account=account) if fact.member_class != "platform":
            return (Coverage(subject_id=fact.subject_id, platform=account.platform, authority=True),)
        case EnforcementAcknowledged(directive=of):
            answer = Answer(of.seq, position, fact.recorded_at, fact.state, fact.action)
            return (Coverage(subject_id=of.subject_id, platform=fact.member, answers={fact.state: answer}),)
    return ()


def join(a: Coverage, b: Coverage) -> Coverage:
    """Both rows in one: associative, commutative, and a row joined with itself is itself."""
    states = sorted(a.answers.keys() | b.answers.keys())
    answers = {state: max((row.answers[state] for row in (a, b) if state in row.answers), key=_order) for state in states}
    sent = max((row.sent for row in (a, b) if row.sent is not None), default=None)
    both = msgspec.structs.replace(a, sent=sent, answers=answers, authority=a.authority or b.authority)
    waiting = tuple(sorted({it for it in (*a.waiting, *b.waiting) if it.seq > both.final}))
    return msgspec.structs.replace(both, waiting=waiting)


def _order(answer: Answer) -> tuple[int, int]:
    """By what it answers, then as it came."""
    return answer.seq, answer.id


def done(asked: Iterable[Sent], row: Coverage) -> Iterator[tuple[Action, float]]:
    """Of what was asked, what the row says was done as asked, and how many seconds that took. `absent` and `unable` did nothing."""
    for sent in asked:
        answer = row.answers.get("enforced" if sent.action == "restrict" else "lifted")
        if answer is not None and answer.seq >= sent.seq and sent not in row.waiting:
            yield sent.action, max(0.0, (answer.at - sent.at).total_seconds())
