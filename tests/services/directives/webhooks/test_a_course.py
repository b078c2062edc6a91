"""What a platform is told next: latest state only, lifts first, what fails aside, until its copy is the hub's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directives.domain import EMPTY, Issued, Register, State
from services.directives.webhooks.way.course import Course
from services.directives.webhooks.way.places import Due, Places
from tests.services.directives.made import subject

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LISTED, LIFTED, MILDER = (True, False), (False, True), (True, True)
"""Tier above none; is a lift."""


def log(*issued: tuple[int, tuple[bool, bool]]) -> Register:
    """(subject, kind) each; ids are 10, 20, 30 …"""
    made = Register()
    for place, (number, (listed, lift)) in enumerate(issued, start=1):
        made.add(Issued(10 * place, subject(number), place, listed, lift))
    return made


def told(course: Course, known: Register, now: datetime = NOON) -> Iterator[int]:
    """Every directive until nothing is due, all of them taken."""
    while isinstance(due := course.next(known, now), Due):
        yield due.id
        course.delivered(due, now)


def fail(course: Course, known: Register, now: datetime, chance: float = 0.0) -> Due:
    due = course.next(known, now)
    assert isinstance(due, Due), due
    course.failed(due, NOON, now, chance)
    return due


def test_who_is_new_is_told_what_is_listed_and_then_what_changes() -> None:
    known = log((1, LISTED), (2, LISTED), (1, LIFTED), (3, LISTED), (3, MILDER))
    course = Course(Places(snapshot_to=known.head, others_after=0, lifts_after=known.head))
    assert list(told(course, known)) == [20, 50]
    known.add(Issued(60, subject(2), 60, False, True))
    known.add(Issued(70, subject(4), 70, True, False))
    assert list(told(course, known)) == [60, 70]
    assert (course.places.others_after, course.places.lifts_after) == (70, 70)


def test_a_lift_overtakes_every_listing_and_a_listing_that_was_lifted_is_never_told() -> None:
    known = log(*((number, LISTED) for number in range(1, 1501)))
    course = Course(Places(0, 0, 0))
    first = course.next(known, NOON)
    assert first == Due(10, False)
    known.add(Issued(20_000, subject(700), 9999, False, True))
    course.delivered(Due(10, False), NOON)
    rest = list(told(course, known))
    assert rest[0] == 20_000 and len(rest) == 1499 and 7000 not in rest


def test_only_the_latest_state_of_a_subject_is_told() -> None:
    known = log((1, LISTED), (1, LISTED), (1, LIFTED), (1, LISTED), (2, LISTED), (2, MILDER))
    assert list(told(Course(Places(0, 0, 0)), known)) == [60, 40]


def test_what_was_looked_ahead_at_is_not_told_when_a_lift_comes_first() -> None:
    known = log((1, LISTED), (2, LISTED), (3, LISTED))
    course = Course(Places(0, 0, 0))
    assert course.next(known, NOON) == Due(10, False)
    known.add(Issued(40, subject(2), 40, False, True))
    course.delivered(Due(10, False), NOON)
    assert list(told(course, known)) == [40, 30]


def test_what_was_looked_ahead_at_is_told_after_a_restart() -> None:
    known = log((1, LISTED), (2, LISTED), (3, LISTED), (4, LIFTED), (5, LIFTED))
    course = Course(Places(0, 0, 0))
    for first, rest in ((40, [50, 10, 20, 30]), (50, [10, 20, 30]), (10, [20, 30]), (20, [30]), (30, [])):
        assert course.next(known, NOON) == Due(first, first >= 40)
        course.delivered(Due(first, first >= 40), NOON)
        assert list(told(Course(course.places), known)) == rest


def test_what_fails_blocks_nothing_else_and_is_tried_again_later_and_later() -> None:
    known = log((1, LISTED), (2, LISTED), (3, LIFTED))
    course = Course(Places(0, 0, 0))
    assert list(told(course, known))[:1] == [30]
    known.add(Issued(40, subject(4), 40, True, False))
    now, waits = NOON, []
    for _ in range(8):
        began = now
        assert fail(course, known, now).id == 40
        known.add(Issued(course.places.lifts_after + 1000, subject(5), course.places.lifts_after + 1000, False, True))
        assert len(list(told(course, known, now))) == 1, "a lift of somebody else goes through"
        until = course.next(known, now)
        assert isinstance(until, datetime)
        now = until
        waits.append(until - began)
    assert waits == [timedelta(seconds=2.5 * 2**n) for n in range(8)]


def test_a_lift_that_failed_comes_before_other_things_that_failed() -> None:
    known = log((1, LISTED), (2, LIFTED))
    course = Course(Places(0, 0, 0))
    assert fail(course, known, NOON).id == 20
    assert fail(course, known, NOON).id == 10
    later = NOON + timedelta(minutes=1)
    assert course.next(known, later) == Due(20, True)


def test_what_failed_is_forgotten_when_something_newer_was_said_of_the_subject() -> None:
    known = log((1, LISTED), (2, LISTED))
    course = Course(Places(0, 0, 0))
    fail(course, known, NOON)
    known.add(Issued(30, subject(1), 30, False, True))
    assert list(told(course, known)) == [30, 20] and course.retries == {}
    assert course.touched == {10}


def test_an_endpoint_that_fails_is_paused_and_asked_again_within_half_a_minute() -> None:
    known = log(*((number, LISTED) for number in range(1, 200)))
    course, now, longest = Course(Places(0, 0, 0)), NOON, timedelta()
    for _ in range(60):
        fail(course, known, now, chance=0.99)
        resume = course.resume
        assert resume is not None
        assert course.next(known, resume - timedelta(microseconds=1)) == resume or resume == now
        longest = max(longest, resume - now)
        now = resume
    assert timedelta(seconds=20) < longest <= timedelta(seconds=30)
    assert len(course.retries) < 15, "an outage puts few aside"
    known.add(Issued(9_000, subject(900), 9_000, False, True))
    assert course.next(known, now) == Due(9_000, True)


def test_after_an_outage_everything_that_failed_is_due_at_once() -> None:
    known = log(*((number, LISTED) for number in range(1, 4)))
    course, now = Course(Places(0, 0, 0)), NOON
    while now < NOON + timedelta(hours=12):
        due = course.next(known, now)
        if isinstance(due, Due):
            course.failed(due, NOON, now, due.id / 31)
        else:
            assert due is not None
            now = due
    while not isinstance(due := course.next(known, now), Due):
        assert due is not None
        now = due
    assert max(retry.due for retry in course.retries.values()) > now + timedelta(minutes=5), "by itself it would wait long"
    course.delivered(due, now)
    assert sorted([due.id, *told(course, known, now)]) == [10, 20, 30]


def test_three_days_are_enough_for_one_directive_while_others_are_taken() -> None:
    known = log((1, LISTED), (2, LISTED))
    course, now, tries, others = Course(Places(0, 0, 0)), NOON, 0, 100
    while True:
        due = course.next(known, now)
        if due is None:
            break
        if not isinstance(due, Due):
            now = due
            others += 1
            known.add(Issued(others * 10, subject(others), others, True, False))
        elif due.id == 10:
            course.failed(due, NOON, now, 0.5)
            tries += 1
        else:
            course.delivered(due, now)
    assert course.retries[10].given_up and 15 < tries < 40
    assert timedelta(days=3) <= now - NOON < timedelta(days=3, hours=8)
    assert not course.completes(known, Due(10, False)) or course.next(known, now) is None
    course.revive(now)
    assert list(told(course, known, now)) == [10]


def test_nothing_is_given_up_while_the_endpoint_takes_nothing_and_after_five_days_it_is_hopeless() -> None:
    known = log((1, LISTED), (2, LIFTED))
    course, now = Course(Places(0, 0, 0)), NOON
    while not course.hopeless(now):
        due = course.next(known, now)
        if isinstance(due, Due):
            course.failed(due, NOON, now, 0.5)
        else:
            assert due is not None
            now = due
    assert timedelta(days=5) <= now - NOON < timedelta(days=5, hours=6)
    assert not any(retry.given_up for retry in course.retries.values())


def test_the_delivery_that_completes_a_copy_is_known() -> None:
    known = log((1, LISTED), (2, LISTED), (3, LIFTED))
    course = Course(Places(0, 0, 0))
    completing = list[int]()
    fail(course, known, NOON)
    while isinstance(due := course.next(known, NOON + timedelta(minutes=1)), Due):
        if course.completes(known, due):
            completing.append(due.id)
        course.delivered(due, NOON + timedelta(minutes=1))
    assert completing == [20]


KINDS = st.sampled_from([LISTED, LIFTED, MILDER])
EVENTS = st.one_of(
    st.tuples(st.just("issue"), st.integers(0, 5), KINDS),
    st.tuples(st.sampled_from(["take", "refuse", "lose", "restart", "sleep"])),
)


class Platform:
    """Takes what it is told as every reader does, and notices when something older comes after something newer."""

    def __init__(self) -> None:
        self.copy = dict[object, Issued]()

    def take(self, told: Issued) -> None:
        had = self.copy.get(told.subject_id)
        assert had is None or had.seq <= told.seq, "older after newer"
        self.copy[told.subject_id] = told

    @property
    def state(self) -> State:
        state = EMPTY
        for one in self.copy.values():
            state = state.plus(one.subject_id, one.seq) if one.listed else state
        return state


class Road:
    """A log that grows, a course through it, and a platform at its end."""

    def __init__(self) -> None:
        self.known, self.facts, self.platform, self.now = Register(), dict[int, Issued](), Platform(), NOON
        self.course = Course(Places(0, 0, 0))
        self.keep()

    def keep(self) -> None:
        self._kept = self.course.places, list(self.course.retries.values())

    def restart(self) -> None:
        """From what was kept, which may be long ago."""
        self.course = Course(*self._kept)

    def issue(self, number: int, kind: tuple[bool, bool]) -> None:
        place = len(self.facts) + 1
        self.facts[place] = Issued(place, subject(number), place, *kind)
        self.known.add(self.facts[place])

    def step(self, outcome: str) -> bool:
        """One delivery that is taken, refused, or taken and not answered; whether there was one."""
        due = self.course.next(self.known, self.now)
        if not isinstance(due, Due):
            return False
        assert due.lift or not self._fresh_lifts(), "a lift waits behind a listing"
        completes = self.course.completes(self.known, due)
        if outcome != "refuse":
            self.platform.take(self.facts[due.id])
        if outcome == "take":
            self.course.delivered(due, self.now)
            assert not completes or self.agrees
        else:
            self.course.failed(due, NOON, self.now, 0.5)
        return True

    def _fresh_lifts(self) -> list[int]:
        after, aside = self.course.places.lifts_after, self.course.retries
        return [
            one.id for one in self.facts.values() if one.lift and one.id > after and one.id not in aside and self.known.is_newest(one.id)
        ]

    @property
    def agrees(self) -> bool:
        return self.platform.state == self.known.state_at(self.known.head)


@given(st.lists(EVENTS, max_size=60), st.booleans())
def test_whatever_is_refused_lost_or_forgotten_by_a_crash_a_platform_ends_with_the_hubs_state(events: list[Any], keeps: bool) -> None:
    road = Road()
    for kind, *given_ in events:
        if kind == "issue":
            road.issue(*given_)
        elif kind == "restart":
            road.restart()
        elif kind == "sleep":
            road.now += timedelta(hours=7)
        elif road.step(kind) and keeps:
            road.keep()
    for _ in range(200):
        if not road.step("take"):
            road.now += timedelta(hours=7)
    assert road.agrees


@pytest.mark.parametrize("lost", [0, 1])
def test_a_platform_that_has_a_copy_is_told_from_there(lost: int) -> None:
    known = log((1, LISTED), (2, LISTED), (1, LIFTED), (4, LISTED))
    stand = 20 - 10 * lost
    assert list(told(Course(Places(stand, stand, stand)), known)) == ([30, 40] if not lost else [30, 20, 40])
