"""What two rulebooks make of one dossier: the tier that its weighings justify, and the score. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from events.facts.fact import Tier
from projections.credit.read import Entry, Scorecard, score_of
from services.adjudication.domain.decide.watch import watched_until
from services.adjudication.domain.dossier import Dossier, Weighed
from services.adjudication.domain.grounds import lifted, standing, stands
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.domain.law.rulebook import Rulebook

Change = Literal["listed", "freed", "harder", "milder", "watched", "unwatched", "score", "same"]


class Outcome(NamedTuple):
    """What a book makes of a dossier. `rule` is the one that justifies the tier."""

    tier: Tier
    rule: str
    score: int
    grade: str


class Difference(NamedTuple):
    """One subject under both books, and the tier that is decided now: a listing keeps the version that it was proposed under."""

    subject_id: UUID
    decided: Tier
    before: Outcome
    after: Outcome

    @property
    def change(self) -> Change:
        before, after = self.before.tier, self.after.tier
        if before is after:
            return "same" if self.before.score == self.after.score else "score"
        if max(before, after) <= Tier.WATCH:
            return "watched" if after > before else "unwatched"
        if before < Tier.RESTRICTED:
            return "listed"
        if after < Tier.RESTRICTED:
            return "freed"
        return "harder" if after > before else "milder"


def compare(dossier: Dossier, before: Rulebook, after: Rulebook, card: Scorecard, now: datetime) -> Difference:
    """Both judge the same facts: what was discounted, discredited or lifted is so under either."""
    decided = max((it.tier for it in dossier.listings.values() if it.state == "decided"), default=Tier.NONE)
    return Difference(dossier.subject_id, decided, judge(dossier, before, card, now), judge(dossier, after, card, now))


def judge(dossier: Dossier, book: Rulebook, card: Scorecard, now: datetime) -> Outcome:
    """By this book, as if it had weighed everything from the start. Whether an earlier listing used a sanction up does not matter."""
    weighed = {id: replace(entry, weighing=book.weigh_anew(entry.weighing)) for id, entry in dossier.weighed.items()}
    anew = replace(dossier, weighed=weighed)
    found = book.highest(standing(anew, book, now), lambda *_: True)
    tier, rule = (found.rule.tier, found.rule.name) if found is not None else _watch(anew, book, now)
    scored = score_of(_entries(anew.subject_id, weighed), now, card)
    return Outcome(tier, rule, scored.score, scored.grade)


def _watch(dossier: Dossier, book: Rulebook, now: datetime) -> tuple[Tier, str]:
    over, today, rule = lifted(dossier), day_of(now), book.watch_rule
    for entry in dossier.weighed.values():
        watched = entry.weighing.severity >= rule.severity and entry.discounted is None and entry.key not in over
        if watched and today <= watched_until(entry.weighing, book.watch_months) and stands(dossier, entry.weighing):
            return Tier.WATCH, rule.name
    return Tier.NONE, ""


def _entries(subject_id: UUID, weighed: Mapping[UUID, Weighed]) -> list[Entry]:
    return [
        Entry(subject_id=subject_id, weighing=entry.weighing, recorded_id=0, recorded_at=entry.weighing.recorded_at)
        for entry in weighed.values()
        if entry.discounted is None
    ]
