"""What holds for every ledger: the account adds up, and neither order nor duplicates matter."""

from datetime import timedelta
from random import Random
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts.dossier import AccountRef, Group
from events.facts.fact import Measure
from projections.credit.fold import Entry
from projections.credit.read import scorecard
from projections.credit.score import score
from tests.projections import story as s

CARD = scorecard()
days = st.integers(-40, 40)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    platform = draw(st.sampled_from(["tmall", "taobao", "pdd", "jd"]))
    begins = draw(days)
    it = s.weighing(
        draw(st.sampled_from("abcdef")),
        AccountRef(platform, "shop"),
        entity="ali" if platform == "taobao" else platform,
        measure=draw(st.sampled_from(Measure)),
        group=draw(st.sampled_from(get_args(Group))),
        eighths=draw(st.sampled_from([40, 60, 480, 720, 2400, 4200, 7])),
        begins=s.later(begins),
        counts_until=s.later(begins + draw(st.integers(1, 40))),
    )
    recorded, ended = draw(st.integers(1, 60)), draw(st.none() | st.integers(1, 30))
    end = {} if ended is None else {"ended_id": recorded + ended, "ended_at": s.later(recorded + ended - 30), "why": "overturned"}
    return Entry(subject_id=s.MERCHANT, weighing=it, recorded_id=recorded, recorded_at=s.later(recorded - 30), **end)


ledgers = st.lists(entries(), max_size=12)


@given(ledgers, days)
def test_the_account_adds_up(ledger: list[Entry], day: int) -> None:
    found = score(ledger, s.later(day), CARD)
    assert 8000 + sum(line.eighths for line in found.lines) == 8 * found.score
    assert 0 <= found.score <= 1000


@given(ledgers, days, st.randoms())
def test_order_and_duplicates_do_not_matter(ledger: list[Entry], day: int, random: Random) -> None:
    unique = list({(it.weighing.id, it.recorded_id): it for it in ledger}.values())
    again = unique + random.choices(unique, k=5) if unique else []
    random.shuffle(again)
    assert score(again, s.later(day), CARD) == score(unique, s.later(day), CARD)


@given(ledgers, days)
def test_what_came_later_changes_no_past_score(ledger: list[Entry], day: int) -> None:
    """A value can be explained again for ever: from the ledger as it is now, as it was then."""
    moment = s.later(day)
    then = [
        it if it.ended_at is not None and it.ended_at <= moment else Entry(
            subject_id=it.subject_id, weighing=it.weighing, recorded_id=it.recorded_id, recorded_at=it.recorded_at
        )
        for it in ledger
        if it.recorded_at <= moment
    ]  # fmt: skip
    unique = {(it.weighing.id, it.recorded_id) for it in ledger}
    if len(unique) == len(ledger):
        assert score(ledger, moment, CARD) == score(then, moment, CARD)


@given(ledgers, days, st.integers(0, 90))
def test_by_position_only_what_had_that_position_counts(ledger: list[Entry], day: int, position: int) -> None:
    unique = list({(it.weighing.id, it.recorded_id): it for it in ledger}.values())
    then = [it for it in unique if it.recorded_id <= position and (it.ended_id is None or it.ended_id > position)]
    assert score(unique, s.later(day), CARD, position) == score(then, s.later(day), CARD, position)


@given(ledgers, days)
@settings(max_examples=200)
def test_the_score_stays_until_the_moment_it_says(ledger: list[Entry], day: int) -> None:
    """Without new facts: caches rely on it. What the ledger knows only later is left out."""
    moment = s.later(day)
    known = [it for it in ledger if it.recorded_at <= moment and it.ended_at is None]
    found = score(known, moment, CARD)
    until = s.later(1000) if found.changes_at is None else found.changes_at - timedelta(microseconds=1)
    assert score(known, until, CARD).lines == found.lines
