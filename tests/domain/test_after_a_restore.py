"""After the log was restored from an older copy: nobody stays bound whom the hub had freed, and everybody hears the new number."""

from events.facts.directive import DirectiveIssued
from events.facts.fact import Category, Fact, Tier
from events.facts.listing import ListingEnded
from events.facts.safeguard import InterimEnded
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.law.calendar import end_of
from services.adjudication.domain.redress.interim import impose_interim
from services.adjudication.domain.redress.restore import MARGIN, Believed, tell_anew
from tests.domain.spec import APPROVER, SUBJECT, Scene, a, account, days
from tests.domain.stories import blacklisted, released, restricted


def restored(scene: Scene, *believed: object) -> list[Fact]:
    return scene.take(tell_anew(scene.dossier, Believed(*believed), scene.moment))


def directive(facts: list[Fact]) -> DirectiveIssued:
    (told,) = (fact for fact in facts if isinstance(fact, DirectiveIssued))
    return told


def test_a_subject_that_was_lifted_after_the_copy_is_freed_for_good() -> None:
    scene = restricted()
    facts = restored(scene, 2, Tier.NONE)
    assert a(ListingEnded, why="revoked", by=("hub",)).fits(facts[0])
    assert a(DirectiveIssued, tier=Tier.NONE, seq=2 + MARGIN, lift=True, measures=()).fits(directive(facts))
    assert scene.wait(days(1)) == [] and scene.dossier.directive == directive(facts)


def test_a_subject_that_the_copy_does_not_know_is_freed() -> None:
    facts = restored(Scene(Dossier(subject_id=SUBJECT)), 7, Tier.BLACKLISTED, (account("jd"),))
    assert len(facts) == 1
    assert a(DirectiveIssued, tier=Tier.NONE, seq=7 + MARGIN, lift=True, accounts=(account("jd"),)).fits(facts[0])


def test_what_was_made_milder_after_the_copy_stays_milder() -> None:
    scene = blacklisted()
    facts = restored(scene, 5, Tier.RESTRICTED)
    assert [type(fact) for fact in facts] == [ListingEnded, DirectiveIssued]
    assert directive(facts).tier is Tier.NONE


def test_a_subject_of_whom_nothing_newer_was_said_is_told_the_same_under_a_higher_number() -> None:
    scene = restricted()
    before = scene.dossier.directive
    assert before is not None
    facts = restored(scene, before.seq, before.tier)
    assert len(facts) == 1
    told = directive(facts)
    assert (told.seq, told.tier, told.measures, told.until, told.accounts) == (
        before.seq + MARGIN, before.tier, before.measures, before.until, before.accounts,
    )  # fmt: skip


def test_nobody_is_told_anew_of_what_ran_out_meanwhile() -> None:
    """Nobody has looked since the copy was made: its last day holds, fact or no fact."""
    scene = restricted()
    last = scene.dossier.directive
    assert last is not None
    assert last.until is not None
    scene.now = end_of(last.until) - days(0.01)
    assert directive(restored(scene, 1, Tier.RESTRICTED)).tier is Tier.RESTRICTED
    scene.now = end_of(last.until)
    assert directive(restored(scene, 1, Tier.RESTRICTED)).tier is Tier.NONE


def test_an_older_word_of_the_topic_frees_nobody() -> None:
    """The relay may not have written the newest when the copy was made."""
    scene = restricted()
    restored(scene, 0, None)
    assert directive(restored(scene, 1, Tier.NONE)).tier is Tier.RESTRICTED


def test_what_was_made_harder_after_the_copy_is_void() -> None:
    """No decision of it is in the log."""
    scene = restricted()
    assert directive(restored(scene, 3, Tier.BLACKLISTED)).tier is Tier.RESTRICTED


def test_an_interim_measure_that_was_lifted_after_the_copy_stays_lifted() -> None:
    scene = released(category=Category.UNSAFE_GOODS)
    scene.do(impose_interim, APPROVER)
    facts = restored(scene, 2, Tier.NONE)
    assert a(InterimEnded, why="lifted", by="hub").fits(facts[0])
    assert directive(facts).tier is Tier.NONE
    assert scene.listing_id


def test_an_answer_alone_is_answered_with_freedom() -> None:
    facts = restored(Scene(Dossier(subject_id=SUBJECT)))
    assert a(DirectiveIssued, tier=Tier.NONE, seq=MARGIN, lift=True).fits(directive(facts))


def test_twice_in_a_row_only_counts_on() -> None:
    scene = restricted()
    first = directive(restored(scene, 2, Tier.NONE))
    again = directive(restored(scene, first.seq, first.tier))
    assert (again.seq, again.tier) == (first.seq + MARGIN, Tier.NONE)
