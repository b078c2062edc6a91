"""What the checker remembers of a subject and of each of its listings while it reads. Changed in place; nobody else has it."""

from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple
from uuid import UUID

import msgspec

from events.facts.directive import DirectiveIssued
from events.facts.dossier import Weighing
from events.facts.fact import Measure, Tier
from events.facts.listing import Listing
from events.facts.safeguard import InterimImposed

SPARED = timedelta(days=180)
"""For so long at least those whose accusation was turned down bring no proposal about by themselves."""
SHANGHAI = timezone(timedelta(hours=8))


def day(moment: datetime) -> date:
    """The day in Asia/Shanghai: the last day of a term is one."""
    return moment.astimezone(SHANGHAI).date()


class Held(NamedTuple):
    """What a listing asks of platforms at a moment, by its decision or, before that, in the interim."""

    tier: Tier
    decision: str | None
    measures: dict[Measure, date]
    until: date
    contested: bool


class Trail(msgspec.Struct, kw_only=True):
    """A listing, as far as it has come."""

    listing_id: UUID
    subject: UUID
    tier: Tier
    rule: str
    rulebook: str
    basis: set[UUID]
    state: str = "proposed"
    notice: str | None = None
    released_by: str | None = None
    respond_by: datetime | None = None
    objected: bool = False
    objections: list[str] = []
    answered_upheld: bool = False
    approvals: list[str] = []
    decided_by: tuple[str, ...] = ()
    decision: str | None = None
    measures: dict[Measure, date] = {}
    since: date | None = None
    until: date | None = None
    contested: bool = False
    repair_by: str | None = None
    repair_granted: bool = False
    ending: tuple[str, str] | None = None
    interim: InterimImposed | None = None
    interim_before: bool = False
    answers: dict[str, datetime] = {}
    """What was asked for the subject, and by when somebody has to answer."""
    granted: str | None = None
    """What nobody answered in time."""
    held: bool = False
    hold_released_by: str | None = None
    pleaded: set[str] = set()
    appeal_by: str | None = None
    appeal_granted: bool = False
    moving: bool = False
    """It left one dossier and has not come to the other one yet."""

    @property
    def closed(self) -> bool:
        return self.state in ("rejected", "ended")

    @property
    def restricts(self) -> bool:
        return self.state == "decided" or (self.interim is not None and not self.closed)

    def holds(self, at: datetime) -> Held | None:
        """Nothing once its last day, or the interim, is over: fact or no fact."""
        if self.state == "decided":
            if self.until is None or self.until < day(at):
                return None
            return Held(self.tier, self.decision, self.measures, self.until, self.contested)
        if self.interim is None or self.closed or at >= self.interim.ends:
            return None
        measures = {asked.measure: asked.until for asked in self.interim.measures}
        return Held(Tier.RESTRICTED, f"interim-{self.listing_id}", measures, self.interim.until, self.contested)

    def ask(self, plea: str, answer_by: datetime | None) -> None:
        """The first day holds."""
        if answer_by is not None:
            self.answers = {plea: answer_by, **self.answers}

    def answer(self, plea: str) -> None:
        self.answers = {asked: by for asked, by in self.answers.items() if asked != plea}

    def same_as(self, listing: Listing) -> bool:
        """Whether a listing that came with an account is still the one that left."""
        ours = (self.state, self.tier, self.rule, self.rulebook, self.basis, self.decision, self.since, self.until, self.contested)
        theirs = (listing.state, listing.tier, listing.rule, listing.rulebook, {rest.weighing for rest in listing.basis})
        return ours == (*theirs, listing.decision, listing.since, listing.until, listing.contested)


class Scales(msgspec.Struct):
    """One weighing, whether it still weighs here, and whether it is an authority's, by its own document or by a regulator's word."""

    weighing: Weighing
    stands: bool = True
    documented: bool = False


class Subject(msgspec.Struct, kw_only=True):
    """One dossier: what was weighed, what platforms were last told, and the moment of its last fact."""

    weighed: dict[UUID, Scales] = {}
    turned_down: dict[str, tuple[Tier, datetime]] = {}
    """Legal entities of platforms whose accusation persons turned down last, at which tier and when."""
    opened: set[tuple[str, str]] = set()
    told: DirectiveIssued | None = None
    at: datetime | None = None
    position: int = 0
    version: int = 0

    def stands(self, weighing_id: UUID) -> bool:
        """Whether its sanction still weighs here, under its own statement or under an amendment's."""
        scales = self.weighed.get(weighing_id)
        return scales is not None and any(
            other.stands and (other.weighing.account, other.weighing.sanction) == (scales.weighing.account, scales.weighing.sanction)
            for other in self.weighed.values()
        )

    def turn_down(self, trail: Trail, at: datetime) -> None:
        """Remember who accused in vain."""
        for rest in trail.basis & self.weighed.keys():
            self.turned_down[self.weighed[rest].weighing.entity] = trail.tier, at

    def turned_these_down(self, trail: Trail) -> bool:
        """Whether persons had turned down what each entity of its basis said, shortly before it stated this."""
        known = [self.weighed[rest] for rest in trail.basis if rest in self.weighed]
        return bool(known) and all(self._in_vain(scales, trail.tier) for scales in known)

    def _in_vain(self, scales: Scales, tier: Tier) -> bool:
        was = self.turned_down.get(scales.weighing.entity)
        return was is not None and not scales.documented and tier <= was[0] and scales.weighing.recorded_at < was[1] + SPARED
