"""A listing ends by its term, with its basis, by repair, or by two persons; and nothing of it is left."""

from datetime import UTC, date, datetime

from events.facts.directive import DirectiveIssued
from events.facts.dossier import LiftNoted, SanctionDiscounted
from events.facts.fact import Tier
from events.facts.listing import (
    EndingApproved,
    ListingContested,
    ListingEnded,
    ListingProposed,
    ListingRejected,
    Terms,
    WatchEnded,
)
from services.adjudication.domain.decide.elapse import next_due
from services.adjudication.domain.decide.listing import decide, end, lodge_objection, release
from services.adjudication.domain.draft import Person
from services.adjudication.domain.law.calendar import add_months, end_of
from tests.domain.spec import (
    APPROVER,
    BOOK,
    LIMIT,
    NOON,
    OTHER_APPROVER,
    OTHER_REVIEWER,
    PANEL,
    REVIEWER,
    Scene,
    a,
    appealed,
    days,
    delivered,
    given,
    imposed,
    lifted,
    upheld,
)
from tests.domain.stories import THREE, blacklisted, blacklisted_by_authority, proposed, restricted, served


def test_it_ends_after_its_last_day() -> None:
    scene = restricted()
    scene.now = datetime(2026, 9, 10, 15, 59, tzinfo=UTC)  # the last minute of the last day in Shanghai
    scene.when(days(0)).then_not(ListingEnded)
    scene.now = datetime(2026, 9, 10, 16, tzinfo=UTC)
    scene.when(days(0)).then(
        a(ListingEnded, why="expired", by=("clock",)), a(DirectiveIssued, tier=Tier.NONE, lift=True, seq=2, until=None, measures=())
    )


def test_no_listing_outlasts_the_maximum_of_its_tier() -> None:
    for tier in (Tier.RESTRICTED, Tier.BLACKLISTED):
        term = BOOK.term(tier)
        assert (term.least, term.most) == {Tier.RESTRICTED: (3, 12), Tier.BLACKLISTED: (12, 36)}[tier]
        scene = served(*THREE) if tier is Tier.BLACKLISTED else served()
        scene.now = NOON + days(8)
        for months in (term.least - 1, term.most + 1):
            scene.when(decide, APPROVER, terms=Terms(months=months)).refused("terms-allowed")
        for person in (APPROVER, OTHER_APPROVER)[: term.persons]:
            scene.do(decide, person, terms=Terms(months=term.most))
        last = add_months(date(2026, 3, 10), term.most)
        (listing,) = scene.dossier.listings.values()
        assert listing.until == last
        scene.now = end_of(last)
        scene.when(days(0)).then_also(a(ListingEnded, why="expired"), a(DirectiveIssued, tier=Tier.NONE, lift=True))


def test_by_whatever_looks_first() -> None:
    scene = restricted()
    scene.now = NOON + days(220)
    scene.when(imposed("tmall", "warn", sanction="w", at=scene.now)).then_also(a(ListingEnded, why="expired"))


def test_a_clock_in_doubt_still_ends_it() -> None:
    scene = restricted()
    scene.rules["trusted"] = False
    scene.when(days(220)).then_also(a(ListingEnded, why="expired"), a(DirectiveIssued, lift=True))


def test_restricted_is_revoked_when_its_basis_falls() -> None:
    scene = restricted()
    scene.when(lifted("tmall")).then(
        a(LiftNoted, reason="overturned"),
        a(SanctionDiscounted, why="overturned"),
        a(ListingEnded, why="revoked", by=("hub",)),
        a(WatchEnded, why="discounted"),
        a(DirectiveIssued, tier=Tier.NONE, lift=True, contested=False, uscc=None, name=None, since=None, decision=None, reasons=()),
    )


def test_that_a_sanction_is_over_ends_nothing() -> None:
    restricted().when(lifted("tmall", "expired")).then_not(ListingEnded)


def test_that_a_weighing_grew_old_ends_nothing_that_was_decided() -> None:
    scene = given(imposed("tmall", begins=NOON - days(650)), imposed("pdd"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("pdd", scene.notice))
    scene.wait(days(8))
    scene.when(days(120)).then_not(ListingEnded)


def test_what_holds_without_it_stays() -> None:
    """Three platforms stand behind it, and two are enough."""
    scene = given(*(imposed(platform, LIMIT) for platform in ("tmall", "pdd", "jd")))
    scene.do(release, REVIEWER)
    scene.hear(delivered("pdd", scene.notice))
    scene.wait(days(8))
    scene.when(lifted("jd")).then_not(ListingEnded)


def test_what_is_left_may_be_proposed_anew_with_something_new() -> None:
    """The subject was told of two platforms: a third one takes a new notice."""
    scene = restricted()
    scene.hear(imposed("jd", LIMIT))
    scene.when(lifted("tmall")).then_also(
        a(ListingEnded, why="revoked"), a(ListingProposed, tier=Tier.RESTRICTED), a(DirectiveIssued, lift=True)
    )


def test_blacklisted_is_contested_at_once() -> None:
    blacklisted().when(lifted("jd")).then_also(
        a(ListingContested, contested=True, why="basis_gone"), a(DirectiveIssued, tier=Tier.BLACKLISTED, contested=True, lift=True)
    )


def test_and_ends_by_itself_after_three_working_days() -> None:
    scene = blacklisted()
    scene.hear(lifted("jd"))
    scene.when(days(3)).then()  # from Tuesday: the third working day is Friday
    scene.when(days(0.6)).then_also(a(ListingEnded, why="revoked", by=("clock",)), a(DirectiveIssued, tier=Tier.NONE))


def test_or_earlier_by_two_persons() -> None:
    scene = blacklisted()
    scene.hear(lifted("jd"))
    scene.when(end, REVIEWER, why="wrongful").then(a(EndingApproved, why="wrongful", by="rui"))
    scene.when(end, REVIEWER, why="wrongful").refused("another-than-ended")
    scene.when(end, PANEL, why="revoked").refused("same-ending")
    scene.when(end, PANEL, why="wrongful").then_also(a(ListingEnded, why="wrongful", by=("rui", "pan")), a(DirectiveIssued, tier=Tier.NONE))


def test_an_authoritys_decision_overturned_contests_it() -> None:
    scene = blacklisted_by_authority()
    scene.when(lifted("samr", account="case-17")).then_also(a(ListingContested, why="basis_gone"))


def test_only_what_is_in_force_is_ended() -> None:
    proposed().when(end, REVIEWER, why="revoked").refused("in-force")
    restricted().when(end, Person("tmall", "platform"), why="revoked").refused("by-an-officer")


def test_an_appeal_is_shown_until_it_is_answered() -> None:
    scene = restricted()
    scene.when(appealed("tmall")).then_also(a(ListingContested, contested=True, why="appeal"), a(DirectiveIssued, contested=True))
    scene.when(upheld("tmall")).then_also(a(ListingContested, contested=False, why="resolved"), a(DirectiveIssued, contested=False))


def test_two_doubts_are_shown_until_both_are_gone() -> None:
    scene = restricted()
    scene.hear(appealed("tmall"))
    scene.when(lodge_objection, OTHER_REVIEWER).then_also(a(ListingContested, why="objection"))
    scene.when(upheld("tmall")).then_not(ListingContested, DirectiveIssued)


def test_an_appeal_that_wins_revokes() -> None:
    scene = restricted()
    scene.hear(appealed("tmall"))
    scene.when(lifted("tmall")).then_also(a(ListingEnded, why="revoked"), a(DirectiveIssued, tier=Tier.NONE))


def test_a_harder_listing_over_a_milder_one_falls_back_to_it() -> None:
    """Restricted until September and blacklisted until March: each measure has its own last day."""
    scene = restricted()
    first = scene.listing_id
    scene.hear(imposed("jd"))
    (second,) = set(scene.dossier.listings) - {first}
    _blacklist(scene, second)
    directive = scene.dossier.directive
    assert directive is not None
    assert directive.tier is Tier.BLACKLISTED
    assert [(asked.measure, asked.until) for asked in directive.measures] == [("freeze", date(2027, 3, 18)), ("limit", date(2026, 9, 10))]
    scene.hear(lifted("jd"))
    scene.wait(days(10))
    directive = scene.dossier.directive
    assert (directive.tier, directive.lift) == (Tier.RESTRICTED, True)


def _blacklist(scene: Scene, listing_id: object) -> None:
    scene.do(release, REVIEWER, listing_id=listing_id)
    scene.hear(delivered("jd", f"listing-{listing_id}"))
    scene.wait(days(8))
    for person in (APPROVER, OTHER_APPROVER):
        scene.do(decide, person, listing_id=listing_id, terms=Terms())


# -- when the clock has to look ---------------------------------------------------------------------------------------


def due(scene: Scene) -> datetime | None:
    return next_due(scene.dossier, scene.moment)


def test_the_clock_is_called_when_something_falls_due() -> None:
    assert due(given(imposed("tmall", "warn"))) is None
    assert due(given(lifted("tmall"))) == NOON + days(30)
    assert due(given(imposed("tmall"))) == datetime(2026, 6, 2, 16, tzinfo=UTC)  # the watch's last day is over
    assert due(served()) == datetime(2026, 3, 9, 16, tzinfo=UTC)
    scene = restricted()
    scene.hear(lifted("pdd", "expired"), lifted("tmall", "expired"))
    assert due(scene) == datetime(2026, 9, 10, 16, tzinfo=UTC)


def test_a_review_falls_due() -> None:
    scene = blacklisted()
    scene.hear(lifted("jd"))
    assert due(scene) == datetime(2026, 3, 13, 16, tzinfo=UTC)


def test_a_proposal_falls_due_when_its_basis_grows_too_old() -> None:
    """Twenty-four months after the older of the two began; the decision would have had a term of its own."""
    old = given(imposed("tmall", begins=NOON - days(700)), imposed("pdd"))
    assert [fact.why for fact in old.history if isinstance(fact, ListingRejected)] == []
    moment = due(old)
    assert moment is not None
    assert moment.date() == date(2026, 4, 1)
    old.now = moment
    old.when(days(0)).then_also(a(ListingRejected, why="basis_gone", by="hub"))


def test_after_the_clock_has_looked_nothing_is_overdue() -> None:
    for scene in (given(lifted("tmall")), given(imposed("tmall")), served(), restricted(), blacklisted()):
        for _ in range(12):
            moment = due(scene)
            if moment is None:
                break
            scene.now = moment
            scene.wait(days(0))
            assert (due(scene) or datetime.max.replace(tzinfo=UTC)) > moment
        assert due(scene) is None
