"""Accounts move between dossiers with all that was weighed; no listing is shed, and unlinking undoes it."""

from typing import Any
from uuid import UUID

import pytest

from events.facts.directive import DirectiveIssued
from events.facts.dossier import (
    AccountAttached,
    AccountDetached,
    AccountRef,
    AppealNoted,
    EvidenceNoted,
    LiftNoted,
    SanctionDiscounted,
    SubjectNamed,
    WeighingCarried,
)
from events.facts.fact import Fact, Tier
from events.facts.listing import (
    ListingCarried,
    ListingEnded,
    ListingMoved,
    ListingProposed,
    ListingRejected,
    NoticeReleased,
    WatchBegan,
    WatchEnded,
)
from events.facts.safeguard import InterimEnded
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide.link import comes_from, link, move, unlink
from services.adjudication.domain.decide.listing import release
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Person
from services.adjudication.domain.identity import (
    Known,
    better_known,
    claim,
    opens,
    public_name,
    subject_of_account,
    subject_of_uscc,
)
from services.adjudication.domain.redress.interim import impose_interim
from tests.domain.spec import (
    APPROVER,
    LIMIT,
    PANEL,
    REVIEWER,
    SHOP,
    SUBJECT,
    USCC,
    Scene,
    Then,
    a,
    account,
    appealed,
    days,
    declared,
    delivered,
    discredited,
    given,
    imposed,
    lifted,
    verified,
)
from tests.domain.stories import blacklisted, proposed, released, restricted

OTHER = subject_of_uscc("91110108551385082Q")


def moved(old: Scene, new: Scene, *accounts: AccountRef, **more: Any) -> tuple[list[Fact], list[Fact]]:
    chosen = accounts or tuple(old.dossier.accounts)
    left, came = move(old.dossier, new.dossier, chosen, more.pop("why", "reviewer"), more.pop("by", "rui"), old.moment, **more)
    new.now = old.now
    return old.take(left), new.take(came)


def empty(subject_id: UUID = OTHER) -> Scene:
    return Scene(Dossier(subject_id=subject_id))


def kinds(facts: list[Fact]) -> list[type[Fact]]:
    return [type(fact) for fact in facts]


def fits(facts: list[Fact], *expected: Any) -> bool:
    return all(any(wanted.fits(fact) for fact in facts) for wanted in expected)


def test_an_account_moves_with_what_it_weighs() -> None:
    old, new = given(imposed("tmall", "warn"), imposed("pdd", "warn")), empty()
    left, came = moved(old, new, account("tmall"))
    assert fits(
        left, a(AccountDetached, account=account("tmall"), to=OTHER, why="reviewer", by="rui"), a(SanctionDiscounted, why="detached")
    )
    assert fits(
        came, a(AccountAttached, account=account("tmall"), origin=SUBJECT, by="rui"), a(WeighingCarried, origin=SUBJECT, discounted=None)
    )
    assert set(old.dossier.accounts) == {account("pdd")}
    assert old.dossier.merged_into is None
    assert [entry.discounted for entry in new.dossier.weighed.values()] == [None]


def test_the_last_account_leaves_an_alias() -> None:
    old, new = given(imposed("tmall", "warn", name="某某公司")), empty()
    _, came = moved(old, new)
    assert old.dossier.merged_into == OTHER
    assert fits(came, a(SubjectNamed, uscc=USCC, name="某某公司"))


def test_discounts_come_along() -> None:
    old, new = given(imposed("tmall", "warn"), lifted("tmall")), empty()
    left, came = moved(old, new)
    assert SanctionDiscounted not in kinds(left)
    assert fits(came, a(WeighingCarried, discounted="overturned"))


def test_what_waits_and_what_was_noted_comes_along() -> None:
    old, new = given(imposed("tmall"), lifted("tmall", sanction="later"), appealed("tmall"), verified("tmall", "e")), empty()
    _, came = moved(old, new)
    assert fits(came, a(LiftNoted, subject_id=OTHER, waiting=True), a(AppealNoted, waiting=False), a(EvidenceNoted, subject_id=OTHER))
    new.when(imposed("tmall", sanction="later", id="later", uscc=None)).then_also(a(SanctionDiscounted, why="overturned"))
    assert old.wait(days(31)) == [], "nothing waits where it was"


def test_nothing_is_heard_again_where_it_came_to() -> None:
    old, new = given(imposed("tmall"), appealed("tmall"), discredited("tmall", "x")), empty()
    moved(old, new)
    new.when(imposed("tmall"), appealed("tmall"), discredited("tmall", "x")).then()


def test_a_watch_goes_on_without_a_second_notice() -> None:
    old, new = given(imposed("tmall")), empty()
    left, came = moved(old, new)
    assert fits(left, a(WatchEnded, why="detached"))
    assert WatchBegan in kinds(came)
    assert NoticeReleased not in kinds(came)


def test_two_dossiers_together_may_justify_a_listing() -> None:
    old, new = given(imposed("tmall")), Scene(Dossier(subject_id=OTHER))
    new.hear(imposed("pdd", uscc=None, account="shop-7"))
    _, came = moved(old, new)
    assert fits(came, a(ListingProposed, tier=Tier.RESTRICTED))


def test_a_listing_in_force_moves_with_its_decision() -> None:
    old, new = restricted(), empty()
    listing = old.dossier.listings[old.listing_id]
    left, came = moved(old, new)
    assert fits(left, a(ListingMoved, to=OTHER), a(DirectiveIssued, tier=Tier.NONE, merged_into=OTHER, lift=True, seq=2))
    assert fits(
        came, a(ListingCarried, listing=listing, origin=SUBJECT), a(DirectiveIssued, tier=Tier.RESTRICTED, seq=1, decision=listing.decision)
    )
    assert ListingProposed not in kinds(came)


def test_a_released_notice_is_served_where_it_went() -> None:
    old, new = released(), empty()
    notice = old.notice
    moved(old, new)
    new.hear(delivered("tmall", notice, uscc=None))
    assert new.dossier.listings[new.listing_id].state == "served"


def test_a_listing_stays_when_only_a_part_of_its_basis_leaves() -> None:
    old, new = restricted(), empty()
    left, came = moved(old, new, account("tmall"))
    assert fits(left, a(ListingEnded, why="revoked"), a(DirectiveIssued, tier=Tier.NONE))
    assert ListingCarried not in kinds(came)


def test_two_proposals_become_one() -> None:
    old, new = proposed(), Scene(Dossier(subject_id=OTHER))
    new.hear(*(imposed(p, account="shop-7", uscc=None, id=f"{p}-7", sanction="s7") for p in ("jd", "kuaishou")))
    _, came = moved(old, new)
    assert fits(came, a(ListingRejected, why="superseded"))
    assert len(new.dossier.listings) == 1


def test_nobody_is_listed_twice_for_what_came_along() -> None:
    old, new = restricted(), empty()
    old.wait(days(220))
    assert not old.dossier.listings
    _, came = moved(old, new)
    assert fits(came, a(WeighingCarried, spent=Tier.RESTRICTED))
    assert ListingProposed not in kinds(came)


def test_unlinking_brings_everything_back() -> None:
    first, second = given(imposed("tmall")), Scene(Dossier(subject_id=OTHER))
    second.hear(imposed("pdd", uscc=None))
    moved(first, second)
    assert second.dossier.listings
    left, came = moved(second, first, account("tmall"), back=True)
    assert fits(left, a(ListingRejected, why="basis_gone"), a(WatchEnded, why="detached"))
    assert fits(came, a(AccountAttached, origin=None), a(WeighingCarried, discounted=None))
    assert first.dossier.merged_into is None
    assert [entry.discounted for entry in first.dossier.weighed.values()] == [None]
    assert set(first.dossier.watches) == set(first.dossier.weighed)


def test_unlinking_recalls_a_wrong_directive() -> None:
    first, second = given(imposed("tmall")), Scene(Dossier(subject_id=OTHER))
    second.hear(imposed("pdd", uscc=None))
    moved(first, second)
    second.do(release, REVIEWER)
    second.hear(delivered("pdd", second.notice, uscc=None))
    second.wait(days(8))
    assert second.dossier.directive is not None
    first.now = second.now
    left, _ = moved(second, first, account("tmall"), back=True)
    both = tuple(sorted((account("pdd"), account("tmall"))))
    assert fits(left, a(ListingEnded, why="revoked"), a(DirectiveIssued, tier=Tier.NONE, lift=True, accounts=both))
    assert set(second.dossier.accounts) == {account("pdd")}, "whoever was told to restrict it is told, although it has left"


def test_an_alias_that_comes_back_to_life_says_so() -> None:
    first, second = restricted(), empty()
    moved(first, second)
    _, came = moved(second, first, back=True)
    assert fits(came, a(DirectiveIssued, tier=Tier.RESTRICTED, merged_into=None, seq=3))


def test_a_listing_of_two_moves_two_times() -> None:
    first, second = blacklisted(), empty()
    moved(first, second)
    assert second.dossier.listings
    moved(second, first, back=True)
    assert [listing.state for listing in first.dossier.listings.values()] == ["decided"]


def test_an_interim_measure_goes_with_its_listing_and_restricts_only_there() -> None:
    first, second = released(category="unsafe_goods"), empty()
    first.do(impose_interim, APPROVER)
    left, came = moved(first, second)
    assert fits(left, a(ListingMoved), a(DirectiveIssued, tier=Tier.NONE, lift=True))
    assert fits(came, a(ListingCarried), a(DirectiveIssued, tier=Tier.RESTRICTED))
    second.when(days(3)).then_also(a(InterimEnded, why="lapsed"), a(DirectiveIssued, tier=Tier.NONE, lift=True))


def linking(step: Any, old: Scene, new: Scene, *, by: Person = REVIEWER, of: str = "tmall") -> Then:
    try:
        left, came = step(old.dossier, new.dossier, account(of), by, old.moment, reason="ff" * 32)
    except Refused as refused:
        return Then(old, [], refused)
    return Then(old, [*left, *came])


def test_a_reviewer_links_and_unlinks() -> None:
    first, second = given(imposed("tmall", "warn")), empty()
    linking(link, first, second).then_also(a(AccountDetached, by="rui", to=OTHER), a(AccountAttached, origin=SUBJECT))
    moved(first, second)
    assert comes_from(second.dossier, account("tmall"), OTHER) == SUBJECT
    linking(unlink, second, first).then_also(a(AccountDetached, by="rui", to=SUBJECT), a(AccountAttached, origin=None))


def test_nobody_else_does() -> None:
    for person in (APPROVER, PANEL, Person("tmall", "platform")):
        linking(link, given(imposed("tmall")), empty(), by=person).refused("by-a-reviewer")


def test_only_what_belongs_here_and_not_there() -> None:
    scene = given(imposed("tmall"))
    linking(link, scene, empty(), of="pdd").refused("account-here")
    linking(link, scene, scene).refused("another-subject")
    linking(unlink, scene, scene).refused("linked")


def test_what_was_opened_by_its_code_goes_back_to_its_own() -> None:
    own = subject_of_account(bytes(32), account("tmall"))
    assert comes_from(given(imposed("tmall")).dossier, account("tmall"), own) == own


# -- whose account it is ---------------------------------------------------------------------------------------------


def test_subjects_have_ids_that_say_nothing() -> None:
    key = bytes(32)
    first = subject_of_account(key, account("tmall"))
    assert first == subject_of_account(key, account("tmall"))
    assert first != subject_of_account(b"x" * 32, account("tmall"))
    assert first != subject_of_account(key, account("pdd"))
    assert (first.version, first.variant) == (8, "specified in RFC 4122")
    assert subject_of_uscc(USCC).version == 5


def test_sanctions_and_declarations_open_a_dossier() -> None:
    assert all(map(opens, (imposed("tmall"), lifted("tmall"), appealed("tmall"), declared("tmall"))))
    assert not any(map(opens, (verified("tmall", "e"), discredited("tmall", "e"), delivered("tmall", "n"))))


@pytest.mark.parametrize(
    ("linked", "uscc", "why", "expected"),
    [
        (None, None, "opened", "nothing"),
        (None, "91110108551385082Q", "opened", "link"),
        (USCC, USCC, "uscc", "nothing"),
        (USCC, "91110108551385082Q", "uscc", "candidate"),
        (USCC, None, "uscc", "nothing"),
        (None, USCC, "reviewer", "adopt"),
        (None, "91110108551385082Q", "reviewer", "candidate"),
    ],
    ids=["no code", "the first code", "the same code", "a second code", "silence", "what a person knew", "against a person"],
)
def test_what_a_credit_code_does(linked: str | None, uscc: str | None, why: str, expected: str) -> None:
    subject = subject_of_account(bytes(32), account("tmall")) if linked is None and why == "opened" else SUBJECT
    dossier = Dossier(subject_id=subject, uscc=USCC if why == "reviewer" else linked)
    attached = AccountAttached(subject_id=subject, at=Scene().now, account=account("tmall"), why=why)  # type: ignore[arg-type]
    scene = Scene(dossier)
    scene.take([attached])
    assert claim(Known(subject, linked), scene.dossier, AccountRef("tmall", SHOP), uscc) == expected


def test_the_fullest_name_and_the_kindest_kind() -> None:
    dossier = Dossier(subject_id=SUBJECT, name="某某公司", kind="individual_business")
    assert better_known(dossier, None, "某某", "enterprise") == {}
    assert better_known(dossier, USCC, "福州某某公司", "person") == {"uscc": USCC, "name": "福州某某公司", "kind": "person"}


def test_another_credit_codes_name_is_not_taken() -> None:
    scene = given(imposed("tmall", "warn", name="某某公司"))
    scene.when(imposed("tmall", "warn", sanction="s2", uscc="91110108551385082Q", name="另一家有限公司")).then_not(SubjectNamed)


def test_only_organisations_have_public_names() -> None:
    assert public_name(Dossier(subject_id=SUBJECT, name="某某", kind="enterprise")) == "某某"
    assert public_name(Dossier(subject_id=SUBJECT, name="某某", kind="person")) is None
    assert public_name(Dossier(subject_id=SUBJECT, name="某某", uscc="92350100MA2XXXXX0R")) is None


def test_an_account_joins_the_subject_of_its_code() -> None:
    given(imposed("tmall", LIMIT)).when(declared("pdd")).then(a(AccountAttached, why="uscc", account=account("pdd")))
