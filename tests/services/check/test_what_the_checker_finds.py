"""The log checker says nothing of a log that is as it should be, and names what was planted in one that is not."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from events.facts.directive import DirectiveIssued
from events.facts.dossier import SanctionDiscounted, SanctionWeighed
from events.facts.fact import Fact, Measure, Tier
from events.facts.listing import (
    ListingApproved,
    ListingCarried,
    ListingContested,
    ListingDecided,
    ListingEnded,
    ListingFact,
    ListingProposed,
    MeasureUntil,
    NoticeReleased,
    NoticeServed,
    ObjectionLodged,
    ObjectionResolved,
    RepairApplied,
    RepairDecided,
)
from events.facts.safeguard import AnswerOverdue, AppealDecided, AppealLodged, InterimImposed, ListingHeld
from events.facts.sanction import SanctionImposed
from events.facts.scrutiny import EvidenceOpened
from services.adjudication.check.checker import Entry, check
from services.adjudication.check.finding import CODES
from services.adjudication.domain.decide.link import move
from services.adjudication.domain.decide.listing import release
from services.adjudication.domain.dossier import Dossier
from tests.domain.machine.log import LoggedScene
from tests.domain.spec import BOOK, NOON, REVIEWER, SUBJECT, days, imposed
from tests.services.check.stories import STORIES

Alter = Callable[[Entry], Entry | None]


@pytest.mark.parametrize("story", STORIES)
def test_a_log_as_it_should_be_passes(story: str) -> None:
    assert STORIES[story]().findings() == []


def without(kind: type[Fact], **fields: Any) -> Alter:
    def alter(entry: Entry) -> Entry | None:
        fits = type(entry.fact) is kind and all(getattr(entry.fact, name) == value for name, value in fields.items())
        return None if fits else entry

    return alter


def with_(kind: type[Fact], **changes: Any) -> Alter:
    """`changes` are values, or functions of the fact."""

    def alter(entry: Entry) -> Entry:
        if type(entry.fact) is not kind:
            return entry
        values = {name: value(entry.fact) if callable(value) else value for name, value in changes.items()}
        return entry._replace(fact=replace(entry.fact, **values))

    return alter


def _one_entity(entry: Entry) -> Entry:
    """Both platforms turn out to be one."""
    if not isinstance(entry.fact, SanctionWeighed):
        return entry
    return entry._replace(fact=replace(entry.fact, weighing=replace(entry.fact.weighing, entity="alibaba")))


def _as_pdd(entry: Entry) -> Entry:
    """Who had joined them turns out to be one of them."""
    if not isinstance(entry.fact, SanctionWeighed) or entry.fact.weighing.entity != "jd":
        return entry
    return entry._replace(fact=replace(entry.fact, weighing=replace(entry.fact.weighing, entity="pdd")))


def _unnoticed(entry: Entry) -> Entry | None:
    return None if isinstance(entry.fact, AnswerOverdue | ListingEnded) else entry


def _far(fact: Any) -> Any:
    return tuple(MeasureUntil(asked.measure, asked.until + timedelta(days=1)) for asked in fact.measures)


PLANTED: dict[str, list[tuple[str, Alter]]] = {
    "directive-without-decision": [("restricted", without(ListingDecided)), ("restricted", with_(DirectiveIssued, decision="another"))],
    "directive-beyond-decision": [
        ("restricted", with_(DirectiveIssued, measures=_far)),
        ("restricted", with_(DirectiveIssued, until=lambda fact: fact.until + timedelta(days=1))),
        ("restricted", with_(DirectiveIssued, measures=(MeasureUntil(Measure.EXPEL, BOOK.effective),))),
    ],
    "directive-out-of-sequence": [("revoked", with_(DirectiveIssued, seq=1))],
    "false-lift": [("restricted", with_(DirectiveIssued, lift=True))],
    "lift-missing": [
        ("revoked", without(DirectiveIssued, tier=Tier.NONE)),
        ("repaired", without(DirectiveIssued, tier=Tier.NONE)),
        ("amended_and_expired", without(DirectiveIssued, tier=Tier.NONE)),
    ],
    "directive-missing": [("restricted", without(DirectiveIssued)), ("blacklisted", with_(DirectiveIssued, measures=()))],
    "contest-not-told": [("contested", with_(DirectiveIssued, contested=False))],
    "contest-missing": [("contested", without(ListingContested))],
    "listing-without-basis": [
        ("restricted", with_(ListingProposed, basis=())),
        ("restricted", without(SanctionWeighed)),
    ],
    "one-platform-alone": [("restricted", _one_entity)],
    "listing-without-notice": [
        ("restricted", without(NoticeServed)),
        ("restricted", without(NoticeReleased, tier=Tier.RESTRICTED)),
        ("restricted", with_(NoticeReleased, respond_days=None)),
        ("restricted", with_(NoticeReleased, basis=lambda fact: fact.basis[:1])),
    ],
    "listing-without-term": [
        ("restricted", with_(ListingDecided, until=lambda fact: fact.since)),
        ("restricted", with_(ListingDecided, until=lambda fact: fact.since + timedelta(days=4 * 365))),
        ("restricted", with_(ListingDecided, measures=())),
        ("restricted", with_(ListingDecided, tier=Tier.BLACKLISTED)),
    ],
    "listing-without-version": [
        ("restricted", with_(ListingProposed, rulebook="")),
        ("restricted", with_(ListingDecided, rulebook="2031.1")),
        ("restricted", with_(NoticeReleased, rule="another")),
    ],
    "step-out-of-order": [
        ("restricted", without(ListingProposed)),
        ("answered", without(ObjectionLodged)),
        ("repaired", with_(RepairDecided, granted=False)),
        ("restricted", with_(NoticeServed, notice="another")),
        ("unanswered", with_(AnswerOverdue, due=lambda fact: fact.due - days(1))),
        ("unanswered", with_(ObjectionLodged, answer_by=lambda fact: fact.answer_by + days(9))),
    ],
    "hearing-cut-short": [("restricted", with_(NoticeServed, respond_by=lambda fact: fact.at + days(30)))],
    "silence-despite-objection": [("blacklisted", with_(ListingDecided, deemed=True))],
    "too-few-persons": [
        ("blacklisted", with_(ListingDecided, by=("an",))),
        ("restricted", with_(ListingDecided, deemed=False)),
        ("wrongful", with_(ListingEnded, by=("rui",))),
        ("wrongful", with_(ListingEnded, by=("hub",))),
    ],
    "same-person-twice": [
        ("blacklisted", with_(ListingDecided, by=("an", "an"))),
        ("blacklisted", with_(ListingDecided, by=("an", "rui"))),
        ("blacklisted", with_(ListingApproved, by="rui")),
        ("answered", with_(ObjectionResolved, by="ran")),
        ("repaired", with_(RepairDecided, by="rui")),
        ("wrongful", with_(ListingEnded, by=("rui", "rui"))),
    ],
    "same-accusers-again": [("tried_again", _as_pdd)],
    "answer-missing": [("unanswered", without(ListingEnded)), ("unanswered", _unnoticed)],
    "term-over-not-ended": [("amended_and_expired", without(ListingEnded))],
    "weighed-without-statement": [("restricted", without(SanctionImposed))],
    "echo-weighed": [("restricted", with_(SanctionImposed, derived=True))],
}  # fmt: skip
"""By code: a story, and what is changed in its log."""


@pytest.mark.parametrize(("code", "story", "alter"), [(code, story, alter) for code, many in PLANTED.items() for story, alter in many])
def test_what_was_planted_is_found(code: str, story: str, alter: Alter) -> None:
    assert code in {finding.code for finding in STORIES[story]().altered(alter)}


def test_a_statement_weighed_twice() -> None:
    scene = STORIES["served"]()
    again = next(entry for entry in scene.log if isinstance(entry.fact, SanctionWeighed))
    scene.log.append(again._replace(position=scene.position + 1, version=scene.dossier.version + 1))
    assert [finding.code for finding in scene.findings()] == ["weighed-twice"]


def test_a_hole_in_a_stream() -> None:
    scene = STORIES["restricted"]()
    gone = next(entry for entry in scene.log if entry.fact.tag() == "watch.began.v1")
    assert [finding.code for finding in check([entry for entry in scene.log if entry != gone], scene.now)] == ["version-hole"]


def test_a_basis_that_had_fallen_before_the_decision() -> None:
    """Discounted in the log, and decided all the same."""
    scene = STORIES["restricted"]()
    decided = next(index for index, entry in enumerate(scene.log) if isinstance(entry.fact, ListingDecided))
    weighed = [entry for entry in scene.log if isinstance(entry.fact, SanctionWeighed)]
    fallen = [
        entry._replace(fact=SanctionDiscounted(
            subject_id=entry.stream, at=scene.log[decided - 1].fact.at, weighing=entry.fact.weighing.id, why="overturned",
            of=entry.fact.weighing.statement,
        ))
        for entry in weighed
    ]  # fmt: skip
    scene.log[decided:decided] = fallen
    assert "listing-without-basis" in {finding.code for finding in scene.altered(lambda entry: entry)}


def moved_to_another_dossier() -> list[Entry]:
    """Both accounts of a restricted subject turn out to be of another one."""
    scene = STORIES["restricted"]()
    scene.now += days(1)
    log, old, new = list(scene.log), scene.dossier, Dossier(subject_id=UUID(int=7))
    leaving, coming = move(old, new, sorted(old.accounts), "uscc", None, scene.moment)
    for dossier, facts in ((old, leaving), (new, coming)):
        for version, fact in enumerate(facts, dossier.version + 1):
            log.append(Entry(log[-1].position + 1, dossier.subject_id, version, fact))
    return log


def test_a_listing_may_move_with_its_accounts() -> None:
    log = moved_to_another_dossier()
    assert "listing.carried.v1" in {entry.fact.tag() for entry in log}
    assert list(check(log, NOON + days(20))) == []


def test_a_listing_that_changed_on_the_way() -> None:
    def harder(fact: Fact) -> Fact:
        return replace(fact, listing=replace(fact.listing, tier=Tier.BLACKLISTED)) if isinstance(fact, ListingCarried) else fact

    log = [entry._replace(fact=harder(entry.fact)) for entry in moved_to_another_dossier()]
    assert "carried-otherwise" in {finding.code for finding in check(log, NOON + days(20))}


def test_a_listing_that_came_from_nowhere() -> None:
    log = [entry for entry in moved_to_another_dossier() if entry.fact.tag() != "listing.moved.v1"]
    assert "carried-otherwise" in {finding.code for finding in check(log, NOON + days(20))}


def with_before(story: str, kind: type[Fact], added: type[ListingFact], **fields: Any) -> list[str]:
    """What is found when such a fact is put in before the first of a kind."""
    scene = STORIES[story]()
    index = next(index for index, entry in enumerate(scene.log) if type(entry.fact) is kind)
    first = scene.log[index].fact
    stamps = {"subject_id": first.subject_id, "at": first.at - timedelta(seconds=1), "listing_id": first.listing_id}
    scene.log.insert(index, scene.log[index]._replace(fact=added(**stamps, **fields)))
    return [finding.code for finding in scene.altered(lambda entry: entry)]


INTERIM: dict[str, Any] = {
    "measures": (MeasureUntil(Measure.LIMIT, date(2026, 3, 4)),), "since": date(2026, 3, 2), "until": date(2026, 3, 4), "rule": "fraud",
    "reason": "ff" * 32, "by": "an", "ends": NOON + days(2),
}  # fmt: skip


def test_an_interim_measure_lapses_and_is_short_and_a_persons() -> None:
    within = with_before("restricted", NoticeServed, InterimImposed, **INTERIM)
    assert set(within) == {"directive-missing"}  # the platforms were never told in this log: nothing else is wrong
    for change in ({"ends": NOON + days(4)}, {"by": "clock"}, {"measures": ()}):
        assert "interim-too-long" in with_before("restricted", NoticeServed, InterimImposed, **INTERIM | change)
    scene = STORIES["served"]()
    served = scene.log[-1].fact
    scene.log.append(scene.log[-1]._replace(fact=InterimImposed(subject_id=SUBJECT, at=served.at, listing_id=served.listing_id, **INTERIM)))
    scene.now += days(5)
    assert "interim-not-lapsed" in {finding.code for finding in scene.altered(lambda entry: entry)}


def test_what_the_breaker_holds_waits_for_a_person() -> None:
    assert "decided-while-held" in with_before("restricted", ListingDecided, ListingHeld, why="share", by="clock")


def test_an_appeal_is_decided_by_another_person() -> None:
    appealed: dict[str, Any] = {"by": "merchant:tmall", "reason": "ff" * 32}
    assert "contest-missing" in with_before("repaired", RepairApplied, AppealLodged, **appealed)
    decided: dict[str, Any] = {"granted": False, "by": "an", "reason": "ff" * 32}
    assert "step-out-of-order" in with_before("repaired", RepairApplied, AppealDecided, **decided)


def unread(*, by: str, erased: tuple[str, ...] = ()) -> set[str]:
    scene = STORIES["read"]()
    log = [entry for entry in scene.log if not (isinstance(entry.fact, EvidenceOpened) and entry.fact.by == by)]
    return {finding.code for finding in check(log, scene.now, erased) if finding.code != "version-hole"}


def test_whoever_acts_without_having_opened_what_was_there_is_found() -> None:
    assert unread(by="rui") == {"decided-unread"}
    assert unread(by="pan") == {"decided-unread"}
    assert unread(by="nobody") == set()


def test_of_what_was_erased_since_nobody_is_blamed() -> None:
    assert unread(by="rui", erased=("tmall-s1",)) == set()
    assert unread(by="pan", erased=("tmall-s1",)) == {"decided-unread"}


def test_nor_of_what_was_handed_in_while_he_decided() -> None:
    scene = LoggedScene()
    scene.hear(imposed("tmall"), imposed("pdd"))
    scene.keep("tmall", "tmall-s1")
    scene.rules["kept"] = frozenset()
    scene.now += timedelta(seconds=20)
    scene.do(release, REVIEWER)
    assert scene.findings() == []


def test_every_code_was_planted() -> None:
    elsewhere = {
        "decided-unread",
        "weighed-twice",
        "version-hole",
        "carried-otherwise",
        "decided-while-held",
        "interim-too-long",
        "interim-not-lapsed",
    }
    assert set(PLANTED) | elsewhere == set(CODES)


def test_a_finding_reads_in_both_languages() -> None:
    finding = STORIES["restricted"]().altered(without(ListingDecided))[0]
    assert finding.code in str(finding)
    assert CODES[finding.code].zh in str(finding)
    assert CODES[finding.code].en in str(finding)


def test_the_scene_keeps_its_log() -> None:
    assert isinstance(STORIES["served"](), LoggedScene)
