"""A sanction that rests on reports which turned out false, and on no other, weighs nothing, whichever is known first."""

from uuid import UUID

from events.facts.directive import DirectiveIssued
from events.facts.dossier import ReportsJudged, SanctionDiscounted
from events.facts.fact import Fact, Tier
from events.facts.listing import ListingEnded
from services.adjudication.domain.decide.link import move
from services.adjudication.domain.decide.listing import release
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.redress.reports import judge_reports
from tests.domain.spec import FREEZE, REVIEWER, Scene, account, days, delivered, given, imposed, ordered

TMALL = account("tmall")


def judge(scene: Scene, *reports: str, invalid: bool = True) -> list[Fact]:
    return scene.take(judge_reports(scene.dossier, TMALL, reports, invalid=invalid, moment=scene.moment))


def discounted(scene: Scene) -> list[str]:
    return [entry.weighing.sanction for entry in scene.dossier.weighed.values() if entry.discounted == "reports_invalidated"]


def test_what_rests_on_a_false_report_alone_falls() -> None:
    scene = given(
        imposed("tmall", reports=("R-1",)), imposed("tmall", sanction="s2", reports=("R-1", "R-2")), imposed("tmall", sanction="s3")
    )
    judge(scene, "R-1")
    assert discounted(scene) == ["s1"]
    judge(scene, "R-2")
    assert discounted(scene) == ["s1", "s2"]


def test_whichever_comes_first() -> None:
    scene = given(imposed("tmall", "warn", sanction="w"))
    judge(scene, "R-1")
    scene.hear(imposed("tmall", reports=("R-1",)))
    assert discounted(scene) == ["s1"]


def test_another_account_may_use_the_number_too() -> None:
    scene = given(imposed("tmall", "warn", sanction="w"), imposed("pdd", reports=("R-1",)))
    judge(scene, "R-1")
    assert discounted(scene) == []


def test_an_authoritys_decision_stands_by_itself() -> None:
    scene = given(ordered(FREEZE, reports=("R-1",), account=TMALL.account))
    scene.take(judge_reports(scene.dossier, account("samr"), ["R-1"], invalid=True, moment=scene.moment))
    assert discounted(scene) == []


def test_a_restriction_that_rests_on_it_ends_and_says_nothing_of_reports() -> None:
    scene = given(imposed("tmall", reports=("R-1",)), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    facts = judge(scene, "R-1")
    assert [type(fact) for fact in facts if isinstance(fact, ReportsJudged | SanctionDiscounted | ListingEnded)] == [
        ReportsJudged, SanctionDiscounted, ListingEnded,
    ]  # fmt: skip
    (told,) = [fact for fact in facts if isinstance(fact, DirectiveIssued)]
    assert (told.tier, told.reasons) == (Tier.NONE, ())


def test_nothing_is_said_twice_and_what_counts_again_counts_for_what_comes() -> None:
    scene = given(imposed("tmall", "warn", sanction="w"))
    judge(scene, "R-1")
    assert judge(scene, "R-1") == []
    judge(scene, "R-1", "R-9", invalid=False)
    scene.hear(imposed("tmall", reports=("R-1",)))
    assert discounted(scene) == []


def test_it_goes_along_with_the_account() -> None:
    scene = given(imposed("tmall", "warn", sanction="w"))
    judge(scene, "R-1")
    other = Scene(Dossier(subject_id=UUID(int=7)))
    _, coming = move(scene.dossier, other.dossier, [TMALL], "uscc", None, scene.moment)
    other.take(coming)
    assert other.dossier.invalid_reports == {(TMALL, "R-1")}
