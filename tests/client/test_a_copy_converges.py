"""The replica: whatever comes, in whatever order and however often, it ends as the hub's last word has it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.client.follow.directive import Directive, MeasureUntil
from events.client.follow.replica import Replica


@pytest.fixture
def replica() -> Iterator[Replica]:
    with closing(Replica()) as opened:
        yield opened


DAY = date(2026, 11, 20)
ACCOUNTS = ("shop-1", "shop-2")


def told(subject: str, seq: int, *, restricted: bool = True, accounts: tuple[str, ...] = (), until: date | None = None) -> Directive:
    if not restricted:
        return Directive(subject, seq, "none", your_accounts=accounts)
    limit = MeasureUntil("limit", until or date(2027, 5, 20))
    return Directive(subject, seq, "restricted", measures=(limit,), uscc=f"uscc-{subject}", your_accounts=accounts, until=until)


def digest_of(*names: str) -> str:
    return f"{sum(int.from_bytes(sha256(name.encode()).digest(), 'big') for name in names) % (1 << 256):064x}"


directives = st.lists(
    st.builds(
        told,
        st.sampled_from(["a", "b", "c"]),
        st.integers(1, 6),
        restricted=st.booleans(),
        accounts=st.lists(st.sampled_from(ACCOUNTS), max_size=1).map(tuple),
    ),
    max_size=20,
)


@given(directives, st.randoms())
def test_any_order_with_repeats_ends_the_same(said: list[Directive], random: Random) -> None:
    latest = {one.subject_id: one for one in sorted({(one.subject_id, one.seq): one for one in said}.values(), key=lambda one: one.seq)}
    unique = list({(one.subject_id, one.seq): one for one in said}.values())
    shuffled = [*unique, *unique]
    random.shuffle(shuffled)
    bound = [one for one in latest.values() if one.restricts]
    with closing(Replica()) as replica:
        for one in shuffled:
            replica.apply([one], "t")
        assert replica.agrees(digest_of(*(f"{one.subject_id}/{one.seq}" for one in bound)), len(bound))
        for subject, one in latest.items():
            assert (replica.restriction(DAY, subject_id=subject) is not None) == one.restricts
            assert replica.is_restricted(DAY, subject_id=subject) == one.restricts
            assert replica.is_restricted(DAY, uscc=f"uscc-{subject}") == one.restricts
        for account in ACCOUNTS:
            assert replica.is_restricted(DAY, account=account) == (replica.restriction(DAY, account=account) is not None)


def test_it_answers_by_uscc_by_account_and_by_subject(replica: Replica) -> None:
    replica.apply([told("a", 1, accounts=("shop-1",))], "t1")
    found = [replica.restriction(DAY, uscc="uscc-a"), replica.restriction(DAY, account="shop-1"), replica.restriction(DAY, subject_id="a")]
    assert [one.seq for one in found if one] == [1, 1, 1]
    assert replica.restriction(DAY, uscc="uscc-b", account="shop-2", subject_id="b") is None


def test_an_account_that_moved_follows_its_new_subject(replica: Replica) -> None:
    replica.apply([told("a", 1, accounts=("shop-1", "shop-2"))], "t1")
    replica.apply([told("b", 1, restricted=False, accounts=("shop-1",)), told("a", 2, accounts=("shop-2",))], "t2")
    assert replica.restriction(DAY, account="shop-1") is None
    assert replica.restriction(DAY, account="shop-2") is not None


def test_a_measure_lapses_after_its_last_day_without_a_word_and_still_counts(replica: Replica) -> None:
    replica.apply([told("a", 1, until=DAY)], "t1")
    assert replica.restriction(DAY, subject_id="a") is not None
    assert replica.restriction(date(2026, 11, 21), subject_id="a") is None
    assert replica.agrees(digest_of("a/1"), 1)


def test_a_snapshot_frees_whom_it_does_not_name_and_an_older_directive_does_not_bind_them_again(replica: Replica) -> None:
    replica.apply([told("a", 5), told("b", 3)], "t1")
    replica.stage([told("b", 3)], first=True)
    replica.stage([told("c", 1)], first=False)
    assert replica.restriction(DAY, subject_id="a") is not None, "until the last page is there"
    assert replica.replace("t2") == 2
    assert {(one.subject_id, one.restricts) for one in replica.unanswered()} == {("a", False), ("b", True), ("c", True)}
    assert replica.apply([told("a", 5), told("a", 4)], "t3") == 0
    assert replica.restriction(DAY, subject_id="a") is None
    assert replica.agrees(digest_of("b/3", "c/1"), 2)


def test_a_snapshot_of_a_restored_hub_wins_over_a_higher_seq(replica: Replica) -> None:
    replica.apply([told("a", 9)], "t1")
    replica.stage([told("a", 2)], first=True)
    replica.replace("t2")
    assert replica.agrees(digest_of("a/2"), 1)


def test_the_copy_the_token_and_what_is_unanswered_survive_a_restart(tmp_path: Path) -> None:
    with closing(Replica(tmp_path / "copy.db")) as first:
        first.apply([told("a", 1), told("b", 1, restricted=False), told("c", 1)], "t1")
        first.answered(told("a", 1))
    with closing(Replica(tmp_path / "copy.db")) as again:
        assert again.token == "t1"
        assert again.is_restricted(DAY, uscc="uscc-a")
        assert not again.is_restricted(DAY, uscc="uscc-b")
        assert again.agrees(digest_of("a/1", "c/1"), 2)
        assert [one.subject_id for one in again.unanswered()] == ["b", "c"], "a lift comes first"


def test_an_answer_to_an_older_directive_leaves_the_newer_one_unanswered(replica: Replica) -> None:
    replica.apply([told("a", 1)], "t1")
    replica.apply([told("a", 2, restricted=False)], "t2")
    replica.answered(told("a", 1))
    assert [one.seq for one in replica.unanswered()] == [2]


def test_an_unknown_measure_and_an_unknown_tier_bind_as_they_are_written(replica: Replica) -> None:
    replica.apply([Directive("a", 1, "quarantined", measures=(MeasureUntil("shadow", date(2027, 1, 1)),))], "t1")
    found = replica.restriction(DAY, subject_id="a")
    assert found is not None
    assert found.in_force(DAY) == {"shadow"}


def test_of_two_subjects_with_one_credit_code_the_longest_binds(replica: Replica) -> None:
    one, other = told("a", 1, until=date(2027, 1, 1)), told("b", 1, until=date(2027, 3, 1))
    shared = [msgspec.structs.replace(directive, uscc="shared") for directive in (one, other)]
    replica.apply(shared, "t1")
    assert replica.is_restricted(date(2027, 2, 1), uscc="shared")
    replica.apply([told("b", 2, restricted=False)], "t2")
    assert not replica.is_restricted(date(2027, 2, 1), uscc="shared")
    assert replica.is_restricted(date(2027, 1, 1), uscc="shared")


def test_a_copy_in_an_older_form_begins_again(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "copy.db")) as old:
        old.executescript(
            "CREATE TABLE directive (subject_id TEXT); CREATE TABLE progress (token TEXT); INSERT INTO progress VALUES ('t9')"
        )
    with closing(Replica(tmp_path / "copy.db")) as replica:
        assert replica.token is None
        replica.apply([told("a", 1)], "t1")
        assert replica.is_restricted(DAY, subject_id="a")


def test_a_snapshot_mends_a_copy_that_is_wrong_at_the_right_number(replica: Replica) -> None:
    replica.apply([told("a", 5, restricted=False), told("b", 1)], "t1")
    replica.stage([told("a", 5), told("b", 1)], first=True)
    assert replica.replace("t2") == 1
    assert replica.is_restricted(DAY, subject_id="a") and replica.agrees(digest_of("a/5", "b/1"), 2)


def test_a_snapshot_mends_a_file_that_was_damaged(tmp_path: Path) -> None:
    with closing(Replica(tmp_path / "copy.db")) as replica:
        replica.apply([told("a", 1), told("b", 1)], "t1")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as file:
        file.execute("DELETE FROM held WHERE subject_id = 'a'")
        file.execute("UPDATE progress SET sum = 'ff', count = 7")
        file.commit()
    with closing(Replica(tmp_path / "copy.db")) as replica:
        replica.stage([told("a", 1), told("b", 1)], first=True)
        replica.replace("t2")
        assert replica.agrees(digest_of("a/1", "b/1"), 2) and replica.is_restricted(DAY, subject_id="a")


def test_records_without_accounts_keep_those_that_are_known_until_the_feed_names_others(replica: Replica) -> None:
    replica.apply([told("a", 1, accounts=("shop-1",))], "t1")
    assert replica.apply([told("a", 2)], None, accounts=False) == 1
    assert replica.is_restricted(DAY, account="shop-1") and replica.proof() is None, "the copy is ahead of its token"
    assert replica.apply([told("a", 2, accounts=("shop-2",))], "t2") == 1
    assert replica.is_restricted(DAY, account="shop-2") and not replica.is_restricted(DAY, account="shop-1")
    assert replica.proof() == ("t2", digest_of("a/2"), 1)
