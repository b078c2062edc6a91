"""Checks of what platforms were told: nothing without a decision, nothing beyond it, and every change of it."""

from collections.abc import Iterator, Sequence
from datetime import date

from events.facts.directive import DirectiveIssued
from events.facts.fact import Measure, Tier
from services.adjudication.check.trail import Held, Subject
from services.adjudication.check.weighed import Wrong


def issued(subject: Subject, in_force: Sequence[Held], fact: DirectiveIssued) -> Iterator[Wrong]:
    """A directive, held against the listings in force and the directive before it."""
    about = f"{fact.subject_id}/{fact.seq}"
    if subject.told is not None and fact.seq <= subject.told.seq:
        yield "directive-out-of-sequence", about
    if fact.tier >= Tier.RESTRICTED and not any(it.decision == fact.decision and it.tier >= fact.tier for it in in_force if it.decision):
        yield "directive-without-decision", about
    allowed = united(in_force)
    longest = max((it.until for it in in_force), default=date.min)
    beyond = [asked for asked in fact.measures if asked.until > allowed.get(asked.measure, date.min)]
    if fact.tier >= Tier.RESTRICTED and (beyond or fact.until is None or fact.until > longest):
        yield "directive-beyond-decision", about
    if fact.lift and _stricter(subject.told, fact):
        yield "false-lift", about
    subject.told = fact


def at_rest(subject: Subject, in_force: Sequence[Held]) -> Iterator[Wrong]:
    """What platforms believe, held against what holds, when everything that was decided at one moment is in the log."""
    told = subject.told
    tier = max((it.tier for it in in_force), default=Tier.NONE)
    believed = told.tier if told is not None else Tier.NONE
    about = "" if told is None else f"{told.subject_id}/{told.seq}"
    asked = {} if told is None else {one.measure: one.until for one in told.measures}
    allowed = united(in_force)
    if believed > tier or any(until > allowed.get(measure, date.min) for measure, until in asked.items()):
        yield "lift-missing", about
    elif believed < tier or asked != allowed:
        yield "directive-missing", about
    elif told is not None and not told.contested and any(it.contested for it in in_force):
        yield "contest-not-told", about


def united(in_force: Sequence[Held]) -> dict[Measure, date]:
    """Each measure with its latest last day."""
    latest: dict[Measure, date] = {}
    for held in in_force:
        for measure, until in held.measures.items():
            latest[measure] = max(until, latest.get(measure, until))
    return latest


def _stricter(before: DirectiveIssued | None, after: DirectiveIssued) -> bool:
    if before is None:
        return after.tier > Tier.NONE
    held = {asked.measure: asked.until for asked in before.measures}
    longer = any(asked.until > held.get(asked.measure, date.min) for asked in after.measures)
    return after.tier > before.tier or (after.tier > Tier.NONE and longer)
