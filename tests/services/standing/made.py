"""Subjects, ledgers and facts to ask about."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountAttached, AccountDetached, AccountRef, SanctionWeighed, StatementRef, Weighing
from events.facts.fact import Category, Measure, Tier
from events.facts.listing import MeasureUntil, WatchBegan
from projections.blacklist.read import Account, News, Subject, Vector, Watch
from projections.credit.read import Entry, Ledgers

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
LAST_DAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def subject_id(number: int) -> UUID:
    return UUID(int=number)


def subject(number: int, tier: Tier = Tier.NONE, *, until: date = LAST_DAY, **more: object) -> Subject:
    listed = tier > Tier.WATCH
    state: dict[str, object] = {"tier": tier, "until": until, "since": date(2026, 5, 21)} if listed else {}
    if listed:
        state["measures"] = (MeasureUntil(Measure.FREEZE, until), MeasureUntil(Measure.LIMIT, date(2026, 11, 1)))
    return Subject(subject_id=subject_id(number), position=number, at=NOON, **(state | more))  # type: ignore[arg-type]


def watch(until: date) -> Watch:
    return Watch(UUID(int=77), date(2026, 11, 1), until)


def weighing(platform: str, statement: str, begins: datetime = NOON - DAY) -> Weighing:
    return Weighing(
        statement=StatementRef(f"/platforms/{platform}", statement),
        account=AccountRef(platform, "shop-1"),
        member_class="platform",
        entity=f"{platform} Ltd",
        sanction=statement,
        measure=Measure.FREEZE,
        category=Category.COUNTERFEIT,
        group="goods",
        severity=5,
        eighths=2400,
        begins=begins,
        active_until=begins + 730 * DAY,
        counts_until=begins + 730 * DAY,
        recorded_at=begins,
        rule="r",
        rulebook="2026.1",
    )


def entry(number: int, platform: str, statement: str, position: int = 1, **more: object) -> Entry:
    weighed = weighing(platform, statement)
    state: dict[str, object] = {"recorded_id": position, "recorded_at": weighed.recorded_at}
    return Entry(subject_id=subject_id(number), weighing=weighed, **(state | more))  # type: ignore[arg-type]


def news(*subjects: Subject, accounts: tuple[Account, ...] = (), reload: bool = False) -> News:
    return News(Vector(1, {0: 1}), reload, list(subjects), list(accounts))


def ledgers(*entries: Entry, reload: bool = False) -> Ledgers:
    return Ledgers(Vector(1, {0: 1}), reload, list(entries))


# --- facts, for the real views ---


def attached(number: int, platform: str, account: str) -> AccountAttached:
    return AccountAttached(subject_id=subject_id(number), at=NOON, account=AccountRef(platform, account), why="opened")


def detached(number: int, platform: str, account: str, to: int) -> AccountDetached:
    return AccountDetached(subject_id=subject_id(number), at=NOON, account=AccountRef(platform, account), to=subject_id(to), why="reviewer")


def weighed(number: int, platform: str, statement: str, begins: datetime = NOON - DAY) -> SanctionWeighed:
    return SanctionWeighed(subject_id=subject_id(number), at=begins, weighing=weighing(platform, statement, begins))


def watched(number: int, until: date) -> WatchBegan:
    return WatchBegan(subject_id=subject_id(number), at=NOON, weighing=UUID(int=77), rule="grave", rulebook="2026.1", until=until)


def directed(number: int, seq: int, tier: Tier, until: date | None = None, *, merged_into: int | None = None) -> DirectiveIssued:
    return DirectiveIssued(
        subject_id=subject_id(number),
        at=NOON,
        seq=seq,
        tier=tier,
        contested=False,
        lift=tier is Tier.NONE,
        accounts=(),
        rulebook="2026.1",
        measures=() if until is None else (MeasureUntil(Measure.LIMIT, until),),
        since=None if until is None else date(2026, 5, 21),
        until=until,
        merged_into=None if merged_into is None else subject_id(merged_into),
    )
