"""What comes next for a copy that is behind: every lift first, and at every step the digest of exactly that copy."""

from itertools import cycle
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.directives.copies.lane import Stand, Step, steps
from services.directives.copies.state import EMPTY, State
from services.directives.domain import Issued, Register
from tests.services.directives.made import subject

# (subject, tier above none, lift): a lift may leave somebody restricted, for shorter.
KINDS = st.tuples(st.integers(0, 4), st.sampled_from([(True, False), (False, True), (True, True)]))
HISTORIES = st.lists(KINDS, max_size=40).map(lambda kinds: made(kinds))
SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def made(kinds: list[tuple[int, tuple[bool, bool]]]) -> list[Issued]:
    """With ids that have gaps, and seqs that jump."""
    return [Issued(10 * n + 7, subject(number), 3 * n + 1, listed, lift) for n, (number, (listed, lift)) in enumerate(kinds)]


class Copy:
    """A platform's, after the contract's words; it minds that no subject's number falls."""

    def __init__(self, register: Register, issued: list[Issued]) -> None:
        self.register, self.words = register, {one.id: one for one in issued}
        self.held: dict[UUID, Issued] = {}
        self.stand = Stand(0)

    def take(self, step: Step) -> None:
        one = self.words[step.id]
        assert one.subject_id not in self.held or self.held[one.subject_id].seq < one.seq, "an older directive came after a newer one"
        self.held[one.subject_id], self.stand = one, step.stand
        assert self.register.state_with_lifts(*self.stand) == self.state

    def page(self, limit: int, *, lifts_only: bool = False) -> list[Issued]:
        told, end = steps(self.register, self.stand, limit, lifts_only=lifts_only)
        assert len(told) <= limit
        for step in told:
            self.take(step)
        self.stand = end
        assert self.register.state_with_lifts(*end) == self.state
        return [self.words[step.id] for step in told]

    @property
    def state(self) -> State:
        state = EMPTY
        for one in self.held.values():
            state = state.plus(one.subject_id, one.seq) if one.listed else state
        return state


@given(HISTORIES, SIZES, SIZES)
def test_whatever_is_issued_while_it_reads_every_copy_is_what_its_token_says(
    issued: list[Issued], sizes: list[int], arriving: list[int]
) -> None:
    register = Register()
    copy, left, limits, arrivals = Copy(register, issued), list(issued), cycle(sizes), cycle(arriving)
    while left or register.behind(copy.stand.after):
        arrived = next(arrivals)
        for one in left[:arrived]:
            register.add(one)
        left = left[arrived:]
        assert all(one.lift for one in copy.page(next(limits), lifts_only=True))
        copy.page(next(limits))
    assert copy.state == register.state_at(register.head)
    assert steps(register, copy.stand, 9) == ([], copy.stand)


@given(HISTORIES, st.integers(0, 400), SIZES)
def test_from_any_moment_all_lifts_come_before_anything_else(issued: list[Issued], moment: int, sizes: list[int]) -> None:
    register = Register()
    for one in issued:
        register.add(one)
    copy, limits = Copy(register, issued), cycle(sizes)
    copy.stand = Stand(moment)
    for one in issued:
        if one.id <= moment:
            copy.held[one.subject_id] = one
    told = list[Issued]()
    while register.behind(copy.stand.after):
        told += copy.page(next(limits))
    lifts = [one.id for one in issued if one.id > moment and one.lift]
    assert [one.id for one in told[: len(lifts)]] == lifts
    assert all(not one.lift for one in told[len(lifts) :])


def test_a_lift_that_is_issued_behind_fifty_thousand_listings_is_on_the_next_page() -> None:
    register = Register()
    register.add(Issued(1, subject(0), 1, True))
    for n in range(50_000):
        register.add(Issued(n + 2, subject(n + 1), 1, True))
    told, stand = steps(register, Stand(1), 100)
    assert [step.id for step in told] == list(range(2, 102))
    register.add(Issued(60_000, subject(0), 2, False, lift=True))
    told, stand = steps(register, stand, 100)
    assert [step.id for step in told] == [60_000, *range(102, 201)]
    assert stand == Stand(200, 60_000)


def test_what_a_lift_has_overtaken_is_not_told_any_more() -> None:
    register = Register()
    for one in made([(1, (True, False)), (2, (True, False)), (1, (False, True)), (2, (True, False))]):
        register.add(one)
    assert [step.id for step in steps(register, Stand(0), 9)[0]] == [27, 17, 37]


def test_a_token_that_names_a_lift_nobody_has_issued_yet_changes_nothing_for_those_who_have_it_later() -> None:
    register = Register()
    first, listed, lifted = made([(1, (True, False)), (2, (True, False)), (1, (False, True))])
    register.add(first)
    register.add(listed)
    assert register.state_with_lifts(first.id, lifted.id) == register.state_at(first.id)
    register.add(lifted)
    assert register.state_with_lifts(first.id, lifted.id) == EMPTY
