"""Lifts, appeals, amendments and evidence that come before their sanction wait for it, thirty days at most."""

from events.facts.dossier import (
    AmendmentNoted,
    AppealNoted,
    EvidenceNoted,
    LiftNoted,
    SanctionDiscounted,
    SanctionWeighed,
    StatementOrphaned,
    StatementRef,
)
from events.facts.listing import WatchBegan, WatchEnded
from tests.domain.spec import (
    DEMOTE,
    LIMIT,
    NOON,
    Scene,
    a,
    amended,
    appealed,
    days,
    discredited,
    given,
    imposed,
    lifted,
    upheld,
    verified,
    with_id,
)


def ref(id: str, platform: str = "tmall") -> StatementRef:
    return StatementRef(f"/platforms/{platform}", id)


def test_a_lift_discounts_its_sanction() -> None:
    given(imposed("tmall", DEMOTE)).when(lifted("tmall")).then(
        a(LiftNoted, waiting=False, reason="overturned"), a(SanctionDiscounted, why="overturned", statement=ref("lifted-s1"))
    )


def test_settled_and_repaired_discount_too() -> None:
    for reason in ("settled", "repaired"):
        given(imposed("tmall", DEMOTE)).when(lifted("tmall", reason)).then(a(LiftNoted), a(SanctionDiscounted, why=reason))


def test_that_it_is_over_discounts_nothing() -> None:
    given(imposed("tmall", DEMOTE)).when(lifted("tmall", "expired")).then(a(LiftNoted, waiting=False, reason="expired"))


def test_that_it_is_over_ends_its_watch() -> None:
    given(imposed("tmall")).when(lifted("tmall", "expired")).then(a(LiftNoted), a(WatchEnded, why="expired"))


def test_an_early_lift_waits_and_opens_the_dossier() -> None:
    scene = given(lifted("tmall"))
    assert [note.waiting for note in scene.dossier.notes.values()] == [True]
    scene.when(imposed("tmall")).then(
        a(SanctionWeighed),
        a(LiftNoted, waiting=False, statement=ref("lifted-s1")),
        a(SanctionDiscounted, why="overturned", statement=ref("lifted-s1")),
    )


def test_an_early_end_lets_no_watch_begin() -> None:
    given(lifted("tmall", "expired")).when(imposed("tmall")).then(a(SanctionWeighed), a(LiftNoted, waiting=False))


def test_early_appeals_wait() -> None:
    given(appealed("tmall"), upheld("tmall")).when(imposed("tmall", DEMOTE)).then(
        a(SanctionWeighed), a(AppealNoted, upheld=False, waiting=False), a(AppealNoted, upheld=True, waiting=False)
    )


def test_early_amendments_wait() -> None:
    given(amended("tmall", DEMOTE)).when(imposed("tmall", LIMIT)).then(
        a(SanctionWeighed),
        a(AmendmentNoted, waiting=False),
        a(SanctionDiscounted, why="amended", statement=ref("amended")),
        a(SanctionWeighed),
    )


def test_an_early_amendment_that_turns_out_harder_is_orphaned() -> None:
    given(amended("tmall", LIMIT)).when(imposed("tmall", DEMOTE)).then(
        a(SanctionWeighed), a(AmendmentNoted, waiting=False), a(StatementOrphaned, why="not_milder")
    )


def test_early_evidence_is_noted() -> None:
    scene = given(imposed("pdd", DEMOTE))
    scene.when(verified("tmall", "e-tmall-s1")).then_also(a(EvidenceNoted, discredited=False, grade="B"))
    scene.when(discredited("tmall", "e-tmall-s1")).then_also(a(EvidenceNoted, discredited=True, grade=None))
    scene.when(imposed("tmall")).then(a(SanctionWeighed), a(SanctionDiscounted, why="evidence_discredited")).when(imposed("tmall")).then()


def test_another_platforms_lift_is_none_of_its_business() -> None:
    scene = given(imposed("tmall", DEMOTE))
    scene.when(lifted("pdd")).then_not(SanctionDiscounted)


def test_another_accounts_lift_neither() -> None:
    given(imposed("tmall", DEMOTE)).when(lifted("tmall", account="shop-2")).then_not(SanctionDiscounted)


def test_a_sanction_is_its_number() -> None:
    """Said again under another id it counts nothing, and it does not revive what was lifted."""
    again = with_id(imposed("tmall", DEMOTE), "again")
    scene = given(imposed("tmall", DEMOTE))
    scene.when(again).then(a(SanctionWeighed), a(SanctionDiscounted, why="repeated"))
    assert len([entry for entry in scene.dossier.weighed.values() if entry.discounted is None]) == 1
    scene.hear(lifted("tmall"))
    scene.when(with_id(again, "once more")).then(a(SanctionWeighed), a(SanctionDiscounted, why="repeated"))


def test_what_nothing_comes_for_is_orphaned_after_thirty_days() -> None:
    scene = given(lifted("tmall"), appealed("tmall"), amended("tmall", DEMOTE))
    scene.when(days(29.9)).then()
    scene.when(days(0.2)).then(*[a(StatementOrphaned, why="never_came")] * 3)
    scene.when(days(1)).then()


def test_an_orphan_is_not_heard_again() -> None:
    scene = given(lifted("tmall"))
    scene.wait(days(31))
    scene.when(lifted("tmall")).then()


def test_what_was_orphaned_does_not_lift() -> None:
    scene = given(lifted("tmall"))
    scene.wait(days(31))
    scene.when(imposed("tmall", at=NOON + days(31))).then_not(SanctionDiscounted)


def test_waiting_is_never_scaled() -> None:
    scene = Scene(scale=100_000.0)
    scene.hear(lifted("tmall"))
    scene.when(days(29)).then()


def test_each_statement_is_heard_once() -> None:
    early = (
        lifted("tmall"),
        appealed("tmall"),
        upheld("tmall"),
        amended("tmall", DEMOTE),
        verified("tmall", "e"),
        discredited("tmall", "f"),
    )
    given(imposed("tmall"), *early).when(imposed("tmall"), *early).then()


def test_a_lift_ends_the_watch_of_what_it_lifts() -> None:
    scene = given(imposed("tmall"))
    assert len(scene.dossier.watches) == 1
    scene.when(lifted("tmall")).then(a(LiftNoted), a(SanctionDiscounted), a(WatchEnded, why="discounted"))
    scene.when(days(40)).then_not(WatchBegan)
