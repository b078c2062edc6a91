"""Facts in few words, and what happens to one merchant from the first report to the end of his listing."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from events.facts.directive import DirectiveIssued, Reason
from events.facts.dossier import (
    AccountAttached,
    AccountDetached,
    AccountRef,
    LiftNoted,
    SanctionDiscounted,
    SanctionWeighed,
    StatementRef,
    SubjectNamed,
    Weighing,
    WeighingCarried,
)
from events.facts.enforcement import EnforcementAcknowledged, State
from events.facts.evidence import EvidenceSubmitted, EvidenceVerified
from events.facts.fact import NS_SUBJECT, Category, Fact, Measure, Tier
from events.facts.listing import (
    Basis,
    ListingDecided,
    ListingEnded,
    ListingProposed,
    MeasureUntil,
    NoticeReleased,
    NoticeServed,
    WatchBegan,
    WatchEnded,
)
from events.facts.merchant import MerchantDeclared
from events.facts.notice import NoticeDelivered
from events.facts.report import ReportAccepted, ReportConcluded, ReportFiled
from events.facts.sanction import DirectiveRef, NamedEvidence, SanctionImposed, SanctionLifted
from events.transport.topics import key_hash, partition_of

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Twelve o'clock in Shanghai."""
MERCHANT = uuid5(NS_SUBJECT, "91350100M000100Y43")
SHOP = AccountRef("tmall", "shop-1")
STALL = AccountRef("pdd", "stall-7")


class At(NamedTuple):
    """A fact with its place, as transport delivers it."""

    id: int
    topic: str
    partition: int
    fact: Fact


def log(facts: Iterable[Fact], start: int = 1) -> list[At]:
    """The facts as they lie in the log, with gaps between the ids."""
    return [
        At(n, f"liancheng.{it.lane}.v1", partition_of(key_hash(it.key)), it) for n, it in zip(range(start, 10**9, 3), facts, strict=False)
    ]


def later(days: float = 0, seconds: float = 0) -> datetime:
    return NOON + timedelta(days=days, seconds=seconds)


def said(cls: type[Any], number: str, account: AccountRef = SHOP, at: datetime = NOON, /, **more: Any) -> Any:
    """A platform's statement about the account."""
    source = f"/platforms/{account.platform}"
    return cls(id=number, source=source, account=account.account, time=at, recorded_at=at, sha256="0" * 64, **more)


def ref(number: str, account: AccountRef = SHOP) -> StatementRef:
    return StatementRef(f"/platforms/{account.platform}", number)


def weighing(number: str = "s-1", account: AccountRef = SHOP, **changes: Any) -> Weighing:
    """A freeze for counterfeit goods: 200 points, half as much again in goods, 2400 eighths, for 24 months."""
    begins = changes.pop("begins", NOON)
    given: dict[str, Any] = {
        "statement": ref(number, account),
        "account": account,
        "member_class": "platform",
        "entity": account.platform,
        "sanction": number.upper(),
        "measure": Measure.FREEZE,
        "category": Category.COUNTERFEIT,
        "group": "goods",
        "severity": 5,
        "eighths": 2400,
        "begins": begins,
        "active_until": begins + timedelta(days=730),
        "counts_until": begins + timedelta(days=730),
        "recorded_at": NOON,
        "rule": "counterfeit-3.1",
        "rulebook": "2026.1",
    }
    return Weighing(**given | changes)


def weighed(it: Weighing, subject: UUID = MERCHANT, at: datetime = NOON) -> SanctionWeighed:
    return SanctionWeighed(subject_id=subject, at=at, cause=it.id, weighing=it)


def carried(it: Weighing, subject: UUID, origin: UUID = MERCHANT, at: datetime = NOON, **more: Any) -> WeighingCarried:
    return WeighingCarried(subject_id=subject, at=at, weighing=it, origin=origin, **more)


def discounted(
    it: Weighing, why: Any = "overturned", subject: UUID = MERCHANT, at: datetime = NOON, by: str | None = None
) -> SanctionDiscounted:
    statement = None if by is None else ref(by, it.account)
    cause = None if statement is None else statement.stream
    return SanctionDiscounted(subject_id=subject, at=at, weighing=it.id, why=why, of=it.statement, statement=statement, cause=cause)


def attached(account: AccountRef = SHOP, subject: UUID = MERCHANT, at: datetime = NOON) -> AccountAttached:
    return AccountAttached(subject_id=subject, at=at, account=account, why="opened")


def detached(account: AccountRef, to: UUID, subject: UUID = MERCHANT, at: datetime = NOON) -> AccountDetached:
    return AccountDetached(subject_id=subject, at=at, account=account, to=to, why="reviewer", by="wang")


def named(subject: UUID = MERCHANT, at: datetime = NOON, **who: Any) -> SubjectNamed:
    return SubjectNamed(subject_id=subject, at=at, **who)


def watch(it: Weighing, until: date = date(2027, 2, 20), subject: UUID = MERCHANT, at: datetime = NOON) -> WatchBegan:
    return WatchBegan(subject_id=subject, at=at, weighing=it.id, rule="watch", rulebook="2026.1", until=until)


def watch_over(it: Weighing, why: Any = "expired", subject: UUID = MERCHANT, at: datetime = NOON) -> WatchEnded:
    return WatchEnded(subject_id=subject, at=at, weighing=it.id, why=why)


def basis(it: Weighing) -> Basis:
    return Basis(it.id, it.account, it.entity, it.measure, it.category, it.begins.date())


def proposed(listing: UUID, *on: Weighing, subject: UUID = MERCHANT, at: datetime = NOON, tier: Tier = Tier.RESTRICTED) -> ListingProposed:
    because = tuple(basis(it) for it in on)
    return ListingProposed(
        subject_id=subject, at=at, cause=on[-1].id, listing_id=listing, tier=tier, rule="two-platforms-severe", rulebook="2026.1",
        group="goods", basis=because,
    )  # fmt: skip


def decided(
    listing: UUID, subject: UUID = MERCHANT, at: datetime = NOON, cause: UUID | None = None, until: date = date(2027, 5, 20)
) -> ListingDecided:
    return ListingDecided(
        subject_id=subject, at=at, listing_id=listing, cause=cause, tier=Tier.RESTRICTED, decision="LC-2026-1", deemed=True, by=("clock",),
        measures=(MeasureUntil(Measure.LIMIT, until),), since=date(2026, 11, 20), until=until, rulebook="2026.1",
    )  # fmt: skip


def ended(listing: UUID, why: Any = "revoked", subject: UUID = MERCHANT, at: datetime = NOON, cause: UUID | None = None) -> ListingEnded:
    return ListingEnded(subject_id=subject, at=at, listing_id=listing, why=why, by=("hub",), cause=cause)


def restricted(
    seq: int = 1, subject: UUID = MERCHANT, at: datetime = NOON, until: date = date(2027, 5, 20), **changes: Any
) -> DirectiveIssued:
    given: dict[str, Any] = {
        "tier": Tier.RESTRICTED,
        "contested": False,
        "lift": False,
        "accounts": (SHOP, STALL),
        "rulebook": "2026.1",
        "measures": (MeasureUntil(Measure.LIMIT, until),),
        "reasons": (Reason("TWO_PLATFORMS_SEVERE", "两平台严重违规", "two platforms found it grave"),),
        "since": date(2026, 11, 20),
        "until": until,
        "decision": "LC-2026-1",
    }
    return DirectiveIssued(subject_id=subject, at=at, seq=seq, **given | changes)


def freed(seq: int = 2, subject: UUID = MERCHANT, at: datetime = NOON, **changes: Any) -> DirectiveIssued:
    given: dict[str, Any] = {"tier": Tier.NONE, "contested": False, "lift": True, "accounts": (SHOP, STALL), "rulebook": "2026.1"}
    return DirectiveIssued(subject_id=subject, at=at, seq=seq, **given | changes)


def answered(seq: int, state: State, platform: str = "tmall", at: datetime = NOON, subject: UUID = MERCHANT) -> EnforcementAcknowledged:
    about = AccountRef(platform, str(subject))
    number = f"ack-{subject}-{seq}-{state}-{at.timestamp()}"
    return said(EnforcementAcknowledged, number, about, at, directive=DirectiveRef(subject, seq), state=state)  # type: ignore[no-any-return]


def case(n: int = 0, start: datetime = NOON) -> Sequence[Fact]:
    """One merchant's whole way: reported, proven, sanctioned twice, listed, told, overturned, freed; an hour from fact to fact."""
    subject = MERCHANT if n == 0 else uuid5(NS_SUBJECT, f"merchant {n}")
    shop, stall = (SHOP, STALL) if n == 0 else (AccountRef("tmall", f"shop-{n}"), AccountRef("pdd", f"stall-{n}"))
    listing = uuid5(subject, "listing")
    hours = iter(start + timedelta(hours=hour) for hour in range(1000))
    one, two = weighing(f"s-{n}-1", shop, begins=start), weighing(f"s-{n}-2", stall, begins=start)
    lift = ref(f"l-{n}-1", shop)
    sanction = {"measure": Measure.FREEZE, "category": Category.COUNTERFEIT, "rule": "3.1", "begins": start, "decided_by": "human"}
    grounds: dict[str, Any] = {"reports": (f"R-{n}",), "evidence": (NamedEvidence(f"E-{n}", "a" * 64),)}
    filed = {"category": Category.COUNTERFEIT, "channel": "platform", "reporter": "tok-secret", "assurance": "phone"}
    photo = {"evidence_kind": "photo", "content_sha256": "a" * 64, "bytes": 9, "media": "image/png", "captured_at": start}
    return (
        said(MerchantDeclared, f"m-{n}", shop, next(hours), uscc="91350100M000100Y43"),
        said(ReportFiled, f"r-{n}-1", shop, next(hours), report=f"R-{n}", **filed, evidence=(f"E-{n}",)),
        said(ReportAccepted, f"r-{n}-2", shop, next(hours), report=f"R-{n}"),
        said(EvidenceSubmitted, f"e-{n}-1", shop, next(hours), evidence=f"E-{n}", report=f"R-{n}", **photo),
        said(EvidenceVerified, f"e-{n}-2", shop, next(hours), evidence=f"E-{n}", grade="A", method="inspection"),
        said(ReportConcluded, f"r-{n}-3", shop, next(hours), report=f"R-{n}", outcome="upheld", reason_code="proven"),
        said(SanctionImposed, f"s-{n}-1", shop, next(hours), sanction=f"S-{n}-1", **sanction, **grounds),
        attached(shop, subject, next(hours)),
        named(subject, next(hours), uscc="91350100M000100Y43", name="福州某某贸易有限公司", kind="enterprise"),
        weighed(one, subject, next(hours)),
        watch(one, date(2027, 2, 20), subject, next(hours)),
        said(SanctionImposed, f"s-{n}-2", stall, next(hours), sanction=f"S-{n}-2", **sanction),
        attached(stall, subject, next(hours)),
        weighed(two, subject, next(hours)),
        proposed(listing, one, two, subject=subject, at=next(hours)),
        NoticeReleased(
            subject_id=subject, at=next(hours), notice=f"N-{n}", tier=Tier.RESTRICTED, rule="two-platforms-severe", rulebook="2026.1",
            basis=(basis(one), basis(two)), accounts=(shop, stall), by="wang", listing_id=listing, measures=(Measure.LIMIT,),
            respond_days=5,
        ),
        said(NoticeDelivered, f"n-{n}-1", stall, next(hours), notice=f"N-{n}", method="message", delivered_at=start, proof_sha256="b" * 64),
        NoticeServed(
            subject_id=subject, at=next(hours), listing_id=listing, notice=f"N-{n}", platform="pdd", statement=ref(f"n-{n}-1", stall),
            respond_by=later(7), accounts=(shop, stall),
        ),
        decided(listing, subject, next(hours), cause=uuid5(subject, "elapse")),
        watch_over(one, "listed", subject, next(hours)),
        restricted(1, subject, next(hours), accounts=(shop, stall), cause=uuid5(subject, "elapse")),
        answered(1, "received", "tmall", next(hours), subject),
        answered(1, "enforced", "tmall", next(hours), subject),
        answered(1, "enforced", "pdd", next(hours), subject),
        answered(1, "absent", "douyin", next(hours), subject),
        said(SanctionLifted, f"l-{n}-1", shop, next(hours), sanction=f"S-{n}-1", reason="overturned"),
        LiftNoted(
            subject_id=subject, at=next(hours), statement=lift, account=shop, sanction=f"S-{n}-1", waiting=False, reason="overturned",
            cause=lift.stream,
        ),
        discounted(one, "overturned", subject, next(hours), by=f"l-{n}-1"),
        ended(listing, "revoked", subject, next(hours), cause=lift.stream),
        freed(2, subject, next(hours), accounts=(shop, stall), cause=lift.stream),
        answered(2, "lifted", "tmall", next(hours), subject),
    )  # fmt: skip


def five_merchants() -> list[At]:
    """Five merchants at once; the account of the first goes to another subject and comes back."""
    cases = [case(n, later(n)) for n in range(5)]
    one = weighing("s-0-2", STALL)
    moved = [
        detached(STALL, UUID(int=2), at=later(9)),
        attached(STALL, UUID(int=2), later(9)),
        carried(one, UUID(int=2), at=later(9)),
        detached(STALL, MERCHANT, UUID(int=2), later(10)),
        attached(STALL, MERCHANT, later(10)),
        carried(one, MERCHANT, UUID(int=2), later(10)),
    ]
    return log([fact for step in zip(*cases, strict=True) for fact in step] + moved)
