"""A standing shows what holds now, and nothing past its last day, whatever was or was not decided since."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from events.facts.fact import Tier
from projections.blacklist.read import Account, Subject
from projections.credit.read import scorecard
from services.standing.replica import Replica
from tests.services.standing.made import DAY, LAST_DAY, NOON, entry, ledgers, news, subject, subject_id, watch

# The last moment of the 20th of November in Shanghai.
MIDNIGHT = datetime.fromisoformat("2026-11-21T00:00:00+08:00")


def replica(*subjects: Subject) -> Replica:
    made = Replica(scorecard())
    made.take(news(*subjects, reload=True), ledgers(reload=True))
    return made


def asked(copy: Replica, number: int, source: str = "/platforms/jd", now: datetime = NOON) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(copy.standing(subject_id(number), source, now) + b"}")
    return answer


def test_nobody_knows_the_subject() -> None:
    answer = asked(replica(), 1)
    assert answer == {
        "subject_id": str(subject_id(1)),
        "known": False,
        "merged_into": None,
        "tier": "none",
        "contested": False,
        "measures": [],
        "score": None,
        "grade": None,
        "reasons": [],
        "since": None,
        "until": None,
    }


def test_a_subject_with_a_dossier_and_nothing_against_it_has_the_full_score() -> None:
    answer = asked(replica(subject(1)), 1)
    assert (answer["known"], answer["tier"], answer["score"], answer["grade"], answer["reasons"]) == (True, "none", 1000, "A", [])


def test_a_listed_subject_shows_its_tier_and_the_measures_in_force() -> None:
    answer = asked(replica(subject(1, Tier.BLACKLISTED, contested=True)), 1)
    assert (answer["tier"], answer["contested"], answer["since"], answer["until"]) == ("blacklisted", True, "2026-05-21", "2026-11-20")
    assert answer["measures"] == [{"measure": "freeze", "until": "2026-11-20"}]  # `limit` ended on the first


@pytest.mark.parametrize("tier", [Tier.RESTRICTED, Tier.BLACKLISTED])
def test_a_tier_is_shown_through_its_last_day_in_shanghai_and_never_after(tier: Tier) -> None:
    copy = replica(subject(1, tier))
    before, after = asked(copy, 1, now=MIDNIGHT - timedelta(seconds=1)), asked(copy, 1, now=MIDNIGHT)
    assert before["tier"] == tier.word
    assert (after["tier"], after["measures"], after["since"], after["until"]) == ("none", [], None, None)


def test_a_watch_shows_when_the_tier_is_over_and_ends_by_itself() -> None:
    copy = replica(subject(1, Tier.RESTRICTED, watches=(watch(date(2026, 11, 25)),)))
    assert asked(copy, 1, now=NOON)["tier"] == "restricted"
    assert asked(copy, 1, now=MIDNIGHT)["tier"] == "watch"
    assert asked(copy, 1, now=MIDNIGHT + 5 * DAY)["tier"] == "none"


def test_a_merged_subject_answers_with_the_standing_of_where_it_went() -> None:
    copy = replica(subject(1, merged_into=subject_id(2)), subject(2, merged_into=subject_id(3)), subject(3, Tier.RESTRICTED))
    for number in (1, 2):
        answer = asked(copy, number)
        assert (answer["subject_id"], answer["merged_into"], answer["tier"]) == (str(subject_id(number)), str(subject_id(3)), "restricted")
    assert asked(copy, 3)["merged_into"] is None


def test_a_change_of_the_target_shows_through_its_aliases() -> None:
    copy = replica(subject(1, merged_into=subject_id(2)), subject(2, Tier.RESTRICTED))
    assert asked(copy, 1)["tier"] == "restricted"
    copy.take(news(subject(2)), ledgers())
    assert asked(copy, 1)["tier"] == "none"


def test_subjects_merged_in_a_circle_answer_for_themselves() -> None:
    copy = replica(subject(1, merged_into=subject_id(2)), subject(2, Tier.RESTRICTED, merged_into=subject_id(1)))
    assert asked(copy, 2)["tier"] == "restricted"


def test_reasons_name_the_callers_own_statements_and_nobody_elses() -> None:
    copy = replica(subject(1))
    copy.take(news(), ledgers(entry(1, "tmall", "t-1"), entry(1, "pdd", "p-1")))
    for platform, own in (("tmall", {"t-1"}), ("pdd", {"p-1"}), ("jd", set[str]())):
        answer = asked(copy, 1, f"/platforms/{platform}")
        assert {reason["statement"] for reason in answer["reasons"] if "statement" in reason} == own
        assert len(answer["reasons"]) == 2


def test_reasons_carry_what_the_contract_lists() -> None:
    copy = replica(subject(1))
    copy.take(news(), ledgers(entry(1, "tmall", "t-1")))
    answer = asked(copy, 1)
    (reason,) = answer["reasons"]
    assert reason == {
        "code": "FREEZE_GOODS",
        "points": -300,
        "month": "2026-11",
        "ends": "2028-11-18",
        "text": {"zh": "商品安全与真伪：冻结", "en": "goods: frozen"},
    }
    assert (answer["score"], answer["grade"]) == (700, "B")


def test_a_score_recovers_when_its_reason_ends_without_any_new_fact() -> None:
    copy = replica(subject(1))
    copy.take(news(), ledgers(entry(1, "tmall", "t-1")))
    assert asked(copy, 1)["score"] == 700
    assert asked(copy, 1, now=NOON + 800 * DAY)["score"] == 1000


def test_new_rows_replace_what_was_answered_before() -> None:
    copy = replica(subject(1))
    assert asked(copy, 1)["score"] == 1000
    copy.take(news(), ledgers(entry(1, "tmall", "t-1")))
    assert asked(copy, 1)["score"] == 700
    copy.take(news(), ledgers(entry(1, "tmall", "t-1", ended_id=5, ended_at=NOON, why="overturned")))
    assert asked(copy, 1)["score"] == 1000


def test_of_two_owners_of_an_account_the_later_one_holds_in_whatever_order_they_come() -> None:
    rows = (Account(5, "tmall", "shop-1", subject_id(1)), Account(9, "tmall", "shop-1", subject_id(2)))
    for order in (rows, rows[::-1]):
        copy = replica(subject(1), subject(2))
        for row in order:
            copy.take(news(accounts=(row,)), ledgers())
        assert copy.whose("tmall", "shop-1") == subject_id(2)
        assert copy.whose("pdd", "shop-1") is None


def test_a_reload_forgets_what_is_not_there_any_more() -> None:
    copy = replica(subject(1, Tier.RESTRICTED), subject(2))
    copy.take(news(), ledgers(entry(2, "tmall", "t-1")))
    copy.take(news(subject(2), reload=True), ledgers())
    assert not asked(copy, 1)["known"]
    assert asked(copy, 2)["score"] == 700  # the ledger was no part of the reload
    copy.take(news(), ledgers(reload=True))
    assert asked(copy, 2)["score"] == 1000


def test_a_score_of_the_past_is_of_what_was_recorded_by_then() -> None:
    copy = replica(subject(1))
    copy.take(news(), ledgers(entry(1, "tmall", "t-1", recorded_at=NOON)))
    before, after = copy.score(subject_id(1), NOON - DAY), copy.score(subject_id(1), NOON)
    assert before is not None and after is not None
    assert (before.score, after.score) == (1000, 700)
    assert copy.score(subject_id(9), NOON) is None


def test_a_merged_subjects_past_score_is_its_own_and_from_the_merger_on_its_targets() -> None:
    copy = replica(subject(1, merged_into=subject_id(2)), subject(2))
    early = NOON - 3 * DAY
    own = entry(1, "tmall", "t-1", recorded_at=early, ended_id=8, ended_at=NOON, why="detached")
    copy.take(news(), ledgers(own, entry(2, "tmall", "t-1", recorded_at=NOON, origin=subject_id(1))))
    scores = [copy.score(subject_id(1), moment) for moment in (early, NOON - timedelta(hours=1), NOON)]
    assert [found.score for found in scores if found is not None] == [1000, 700, 700]


def test_an_answer_of_yesterday_is_not_given_today() -> None:
    copy = replica(subject(1, Tier.RESTRICTED, until=LAST_DAY))
    assert asked(copy, 1)["tier"] == "restricted"
    assert asked(copy, 1, now=NOON + DAY)["tier"] == "none"
