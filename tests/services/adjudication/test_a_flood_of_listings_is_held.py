"""The breaker on a real database: what is above its rates waits for a person, in a queue; what is within them, and every lift, does not."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.facts.listing import ListingDecided, ListingEnded, Terms
from events.facts.safeguard import ListingHeld
from events.transport.postgres import pool
from events.transport.telemetry import BREAKER_HELD
from services.adjudication.application import records
from services.adjudication.application.commands import Commands, Order
from services.adjudication.application.rules import Rules
from services.adjudication.clock import Clock
from services.adjudication.domain.breaker import Record
from services.adjudication.domain.decide.listing import decide
from services.adjudication.domain.draft import Person
from services.adjudication.domain.law.articles import BreakerRule
from tests.domain.spec import BOOK, days, delivered, imposed, lifted
from tests.services.adjudication.court import Court, own
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as desk:
        yield desk


def allow(court: Court, **limits: Any) -> Rules:
    """From now on with other rates; the process of the clock is started anew."""
    book = replace(BOOK, breaker=BreakerRule(**limits))
    court.rules = court.rules._replace(books={**court.rules.books, BOOK.version: book})
    court.clock.close()
    court.clock = Clock(court.conninfo, court.rules, court.trust)
    return court.rules


def served(desk: Desk, number: int, *platforms: str) -> str:
    """One more merchant, whose platforms named each a code of their own making: its hearing has begun."""
    shop = f"shop-{number}"
    names = platforms or ("tmall", "pdd")
    desk.court.hear(*(imposed(p, account=shop, uscc=None, proof=f"{shop}-{p}", id=f"{shop}-{p}") for p in names))
    first, *rest = names
    for platform in rest:
        body = {"reason": "同一经营者", "platform": platform, "account": shop, "subject_id": str(own(first, shop))}
        assert desk.post("/v1/accounts/link", body, "rui").status_code == 200
    listing = desk.newest("proposed")
    assert desk.act("release", "rui", listing).status_code == 200
    desk.court.hear(delivered(first, f"listing-{listing}", account=shop, uscc=None, id=f"d-{shop}"))
    return listing


def states(desk: Desk) -> list[tuple[str, bool]]:
    return sorted(desk.court.rows("SELECT state, held FROM listing"))


def test_above_the_rate_the_clock_decides_no_more_and_a_person_lets_each_pass(desk: Desk) -> None:
    allow(desk.court, in_all=2)
    for number in range(4):
        served(desk, number)
    desk.court.wait(days(8))
    assert states(desk) == [("decided", False), ("decided", False), ("served", True), ("served", True)]
    queue = desk.get("/v1/listings", held="true").json()["items"]
    assert [item["state"] for item in queue] == ["served", "served"]
    desk.court.clock._swept = float("-inf")
    desk.court.clock.tick()
    assert BREAKER_HELD._value.get() == 2
    released = queue[0]["listing_id"]
    assert desk.get(f"/v1/listings/{released}").json()["hold"]["why"] == "rate_of_all"
    assert desk.act("hold/release", "rui", released).status_code == 403
    assert desk.act("hold/release", "pan", released).json()["hold"] is None
    desk.court.wait(days(0))
    assert states(desk) == [("decided", False)] * 3 + [("served", True)]
    assert desk.act("reject", "pan", queue[1]["listing_id"]).json()["state"] == "rejected"
    assert desk.get("/v1/listings", held="true").json()["items"] == []


def test_a_lift_passes_while_listings_are_held(desk: Desk) -> None:
    allow(desk.court, in_all=1)
    for number in range(2):
        served(desk, number)
    desk.court.wait(days(8))
    decided = desk.court.rows("SELECT subject_id FROM listing WHERE state = 'decided'")[0][0]
    (shop,) = {f"shop-{n}" for n in range(2) if own("tmall", f"shop-{n}") == decided}
    desk.court.hear(lifted("pdd", account=shop, uscc=None))
    facts = desk.court.facts(decided)
    assert any(isinstance(fact, ListingEnded) for fact in facts)
    assert [fact.tier for fact in facts if isinstance(fact, DirectiveIssued)] == [Tier.RESTRICTED, Tier.NONE]


def test_too_much_on_one_legal_entity_is_held_and_the_rest_is_not(desk: Desk) -> None:
    """Three platforms of three entities: two thirds may rest on one, from the third listing on."""
    allow(desk.court, share_from=3, share_percent=20, share_entities=1)
    for number, platforms in enumerate((("tmall", "pdd"), ("tmall", "jd"), ("tmall", "pdd"))):
        served(desk, number, *platforms)
    desk.court.wait(days(8))
    why = [fact.why for number in range(3) for fact in desk.court.facts(own("tmall", f"shop-{number}")) if isinstance(fact, ListingHeld)]
    assert why == ["share"]


def test_on_the_word_of_whom_people_often_did_not_believe_silence_decides_nothing(desk: Desk) -> None:
    for number in range(3):
        assert desk.act("reject", "pan", served(desk, number)).status_code == 200
    doubted = served(desk, 3)
    desk.court.wait(days(8))
    assert desk.get(f"/v1/listings/{doubted}").json()["hold"]["why"] == "record"
    assert desk.act("hold/release", "pan", doubted).status_code == 200
    desk.court.wait(days(0))
    assert desk.get(f"/v1/listings/{doubted}").json()["state"] == "decided"


def test_a_record_is_of_the_last_twelve_months_and_what_is_overturned_changes_it(desk: Desk) -> None:
    rule, court = BreakerRule(record_fell=2, record_percent=50), desk.court
    for number in range(3):
        served(desk, number)
    court.wait(days(8))
    first, second, _ = (row[0] for row in court.rows("SELECT listing_id FROM verdict WHERE stood ORDER BY listing_id"))
    assert records_of(court, rule) == {}
    for listing in (first, second):
        for person in ("rui", "pan"):
            assert desk.act("end", person, str(listing), why="wrongful").status_code == 200
    assert records_of(court, rule) == {"alibaba": Record(1, 2), "pdd": Record(1, 2)}
    court.now += days(366)
    assert records_of(court, rule) == {}


def records_of(court: Court, rule: BreakerRule) -> Mapping[str, Record]:
    return court.transact(lambda conn: records.entity_records(conn, rule, court.now))


def test_after_the_time_of_the_rate_it_is_open_again(desk: Desk) -> None:
    allow(desk.court, in_all=1, minutes=60)
    served(desk, 0)
    desk.court.wait(days(8))
    served(desk, 1)
    desk.court.wait(days(9))
    assert states(desk) == [("decided", False), ("decided", False)]


def test_two_persons_at_once_do_not_slip_through_together(desk: Desk) -> None:
    rules = allow(desk.court, in_all=1)
    listings = [served(desk, number) for number in range(4)]
    desk.court.now += days(8)
    with closing(pool(desk.court.conninfo, name="test", size=4)) as connections:
        commands = Commands(connections, rules)

        def decided(listing: str) -> object:
            order = Order(Person("an", "approver"), str(uuid4()), "查实", b"x")
            return commands.about(UUID(listing), order, lambda *args: decide(*args, terms=Terms()), counted=True)  # type: ignore[arg-type]

        with ThreadPoolExecutor(4) as people:
            list(people.map(decided, listings))
    assert states(desk) == [("decided", False)] + [("served", True)] * 3
    facts = [fact for number in range(4) for fact in desk.court.facts(own("tmall", f"shop-{number}"))]
    assert sum(isinstance(fact, ListingDecided) for fact in facts) == 1
