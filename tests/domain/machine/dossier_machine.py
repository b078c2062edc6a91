"""A dossier under whatever members, people and clocks do to it, in any order: a hypothesis state machine."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.catalogue import CATALOGUE
from events.facts.dossier import SanctionWeighed
from events.facts.fact import Category, DossierFact, Fact, Statement
from events.facts.listing import ListingDecided, Terms
from services.adjudication.check.checker import Checker
from services.adjudication.domain.breaker import Record, Traffic
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide.elapse import elapse, next_due
from services.adjudication.domain.decide.listing import (
    answer_objections,
    apply_for_repair,
    decide,
    decide_repair,
    end,
    lodge_objection,
    reject,
    release,
)
from services.adjudication.domain.draft import Person
from services.adjudication.domain.evolve import fold
from services.adjudication.domain.redress.appeal import decide_appeal, lodge_appeal
from services.adjudication.domain.redress.hold import release_hold
from services.adjudication.domain.redress.interim import impose_interim, lift_interim
from services.adjudication.domain.redress.reports import judge_reports
from tests.domain.machine import said
from tests.domain.machine.log import LoggedScene
from tests.domain.spec import APPROVER, OTHER_APPROVER, OTHER_REVIEWER, PANEL, REVIEWER, days, delivered, imposed, undeliverable

PLATFORM, TWO_HATS, MERCHANT = Person("tmall", "platform"), Person("rui", "approver"), Person("merchant:tmall", "merchant")
EVERYBODY = (REVIEWER, OTHER_REVIEWER, APPROVER, OTHER_APPROVER, PANEL, TWO_HATS, PLATFORM, MERCHANT)
REVIEWERS, APPROVERS, OFFICERS = (REVIEWER, OTHER_REVIEWER), (APPROVER, OTHER_APPROVER), (REVIEWER, OTHER_REVIEWER, APPROVER, PANEL)


class Act(NamedTuple):
    """A command, and those whose it mostly is."""

    command: Callable[..., Any]
    people: tuple[Person, ...]
    more: dict[str, Any]


ACTS = (
    Act(release, REVIEWERS, {}), Act(lodge_objection, (PLATFORM, REVIEWER), {}),
    Act(answer_objections, OFFICERS, {"upheld": True}), Act(answer_objections, OFFICERS, {"upheld": False}),
    Act(decide, APPROVERS, {"terms": Terms()}), Act(decide, APPROVERS, {"terms": Terms()}),
    Act(decide, APPROVERS, {"terms": Terms(months=12)}),
    Act(reject, OFFICERS, {}), Act(end, OFFICERS, {"why": "revoked"}), Act(end, OFFICERS, {"why": "wrongful"}),
    Act(lodge_appeal, (PLATFORM, MERCHANT), {}), Act(decide_appeal, OFFICERS, {"granted": True}),
    Act(decide_appeal, OFFICERS, {"granted": False}), Act(impose_interim, APPROVERS, {}), Act(lift_interim, OFFICERS, {}),
    Act(release_hold, OFFICERS, {}), Act(apply_for_repair, (PLATFORM, REVIEWER), {}), Act(decide_repair, APPROVERS, {"granted": True}),
    Act(decide_repair, APPROVERS, {"granted": False}),
)  # fmt: skip
STORM, LIARS = Traffic(recent=10_000), Traffic(records={"alibaba": Record(0, 9)})
WAITS = (0.02, 0.5, 1, 3, 8, 8, 8, 40, 100, 200)


class DossierMachine(RuleBasedStateMachine):
    """Time passes only in `wait` and in jumps; whoever acts between sees the dossier as it is then."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = LoggedScene(trusted=True)
        self.heard: dict[UUID, Statement] = {}
        self.checker, self.checked = Checker(), 0
        self.decided_in_doubt: list[Fact] = []

    @initialize(platforms=st.sampled_from((0, 2, 2, 3, 3)), steps=st.integers(0, 5))
    def a_case_is_under_way(self, platforms: int, steps: int) -> None:
        """Some way into the procedure, so that short runs come to what happens late."""
        for platform in said.PLATFORMS[1 : 1 + platforms]:
            self._hear(imposed(platform, id=f"first-{platform}", category=Category.UNSAFE_GOODS))
        way: tuple[Callable[[], object], ...] = (
            lambda: self.scene.do(release, REVIEWER),
            lambda: self._hear(delivered("taobao", self.scene.notice)),
            lambda: self.time_passes(8),
            lambda: self._note(self.scene.do(decide, APPROVER, terms=Terms())),
            lambda: self._note(self.scene.do(decide, OTHER_APPROVER, terms=Terms())),
        )
        later = (lambda: self.time_passes(100), lambda: self._note(self.scene.do(apply_for_repair, REVIEWER)))
        if platforms == 2:
            way = (*way[:3], *later)
        for step in way[: steps if platforms else 0]:
            self.scene.now += days(0.02)
            step()

    # -- what happens ------------------------------------------------------------------------------------------------

    @rule(statement=said.statements)
    def somebody_speaks(self, statement: Statement) -> None:
        self._hear(self.heard.setdefault(statement.stream, statement))

    @precondition(lambda self: self.heard)
    @rule(data=st.data())
    def somebody_repeats_himself(self, data: st.DataObject) -> None:
        """I2: what is delivered again changes nothing."""
        statement = data.draw(st.sampled_from(sorted(self.heard.values(), key=lambda it: (it.source, it.id))))
        self._look()
        before = self.scene.dossier
        assert self.scene.hear(statement) == []
        assert self.scene.dossier == before

    @precondition(lambda self: any(listing.notice for listing in self.scene.dossier.listings.values()))
    @rule(platform=said.platforms, arrives=st.sampled_from((True, True, False)))
    def a_notice_is_handed_out(self, platform: str, arrives: bool) -> None:
        notice = next(listing.notice for listing in self.scene.dossier.listings.values() if listing.notice)
        statement = (delivered if arrives else undeliverable)(platform, notice)
        self._hear(self.heard.setdefault(statement.stream, statement))

    @precondition(lambda self: self.scene.dossier.listings)
    @rule(act=st.sampled_from(ACTS), whose=st.integers(0, 15), which=st.integers(0, 3))
    def somebody_acts(self, act: Act, whose: int, which: int) -> None:
        """Mostly one whose step it is. A step that a guard refuses leaves nothing behind."""
        listings = sorted(self.scene.dossier.listings)
        by = act.people[whose % len(act.people)] if whose < 12 else EVERYBODY[whose % len(EVERYBODY)]
        before = self.scene.dossier
        try:
            self._note(self.scene.do(act.command, by, listing_id=listings[which % len(listings)], **act.more))
        except Refused:
            assert self.scene.dossier == before

    @precondition(lambda self: self.scene.dossier.listings)
    @rule(first=st.integers(0, len(ACTS) - 1), which=st.integers(0, 3), whose=st.integers(0, 3))
    def whoever_may_acts(self, first: int, which: int, whose: int) -> None:
        """The first step, counted from a random one, that is allowed now: so that every step is taken, not only tried."""
        for act in (*ACTS[first:], *ACTS[:first]):
            before = self.scene.dossier.version
            self.somebody_acts(act, whose % len(act.people), which)
            if self.scene.dossier.version > before:
                return

    @precondition(lambda self: self.scene.dossier.accounts)
    @rule(
        reports=st.sampled_from((("R-1",), ("R-2",), ("R-1", "R-2"))), invalid=st.sampled_from((True, True, False)), whose=st.integers(0, 4)
    )
    def reports_turn_out_not_to_count(self, reports: tuple[str, ...], invalid: bool, whose: int) -> None:
        accounts = sorted(self.scene.dossier.accounts)
        account = accounts[whose % len(accounts)]
        self._note(self.scene.take(judge_reports(self.scene.dossier, account, reports, invalid=invalid, moment=self.scene.moment)))

    @precondition(lambda self: self.scene.dossier.weighed)
    @rule(platform=said.platforms, number=said.numbers)
    def evidence_is_handed_in(self, platform: str, number: str) -> None:
        self.scene.keep(platform, f"{platform}-{number}")

    @precondition(lambda self: self.scene.rules.get("kept"))
    @rule(whose=st.integers(0, len(EVERYBODY) - 1))
    def somebody_opens_what_is_kept(self, whose: int) -> None:
        self.scene.opens(EVERYBODY[whose], *sorted(self.scene.rules["kept"]))

    @rule(traffic=st.sampled_from((Traffic(), Traffic(), STORM, LIARS)))
    def others_are_listed_or_turned_down(self, traffic: Traffic) -> None:
        self.scene.rules["traffic"] = traffic

    @rule(passed=st.sampled_from(WAITS))
    def time_passes(self, passed: float) -> None:
        self.scene.now += days(passed)
        self._look()

    @rule(by=st.sampled_from((-400, -3, -0.01, 0.01, 3, 400)))
    def the_clock_jumps(self, by: float) -> None:
        """Two minutes are the bound beyond which the wall clock is in doubt, until people have looked."""
        self.scene.now += days(by)
        self.scene.rules["trusted"] = False
        self._look()

    @rule()
    def people_set_the_clock(self) -> None:
        self.scene.rules["trusted"] = True

    # -- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def every_listing_is_justified(self) -> None:
        """I3, and everything else that the checker of logs knows."""
        new = self.scene.log[self.checked :]
        self.checked = len(self.scene.log)
        assert [str(found) for entry in new for found in self.checker.take(entry)] == []

    @invariant()
    def each_statement_weighs_once(self) -> None:
        weighed = [fact.weighing.id for fact in self.scene.history if isinstance(fact, SanctionWeighed)]
        assert len(weighed) == len(set(weighed))

    @invariant()
    def versions_have_no_holes(self) -> None:
        """I9."""
        versions = [entry.version for entry in self.scene.log if isinstance(entry.fact, DossierFact)]
        assert versions == list(range(1, self.scene.dossier.version + 1))

    @invariant()
    def nothing_is_decided_by_a_clock_in_doubt(self) -> None:
        assert self.decided_in_doubt == []

    @invariant()
    def time_has_no_more_to_say_twice(self) -> None:
        """What falls due is done at once, and a later look is called for only by a later moment."""
        scene = self.scene
        after = scene.after(elapse(scene.dossier, scene.moment))
        assert list(elapse(after, scene.moment)) == []
        due = next_due(after, scene.moment)
        assert due is None or due > scene.now

    def teardown(self) -> None:
        """I6: what is read back from the log is the dossier; and the end of the log is as it should be."""
        facts = [(it.position, _stored(it.fact)) for it in self.scene.log if isinstance(it.fact, DossierFact)]
        assert fold(self.scene.dossier.subject_id, facts) == self.scene.dossier
        self._look()
        self.every_listing_is_justified()
        assert [str(found) for found in self.checker.close(self.scene.now)] == []

    # -- how ---------------------------------------------------------------------------------------------------------

    def _hear(self, statement: Statement) -> None:
        self._note(self.scene.hear(statement))

    def _look(self) -> None:
        self._note(self.scene.wait(timedelta()))

    def _note(self, facts: list[Fact]) -> None:
        if not self.scene.rules["trusted"]:
            self.decided_in_doubt += [fact for fact in facts if isinstance(fact, ListingDecided)]


def _stored(fact: Fact) -> Fact:
    return CATALOGUE.decode(fact.tag(), CATALOGUE.encode(fact))
