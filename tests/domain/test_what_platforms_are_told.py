"""A directive follows every change that concerns platforms, says everything, and is numbered."""

from datetime import date

import pytest

from events.facts.directive import DirectiveIssued, Reason
from events.facts.dossier import AccountAttached
from events.facts.fact import Measure, Tier
from events.facts.listing import MeasureUntil, Terms
from services.adjudication.domain.decide.directive import is_lift, unite
from services.adjudication.domain.decide.listing import decide
from tests.domain.spec import BOOK, LIMIT, OTHER_APPROVER, SUBJECT, USCC, Scene, a, account, days, declared, given, imposed, lifted
from tests.domain.stories import blacklisted, proposed, restricted, served

UNTIL = date(2026, 9, 10)


def told(scene: Scene) -> DirectiveIssued:
    directive = scene.dossier.directive
    assert directive is not None
    return directive


def test_a_directive_says_everything() -> None:
    scene = restricted(name="福州某某公司", kind="enterprise")
    rule = BOOK.rule("two-platforms-severe")
    assert rule is not None
    expected = a(
        DirectiveIssued, subject_id=SUBJECT, seq=1, tier=Tier.RESTRICTED, contested=False, lift=False,
        accounts=(account("pdd"), account("tmall")), rulebook="2026.1", measures=(MeasureUntil(LIMIT, UNTIL),),
        reasons=(Reason("TWO_PLATFORMS_SEVERE", rule.zh, rule.en),), merged_into=None, uscc=USCC, name="福州某某公司",
        since=date(2026, 3, 10), until=UNTIL, decision=f"decision-{scene.listing_id}",
        appeal=f"/v1/listings/{scene.listing_id}/appeals", demo=False, correction=None,
    )  # fmt: skip
    assert expected.fits(told(scene))


def test_a_demonstration_says_so() -> None:
    scene = served()
    scene.rules["demo"] = True
    scene.wait(days(8))
    assert told(scene).demo


@pytest.mark.parametrize(("kind", "uscc"), [("person", None), ("individual_business", None), ("enterprise", "92350100MA2XXXXX0R")])
def test_names_of_natural_persons_are_never_told(kind: str, uscc: str | None) -> None:
    scene = served(uscc=None, name="某某", kind=kind)
    scene.dossier = type(scene.dossier)(**{f: getattr(scene.dossier, f) for f in scene.dossier.__struct_fields__} | {"uscc": uscc})
    scene.wait(days(8))
    assert told(scene).name is None


def test_nothing_is_told_before_a_decision() -> None:
    for scene in (proposed(), served()):
        assert scene.dossier.directive is None


def test_nothing_new_is_told_twice() -> None:
    restricted().when(imposed("tmall", "warn", sanction="w")).then_not(DirectiveIssued)


def test_another_account_is_told_of() -> None:
    restricted().when(declared("jd")).then(
        a(AccountAttached), a(DirectiveIssued, seq=2, lift=False, accounts=(account("jd"), account("pdd"), account("tmall")))
    )


def test_a_better_name_is_told() -> None:
    restricted(name="公司").when(declared("jd", account="shop-9", name="福州某某公司")).then_also(
        a(DirectiveIssued, name="福州某某公司", lift=False)
    )


def test_a_lift_goes_to_whoever_was_told() -> None:
    scene = restricted()
    scene.when(lifted("tmall")).then_also(a(DirectiveIssued, tier=Tier.NONE, accounts=(account("pdd"), account("tmall")), seq=2))


def test_nobody_is_told_of_an_unrestricted_subjects_accounts() -> None:
    scene = restricted()
    scene.hear(lifted("tmall"))
    scene.when(declared("jd")).then_not(DirectiveIssued)


def test_a_second_restriction_after_a_lift_has_a_higher_number() -> None:
    scene = restricted()
    scene.hear(lifted("tmall"))
    assert told(scene).seq == 2
    assert told(blacklisted()).seq == 1


def test_a_longer_term_by_decision() -> None:
    scene = served()
    scene.now += days(8)
    scene.do(decide, OTHER_APPROVER, terms=Terms(months=12, measures=(LIMIT, Measure.DEMOTE)))
    assert told(scene).until == date(2027, 3, 10)
    assert [asked.measure for asked in told(scene).measures] == ["limit", "demote"]


def test_measures_unite_by_their_latest_day() -> None:
    early, late = date(2026, 5, 1), date(2026, 8, 1)
    assert unite([MeasureUntil(LIMIT, early), MeasureUntil(Measure.FREEZE, early), MeasureUntil(LIMIT, late)]) == (
        MeasureUntil(Measure.FREEZE, early),
        MeasureUntil(LIMIT, late),
    )


def _directive(**more: object) -> DirectiveIssued:
    fields = {
        "subject_id": SUBJECT, "at": given().now, "seq": 1, "tier": Tier.RESTRICTED, "contested": False, "lift": False,
        "accounts": (account("tmall"),), "rulebook": "2026.1", "measures": (MeasureUntil(LIMIT, UNTIL),), "until": UNTIL, "uscc": USCC,
    }  # fmt: skip
    return DirectiveIssued(**fields | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "lifts"),
    [
        ({"tier": Tier.NONE, "measures": (), "until": None}, True),
        ({"contested": True}, True),
        ({"until": date(2026, 9, 1)}, True),
        ({"measures": (MeasureUntil(LIMIT, date(2026, 9, 1)),)}, True),
        ({"accounts": ()}, True),
        ({"tier": Tier.BLACKLISTED}, False),
        ({"until": date(2026, 9, 11)}, False),
        ({"measures": (MeasureUntil(LIMIT, date(2026, 9, 11)),)}, False),
        ({"measures": (MeasureUntil(Measure.DEMOTE, UNTIL), MeasureUntil(LIMIT, UNTIL))}, False),
        ({"accounts": (account("tmall"), account("pdd"))}, False),
        ({"uscc": "91110108551385082Q"}, False),
        ({"name": "某某"}, False),
    ],
)
def test_what_makes_nothing_stricter_longer_or_wider_is_a_lift(change: dict[str, object], lifts: bool) -> None:
    assert is_lift(_directive(), _directive(**change)) is lifts
