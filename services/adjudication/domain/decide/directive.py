"""What platforms are told of a dossier: the full state, numbered, whenever something that concerns them changed."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from events.facts.directive import DirectiveIssued, Reason
from events.facts.fact import Measure, Tier
from events.facts.listing import Listing, MeasureUntil
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Moment
from services.adjudication.domain.identity import public_name
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.domain.redress.reasons import INTERIM, WRONGFUL


class Active(NamedTuple):
    """What restricts: a decided listing, or an interim measure before the decision."""

    listing: Listing
    tier: Tier
    measures: tuple[MeasureUntil, ...]
    since: date
    until: date
    decision: str
    appeal: str
    reason: Reason | None


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


def in_force(dossier: Dossier, moment: Moment) -> list[Active]:
    """The decided listings that are not past their last day, and the interim measures that have not lapsed, the gravest first."""
    found = [_decided(listing, moment) or _interim(listing, moment) for listing in dossier.listings.values()]
    active = [one for one in found if one is not None and one.until >= day_of(moment.now)]
    return sorted(active, key=lambda one: (-one.tier, one.since, one.listing.listing_id))


def _decided(it: Listing, moment: Moment) -> Active | None:
    if it.state != "decided" or it.since is None or it.until is None or it.decision is None:
        return None
    rule = moment.book_of(it.rulebook).rule(it.rule)
    reason = None if rule is None else Reason(rule.code, rule.zh, rule.en)
    return Active(it, it.tier, it.measures, it.since, it.until, it.decision, f"/v1/listings/{it.listing_id}/appeals", reason)


def _interim(it: Listing, moment: Moment) -> Active | None:
    if it.interim is None or moment.now >= it.interim.ends:
        return None
    decision, appeal = notice_of_interim(it.listing_id), f"/v1/listings/{it.listing_id}/objections"
    held = it.interim
    return Active(it, Tier.RESTRICTED, held.measures, held.since, held.until, decision, appeal, INTERIM[held.rule])


def notice_of_interim(listing_id: UUID) -> str:
    """The name of an interim measure, of its notice and of its decision; there is one of a listing."""
    return f"interim-{listing_id}"


def directive_of(dossier: Dossier, moment: Moment) -> DirectiveIssued:
    """The first directive that would say what holds now: all active listings united."""
    active = in_force(dossier, moment)
    book = moment.book_of(active[0].listing.rulebook) if active else moment.book
    nothing = DirectiveIssued(
        subject_id=dossier.subject_id, at=moment.now, cause=moment.cause, trace=moment.trace, seq=1, tier=Tier.NONE, contested=False,
        lift=False, accounts=tuple(sorted(dossier.accounts)), rulebook=book.version, merged_into=dossier.merged_into, demo=moment.demo,
        correction=_correction(dossier),
    )  # fmt: skip
    if not active:
        return nothing
    gravest = [one for one in active if one.tier is active[0].tier]
    return replace(
        nothing,
        tier=gravest[0].tier,
        contested=any(one.listing.contested for one in active),
        measures=unite(measure for one in active for measure in one.measures),
        reasons=tuple({one.reason.code: one.reason for one in active if one.reason is not None}.values()),
        uscc=dossier.uscc,
        name=public_name(dossier),
        since=min(one.since for one in gravest),
        until=max(one.until for one in gravest),
        decision=gravest[0].decision,
        appeal=gravest[0].appeal,
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
    shown = ("contested", "measures", "until", "uscc", "name", "accounts", "correction")
    return after.tier is Tier.NONE or all(getattr(before, field) == getattr(after, field) for field in shown)


def _correction(dossier: Dossier) -> Reason | None:
    """Said as long as no later listing ended otherwise: whoever missed it is told by the next directive."""
    ended = [closed for closed in dossier.closed.values() if closed.how == "ended"]
    return WRONGFUL if ended and ended[-1].why == "wrongful" else None
