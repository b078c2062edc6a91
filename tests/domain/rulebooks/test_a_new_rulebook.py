"""A version of the rules comes into force by two persons, after a backtest of its very text, and after seven whole days of notice."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from events.facts.rulebook import RulebookAdopted, RulebookBacktested, RulebookDrafted, RulebookFact, RulebookWithdrawn
from services.adjudication.domain.case import Refused
from services.adjudication.domain.draft import Person
from services.adjudication.legislation import adoption
from services.adjudication.legislation.adoption import Version, evolve, in_force
from tests.domain.spec import APPROVER, NOON, REVIEWER

EARLIEST = date(2026, 3, 10)
"""NOON is on the 2nd: the 3rd to the 9th are the seven days."""


def drafted(effective: date = EARLIEST, by: Person = REVIEWER, sha256: str = "aa") -> RulebookFact:
    return adoption.draft(Version("2026.2"), "…", sha256, effective, by, "ff", NOON)


def tried(sha256: str = "aa") -> RulebookFact:
    return RulebookBacktested(version="2026.2", at=NOON, by="hub", sha256=sha256, position=9, listed=0, freed=0, scored=0)


def version(*facts: RulebookFact, name: str = "2026.2") -> Version:
    state = Version(name)
    for fact in facts:
        state = evolve(state, fact)
    return state


def refused(step: Callable[..., RulebookFact], *given: object) -> str:
    with pytest.raises(Refused) as found:
        step(*given)
    return found.value.code


def test_two_persons_a_backtest_and_seven_days_bring_it_into_force() -> None:
    state = version(drafted(), tried())
    adopted = adoption.adopt(state, APPROVER, "ee", NOON)
    assert adopted == RulebookAdopted(version="2026.2", at=NOON, by="an", sha256="aa", reason="ee", effective=EARLIEST)
    state = evolve(state, adopted)
    assert [state.state(day) for day in (date(2026, 3, 9), EARLIEST)] == ["announced", "adopted"]


def test_a_reviewer_drafts_and_an_approver_adopts() -> None:
    assert refused(adoption.draft, Version("2026.2"), "…", "aa", EARLIEST, APPROVER, "ff", NOON) == "by-reviewer"
    assert refused(adoption.adopt, version(drafted(), tried()), REVIEWER, "ee", NOON) == "by-approver"


def test_the_maker_does_not_check_his_own_work_whatever_his_role() -> None:
    assert refused(adoption.adopt, version(drafted(), tried()), Person(REVIEWER.code, "approver"), "ee", NOON) == "another-than-maker"


def test_nobody_adopts_what_was_not_tried() -> None:
    assert refused(adoption.adopt, version(drafted()), APPROVER, "ee", NOON) == "backtested"


def test_a_draft_written_anew_has_to_be_tried_anew() -> None:
    assert refused(adoption.adopt, version(drafted(), tried(), drafted(sha256="bb")), APPROVER, "ee", NOON) == "backtested"


def test_nobody_adopts_what_nobody_drafted() -> None:
    assert refused(adoption.adopt, Version("2026.2"), APPROVER, "ee", NOON) == "drafted"


@pytest.mark.parametrize("late", [timedelta(hours=12), timedelta(days=3)])
def test_seven_whole_days_lie_before_its_first_day(late: timedelta) -> None:
    """From midnight in Shanghai the next day has begun, and the days do not suffice any more."""
    state = version(drafted(), tried())
    assert refused(adoption.adopt, state, APPROVER, "ee", NOON + late) == "seven-days-notice"
    adoption.adopt(state, APPROVER, "ee", NOON + timedelta(hours=11))
    assert refused(adoption.draft, Version("2026.2"), "…", "aa", date(2026, 3, 9), REVIEWER, "ff", NOON) == "seven-days-notice"


def adopted(name: str = "2026.2", effective: date = EARLIEST, at: datetime = NOON) -> Version:
    fields = {"version": name, "at": at, "sha256": "aa"}
    return version(
        RulebookDrafted(by="rui", text="…", effective=effective, **fields),
        RulebookAdopted(by="an", effective=effective, **fields),
        name=name,
    )


def test_what_was_adopted_is_not_written_anew_and_not_adopted_twice() -> None:
    assert refused(adoption.draft, adopted(), "…", "bb", EARLIEST, REVIEWER, "ff", NOON) == "not-adopted"
    assert refused(adoption.adopt, adopted(), APPROVER, "ee", NOON) == "not-adopted"


def test_what_is_announced_can_be_taken_back_until_it_is_in_force() -> None:
    withdrawn = adoption.withdraw(adopted(), APPROVER, "dd", NOON + timedelta(days=7))
    assert withdrawn == RulebookWithdrawn(version="2026.2", at=NOON + timedelta(days=7), by="an", sha256="aa", reason="dd")
    assert evolve(adopted(), withdrawn).state(EARLIEST) == "withdrawn"
    assert refused(adoption.withdraw, adopted(), APPROVER, "dd", NOON + timedelta(days=8)) == "not-in-force-yet"


def test_the_version_that_came_into_force_last_rules() -> None:
    first, second = adopted(), adopted("2026.3", date(2026, 4, 1))
    taken_back = evolve(adopted("2026.4", date(2026, 3, 20)), RulebookWithdrawn(version="2026.4", at=NOON, by="an", sha256="aa"))
    draft = version(RulebookDrafted(version="2026.5", at=NOON, by="rui", sha256="aa", text="…", effective=EARLIEST), name="2026.5")
    every = [draft, second, taken_back, first]
    ruling = [in_force(every, day) for day in (date(2026, 3, 9), EARLIEST, date(2026, 3, 31), date(2026, 4, 1))]
    assert [it and it.version for it in ruling] == [None, "2026.2", "2026.2", "2026.3"]


def test_of_two_with_one_first_day_the_later_adoption_rules() -> None:
    corrected = adopted("2026.3", at=NOON + timedelta(hours=1))
    assert in_force([corrected, adopted()], EARLIEST) == in_force([adopted(), corrected], EARLIEST) == corrected


def test_every_guard_reads_in_both_languages_under_a_name_of_its_own() -> None:
    for guards in adoption.RULEBOOK_GUARDS.values():
        assert len({guard.code for guard in guards}) == len(guards)
        assert all(guard.zh and guard.en for guard in guards)
