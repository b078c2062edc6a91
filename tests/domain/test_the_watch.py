"""One grave sanction with evidence puts its subject on watch: by itself, with its own notice, and without a directive."""

from datetime import date

import pytest

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountAttached, SanctionWeighed, StatementOrphaned
from events.facts.fact import Category, Measure, Tier
from events.facts.listing import DeliveryNoted, ListingProposed, NoticeReleased, WatchBegan, WatchEnded
from events.facts.sanction import SanctionImposed
from tests.domain.spec import DEMOTE, FREEZE, LIMIT, NOON, Scene, a, account, days, delivered, given, imposed, ordered, undeliverable


def notice(scene: Scene) -> str:
    return next(fact.notice for fact in scene.history if isinstance(fact, NoticeReleased))


def test_a_grave_sanction_with_evidence_begins_a_watch() -> None:
    given(imposed("pdd", DEMOTE)).when(imposed("tmall", LIMIT)).then(
        a(AccountAttached, account=account("tmall")),
        a(SanctionWeighed),
        a(WatchBegan, rule="one-platform-severe", rulebook="2026.1", until=date(2026, 6, 2)),
        a(NoticeReleased, tier=Tier.WATCH, by="hub", listing_id=None, respond_days=None, accounts=(account("pdd"), account("tmall"))),
    )


def test_it_never_issues_a_directive() -> None:
    Scene().when(imposed("tmall", FREEZE)).then_not(DirectiveIssued, ListingProposed)


@pytest.mark.parametrize(
    "said",
    [
        imposed("tmall", DEMOTE),
        imposed("tmall", FREEZE, proof=()),
        imposed("tmall", FREEZE, derived=True),
        ordered(FREEZE, documented=False),
    ],
    ids=["too mild", "without evidence", "derived", "an order without its document"],
)
def test_nothing_else_begins_one(said: SanctionImposed) -> None:
    Scene().when(said).then_not(WatchBegan, NoticeReleased)


def test_an_authoritys_document_is_evidence() -> None:
    Scene().when(ordered(LIMIT)).then_also(a(WatchBegan))


@pytest.mark.parametrize("category", [Category.BAD_SERVICE, Category.OTHER])
def test_service_and_other_can_be_watched(category: Category) -> None:
    Scene().when(imposed("tmall", category=category)).then_also(a(WatchBegan))


def test_it_lasts_as_long_as_the_sanction() -> None:
    scene = given(imposed("tmall", ends=NOON + days(10)))
    scene.when(days(10)).then()  # the last day: it ends at noon, and that day is still in force
    scene.when(days(0.6)).then(a(WatchEnded, why="expired"))


def test_and_three_months_at_most() -> None:
    scene = given(imposed("tmall", Measure.EXPEL, ends=None))
    scene.when(days(92)).then()
    scene.when(days(1)).then(a(WatchEnded, why="expired"))
    scene.when(days(1)).then()


def test_a_sanction_that_was_over_before_it_came_begins_none() -> None:
    late = imposed("tmall", begins=NOON - days(50), ends=NOON - days(2))
    Scene().when(late).then_not(WatchBegan)


def test_each_grave_sanction_is_watched() -> None:
    scene = given(imposed("tmall"), imposed("tmall", sanction="s2"))
    assert len(scene.dossier.watches) == 2


def test_its_notice_starts_no_hearing() -> None:
    scene = given(imposed("tmall"))
    scene.when(delivered("tmall", notice(scene))).then(a(DeliveryNoted, delivered=True, platform="tmall"))
    scene.when(undeliverable("tmall", notice(scene))).then(a(DeliveryNoted, delivered=False))
    scene.when(delivered("tmall", notice(scene))).then()


def test_a_notice_that_the_hub_never_gave_is_unknown() -> None:
    given(imposed("tmall")).when(delivered("tmall", "watch-of-nobody")).then(a(StatementOrphaned, why="unknown_notice"))
