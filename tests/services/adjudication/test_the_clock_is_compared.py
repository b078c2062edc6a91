"""The wall clock may jump: in doubt nothing is listed, by the clock or by persons, and whatever frees is never late."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from events.facts.directive import DirectiveIssued
from events.facts.fact import Category, Tier
from events.facts.listing import ListingDecided, ListingEnded
from events.facts.safeguard import InterimEnded
from services.adjudication.clock import DRIFT, Clock, Trust
from tests.domain.spec import NOON, days, delivered, imposed
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database


class Clocks:
    """A wall clock that anybody may set, and one that only passes."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 0.0

    def trust(self) -> Trust:
        return Trust(lambda: self.wall, lambda: self.passed)

    def wait(self, time: timedelta) -> None:
        self.wall += time
        self.passed += time.total_seconds()

    def now(self) -> datetime:
        return self.wall


def test_small_steps_are_borne_and_larger_ones_are_not() -> None:
    for step, trusted in ((DRIFT, True), (-DRIFT, True), (DRIFT + timedelta(seconds=1), False), (-DRIFT - timedelta(seconds=1), False)):
        clocks = Clocks()
        trust = clocks.trust()
        clocks.wait(days(1))
        clocks.wall += step
        assert trust.look() is trusted


def test_a_doubt_stays_although_the_clock_is_set_right_again() -> None:
    clocks = Clocks()
    trust = clocks.trust()
    clocks.wall += days(3)
    assert not trust.look()
    clocks.wall -= days(3)
    assert not trust.look()


def test_time_goes_on_although_the_wall_clock_was_set_back() -> None:
    clocks = Clocks()
    trust = clocks.trust()
    clocks.wait(days(10))
    assert trust.now() == NOON + days(10)
    clocks.wall -= days(30)
    assert trust.now() == NOON + days(10) - DRIFT


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as desk:
        yield desk


@pytest.fixture
def clocks(desk: Desk) -> Clocks:
    """Of the court's own clock process."""
    clocks = Clocks()
    desk.court.trust = clocks.trust()
    desk.court.rules = desk.court.rules._replace(clock=clocks.now)
    desk.court.clock.close()
    desk.court.clock = Clock(desk.court.conninfo, desk.court.rules, desk.court.trust)
    return clocks


def look(desk: Desk) -> None:
    while desk.court.clock.tick():
        pass


def listed(desk: Desk, **more: object) -> str:
    desk.court.hear(imposed("tmall", **more), imposed("pdd", **more))
    desk.act("release", "rui", desk.newest("proposed"))
    listing = desk.newest("released")
    whose = {name: more[name] for name in ("account", "uscc") if name in more}
    desk.court.hear(delivered("tmall", f"listing-{listing}", **whose))
    return listing


def test_a_jump_ahead_lists_nobody(desk: Desk, clocks: Clocks) -> None:
    listed(desk)
    clocks.wall += days(30)
    look(desk)
    assert not any(isinstance(fact, ListingDecided) for fact in desk.court.facts())
    assert desk.court.rows("SELECT state FROM listing") == [("served",)]


def test_hearings_that_wait_for_a_clock_in_doubt_hold_up_no_lift(desk: Desk, clocks: Clocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many: the clock looks at a page of dossiers at a time, the longest due first."""
    monkeypatch.setattr("services.adjudication.clock.PAGE", 1)
    listed(desk)
    clocks.wait(days(8))
    look(desk)
    clocks.wait(days(165))
    another = {"account": "shop-2", "uscc": "91110108551385082Q", "at": clocks.wall, "begins": clocks.wall}
    listing = listed(desk, **another)
    clocks.wall += timedelta(minutes=3)
    clocks.wait(days(40))
    for _ in range(5):
        look(desk)
    assert [fact.why for fact in desk.court.facts() if isinstance(fact, ListingEnded)] == ["expired"]
    assert desk.get(f"/v1/listings/{listing}").json()["state"] == "served"


def test_a_jump_back_delays_no_lift(desk: Desk, clocks: Clocks) -> None:
    listed(desk)
    clocks.wait(days(8))
    look(desk)
    assert any(isinstance(fact, ListingDecided) for fact in desk.court.facts())
    clocks.wait(days(186))
    clocks.wall -= days(300)
    look(desk)
    assert [fact.why for fact in desk.court.facts() if isinstance(fact, ListingEnded)] == ["expired"]


def test_nor_the_end_of_an_interim_measure(desk: Desk, clocks: Clocks) -> None:
    listing = listed(desk, category=Category.UNSAFE_GOODS)
    desk.act("interim", "an", listing)
    clocks.wait(days(3))
    clocks.wall -= days(30)
    clocks.passed += DRIFT.total_seconds()
    look(desk)
    assert [fact.why for fact in desk.court.facts() if isinstance(fact, InterimEnded)] == ["lapsed"]
    assert [fact.tier for fact in desk.court.facts() if isinstance(fact, DirectiveIssued)][-1] is Tier.NONE
