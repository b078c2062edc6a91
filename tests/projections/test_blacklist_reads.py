"""The read door of the blacklist: replicas miss nothing, and the list of any past moment is the list of a rebuild up to it."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid5

import psycopg
import pytest

from events.facts.fact import NS_SUBJECT, Category, Tier
from projections.blacklist import read
from projections.blacklist.accounts import Account
from projections.blacklist.read import AsOf
from projections.catalogue import VIEWS
from projections.reading import Live
from tests.projections import story as s
from tests.projections.hosting import batches, feed, fresh, start
from tests.support.stack import Database

VIEW = VIEWS["blacklist"]
SUBJECTS = [uuid5(NS_SUBJECT, f"merchant {n}") for n in range(30)]


@pytest.fixture
def conn(module_database: Database) -> Iterator[psycopg.Connection]:
    with module_database.connect("projections") as conn:
        start(conn)
        yield conn


def many() -> list[s.At]:
    """Thirty merchants on their way; every third is still restricted at the end, one of them hard."""
    facts: list[s.Fact] = []
    for n, subject in enumerate(SUBJECTS):
        it = s.weighing(f"s-{n}", s.AccountRef("tmall", f"shop-{n}"), category=[Category.FRAUD, Category.COUNTERFEIT][n % 2])
        listing = uuid5(subject, "listing")
        facts += [s.attached(it.account, subject, s.later(n)), s.proposed(listing, it, subject=subject, at=s.later(n))]
        tier = Tier.BLACKLISTED if n == 3 else Tier.RESTRICTED
        facts += [s.decided(listing, subject, s.later(n + 1)), s.restricted(1, subject, s.later(n + 1), tier=tier)]
        if n % 3:
            facts += [s.ended(listing, subject=subject, at=s.later(n + 2)), s.freed(2, subject, s.later(n + 2))]
    return sorted(s.log(facts), key=lambda it: it.id)


def everything(conn: psycopg.Connection, **filters: object) -> list[UUID]:
    """All pages of the list, by small pages."""
    found: list[UUID] = []
    cursor = None
    while True:
        page = read.page(conn, s.later(40), cursor=cursor, limit=3, **filters)  # type: ignore[arg-type]
        found += [it.subject_id for it in page.items]
        if page.next is None:
            return found
        cursor = page.next


def test_the_list_is_paged_in_the_order_of_ids(conn: psycopg.Connection) -> None:
    feed(conn, many(), VIEW)
    assert everything(conn) == sorted(SUBJECTS[::3])


def test_the_list_is_filtered_by_tier_and_category(conn: psycopg.Connection) -> None:
    feed(conn, many(), VIEW)
    assert everything(conn, tier=Tier.BLACKLISTED) == [SUBJECTS[3]]
    assert everything(conn, tier=Tier.RESTRICTED) == sorted(set(SUBJECTS[::3]) - {SUBJECTS[3]})
    assert everything(conn, category=Category.FRAUD) == sorted(SUBJECTS[::6])
    assert everything(conn, category=Category.PRIVACY) == []


def test_a_watch_is_not_on_the_list(conn: psycopg.Connection) -> None:
    feed(conn, s.log([s.watch(s.weighing())]), VIEW)
    assert read.page(conn, s.NOON).items == []
    found = read.subject(conn, s.MERCHANT)
    assert found is not None
    assert read.shown(found, s.NOON).tier is Tier.WATCH


def test_nobody_is_on_the_list_past_the_last_day(conn: psycopg.Connection) -> None:
    feed(conn, s.log([s.restricted(until=date(2026, 12, 1))]), VIEW)
    assert [len(read.page(conn, s.later(days)).items) for days in (0, 11, 12)] == [1, 1, 0]
    assert len(read.page(conn, s.later(400), as_of=AsOf(moment=s.later(5))).items) == 1


def test_the_list_as_of_any_position_is_the_list_of_a_rebuild_up_to_it(conn: psycopg.Connection) -> None:
    facts = many()
    feed(conn, facts, VIEW)
    for n, position in enumerate(range(0, facts[-1].id + 1, 40)):
        past = everything(conn, as_of=AsOf(position=position))
        rebuilt = _rebuilt(conn, [it for it in facts if it.id <= position], n)
        assert past == rebuilt


def test_the_list_as_of_any_moment_is_the_list_of_a_rebuild_up_to_it(conn: psycopg.Connection) -> None:
    facts = many()
    feed(conn, facts, VIEW)
    for n, day in enumerate(range(-1, 35, 4)):
        moment = s.later(day)
        past = everything(conn, as_of=AsOf(moment=moment))
        rebuilt = _rebuilt(conn, [it for it in facts if it.fact.at <= moment], n)  # type: ignore[attr-defined]
        assert past == rebuilt


def _rebuilt(conn: psycopg.Connection, facts: list[s.At], n: int) -> list[UUID]:
    """The list of a generation that knows only these facts."""
    to = fresh(conn, VIEW, 50 + n)
    with conn.transaction():
        VIEW.load(conn, to.schema, facts)
        conn.execute("UPDATE view SET generation = %s WHERE name = 'blacklist'", (to.generation,))
    found = everything(conn)
    conn.execute("UPDATE view SET generation = 1 WHERE name = 'blacklist'")
    return found


def test_a_subject_is_told_as_it_was_known_then(conn: psycopg.Connection) -> None:
    facts = s.log(s.case())
    feed(conn, facts, VIEW)
    directive = next(it for it in facts if isinstance(it.fact, s.DirectiveIssued))
    tiers = [read.subject(conn, s.MERCHANT, AsOf(position=position)) for position in (0, directive.id - 1, directive.id, 10**6)]
    assert [it and it.tier for it in tiers] == [None, Tier.NONE, Tier.RESTRICTED, Tier.NONE]
    assert read.subject(conn, s.MERCHANT, AsOf(moment=s.NOON)) is None
    assert read.subject(conn, UUID(int=9)) is None


def test_changes_between_two_moments_say_what_was_before(conn: psycopg.Connection) -> None:
    feed(
        conn,
        s.log([s.named(name="a"), s.restricted(1, at=s.later(1)), s.watch(s.weighing(), at=s.later(2)), s.freed(2, at=s.later(3))]),
        VIEW,
    )
    changes = read.changes(conn, s.NOON, s.later(9)).items
    assert [(it.before and it.before.tier, it.after.tier) for it in changes] == [(Tier.NONE, Tier.RESTRICTED), (Tier.RESTRICTED, Tier.NONE)]
    assert [it.after.seq for it in read.changes(conn, s.later(1), s.later(3)).items] == [2]
    assert read.changes(conn, s.later(3), s.later(9)).items == []


def test_the_first_that_is_known_of_a_subject_may_be_its_listing(conn: psycopg.Connection) -> None:
    feed(conn, s.log([s.restricted()]), VIEW)
    assert [it.before for it in read.changes(conn, s.later(-1), s.later(1)).items] == [None]


def test_changes_are_paged_in_the_order_of_the_log(conn: psycopg.Connection) -> None:
    feed(conn, many(), VIEW)
    found: list[int] = []
    cursor = 0
    while True:
        page = read.changes(conn, s.later(-1), s.later(99), cursor=cursor, limit=7)
        found += [it.after.position for it in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert found == sorted(found)
    assert len(found) == 30 + 20


def test_accounts_are_those_that_the_subject_has_now(conn: psycopg.Connection) -> None:
    other = UUID(int=2)
    feed(conn, s.log([s.attached(s.SHOP), s.attached(s.STALL), s.detached(s.SHOP, other), s.attached(s.SHOP, other)]), VIEW)
    assert read.accounts(conn, s.MERCHANT) == (Account(4, "pdd", "stall-7", s.MERCHANT),)
    assert [it.account for it in read.accounts(conn, other)] == ["shop-1"]


@pytest.mark.parametrize("seed", range(3))
def test_a_replica_that_asks_now_and_then_holds_what_a_full_load_holds(conn: psycopg.Connection, seed: int) -> None:
    """Partitions commit in any order: a single counter would lose what a slower one commits later."""
    random = Random(seed)
    subjects: dict[UUID, read.Subject] = {}
    accounts: dict[tuple[str, str], Account] = {}
    vector = None
    for batch in batches(many(), random):
        feed(conn, batch, VIEW)
        if random.random() < 0.4:
            news = read.changes_since(conn, vector)
            assert news.reload == (vector is None)
            subjects |= {it.subject_id: it for it in news.subjects}
            accounts |= {(it.platform, it.account): it for it in news.accounts}
            vector = news.vector
    news = read.changes_since(conn, vector)
    subjects |= {it.subject_id: it for it in news.subjects}
    accounts |= {(it.platform, it.account): it for it in news.accounts}
    full = read.changes_since(conn, None)
    assert subjects == {it.subject_id: it for it in full.subjects}
    assert accounts == {(it.platform, it.account): it for it in full.accounts}
    assert read.changes_since(conn, news.vector) == read.News(news.vector, False, [], [])


def test_another_generation_reloads_the_replica(conn: psycopg.Connection) -> None:
    feed(conn, many(), VIEW)
    vector = read.changes_since(conn, None).vector
    conn.execute("UPDATE view SET generation = 2 WHERE name = 'blacklist'")
    fresh(conn, VIEW, 2)
    news = read.changes_since(conn, vector)
    assert (news.reload, news.vector.generation, news.subjects) == (True, 2, [])


def test_a_view_that_was_never_built_says_so(database: Database) -> None:
    with database.connect("standing") as conn, pytest.raises(read.NotBuilt):
        read.changes_since(conn, None)


def test_inside_a_snapshot_nothing_moves(conn: psycopg.Connection, module_database: Database) -> None:
    with module_database.connect("standing") as reader, read.snapshot(reader):
        before = read.changes_since(reader, None)
        feed(conn, many(), VIEW)
        assert read.changes_since(reader, None) == before
        assert read.page(reader, s.later(1) + timedelta(1)).items == []


def test_readers_have_no_right_to_write(conn: psycopg.Connection, module_database: Database) -> None:
    for role in ("standing", "directives", "regulator", "adjudication"):
        with module_database.connect(role) as reader:
            assert read.subject(reader, s.MERCHANT) is None
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(Live("blacklist", 1).sql("DELETE FROM {view}.version"))
