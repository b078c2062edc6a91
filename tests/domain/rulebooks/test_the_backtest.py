"""The backtest: who would be listed, freed or scored otherwise, had another rulebook weighed everything from the start."""

from importlib.resources import files

from msgspec.structs import replace

from events.facts.fact import Category, Tier
from projections.credit.read import scorecard
from services.adjudication import rulebooks
from services.adjudication.backtest.replay import Change, compare
from services.adjudication.backtest.table import Trial, lines
from services.adjudication.domain.law.proof import parse
from services.adjudication.domain.law.rulebook import Rulebook
from tests.domain.spec import BOOK, DEMOTE, FREEZE, LIMIT, WARN, Scene, days, given, imposed, lifted
from tests.domain.stories import restricted

TEXT = (files(rulebooks) / "2026.1.toml").read_text("utf-8")
CARD = scorecard()


def book(*changes: tuple[str, str]) -> Rulebook:
    text = TEXT.replace('version = "2026.1"', 'version = "2026.2"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse(text)


STRICTER = book(("severity = 4\nplatforms = 2", "severity = 3\nplatforms = 2"))
LAXER = book(
    ("severity = 4\nplatforms = 2", "severity = 5\nplatforms = 2"),
    ('"one-platform-severe"\ntier = "watch"\nseverity = 4', '"one-platform-severe"\ntier = "watch"\nseverity = 5'),
)
DEARER = book(("points = 20, months", "points = 30, months"))


def change(scene: Scene, other: Rulebook) -> Change:
    return compare(scene.dossier, BOOK, other, CARD, scene.now).change


def test_the_same_rules_change_nothing() -> None:
    for scene in (given(), given(imposed("tmall", WARN)), restricted()):
        assert change(scene, book()) == "same"


def test_who_would_be_listed() -> None:
    two = given(imposed("tmall", DEMOTE), imposed("pdd", DEMOTE))
    found = compare(two.dossier, BOOK, STRICTER, CARD, two.now)
    assert (found.change, found.before.tier, found.after.tier, found.after.rule) == (
        "listed",
        Tier.NONE,
        Tier.RESTRICTED,
        "two-platforms-severe",
    )


def test_who_would_be_freed() -> None:
    assert change(given(imposed("tmall", LIMIT), imposed("pdd", LIMIT)), LAXER) == "freed"


def test_it_is_said_who_is_listed_now() -> None:
    """A listing keeps the version that it was proposed under: a new one frees nobody by itself."""
    scene = restricted()
    found = compare(scene.dossier, BOOK, book(("platforms = 2", "platforms = 3")), CARD, scene.now)
    assert (found.decided, found.change) == (Tier.RESTRICTED, "freed")


def test_who_would_be_watched_no_longer() -> None:
    scene = given(imposed("tmall", LIMIT))
    assert change(scene, LAXER) == "unwatched"
    assert compare(scene.dossier, LAXER, BOOK, CARD, scene.now).change == "watched"


def test_who_would_be_listed_harder_or_milder() -> None:
    two = given(imposed("tmall", FREEZE), imposed("pdd", FREEZE))
    harder = book(("severity = 5\nplatforms = 3", "severity = 5\nplatforms = 2"))
    assert change(two, harder) == "harder"
    assert compare(two.dossier, harder, BOOK, CARD, two.now).change == "milder"


def test_who_would_only_be_scored_otherwise() -> None:
    scene = given(imposed("tmall", WARN))
    found = compare(scene.dossier, BOOK, DEARER, CARD, scene.now)
    assert (found.change, found.before.score, found.after.score) == ("score", 970, 955)


def test_what_was_lifted_or_is_too_old_counts_under_neither() -> None:
    scene = given(imposed("tmall", DEMOTE), imposed("pdd", DEMOTE), lifted("pdd"))
    found = compare(scene.dossier, BOOK, STRICTER, CARD, scene.now)
    assert (found.change, found.before.score, found.after.score) == ("same", 910, 910)
    scene = given(imposed("tmall", DEMOTE), imposed("pdd", DEMOTE))
    assert compare(scene.dossier, BOOK, STRICTER, CARD, scene.now + days(800)).change == "same"


def test_a_category_in_another_group_is_weighed_there() -> None:
    """Two freezes, for counterfeit goods and for infringement, corroborate each other when one group has both."""
    scene = given(imposed("tmall", FREEZE), imposed("pdd", FREEZE, category=Category.INFRINGEMENT))
    joined = book(('"counterfeit", "forbidden_goods"', '"forbidden_goods"'), ('["infringement"]', '["infringement", "counterfeit"]'))
    assert change(scene, joined) == "listed"


def test_a_required_schedule_frees_whom_nobody_can_check() -> None:
    scene = given(imposed("tmall", FREEZE), imposed("pdd", FREEZE))
    assert change(scene, replace(BOOK, schedules_required=True)) == "freed"


def test_the_table_counts_and_names_them() -> None:
    scenes = [given(imposed("tmall", LIMIT), imposed("pdd", LIMIT)), given(imposed("tmall", LIMIT)), given()]
    found = [compare(scene.dossier, BOOK, LAXER, CARD, scene.now) for scene in scenes]
    told = list(lines(Trial("2026.1", "2026.2", 77, found)))
    assert told[0] == "回测 backtest: 2026.1 → 2026.2, 日志至 log up to 77, 3 份档案 dossiers"
    counted = {line.split()[-1]: int(line.split()[0]) for line in told if line[:8].strip().isdigit()}
    assert counted == {"listed": 0, "harder": 0, "milder": 0, "freed": 1, "watched": 0, "longer": 1, "only": 0, "same": 1, "all": 0}
    (subject,) = {str(scene.dossier.subject_id) for scene in scenes}
    named = [line.strip() for line in told if subject in line]
    assert named == [
        f"{subject}  restricted (two-platforms-severe) 550 C → none 550 C",
        f"{subject}  watch (one-platform-severe) 820 B → none 820 B",
    ]
