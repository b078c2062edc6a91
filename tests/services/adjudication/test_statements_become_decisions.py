"""On a real database: statements are weighed once, accounts open and link, and races of two writers end in one decision."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from events.facts.directive import DirectiveIssued
from events.facts.dossier import AccountAttached, EvidenceNoted, SanctionDiscounted, SanctionWeighed
from events.facts.fact import Tier
from events.facts.listing import ListingProposed, NoticeUndelivered, WatchBegan
from events.transport.follow import RetryLater
from events.transport.store import VersionConflict
from services.adjudication.application.docket import Docket, NoDecision
from services.adjudication.clock import CLOCK_LOCK
from services.adjudication.domain.identity import subject_of_uscc
from tests.domain.spec import NOON, SUBJECT, USCC, days, declared, delivered, discredited, imposed, lifted, verified
from tests.services.adjudication.court import Court, own
from tests.support.stack import Database

OTHER_USCC = "91110108551385082Q"


@pytest.fixture
def court(database: Database) -> Iterator[Court]:
    with closing(Court(database)) as opened:
        yield opened


def kinds(court: Court, *more: Any) -> list[str]:
    return [type(fact).__name__ for fact in court.facts(*more)]


def test_a_sanction_is_weighed_once_under_redelivery(court: Court) -> None:
    heard = court.hear(imposed("tmall"))
    before = court.facts()
    for _ in range(3):
        court.deliver(heard)
    court.deliver([*heard, *heard])
    assert court.facts() == before
    assert kinds(court).count("SanctionWeighed") == 1


def test_facts_carry_their_cause_and_trace(court: Court) -> None:
    said = imposed("tmall", trace="0af7651916cd43dd8448eb211c80319c")
    court.hear(said)
    assert {(fact.cause, fact.trace) for fact in court.facts()} == {(said.stream, said.trace)}  # type: ignore[attr-defined]


def test_a_batch_is_decided_together(court: Court) -> None:
    court.hear(imposed("tmall", at=NOON), imposed("pdd", at=NOON), imposed("jd", account="shop-9", uscc=None, at=NOON))
    assert "ListingProposed" in kinds(court)
    assert kinds(court, own("jd", "shop-9"))[:2] == ["AccountAttached", "SanctionWeighed"]
    assert court.rows("SELECT platform, account, subject_id, uscc FROM account ORDER BY platform") == [
        ("jd", "shop-9", own("jd", "shop-9"), None),
        ("pdd", "shop-1", SUBJECT, USCC),
        ("tmall", "shop-1", SUBJECT, USCC),
    ]


def test_where_a_listing_is_can_be_looked_up(court: Court) -> None:
    court.hear(imposed("tmall"), imposed("pdd"))
    (row,) = court.rows("SELECT subject_id, tier, state, undelivered, contested, proposed_at FROM listing")
    assert row == (SUBJECT, Tier.RESTRICTED, "proposed", False, False, NOON)
    court.hear(lifted("pdd"))
    assert court.rows("SELECT state FROM listing") == [("rejected",)]


def test_a_first_credit_code_links(court: Court) -> None:
    court.hear(imposed("tmall", uscc=None), imposed("tmall", uscc=None, sanction="s2"))
    court.hear(declared("tmall"))
    assert court.rows("SELECT subject_id, uscc FROM account") == [(SUBJECT, USCC)]
    assert court.dossier(own("tmall")).merged_into == SUBJECT
    assert len(court.dossier().weighed) == 2
    court.hear(imposed("tmall", uscc=None, sanction="s3"))
    assert len(court.dossier().weighed) == 3


def test_a_listing_is_not_shed_by_declaring_a_code(court: Court) -> None:
    court.hear(imposed("tmall", uscc=None), declared("pdd", account="x", uscc=None))
    court.hear(imposed("pdd", account="x", uscc=None))
    court.hear(declared("tmall"), declared("pdd", account="x", id="with a code"))
    (row,) = court.rows("SELECT subject_id, state FROM listing")
    assert row == (SUBJECT, "proposed")


def test_linking_and_weighing_in_one_batch(court: Court) -> None:
    court.hear(imposed("tmall", uscc=None))
    court.hear(imposed("tmall", sanction="s2"), imposed("pdd"), imposed("tmall", uscc=None, sanction="s3"))
    assert {entry.discounted for entry in court.dossier().weighed.values()} == {None}
    assert len(court.dossier().weighed) == 4
    assert len(court.dossier().listings) == 1


def test_a_second_code_waits_for_a_person_and_moves_nothing(court: Court) -> None:
    court.hear(imposed("tmall"))
    court.hear(declared("tmall", uscc=OTHER_USCC, id="again"), declared("tmall", uscc=OTHER_USCC, id="once more"))
    assert court.rows("SELECT platform, account, uscc, judgement FROM candidate") == [("tmall", "shop-1", OTHER_USCC, None)]
    assert court.rows("SELECT subject_id, uscc FROM account") == [(SUBJECT, USCC)]
    assert court.facts(subject_of_uscc(OTHER_USCC)) == []


def test_evidence_and_notices_open_no_dossier(court: Court) -> None:
    court.hear(verified("tmall", "e-1"), delivered("tmall", "watch-x"))
    assert court.rows("SELECT * FROM account") == []
    assert len(court.rows("SELECT * FROM early_evidence")) == 1


def test_early_evidence_is_heard_when_its_account_is_opened(court: Court) -> None:
    court.hear(discredited("tmall", "e-tmall-s1", uscc=None))
    court.hear(imposed("tmall"))
    assert {EvidenceNoted, SanctionDiscounted} <= {type(fact) for fact in court.facts()}
    assert court.rows("SELECT * FROM early_evidence") == []


def test_in_one_batch_too(court: Court) -> None:
    court.hear(discredited("tmall", "e-tmall-s1"), imposed("tmall"))
    (entry,) = court.dossier().weighed.values()
    assert entry.discounted == "evidence_discredited"
    assert court.rows("SELECT * FROM early_evidence") == []


def test_evidence_that_missed_its_account_is_swept_up(court: Court) -> None:
    """Noted as early in the same moment in which another worker opened the account."""
    (evidence,) = court.hear(discredited("tmall", "e-tmall-s1"))
    with closing(court.database.connect()) as owner:
        owner.execute("TRUNCATE early_evidence")
        court.hear(imposed("tmall"))
        stream = evidence.fact.stream  # type: ignore[attr-defined]
        owner.execute("INSERT INTO early_evidence VALUES ('tmall', 'shop-1', %s, %s)", (stream, NOON))
    court.wait(days(0))
    (entry,) = court.dossier().weighed.values()
    assert entry.discounted == "evidence_discredited"


def test_early_evidence_of_nobody_is_forgotten(court: Court) -> None:
    court.hear(verified("tmall", "e-1"))
    court.wait(days(31))
    assert court.rows("SELECT * FROM early_evidence") == []


def test_a_member_that_is_not_there_yet_is_waited_for(court: Court) -> None:
    with pytest.raises(RetryLater):
        court.hear(imposed("newcomer"))


def test_every_order_ends_in_the_same_state_across_links(court: Court) -> None:
    """Sanctioned before anybody knew who he is, declared, sanctioned elsewhere, and evidence fell: in any order."""

    def outcome(number: int, order: tuple[int, ...]) -> Any:
        uscc, account = f"code-{number}", f"shop-{number}"
        tmall = {"account": account, "recorded_at": NOON}
        said = [
            imposed("tmall", uscc=None, id=f"i{number}", proof=f"t{number}", **tmall),
            declared("tmall", uscc=uscc, id=f"d{number}", **tmall),
            imposed("pdd", uscc=uscc, account=account, id=f"p{number}", proof=f"p{number}"),
            lifted("tmall", uscc=None, sanction="other", id=f"l{number}", **tmall),
            discredited("pdd", f"e-p{number}", uscc=None, account=account, id=f"e{number}"),
        ]
        for index in order:
            court.hear(said[index])
        dossier = court.dossier(subject_of_uscc(uscc))
        return (
            sorted(account.platform for account in dossier.accounts),
            sorted((entry.key.account.platform, entry.discounted) for entry in dossier.weighed.values()),
            sorted(dossier.weighed[watch].key.account.platform for watch in dossier.watches),
            sorted((listing.tier, listing.state) for listing in dossier.listings.values()),
            len(dossier.notes),
            len(dossier.evidence),
        )

    outcomes = {repr(outcome(number, order)) for number, order in enumerate(list(permutations(range(5)))[::5])}
    assert len(outcomes) == 1, outcomes


# -- two at once -----------------------------------------------------------------------------------------------------


def test_two_workers_open_one_account(court: Court) -> None:
    """One knows the code, the other does not: they open different dossiers, and one of them has to decide again."""
    with_code, without = court.record(imposed("tmall", sanction="s1")), court.record(imposed("tmall", sanction="s2", uscc=None))
    _together(court, with_code, without)
    assert len(court.rows("SELECT * FROM account")) == 1
    assert len(court.dossier().weighed) == 2
    assert {entry.discounted for entry in court.dossier().weighed.values()} == {None}


def test_two_workers_decide_on_one_dossier(court: Court) -> None:
    _together(court, court.record(imposed("tmall")), court.record(imposed("pdd")))
    assert len(court.dossier().weighed) == 2
    assert kinds(court).count("ListingProposed") == 1


def test_an_account_that_moved_is_looked_up_again(court: Court) -> None:
    court.hear(imposed("tmall", uscc=None))
    with closing(court.database.connect()) as owner:
        owner.execute("UPDATE account SET subject_id = %s", (SUBJECT,))  # the map says it, the dossier does not
    waiting = court.record(imposed("tmall", uscc=None, sanction="s2"))
    with closing(court.database.connect("adjudication")) as conn, pytest.raises(VersionConflict), conn.transaction():
        court.hearing.handle(conn, waiting)


def _together(court: Court, first: Any, second: Any) -> None:
    """The second decides while the first has decided and not committed."""
    done = threading.Event()
    with closing(court.database.connect("adjudication")) as conn:
        with conn.transaction():
            court.hearing.handle(conn, first)
            worker = threading.Thread(target=lambda: (court.deliver(second), done.set()))
            worker.start()
            assert not done.wait(0.3), "the log is held"
        worker.join(5)
    assert done.is_set()


# -- the clock -------------------------------------------------------------------------------------------------------


def test_due_moments_are_kept_with_the_facts(court: Court) -> None:
    court.hear(imposed("tmall", "warn"))
    assert court.due() == []
    court.hear(lifted("tmall", sanction="later"))
    assert court.due() == [NOON + days(30)]
    court.hear(imposed("tmall", sanction="later", id="later"))
    assert court.due() == []
    court.hear(imposed("pdd"))
    assert court.due() == [datetime(2026, 6, 2, 16, tzinfo=UTC)]


def test_what_time_decides_is_decided_by_the_clock(court: Court) -> None:
    court.hear(lifted("tmall"))
    court.wait(days(29))
    assert kinds(court)[-1] == "LiftNoted"
    court.wait(days(2))
    assert kinds(court)[-1] == "StatementOrphaned"
    assert court.due() == []
    court.wait(days(0))
    assert kinds(court).count("StatementOrphaned") == 1


def test_a_jump_of_the_wall_clock_frees_and_lists_nobody(court: Court) -> None:
    court.hear(imposed("tmall"))
    jumped = court.now + days(400)
    court.clock._trust._monotonic = lambda: 0.0
    court.now = jumped
    assert court.clock.tick() > 0
    assert kinds(court)[-1] == "WatchEnded"
    assert court.clock._trust.in_doubt


def test_only_one_clock_looks(court: Court) -> None:
    court.hear(lifted("tmall"))
    court.now += days(40)
    with closing(court.database.connect("adjudication")) as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", (CLOCK_LOCK,))
        assert court.clock.tick() == 0
    assert court.clock.tick() == 1


# -- what must never leave -------------------------------------------------------------------------------------------


def test_a_directive_without_a_decision_is_stopped(court: Court) -> None:
    court.hear(imposed("tmall"), imposed("pdd"))

    def slip(conn: Any) -> None:
        docket = Docket(conn, court.rules.moment())
        docket.load([SUBJECT])
        wrong = DirectiveIssued(
            subject_id=SUBJECT, at=NOON, seq=1, tier=Tier.RESTRICTED, contested=False, lift=False, accounts=(), rulebook="2026.1"
        )  # fmt: skip
        docket.add([wrong])
        docket.save()

    with pytest.raises(NoDecision):
        court.transact(slip)
    assert not any(isinstance(fact, DirectiveIssued) for fact in court.facts())
    assert any(isinstance(fact, ListingProposed) for fact in court.facts())
    assert {type(fact) for fact in court.facts()} >= {AccountAttached, SanctionWeighed, WatchBegan}
    assert NoticeUndelivered not in {type(fact) for fact in court.facts()}
