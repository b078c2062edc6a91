"""Accounts are linked and unlinked amid sanctions, lifts and decisions about both dossiers: nothing is weighed twice or shed."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from random import Random
from typing import NamedTuple
from uuid import UUID

import pytest
from msgspec.structs import replace
from stdnum.cn import uscc

from deploy.demo.patience import until
from events.facts.dossier import AccountRef
from events.facts.fact import Statement
from services.adjudication.application import records
from services.adjudication.application.hearing import Hearing
from services.adjudication.domain.decide.listing import release
from services.adjudication.domain.dossier import Dossier, SanctionKey
from services.adjudication.domain.identity import Known, subject_of_uscc
from tests.domain.spec import EXPEL, FREEZE, days, declared, delivered, imposed, lifted, ordered
from tests.services.adjudication.court import Court
from tests.services.adjudication.crowd import Crowd, handle
from tests.support.stack import Database

MEMBERS = ("tmall", "pdd", "jd", "samr")
"""The last is an authority, one of whose decisions makes a listing alone."""
SANCTIONS = 3
"""Of each account."""
ROUNDS = 8
WAITING = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code(random: Random) -> str:
    """A proper unified social credit code of an enterprise."""
    body = "91350100" + "".join(random.choice(CHARACTERS) for _ in range(9))
    return str(body + uscc.calc_check_digit(body))


class Merchant(NamedTuple):
    """One in truth, whose accounts nobody has joined yet, and the code that one platform names wrongly."""

    accounts: tuple[AccountRef, ...]
    uscc: str
    wrong: str

    @property
    def subject(self) -> UUID:
        return subject_of_uscc(self.uscc)


@pytest.fixture(scope="module")
def court(module_database: Database) -> Iterator[Court]:
    with closing(Court(module_database)) as opened:
        yield opened


@pytest.fixture(scope="module", params=range(ROUNDS))
def played(court: Court, request: pytest.FixtureRequest) -> tuple[Court, Merchant, list[Statement]]:
    """One merchant, all of whose story was told at once."""
    seed = int(request.param)
    random = Random(seed)
    crowd = Crowd(court, random)
    try:
        return court, *_play(crowd, random, seed)
    finally:
        crowd.pool.close()


def _play(crowd: Crowd, random: Random, seed: int) -> tuple[Merchant, list[Statement]]:
    accounts = tuple(AccountRef(platform, f"shop-{seed}") for platform in MEMBERS)
    merchant = Merchant(accounts, code(random), code(random))
    told = [_told(account, merchant, random) for account in accounts]
    commands = crowd.commands

    def link(account: AccountRef) -> Callable[[], object]:
        return lambda: commands.link(account, merchant.uscc, crowd.order())

    def unlink(account: AccountRef) -> Callable[[], object]:
        return lambda: commands.unlink(account, crowd.order())

    def hand_out() -> None:
        for (listing_id,) in crowd.court.rows("SELECT listing_id FROM listing WHERE state = 'proposed'"):
            commands.about(listing_id, crowd.order(), release)

    moves = [act(account) for account in accounts for act in (link, unlink, link)]
    random.shuffle(moves)
    crowd.at_once(
        *(crowd.follower(half) for statements in told for half in (statements[::2], statements[1::2])),
        crowd.reviewer(moves[:5]),
        crowd.reviewer([*moves[5:], hand_out]),
        crowd.clock(5),
    )
    lifts = [lifted(a.platform, sanction="s0", account=a.account, uscc=None, id=f"lift-{seed}") for a in accounts[:2]]
    served = [
        delivered(a.platform, f"listing-{listing_id}", account=a.account, uscc=None, id=f"served-{seed}-{listing_id}")
        for (listing_id,) in crowd.court.rows("SELECT listing_id FROM listing WHERE state = 'released'")
        for a in accounts[:1]
    ]
    crowd.court.now += days(12)
    random.shuffle(moves)
    crowd.at_once(
        crowd.follower([*served, *lifts, *(_declared(account, merchant.wrong, "wrong") for account in accounts)]),
        crowd.reviewer(moves),
        crowd.reviewer([hand_out]),
        crowd.clock(8),
    )
    everything = [statement for statements in told for statement in statements] + [*served, *lifts]
    crowd.follower(everything)()
    return merchant, everything


def _told(account: AccountRef, merchant: Merchant, random: Random) -> list[Statement]:
    """Sanctions before and after what says whose the account is: two followers hear it at once, as when one of them is a zombie."""
    told = ordered if account.platform == "samr" else partial(imposed, account.platform)
    said: list[Statement] = [
        told(random.choice([FREEZE, EXPEL]), sanction=f"s{n}", id=f"{account.account}-s{n}", account=account.account, uscc=None)
        for n in range(SANCTIONS)
    ]
    said.insert(random.randint(0, 1), _declared(account, merchant.uscc, "right"))
    return said


def _declared(account: AccountRef, code: str, which: str) -> Statement:
    return replace(declared(account.platform, account=account.account, uscc=code), id=f"{account.account}-{which}")


def dossiers(court: Court) -> dict[UUID, Dossier]:
    found = court.rows("SELECT DISTINCT originator_id FROM hub_events WHERE lane = 2")
    return {subject: court.dossier(subject) for (subject,) in found}


def test_every_sanction_weighs_in_one_dossier_once(played: tuple[Court, Merchant, list[Statement]]) -> None:
    court, merchant, said = played
    everything, owner = dossiers(court), _accounts(court, merchant.accounts)
    for account in merchant.accounts:
        home = everything[owner[account].subject_id]
        for n in range(SANCTIONS):
            key = SanctionKey(account, f"s{n}")
            was_lifted = n == 0 and account in merchant.accounts[:2]
            assert [entry.discounted for entry in home.of(key)] == ["overturned" if was_lifted else None]
            elsewhere = [entry for dossier in everything.values() if dossier is not home for entry in dossier.of(key)]
            assert all(entry.discounted for entry in elsewhere), "it weighs in two dossiers"
    assert len({statement.stream for statement in said}) == len(said)


def _accounts(court: Court, refs: Sequence[AccountRef]) -> dict[AccountRef, Known]:
    with closing(court.database.connect("adjudication")) as conn:
        return records.accounts(conn, refs)


def test_the_map_of_accounts_and_the_dossiers_say_the_same(played: tuple[Court, Merchant, list[Statement]]) -> None:
    court, merchant, _ = played
    everything = dossiers(court)
    for account, known in _accounts(court, merchant.accounts).items():
        assert [subject for subject, dossier in everything.items() if account in dossier.accounts] == [known.subject_id]


def test_a_second_code_makes_a_candidate_and_moves_nothing(played: tuple[Court, Merchant, list[Statement]]) -> None:
    court, merchant, _ = played
    for account, known in _accounts(court, merchant.accounts).items():
        rows = court.rows("SELECT uscc FROM candidate WHERE platform = %s AND account = %s", account.platform, account.account)
        assert (merchant.wrong,) in rows
        assert known.subject_id != subject_of_uscc(merchant.wrong)
        assert known.uscc == merchant.uscc
    assert subject_of_uscc(merchant.wrong) not in dossiers(court)


def test_an_alias_leads_to_whoever_has_the_accounts_now(played: tuple[Court, Merchant, list[Statement]]) -> None:
    everything = dossiers(played[0])
    for subject, dossier in everything.items():
        seen = {subject}
        while dossier.merged_into is not None:
            assert not dossier.accounts
            assert dossier.merged_into not in seen, "a circle of aliases"
            seen.add(dossier.merged_into)
            dossier = everything[dossier.merged_into]
        assert dossier.accounts


def test_a_listing_is_open_where_its_row_says_and_nowhere_else(played: tuple[Court, Merchant, list[Statement]]) -> None:
    court, everything = played[0], dossiers(played[0])
    open_ones = [(listing_id, subject) for subject, dossier in everything.items() for listing_id in dossier.listings]
    assert len({listing_id for listing_id, _ in open_ones}) == len(open_ones), "open in two dossiers"
    rows = court.rows("SELECT listing_id, subject_id FROM listing WHERE state NOT IN ('rejected', 'ended')")
    assert sorted(rows) == sorted(open_ones)
    assert rows, "nothing was ever proposed: the rounds show nothing"


def test_a_notice_that_went_out_is_not_shed_by_moving(played: tuple[Court, Merchant, list[Statement]]) -> None:
    """The authority's decisions stand: what rests on them alone goes wherever their account goes, released, served or decided."""
    court, merchant, _ = played
    authority = merchant.accounts[-1]
    shed = [
        closed
        for dossier in dossiers(court).values()
        for closed in dossier.closed.values()
        if closed.how != "moved" and closed.listing.notice and {one.account for one in closed.listing.basis} == {authority}
    ]
    assert shed == []


def test_an_account_that_two_open_at_once_belongs_to_one(court: Court) -> None:
    """One hears a sanction, the other the credit code of the same new account: streams that have nothing to do with each other."""
    account, random = "shop-raced", Random(ROUNDS)
    sanction = court.record(imposed("tmall", account=account, uscc=None, id="raced-s"))
    declaration = court.record(replace(declared("tmall", account=account, uscc=code(random)), id="raced-d"))
    late = threading.Thread(target=lambda: court.transact(partial(handle, Hearing(court.rules), declaration)))
    with closing(court.database.connect("adjudication")) as first, first.transaction():
        Hearing(court.rules).handle(first, sanction)
        late.start()
        until("the second waits for the log", lambda: court.rows(WAITING) or None, 10.0, every=0.01)
    late.join()
    holders = [dossier for dossier in dossiers(court).values() if AccountRef("tmall", account) in dossier.accounts]
    assert len(holders) == 1
    assert len(holders[0].weighed) == 1


def test_what_is_due_of_a_subject_is_written_of_it(played: tuple[Court, Merchant, list[Statement]]) -> None:
    """An open listing in force always has a moment at which somebody looks at it again."""
    court = played[0]
    due = {subject for (subject,) in court.rows("SELECT subject_id FROM due")}
    bound = {subject for subject, d in dossiers(court).items() if any(one.decision for one in d.listings.values())}
    assert bound <= due
