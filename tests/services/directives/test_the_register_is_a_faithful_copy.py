"""The register knows, at every moment, what a copy holds that took every directive in."""

from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.directives.domain import EMPTY, Issued, Register, State
from tests.services.directives.made import subject


def told(*steps: tuple[int, int, bool]) -> list[Issued]:
    """(subject, seq, tier above none), with ids that have gaps."""
    return [Issued(10 * place + 7, subject(number), seq, listed) for place, (number, seq, listed) in enumerate(steps)]


def register(issued: list[Issued]) -> Register:
    made = Register()
    for one in issued:
        made.add(one)
    return made


def by_hand(copy: dict[UUID, Issued]) -> State:
    """The contract's words: over the subjects whose latest directive has a tier above none."""
    listed = [one for one in copy.values() if one.listed]
    total = sum(int(sha256(f"{one.subject_id}/{one.seq}".encode()).hexdigest(), 16) for one in listed)
    return State(total % 2**256, len(listed))


# A directive of a few subjects; seq jumps, and once in a while comes late.
STEPS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9), st.booleans()), max_size=40).map(lambda steps: told(*steps))


@given(STEPS)
def test_the_state_at_every_moment_is_that_of_a_copy_that_took_in_everything(issued: list[Issued]) -> None:
    known, copy = register(issued), dict[UUID, Issued]()
    assert known.state_at(0) == EMPTY
    for one in issued:
        if one.subject_id not in copy or copy[one.subject_id].seq < one.seq:
            copy[one.subject_id] = one
        assert known.state_at(one.id) == known.state_at(one.id + 9) == by_hand(copy)


@given(STEPS, st.data())
def test_a_snapshot_holds_the_same_whatever_came_after_its_moment(issued: list[Issued], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(issued)))
    before, everything = register(issued[:cut]), register(issued)
    ids = list(before.snapshot(before.head, 0))
    assert list(everything.snapshot(before.head, 0)) == ids
    places = {one.id: one for one in issued}
    assert by_hand({places[position].subject_id: places[position] for position in ids}) == before.state_at(before.head)


@given(STEPS, st.integers(1, 5))
def test_pages_of_changes_leave_nothing_out_and_repeat_nothing(issued: list[Issued], limit: int) -> None:
    known, found, after = register(issued), list[int](), 0
    while page := known.following(after, limit):
        assert known.behind(after) >= len(page)
        found, after = found + page, page[-1]
    assert found == sorted(set(found)) and known.behind(after) == 0 and after == known.head


def test_a_directive_whose_seq_is_not_higher_is_dropped_as_every_reader_drops_it() -> None:
    known = register(told((1, 4, True), (1, 3, False), (1, 4, False)))
    assert known.following(0, 9) == [7]
    assert known.state_at(99).listed == 1


def test_digests_are_sixty_four_lower_case_hexadecimal_digits() -> None:
    assert EMPTY.hexadecimal == "0" * 64
    one = EMPTY.plus(subject(1), 4)
    assert one.hexadecimal == sha256(f"{subject(1)}/4".encode()).hexdigest()
    assert one.minus(subject(1), 4) == EMPTY
