"""The breaker: above a rate, or when too much rests on one legal entity, a listing waits for a person; a lift never waits."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from events.facts.directive import DirectiveIssued
from events.facts.fact import Tier
from events.facts.listing import ListingApproved, ListingDecided, ListingEnded, ListingRejected, Terms
from events.facts.safeguard import HoldReleased, ListingHeld
from services.adjudication.domain.breaker import Record, Traffic
from services.adjudication.domain.breaker import stood as judged
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide.listing import decide, end, lodge_objection, reject
from services.adjudication.domain.draft import Person
from services.adjudication.domain.grounds import bearers
from services.adjudication.domain.law.articles import BreakerRule
from services.adjudication.domain.redress.appeal import decide_appeal, lodge_appeal
from services.adjudication.domain.redress.hold import release_hold
from tests.domain.spec import APPROVER, BOOK, NOON, OTHER_APPROVER, PANEL, REVIEWER, WARN, Scene, a, days, given, imposed, lifted, ordered
from tests.domain.spec import LIMIT as SEVERE
from tests.domain.stories import THREE, proposed, restricted, served

RULE = "two-platforms-severe"
LIMIT = BreakerRule()


def after(listings: Iterable[tuple[str, ...]], entities: int = 10) -> Traffic:
    traffic = Traffic(entities=entities)
    for borne_by in listings:
        traffic = traffic.plus(RULE, borne_by)
    return traffic


def calm(traffic: Traffic) -> Traffic:
    """The same day, but not within the last hour."""
    return replace(traffic, recent=0, by_rule={}, by_entity={})


STORM = Traffic(recent=LIMIT.in_all)


# -- when it holds ----------------------------------------------------------------------------------------------------


def test_the_rates_are_data_of_the_rulebook() -> None:
    assert BOOK.breaker == LIMIT


def test_a_demonstration_may_raise_every_bound() -> None:
    raised = LIMIT.raised(3)
    assert (raised.by_entity, raised.by_rule, raised.in_all, raised.share_from) == (180, 360, 600, 150)
    assert (raised.minutes, raised.share_percent) == (LIMIT.minutes, LIMIT.share_percent)
    assert STORM.holds(LIMIT, RULE, ["a"]) is not None
    assert STORM.holds(raised, RULE, ["a"]) is None


@pytest.mark.parametrize(
    ("traffic", "why"),
    [
        (Traffic(recent=LIMIT.in_all - 1, entities=10), None),
        (Traffic(recent=LIMIT.in_all, entities=10), "rate_of_all"),
        (Traffic(by_rule={RULE: LIMIT.by_rule - 1}, entities=10), None),
        (Traffic(by_rule={RULE: LIMIT.by_rule}, entities=10), "rate_of_rule"),
        (Traffic(by_rule={"another-rule": LIMIT.by_rule}, entities=10), None),
        (Traffic(by_entity={"a": LIMIT.by_entity - 1}, entities=10), None),
        (Traffic(by_entity={"a": LIMIT.by_entity}, entities=10), "rate_of_entity"),
        (Traffic(by_entity={"c": LIMIT.by_entity}, entities=10), None),
    ],
)
def test_one_more_than_the_rate_is_one_too_many(traffic: Traffic, why: str | None) -> None:
    assert traffic.holds(LIMIT, RULE, {"a", "b"}) == why


def spread(number: int, share_of_a: int) -> list[tuple[str, ...]]:
    """So many listings of two entities each, `share_of_a` of them with a."""
    return [("a", f"x{n % 8}") if n < share_of_a else (f"x{n % 8}", f"x{(n + 1) % 8}") for n in range(number)]


def test_below_fifty_listings_nobody_bears_too_much() -> None:
    assert calm(after(spread(48, 48))).holds(LIMIT, RULE, {"a", "b"}) is None


def test_from_the_fiftieth_on_a_fifth_at_most_rests_on_one_entity() -> None:
    at_the_limit = calm(after(spread(49, 19)))  # 19 halves and one more are 10 of 50
    assert at_the_limit.holds(LIMIT, RULE, {"a", "b"}) is None
    assert calm(after(spread(49, 20))).holds(LIMIT, RULE, {"a", "b"}) == "share"
    assert calm(after(spread(49, 20))).holds(LIMIT, RULE, {"b", "c"}) is None


def test_where_there_are_few_entities_two_parts_of_them() -> None:
    half = calm(after(spread(49, 39), entities=5))  # 20 of 50 are two fifths
    assert half.holds(LIMIT, RULE, {"a", "b"}) is None
    assert calm(after(spread(49, 40), entities=5)).holds(LIMIT, RULE, {"a", "b"}) == "share"


def test_a_listing_counts_a_third_for_each_of_three() -> None:
    thirds = [("a", "b", f"x{n % 8}") if n < 29 else (f"x{n % 8}", f"x{(n + 1) % 8}", f"x{(n + 2) % 8}") for n in range(49)]
    assert calm(after(thirds)).holds(LIMIT, RULE, {"a", "c", "d"}) is None  # 30 thirds are 10 of 50
    assert calm(after([*thirds[:29], ("a", "y", "z"), *thirds[30:]])).holds(LIMIT, RULE, {"a", "c", "d"}) == "share"


def test_what_rests_on_an_authority_rests_on_nobody() -> None:
    assert calm(after([()] * 200)).holds(LIMIT, RULE, set()) is None
    assert after([()] * 60, entities=2).by_entity == {}


# -- whose word is not believed by silence ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stood", "fell", "doubtful"), [(0, 0, False), (0, 2, False), (0, 3, True), (9, 3, True), (10, 3, False), (27, 9, True), (28, 9, False)]
)
def test_a_record_is_doubtful_from_three_on_and_from_a_quarter(stood: int, fell: int, doubtful: bool) -> None:
    traffic = Traffic(records={"a": Record(stood, fell)})
    assert traffic.doubts(LIMIT, {"a", "b"}) is doubtful
    assert not traffic.doubts(LIMIT, {"b"})
    assert not traffic.doubts(LIMIT, set())


def test_the_record_is_not_lost_by_counting_on() -> None:
    assert Traffic(records={"a": Record(0, 3)}).plus(RULE, {"a"}).doubts(LIMIT, {"a"})


def verdicts(scene: Scene) -> list[bool]:
    return [it for fact in scene.history if (it := judged(fact)) is not None]


def test_what_people_turn_down_counts_against_who_stated_it_and_what_is_decided_for_them() -> None:
    scene = proposed()
    scene.do(reject, PANEL)
    assert verdicts(scene) == [False]
    scene = restricted()
    scene.do(end, REVIEWER, why="revoked")
    scene.do(end, PANEL, why="revoked")
    assert verdicts(scene) == [True, False]
    scene = restricted()
    scene.do(lodge_appeal, Person("clara", "clerk"))
    scene.do(decide_appeal, PANEL, granted=True)
    assert verdicts(scene) == [True, False]


def test_what_nobody_judged_counts_for_nothing() -> None:
    for scene in (proposed(), restricted()):
        scene.hear(lifted("pdd"))
        assert False not in verdicts(scene)
    scene = restricted()
    scene.wait(days(200))
    assert verdicts(scene) == [True]
    scene = served()
    scene.do(lodge_objection, Person("clara", "clerk"))
    scene.wait(days(40))
    assert verdicts(scene) == [], "granted by silence"


def of_a_liar() -> Scene:
    scene = served()
    scene.rules["traffic"] = Traffic(records={"alibaba": Record(5, 3)})
    return scene


def test_silence_decides_nothing_on_the_word_of_whom_people_often_did_not_believe() -> None:
    scene = of_a_liar()
    scene.when(days(8)).then(a(ListingHeld, why="record", by="clock"))
    scene.when(days(8)).then()
    scene.when(release_hold, PANEL).then(a(HoldReleased, by="pan"))
    scene.when(days(0)).then_also(a(ListingDecided, deemed=True))


def test_but_a_person_may() -> None:
    scene = of_a_liar()
    scene.now += days(8)
    scene.when(decide, APPROVER, terms=Terms()).then_also(a(ListingDecided, by=("an",)))


def test_no_other_is_held_for_it() -> None:
    scene = served()
    scene.rules["traffic"] = Traffic(records={"jd": Record(0, 9)})
    scene.when(days(8)).then_also(a(ListingDecided, deemed=True))


def test_nor_is_anybody_in_a_demonstration_which_plays_the_same_accusers_again_and_again() -> None:
    scene = of_a_liar()
    scene.rules["demo"] = True
    scene.when(days(8)).then_also(a(ListingDecided, deemed=True))
    scene = of_a_liar()
    scene.rules["breaker_factor"] = 1000
    scene.when(days(8)).then(a(ListingHeld, why="record"))


# -- what becomes of a listing ----------------------------------------------------------------------------------------


def stormy(*platforms: str) -> Scene:
    """Served while more is decided than the rate allows."""
    scene = served(*platforms)
    scene.rules["traffic"] = STORM
    return scene


def held() -> Scene:
    scene = stormy()
    scene.wait(days(8))
    return scene


def test_the_clock_does_not_decide_but_says_that_it_waits() -> None:
    scene = stormy()
    scene.when(days(8)).then(a(ListingHeld, why="rate_of_all", by="clock"))
    scene.when(days(1)).then()


def test_nor_do_persons() -> None:
    scene = stormy(*THREE)
    scene.now = NOON + days(8)
    scene.when(decide, APPROVER, terms=Terms()).then(a(ListingApproved))
    scene.when(decide, OTHER_APPROVER, terms=Terms()).then(a(ListingHeld, by="bo"))
    scene.when(decide, OTHER_APPROVER, terms=Terms()).refused("not-held")
    for person in (APPROVER, OTHER_APPROVER):
        with pytest.raises(Refused):
            scene.do(release_hold, person)
    scene.when(release_hold, PANEL).then(a(HoldReleased, by="pan"))
    scene.when(decide, OTHER_APPROVER, terms=Terms()).then_also(a(ListingDecided, by=("an", "bo")))


def test_a_person_lets_it_pass_once_and_it_is_not_held_again() -> None:
    scene = held()
    scene.when(release_hold, PANEL).then(a(HoldReleased, by="pan"))
    scene.when(days(0)).then(a(ListingDecided, deemed=True), a(DirectiveIssued, tier=Tier.RESTRICTED))


def test_or_turns_it_down() -> None:
    held().when(reject, PANEL).then(a(ListingRejected, why="not_justified"))


def test_by_a_judge_who_has_no_other_part_in_it() -> None:
    for person in (Person("tmall", "platform"), Person("rui", "reviewer")):
        held().when(release_hold, person).refused("by-a-judge")
    held().when(release_hold, Person("rui", "approver")).refused("another-than-released")
    served().when(release_hold, PANEL).refused("held")
    scene = stormy()
    scene.now = NOON + days(8)
    scene.do(decide, APPROVER, terms=Terms())
    scene.when(release_hold, APPROVER).refused("another-than-held")


def test_what_it_rests_on_may_fall_meanwhile() -> None:
    held().when(lifted("pdd")).then_also(a(ListingRejected, why="basis_gone"))


def test_a_lift_never_waits() -> None:
    scene = restricted()
    scene.rules["traffic"] = STORM
    scene.when(lifted("pdd")).then_also(a(ListingEnded, why="revoked"), a(DirectiveIssued, tier=Tier.NONE, lift=True))


def test_an_authority_bears_no_share() -> None:
    scene = given(ordered(SEVERE), imposed("tmall", WARN))
    (listing,) = scene.dossier.listings.values()
    assert bearers(listing, BOOK) == frozenset()
