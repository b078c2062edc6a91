"""The numbers that the views keep are those that counting finds, on any day, for every tier and category, whatever happened in between."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import psycopg
import pytest

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountAttached, AccountRef
from events.facts.fact import Category, Measure, Tier
from events.facts.listing import Basis, ListingDecided, ListingEnded, ListingProposed, MeasureUntil
from projections.blacklist import numbers, read
from projections.casefile import read as casefile
from projections.catalogue import VIEWS
from projections.coverage import read as coverage
from projections.day import shanghai_day
from projections.generation import publish
from tests.projections import story as s
from tests.projections.hosting import batches, fresh, of
from tests.support.stack import Database

CATEGORIES = (Category.FRAUD, Category.COUNTERFEIT, Category.PRIVACY)


def lives(chance: Random, subjects: int) -> list[s.At]:
    """Each subject is listed, changed, freed or left to expire, again and again, several times on some days."""
    facts = []
    for number in range(subjects):
        subject, seq, at = UUID(int=number + 1), 0, s.later(chance.random() * 3)
        shop = AccountRef("tmall", f"a{number}")
        facts.append(AccountAttached(subject_id=subject, at=at, account=shop, why="opened", member_class="platform"))
        for turn in range(chance.randrange(1, 6)):
            at += timedelta(hours=chance.choice((1, 5, 30, 100)))
            seq += 1
            if chance.random() < 0.35:
                facts += [
                    ListingEnded(subject_id=subject, at=at, listing_id=UUID(int=900 + number), why="revoked", by=("hub",)),
                    directive(subject, at, seq, Tier.NONE, 0),
                ]
                continue
            basis = tuple(
                Basis(UUID(int=turn), shop, "tmall", Measure.FREEZE, category, at.date())
                for category in chance.sample(CATEGORIES, chance.randrange(1, 3))
            )
            tier = chance.choice((Tier.RESTRICTED, Tier.BLACKLISTED))
            told = {"subject_id": subject, "at": at, "listing_id": UUID(int=900 + number), "tier": tier, "rulebook": "2026.1"}
            facts += [
                ListingProposed(**told, rule="r", group="goods", basis=basis),
                ListingDecided(
                    **told, decision="d", deemed=True, by=("clock",), measures=(), since=at.date(), until=at.date() + timedelta(days=6)
                ),
                directive(subject, at, seq, tier, chance.randrange(0, 6)),
            ]
    return s.log(sorted(facts, key=lambda fact: fact.at))


def directive(subject: UUID, at: datetime, seq: int, tier: Tier, lasts: int) -> DirectiveIssued:
    free, until = tier is Tier.NONE, shanghai_day(at) + timedelta(days=lasts)
    return DirectiveIssued(
        subject_id=subject, at=at, seq=seq, tier=tier, contested=False, lift=free, accounts=(), rulebook="2026.1",
        measures=() if free else (MeasureUntil(Measure.LIMIT, until),), reasons=(), since=None if free else at.date(),
        until=None if free else until, decision=None,
    )  # fmt: skip


def counted(conn: psycopg.Connection, moment: datetime, tier: Tier | None, category: Category | None) -> int:
    return len(read.page(conn, moment, tier=tier, category=category, as_of=read.AsOf(moment=moment), limit=500).items)


@pytest.mark.parametrize("seed", range(3))
def test_the_number_of_a_day_is_what_a_reader_counts_at_its_end(module_database: Database, seed: int) -> None:
    chance = Random(seed)
    facts = lives(chance, 12)
    view = VIEWS["blacklist"]
    with module_database.connect("projections") as conn:
        to = fresh(conn, view, 700 + seed)
        for batch in batches(of(view, facts), chance):
            with conn.transaction():
                view.apply(conn, to.schema, batch)
        with conn.transaction():
            publish(conn, to)
        first, last = facts[0].fact.at, facts[-1].fact.at  # type: ignore[attr-defined]
        ends = [(first + timedelta(days=n)).replace(hour=15, minute=59, second=59) for n in range((last - first).days + 12)]
        for end in ends:
            for tier in (None, Tier.RESTRICTED, Tier.BLACKLISTED):
                for category in (None, *CATEGORIES):
                    assert numbers.count(conn, end, tier=tier, category=category) == counted(conn, end, tier, category), (
                        end,
                        tier,
                        category,
                    )
        told = {(level.day, level.tier, level.category): level.count for level in numbers.levels(conn, ends[3], ends[-1])}
        for (day, tier, category), number in told.items():
            end = next(one for one in ends if shanghai_day(one).isoformat() == day)
            assert number == counted(conn, end, tier, category)


def test_the_net_difference_is_what_two_readings_of_the_list_differ_in(module_database: Database) -> None:
    chance = Random(11)
    facts = lives(chance, 20)
    view = VIEWS["blacklist"]
    with module_database.connect("projections") as conn:
        to = fresh(conn, view, 720)
        with conn.transaction():
            view.load(conn, to.schema, of(view, facts))
            publish(conn, to)
        times = sorted({it.fact.at for it in facts})  # type: ignore[attr-defined]
        for _ in range(12):
            start, end = sorted(chance.sample(times, 2))
            found, cursor = {}, None
            while True:
                page = read.differences(conn, start, end, cursor=cursor, limit=3)
                assert not found.keys() & {one.after.subject_id for one in page.items}, "each once"
                found |= {one.after.subject_id: one for one in page.items}
                cursor = page.next
                if cursor is None:
                    break
            wanted = set()
            for subject in {it.fact.subject_id for it in facts if start < it.fact.at <= end}:  # type: ignore[attr-defined]
                one, two = (read.subject(conn, subject, read.AsOf(moment=moment)) for moment in (start, end))
                assert two is not None
                if read.shown(two, end) != (read.shown(one, start) if one else read.Shown()) and max(two.tier, one.tier if one else 0) >= 2:
                    wanted.add(subject)
            assert found.keys() == wanted


def test_statements_and_answers_are_numbered_as_they_are(module_database: Database) -> None:
    facts = s.log([fact for n in range(4) for fact in s.case(n, s.later(n))])
    with module_database.connect("projections") as conn:
        for view in (VIEWS["casefile"], VIEWS["coverage"]):
            to = fresh(conn, view, 740)
            for part in (facts, facts[3:], facts):
                with conn.transaction():
                    view.apply(conn, to.schema, of(view, part))
            with conn.transaction():
                publish(conn, to)
        said = conn.execute(
            "SELECT (at AT TIME ZONE 'Asia/Shanghai')::date::text, count(*) FROM casefile_740.step WHERE statement IS NOT NULL GROUP BY 1"
        ).fetchall()
        assert casefile.statements_by_day(conn, s.later(-1)) == dict(said)
        rows = conn.execute("SELECT platform, action, last_state FROM coverage_740.coverage").fetchall()
        for platform in coverage.platforms(conn):
            mine = [row for row in rows if row[0] == platform.platform]
            assert platform.states == Counter(state for _, _, state in mine if state)
            assert platform.unanswered == Counter(action for _, action, _ in mine if action)
            assert platform.answered == sum(1 for _, action, state in mine if state and not action)
