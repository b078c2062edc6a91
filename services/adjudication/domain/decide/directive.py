"""What platforms are told of a dossier: the full state, numbered, whenever something that concerns them changed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from events.facts.directive import DirectiveIssued, Reason
from events.facts.fact import Measure, Tier
from events.facts.listing import Listing, MeasureUntil
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Moment
from services.adjudication.domain.identity import public_name
from services.adjudication.domain.law.calendar import day_of


class Active(NamedTuple):
    """A listing in force, with what only a decided one has."""

    listing: Listing
    since: date
    until: date


def announce(draft: Draft) -> None:
    """Issue a directive when what platforms believe is not what holds. Nobody is told of a subject that nothing ever restricted."""
    before, after = draft.dossier.directive, directive_of(draft.dossier, draft.moment)
    if before is None:
        if after.tier is not Tier.NONE:
            draft.take(after)
        return
    if not _same(before, after):
        if after.tier is Tier.NONE:
            # Whoever was told to restrict an account is told to lift it, also when the account has left this dossier.
            after = replace(after, accounts=tuple(sorted({*after.accounts, *before.accounts})))
        draft.take(replace(after, seq=before.seq + 1, lift=is_lift(before, after)))


def in_force(dossier: Dossier, today: date) -> list[Active]:
    """The decided listings that are not past their last day, the gravest first."""
    active = [
        Active(listing, listing.since, listing.until) for listing in dossier.listings.values()
        if listing.state == "decided" and listing.since and listing.until and listing.until >= today
    ]  # fmt: skip
    return sorted(active, key=lambda one: (-one.listing.tier, one.since, one.listing.listing_id))


def directive_of(dossier: Dossier, moment: Moment) -> DirectiveIssued:
    """The first directive that would say what holds now: all active listings united."""
    active = in_force(dossier, day_of(moment.now))
    book = moment.book_of(active[0].listing.rulebook) if active else moment.book
    nothing = DirectiveIssued(
        subject_id=dossier.subject_id, at=moment.now, cause=moment.cause, trace=moment.trace, seq=1, tier=Tier.NONE, contested=False,
        lift=False, accounts=tuple(sorted(dossier.accounts)), rulebook=book.version, merged_into=dossier.merged_into, demo=moment.demo,
    )  # fmt: skip
    if not active:
        return nothing
    gravest = [one for one in active if one.listing.tier is active[0].listing.tier]
    return replace(
        nothing,
        tier=gravest[0].listing.tier,
        contested=any(one.listing.contested for one in active),
        measures=unite(measure for one in active for measure in one.listing.measures),
        reasons=_reasons(active, moment),
        uscc=dossier.uscc,
        name=public_name(dossier),
        since=min(one.since for one in gravest),
        until=max(one.until for one in gravest),
        decision=gravest[0].listing.decision,
        appeal=f"/v1/listings/{gravest[0].listing.listing_id}/objections",
    )


def unite(measures: Iterable[MeasureUntil]) -> tuple[MeasureUntil, ...]:
    """Each measure once, with its latest last day, the hardest first."""
    latest: dict[Measure, date] = {}
    for asked in measures:
        latest[asked.measure] = max(asked.until, latest.get(asked.measure, asked.until))
    return tuple(MeasureUntil(measure, latest[measure]) for measure in sorted(latest, key=lambda m: (-m.severity, m)))


def is_lift(before: DirectiveIssued, after: DirectiveIssued) -> bool:
    """Whether it makes nothing stricter, longer or wider than before, so that it may overtake what restricts."""
    if after.tier is Tier.NONE:
        return True
    held = {asked.measure: asked.until for asked in before.measures}
    stricter = after.tier > before.tier or any(asked.until > held.get(asked.measure, date.min) for asked in after.measures)
    longer = (after.until or date.min) > (before.until or date.min)
    wider = not set(after.accounts) <= set(before.accounts) or (after.uscc, after.name) != (before.uscc, before.name)
    return not (stricter or longer or wider)


def _same(before: DirectiveIssued, after: DirectiveIssued) -> bool:
    """Whether platforms have nothing new to learn. At tier none accounts are nobody's business."""
    if (before.tier, before.merged_into) != (after.tier, after.merged_into):
        return False
    shown = ("contested", "measures", "until", "uscc", "name", "accounts")
    return after.tier is Tier.NONE or all(getattr(before, field) == getattr(after, field) for field in shown)


def _reasons(active: Sequence[Active], moment: Moment) -> tuple[Reason, ...]:
    rules = [moment.book_of(one.listing.rulebook).rule(one.listing.rule) for one in active]
    return tuple({rule.code: Reason(rule.code, rule.zh, rule.en) for rule in rules if rule is not None}.values())
