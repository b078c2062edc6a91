"""By direct SQL, past every guard of the code: PostgreSQL itself refuses the same person twice, and a decider who hears the appeal."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from events.catalogue import CATALOGUE, FACTS
from events.facts.fact import Statement, Tier
from events.facts.listing import (
    EndingApproved,
    ListingApproved,
    ListingDecided,
    ListingEnded,
    ListingFact,
    NoticeReleased,
    ObjectionLodged,
    ObjectionResolved,
    RepairApplied,
    RepairDecided,
    Terms,
)
from events.facts.safeguard import AppealDecided, AppealLodged, HoldReleased, InterimImposed, ListingHeld, ListingReviewed
from tests.domain.spec import NOON
from tests.support.stack import Database

SUBJECT, REASON = uuid4(), "ff" * 32


class Log:
    """The table itself, with the rights of adjudication."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self._conn, self._version, self.listing = conn, 0, uuid4()

    def write(self, kind: type[Any], **fields: Any) -> None:
        about = {"listing_id": self.listing} if issubclass(kind, ListingFact) else {}
        fact = kind(**{"subject_id": SUBJECT, "at": NOON, **about, **fields})
        self._conn.execute(
            "INSERT INTO hub_events (originator_id, originator_version, topic, state, lane) VALUES (%s, %s, %s, %s, 2)",
            (SUBJECT, self._version + 1, fact.tag(), CATALOGUE.encode(fact)),
        )
        self._version += 1

    def refuses(self, kind: type[Any], what: str, **fields: Any) -> None:
        with pytest.raises(psycopg.errors.CheckViolation, match=what):
            self.write(kind, **fields)

    def release(self, by: str) -> None:
        fields = {"notice": "n", "tier": Tier.BLACKLISTED, "rule": "r", "rulebook": "2026.1", "basis": (), "accounts": ()}
        self.write(NoticeReleased, listing_id=self.listing, by=by, **fields)

    def approve(self, by: str) -> None:
        self.write(ListingApproved, by=by, reason=REASON, terms=Terms())


def decision(*by: str, tier: Tier = Tier.BLACKLISTED, deemed: bool = False) -> dict[str, Any]:
    dated = {"since": NOON.date(), "until": NOON.date(), "rulebook": "2026.1", "decision": "d", "measures": ()}
    return {"tier": tier, "deemed": deemed, "by": by, **dated}


@pytest.fixture
def log(module_database: Database) -> Iterator[Log]:
    with closing(module_database.connect("adjudication")) as conn:
        log = Log(conn)
        log._version = conn.execute("SELECT coalesce(max(originator_version), 0) FROM hub_events").fetchone()[0]  # type: ignore[index]
        yield log


def test_nobody_approves_twice_or_what_he_released(log: Log) -> None:
    log.release("rui")
    log.refuses(ListingApproved, "approve", by="rui", reason=REASON, terms=Terms())
    log.approve("an")
    log.refuses(ListingApproved, "approve", by="an", reason=REASON, terms=Terms())
    log.approve("bo")


def test_one_person_blacklists_nobody_nor_does_the_clock(log: Log) -> None:
    log.release("rui")
    log.approve("an")
    for by in (("an",), ("an", "an"), ("clock",), ()):
        log.refuses(ListingDecided, "two persons", **decision(*by))
    log.refuses(ListingDecided, "two persons", **decision("clock", deemed=True))
    log.refuses(ListingDecided, "another person", **decision("an", "rui"))
    log.write(ListingDecided, **decision("an", "bo"))


def test_two_names_do_not_make_two_persons_without_the_first_ones_own_step(log: Log) -> None:
    log.release("rui")
    log.refuses(ListingDecided, "two persons", **decision("an", "bo"))


def test_one_is_enough_to_restrict_and_so_is_silence(log: Log) -> None:
    log.release("rui")
    log.refuses(ListingDecided, "another person", **decision("rui", tier=Tier.RESTRICTED))
    log.write(ListingDecided, **decision("clock", tier=Tier.RESTRICTED, deemed=True))


def test_who_decided_released_or_appealed_hears_no_appeal(log: Log) -> None:
    log.release("rui")
    log.approve("an")
    log.write(ListingDecided, **decision("an", "bo"))
    log.write(AppealLodged, by="clara", reason=REASON)
    for by in ("an", "bo", "rui", "clara"):
        for granted in (True, False):
            log.refuses(AppealDecided, "another person is required to decide the appeal", by=by, granted=granted, reason=REASON)
    log.write(AppealDecided, by="pan", granted=False, reason=REASON)
    for by in ("an", "bo", "rui"):
        log.refuses(ListingReviewed, "look again", by=by, evidence=(), reason=REASON)
    log.write(ListingReviewed, by="pan", evidence=(), reason=REASON)


def test_two_persons_call_a_listing_wrongful(log: Log) -> None:
    log.write(EndingApproved, why="wrongful", by="rui", reason=REASON)
    log.refuses(EndingApproved, "another person", why="wrongful", by="rui", reason=REASON)
    log.refuses(ListingEnded, "two persons", why="wrongful", by=("rui",))
    log.refuses(ListingEnded, "two persons", why="wrongful", by=("pan", "bo"))
    log.write(ListingEnded, why="wrongful", by=("rui", "pan"))


def test_nobody_answers_his_own_objection_or_decides_his_own_repair(log: Log) -> None:
    log.release("rui")
    log.write(ObjectionLodged, by="ran", reason=REASON)
    for by in ("ran", "rui"):
        log.refuses(ObjectionResolved, "answer an objection", by=by, upheld=True, reason=REASON)
    log.write(ObjectionResolved, by="pan", upheld=False, reason=REASON)
    log.write(RepairApplied, by="ran", reason=REASON)
    log.refuses(RepairDecided, "decide the repair", by="ran", granted=True, reason=REASON)
    log.write(RepairDecided, by="an", granted=False, reason=REASON)


def test_nor_releases_what_was_held_from_him_or_cools_what_he_released(log: Log) -> None:
    log.release("rui")
    interim = {"measures": (), "since": NOON.date(), "until": NOON.date(), "ends": NOON, "rule": "interim-safety", "reason": REASON}
    log.refuses(InterimImposed, "interim", by="rui", **interim)
    log.write(InterimImposed, by="an", **interim)
    log.write(ListingHeld, why="share", by="bo")
    for by in ("bo", "rui"):
        log.refuses(HoldReleased, "release what is held", by=by, reason=REASON)
    log.write(HoldReleased, by="pan", reason=REASON)


def test_nobody_writes_the_acts_by_hand(log: Log, module_database: Database) -> None:
    with closing(module_database.connect("adjudication")) as conn:
        planted = "INSERT INTO act VALUES (gen_random_uuid(), 'approve', 'x', now())"
        for statement in ("DELETE FROM act", planted, "UPDATE act SET actor = 'x'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement)


@pytest.mark.parametrize("role", ["gateway", "ingress"])
def test_who_takes_statements_in_appends_no_decision(module_database: Database, role: str) -> None:
    insert = "INSERT INTO hub_events (originator_id, originator_version, topic, state, lane) VALUES (gen_random_uuid(), 1, %s, %s, 2)"
    states = {fact.tag() for fact in FACTS if issubclass(fact, Statement)}
    with closing(module_database.connect(role)) as conn:
        for fact in FACTS:
            if fact.tag() in states:
                conn.execute(insert, (fact.tag(), b"{}"))
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="decides nothing"):
                    conn.execute(insert, (fact.tag(), b"{}"))


def test_another_listing_is_another_matter(log: Log) -> None:
    log.release("rui")
    log.listing = UUID(int=log.listing.int ^ 1)
    log.approve("rui")
