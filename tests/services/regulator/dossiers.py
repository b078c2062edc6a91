"""Three dossiers as facts: a company that was restricted and is free again, one that is blacklisted, a sole trader who is restricted."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from events.facts.directive import DirectiveIssued, Reason
from events.facts.dossier import (
    AccountAttached,
    AccountRef,
    LiftNoted,
    SanctionDiscounted,
    SanctionWeighed,
    StatementRef,
    SubjectNamed,
    Weighing,
)
from events.facts.fact import Category, DossierFact, Measure, Tier
from events.facts.listing import (
    Basis,
    ListingDecided,
    ListingEnded,
    ListingProposed,
    MeasureUntil,
    NoticeReleased,
    NoticeServed,
)

BEGAN = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
UNTIL = date(2027, 5, 19)
_NS = UUID("6f1d6c2e-54a3-5f7e-9a57-0d6ce8b6f101")

FREED, BLACKLISTED, TRADER, LISTED = (uuid5(_NS, name) for name in ("freed", "blacklisted", "trader", "listed"))
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&商贸有限公司"


class Delivered(NamedTuple):
    """A fact with its place in the log."""

    id: int
    partition: int
    fact: DossierFact


def account(subject: UUID, platform: str = "tmall") -> AccountRef:
    return AccountRef(platform, f"shop-{subject.hex[:6]}")


def weighing(subject: UUID, platform: str, category: Category, at: datetime) -> Weighing:
    return Weighing(
        statement=StatementRef(f"/platforms/{platform}", f"s-{subject.hex[:4]}"),
        account=account(subject, platform),
        member_class="platform",
        entity=platform,
        sanction="S-1",
        measure=Measure.FREEZE,
        category=category,
        group="goods",
        severity=5,
        eighths=2400,
        begins=at,
        active_until=at + timedelta(days=730),
        counts_until=at + timedelta(days=730),
        recorded_at=at,
        rule="freeze",
        rulebook="2026.1",
        ends=at + timedelta(days=180),
        evidence=("ab" * 32,),
    )


def directive(subject: UUID, at: datetime, seq: int, tier: Tier, measure: Measure = Measure.LIMIT, **more: object) -> DirectiveIssued:
    """One that restricts until UNTIL, or at tier none one that lifts everything."""
    free = tier is Tier.NONE
    return DirectiveIssued(
        subject_id=subject,
        at=at,
        seq=seq,
        tier=tier,
        contested=False,
        lift=free,
        accounts=(account(subject),),
        rulebook="2026.1",
        measures=() if free else (MeasureUntil(measure, UNTIL),),
        reasons=() if free else (Reason("TWO_PLATFORMS_SEVERE", "两个平台均有严重处罚", "Severe sanctions on two platforms"),),
        since=None if free else at.date(),
        until=None if free else UNTIL,
        decision=None if free else "LC-2026-1",
        **more,  # type: ignore[arg-type]
    )


def listing(subject: UUID, name: str | None, uscc: str | None, tier: Tier, category: Category, at: datetime) -> list[DossierFact]:
    """From the first account to the directive, a minute between two facts."""
    listing_id = uuid5(subject, "listing")
    weighed = weighing(subject, "tmall", category, at)
    basis = (Basis(weighed.id, weighed.account, "tmall", Measure.FREEZE, category, at.date()),)
    moment = iter(at + timedelta(minutes=n) for n in range(20))
    kind = "individual_business" if uscc is not None and uscc.startswith("92") else "enterprise"
    notice = {"notice": f"N-{subject.hex[:6]}", "accounts": (weighed.account,)}
    return [
        AccountAttached(subject_id=subject, at=next(moment), account=weighed.account, why="opened", member_class="platform"),
        SubjectNamed(subject_id=subject, at=next(moment), uscc=uscc, name=name, kind=kind),
        SanctionWeighed(subject_id=subject, at=next(moment), weighing=weighed),
        ListingProposed(
            subject_id=subject,
            at=next(moment),
            listing_id=listing_id,
            tier=tier,
            rule="two-platforms-severe",
            rulebook="2026.1",
            group="goods",
            basis=basis,
        ),
        NoticeReleased(
            subject_id=subject,
            at=next(moment),
            listing_id=listing_id,
            tier=tier,
            rule="two-platforms-severe",
            rulebook="2026.1",
            basis=basis,
            by="reviewer-one",
            respond_days=5,
            reason="cd" * 32,
            **notice,  # type: ignore[arg-type]
        ),
        NoticeServed(
            subject_id=subject,
            at=next(moment),
            listing_id=listing_id,
            platform="tmall",
            statement=StatementRef("/platforms/tmall", "n-1"),
            respond_by=at + timedelta(days=7),
            **notice,  # type: ignore[arg-type]
        ),
        ListingDecided(
            subject_id=subject,
            at=next(moment),
            listing_id=listing_id,
            tier=tier,
            decision="LC-2026-1",
            deemed=True,
            by=("clock",),
            measures=(MeasureUntil(Measure.LIMIT, UNTIL),),
            since=at.date(),
            until=UNTIL,
            rulebook="2026.1",
        ),
        directive(subject, next(moment), 1, tier, uscc=uscc, name=None if kind == "individual_business" else name),
    ]


def lifting(subject: UUID, at: datetime) -> list[DossierFact]:
    """The sanction is overturned, and everything that rested on it ends."""
    weighed = weighing(subject, "tmall", Category.FRAUD, BEGAN)
    lift = StatementRef("/platforms/tmall", "lift-1")
    return [
        LiftNoted(subject_id=subject, at=at, statement=lift, account=weighed.account, sanction="S-1", waiting=False, reason="overturned"),
        SanctionDiscounted(subject_id=subject, at=at, weighing=weighed.id, why="overturned", of=weighed.statement, statement=lift),
        ListingEnded(subject_id=subject, at=at, listing_id=uuid5(subject, "listing"), why="revoked", by=("hub",)),
        directive(subject, at, 2, Tier.NONE),
    ]


def everything() -> list[Delivered]:
    """In the order of the log: restricted on the 2nd, 5th, 8th and 12th of November; the first one is free since the 15th."""
    days = (BEGAN + timedelta(days=n) for n in (0, 3, 6, 10, 13))
    facts = [
        *listing(FREED, "海棠百货有限公司", "91350100M000100Y43", Tier.RESTRICTED, Category.FRAUD, next(days)),
        *listing(BLACKLISTED, "云帆美妆有限公司", "913100007109328220", Tier.BLACKLISTED, Category.COUNTERFEIT, next(days)),
        *listing(TRADER, "城东水果店", "92440300MA5EXAMP09", Tier.RESTRICTED, Category.UNSAFE_GOODS, next(days)),
        *listing(LISTED, HOSTILE, "91110000600037341L", Tier.RESTRICTED, Category.COUNTERFEIT, next(days)),
        *lifting(FREED, next(days)),
    ]
    return [Delivered(id, fact.subject_id.int % 4, fact) for id, fact in enumerate(facts, 1)]
