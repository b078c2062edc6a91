"""What a sanction weighs: points by its measure and group, terms from when it began, once, and nothing when it only echoes."""

from datetime import UTC, datetime

import pytest

from events.facts.dossier import AccountAttached, SanctionDiscounted, SanctionWeighed, SubjectNamed, Weighing
from events.facts.fact import Category, Measure
from events.facts.listing import ListingProposed, WatchBegan
from tests.domain.spec import FREEZE, LIMIT, NOON, WARN, Scene, a, account, days, given, imposed, lifted, ordered
from tests.domain.stories import restricted


def weighing(scene: Scene) -> Weighing:
    (entry,) = scene.dossier.weighed.values()
    return entry.weighing


def test_the_first_sanction_opens_the_dossier() -> None:
    Scene().when(imposed("tmall", WARN, name="福州某某公司", kind="enterprise")).then(
        a(AccountAttached, account=account("tmall"), why="uscc", member_class="platform"),
        a(SubjectNamed, uscc="91350100M000100Y43", name="福州某某公司", kind="enterprise"),
        a(SanctionWeighed),
    )


def test_an_account_that_nothing_is_known_of_opens_its_own() -> None:
    Scene().when(imposed("tmall", WARN, uscc=None)).then(a(AccountAttached, why="opened"), a(SanctionWeighed))


@pytest.mark.parametrize(
    ("measure", "category", "points", "months"),
    [
        (Measure.REMOVE_ITEM, Category.OTHER, 5, 6),
        (Measure.RECTIFY, Category.BAD_SERVICE, 10, 6),
        (Measure.WARN, Category.INFRINGEMENT, 20, 6),
        (Measure.POINTS, Category.PRIVACY, 60, 12),
        (Measure.DEMOTE, Category.MISLISTING, 60, 12),
        (Measure.LIMIT, Category.FALSE_ADVERTISING, 120, 12),
        (Measure.FREEZE, Category.COUNTERFEIT, 300, 24),
        (Measure.FREEZE, Category.NON_DELIVERY, 300, 24),
        (Measure.EXPEL, Category.CREDIT_FRAUD, 525, 36),
    ],
)
def test_points_by_measure_and_group(measure: Measure, category: Category, points: int, months: int) -> None:
    weighed = weighing(given(imposed("tmall", measure, category=category)))
    assert weighed.eighths == points * 8
    assert weighed.severity == measure.severity
    assert weighed.counts_until == datetime(2026 + (2 + months) // 12, (2 + months) % 12 + 1, 2, 4, tzinfo=UTC)
    assert weighed.active_until == datetime(2028, 3, 2, 4, tzinfo=UTC)


def test_a_term_never_begins_in_the_future() -> None:
    weighed = weighing(given(imposed("tmall", begins=NOON + days(400), ends=NOON + days(500))))
    assert weighed.begins == NOON


def test_a_statement_is_weighed_once_whatever_is_delivered_again() -> None:
    given(imposed("tmall")).when(imposed("tmall")).then()


def test_the_same_id_from_another_platform_is_another_statement() -> None:
    given(imposed("tmall", WARN)).when(imposed("pdd", WARN)).then(a(AccountAttached), a(SanctionWeighed))


def test_a_declared_derivation_weighs_nothing() -> None:
    given(imposed("tmall", WARN)).when(imposed("pdd", derived=True)).then(
        a(AccountAttached), a(SanctionWeighed), a(SanctionDiscounted, why="derived", statement=None)
    )


def test_what_a_directive_caused_is_found() -> None:
    """Without evidence of its own, by a platform already told of the directive in force."""
    scene = restricted()
    scene.when(imposed("pdd", LIMIT, sanction="echo", proof=())).then(a(SanctionWeighed), a(SanctionDiscounted, why="derived"))


def test_another_platforms_evidence_is_not_ones_own() -> None:
    restricted().when(imposed("jd", FREEZE, proof="tmall-s1")).then_also(a(SanctionDiscounted, why="derived"))


def test_evidence_of_its_own_is_no_echo() -> None:
    restricted().when(imposed("jd", FREEZE)).then_not(SanctionDiscounted)


def test_what_was_said_before_the_directive_is_no_echo() -> None:
    scene = restricted()
    scene.position = 900  # the statement has the lower place in the log, although it is heard later
    scene.when(imposed("jd", LIMIT, proof=())).then_not(SanctionDiscounted)


def test_a_platform_that_was_not_told_echoes_nothing() -> None:
    """No account of its own in the directive, and no credit code to look it up by."""
    scene = restricted(uscc=None)
    scene.when(imposed("jd", LIMIT, proof=(), uscc=None)).then_not(SanctionDiscounted)
    scene.when(imposed("pdd", LIMIT, proof=(), sanction="s2", uscc=None)).then_also(a(SanctionDiscounted, why="derived"))


def test_after_the_last_day_of_the_directive_nothing_is_an_echo() -> None:
    scene = restricted()
    late = NOON + days(400)
    scene.now = late
    scene.when(imposed("pdd", LIMIT, sanction="s9", proof=(), at=late)).then_not(SanctionDiscounted)


def test_after_a_lift_nothing_is_an_echo() -> None:
    scene = restricted()
    scene.hear(lifted("tmall"))
    scene.when(imposed("pdd", LIMIT, sanction="s2", proof=())).then_not(SanctionDiscounted)


def test_an_authority_echoes_nobody() -> None:
    restricted().when(ordered(WARN)).then_not(SanctionDiscounted)


def test_only_an_authority_decides_as_one() -> None:
    """A platform that carries an authority's decision out counts as a platform."""
    document = ordered(FREEZE).authority
    said = imposed("tmall", FREEZE, decided_by="authority", authority=document)
    Scene().when(said).then_not(ListingProposed)
    assert weighing(given(said)).document is None


def test_a_mild_sanction_is_weighed_and_nothing_more() -> None:
    Scene().when(imposed("tmall", WARN)).then_not(WatchBegan, ListingProposed)


def test_the_weighing_names_what_a_view_needs() -> None:
    weighed = weighing(given(imposed("tmall", FREEZE)))
    assert (weighed.entity, weighed.group, weighed.rule, weighed.rulebook) == ("alibaba", "goods", "r1", "2026.1")
    assert (weighed.evidence, weighed.evidence_numbers) == (("tmall-s1",), ("e-tmall-s1",))


def test_a_derived_sanction_never_lists() -> None:
    scene = given(imposed("tmall"), imposed("pdd", derived=True))
    assert not scene.dossier.listings
    assert scene.dossier.directive is None
