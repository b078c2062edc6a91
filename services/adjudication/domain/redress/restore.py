"""What is said anew about a subject after the log was restored from an older copy: who was freed stays free."""

from typing import NamedTuple

from msgspec.structs import replace

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountRef
from events.facts.fact import Tier
from events.facts.listing import ListingEnded
from events.facts.safeguard import InterimEnded
from services.adjudication.domain.decide.directive import directive_of, is_lift
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import HUB, Draft, Facts, Moment

MARGIN = 1_000
"""Numbers left out: platforms may have heard directives by HTTP that never came to Kafka, and no subject gets so many in the time
between a backup and its use."""


class Believed(NamedTuple):
    """What platforms were told last, as far as Kafka still shows it; nothing when only an answer of theirs names the subject."""

    seq: int = 0
    tier: Tier | None = None
    accounts: tuple[AccountRef, ...] = ()


def tell_anew(dossier: Dossier, believed: Believed, moment: Moment) -> Facts:
    """A directive above every number that anybody can have heard, saying what the restored log justifies, and nothing harder.

    When something milder had been said after the copy was made, the listings that are harder end here: who was lifted is never
    bound again by a restore. Whatever was decided in the lost stretch, and harms, is void: no decision of it is in the log.
    """
    draft = Draft(dossier, moment)
    before = dossier.directive
    known = before.seq if before is not None else 0
    if believed.tier is not None and believed.seq > known:
        _free(draft, believed.tier)
    told = directive_of(draft.dossier, moment)
    if told.tier is Tier.NONE:
        told = replace(told, accounts=tuple(sorted({*told.accounts, *_told_before(before), *believed.accounts})))
    lift = told.tier is Tier.NONE if before is None else is_lift(before, told)
    draft.take(replace(told, seq=max(known, believed.seq) + MARGIN, lift=lift))
    return draft.facts


def _free(draft: Draft, upto: Tier) -> None:
    """End what restricts more than platforms were told last."""
    for listing in list(draft.dossier.listings.values()):
        if listing.interim is not None and upto < Tier.RESTRICTED:
            draft.say(InterimEnded, listing_id=listing.listing_id, why="lifted", by=HUB)
        if listing.state == "decided" and listing.tier > upto:
            draft.say(ListingEnded, listing_id=listing.listing_id, why="revoked", by=(HUB,))


def _told_before(before: DirectiveIssued | None) -> tuple[AccountRef, ...]:
    """Whoever was told to restrict an account is told to lift it, also when the account has left this dossier."""
    return () if before is None else before.accounts
