"""Of ten thousand random subjects and moments: the lines shown add up, and a past value is computed equal after all that came later."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import NamedTuple, get_args
from uuid import UUID, uuid5

import pytest

from events.facts.dossier import AccountRef, Discount, Group, Weighing
from events.facts.fact import NS_SUBJECT, Fact, Measure
from projections.catalogue import VIEWS
from projections.credit import read
from projections.credit.fold import Entry
from projections.credit.read import scorecard
from projections.credit.score import EIGHTHS, Score, score
from projections.credit.table import Ledgers, fold
from tests.projections import story as s
from tests.projections.hosting import feed, start
from tests.support.stack import Database

PAIRS = 10_000
SUBJECTS = [uuid5(NS_SUBJECT, f"merchant {n}") for n in range(150)]
PLATFORMS = {"tmall": "alibaba", "taobao": "alibaba", "pdd": "pdd", "jd": "jd", "wechat": "tencent"}
CARD = scorecard()


class Seen(NamedTuple):
    """A score as it was shown: of whom, for which moment, when the log had come to this position; `by_time`: the moment was then."""

    subject: UUID
    moment: datetime
    position: int
    by_time: bool
    shown: Score


class Life:
    """Facts about all subjects in a random order, as adjudication writes them: weighed, discounted, moved with an account and back."""

    def __init__(self, random: Random) -> None:
        self.random, self.at = random, s.NOON
        self.held: dict[UUID, dict[UUID, Weighing]] = {subject: {} for subject in SUBJECTS}
        self.count = 0

    def facts(self) -> Iterator[list[Fact]]:
        """Those of one decision, which have one moment; several subjects when an account moves."""
        while True:
            self.at += timedelta(hours=self.random.uniform(0.001, 30))
            subject = self.random.choice(SUBJECTS)
            held = self.held[subject]
            action = self.random.random()
            if action < 0.7 or not held:
                yield [self._weigh(subject)]
            elif action < 0.88:
                it = held.pop(self.random.choice(list(held)))
                yield [s.discounted(it, self.random.choice(get_args(Discount)[:6]), subject, at=self.at)]
            else:
                yield self._move(subject, self.random.choice([other for other in SUBJECTS if other != subject]))

    def _weigh(self, subject: UUID) -> Fact:
        random, self.count = self.random, self.count + 1
        platform = random.choice(list(PLATFORMS))
        begins = self.at - timedelta(days=random.choice([0, 0, random.uniform(0, 300)]))
        it = s.weighing(
            f"s-{self.count}", AccountRef(platform, f"{subject}"), entity=PLATFORMS[platform], measure=random.choice(list(Measure)),
            group=random.choice(get_args(Group)), eighths=random.choice([40, 60, 80, 120, 160, 240, 480, 720, 960, 1440, 2400, 4200, 7]),
            begins=begins, counts_until=begins + timedelta(days=random.choice([180, 365, 730, 1095])), recorded_at=self.at,
        )  # fmt: skip
        self.held[subject][it.id] = it
        return s.weighed(it, subject, at=self.at)

    def _move(self, old: UUID, new: UUID) -> list[Fact]:
        account = self.random.choice([it.account for it in self.held[old].values()])
        moving = [it for it in self.held[old].values() if it.account == account]
        for it in moving:
            self.held[new][it.id] = self.held[old].pop(it.id)
        return [s.detached(account, new, old, at=self.at), *(s.carried(it, new, old, at=self.at) for it in moving)]


class Ledger:
    """All entries that the facts so far make, as the view keeps them."""

    def __init__(self) -> None:
        self._newest: Ledgers = {}
        self._rows: dict[UUID, dict[tuple[UUID, int], Entry]] = {subject: {} for subject in SUBJECTS}

    def take(self, delivery: s.At) -> None:
        for entry in fold(self._newest, delivery):
            self._rows[entry.subject_id][entry.weighing.id, entry.recorded_id] = entry

    def of(self, subject: UUID) -> list[Entry]:
        return list(self._rows[subject].values())


@pytest.fixture(scope="module")
def lived() -> tuple[Ledger, list[Seen]]:
    """Ten thousand scores as they were shown while the log grew, half of them of that moment; and the ledgers at its end."""
    random, ledger, seen = Random(20261120), Ledger(), []
    life, position = Life(random), 0
    for facts in life.facts():
        for fact in facts:
            position += random.randint(1, 4)
            ledger.take(s.At(position, "liancheng.dossier.v1", 0, fact))
        for _ in range(2):
            subject, now = random.choice(SUBJECTS), random.random() < 0.5
            moment = life.at if now else life.at + timedelta(days=random.uniform(-400, 1200))
            by = None if now else position
            seen.append(Seen(subject, moment, position, now, score(ledger.of(subject), moment, CARD, by)))
        if len(seen) >= PAIRS:
            return ledger, seen
    raise AssertionError("life goes on")


def test_the_lines_shown_add_up_to_the_score(lived: tuple[Ledger, list[Seen]]) -> None:
    _, seen = lived
    assert len(seen) == PAIRS
    for it in seen:
        assert EIGHTHS * CARD.full + sum(line.eighths for line in it.shown.lines) == EIGHTHS * it.shown.score
        assert CARD.floor <= it.shown.score <= CARD.full


def test_the_lines_are_of_every_kind(lived: tuple[Ledger, list[Seen]]) -> None:
    """Else the sums would prove little: caps, floors and roundings, and moments at which nothing counted."""
    _, seen = lived
    codes = {line.code for it in seen for line in it.shown.lines}
    assert codes >= {"CAP", "FLOOR", "ROUNDING"}
    assert {it.shown.grade for it in seen} == set("ABCD")
    assert any(not it.shown.lines for it in seen)


def test_a_past_value_is_computed_equal_after_later_facts_by_time(lived: tuple[Ledger, list[Seen]]) -> None:
    ledger, seen = lived
    by_time = [it for it in seen if it.by_time]
    assert len(by_time) > 4_000
    for it in by_time:
        assert _account(score(ledger.of(it.subject), it.moment, CARD)) == _account(it.shown)


def test_a_past_value_is_computed_equal_after_later_facts_by_position(lived: tuple[Ledger, list[Seen]]) -> None:
    ledger, seen = lived
    for it in seen:
        assert _account(score(ledger.of(it.subject), it.moment, CARD, it.position)) == _account(it.shown)


def test_later_facts_do_change_the_value_of_today(lived: tuple[Ledger, list[Seen]]) -> None:
    """Else the two tests before this one would hold of a score that never changes."""
    ledger, seen = lived
    changed = sum(score(ledger.of(it.subject), it.moment, CARD, 10**9).score != it.shown.score for it in seen)
    assert changed > PAIRS // 4


def test_the_table_explains_what_was_shown_while_it_grew(module_database: Database) -> None:
    """The same through PostgreSQL: shown between batches, explained again after the last one, by time and by position."""
    random, view, position = Random(7), VIEWS["credit"], 0
    life, seen = Life(random), list[Seen]()
    with module_database.connect("projections") as conn:
        start(conn)
        for facts in islice(life.facts(), 400):
            batch = [s.At(position + n, "liancheng.dossier.v1", 0, fact) for n, fact in enumerate(facts, 1)]
            position += len(batch)
            feed(conn, batch, view)
            subject = random.choice(SUBJECTS)
            seen.append(Seen(subject, life.at, position, True, read.score(conn, subject, life.at)))
        for it in seen:
            assert _account(read.score(conn, it.subject, it.moment)) == _account(it.shown)
            assert _account(read.score(conn, it.subject, it.moment, position=it.position)) == _account(it.shown)
    assert len({it.shown.score for it in seen}) > 20


def _account(it: Score) -> tuple[object, ...]:
    """What is shown of a score; when it will change next depends on what is known now."""
    return it.score, it.grade, it.lines, it.reasons
