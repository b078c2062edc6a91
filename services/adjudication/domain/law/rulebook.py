"""The rulebook: what a sanction weighs, which weighings justify which tier, and for how long. Data, read by pure code."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from events.facts.dossier import AccountRef, Group, StatementRef, Weighing
from events.facts.fact import Category, Measure, Tier
from events.facts.member import MemberClass
from events.facts.sanction import SanctionImposed
from services.adjudication.domain.law.articles import AnswerRule, BreakerRule, GroupRule, InterimRule, Rule, Term, TierWord, WeightOfMeasure
from services.adjudication.domain.law.calendar import months_after
from services.adjudication.domain.law.corroboration import Ground, one_each, with_evidence_of_their_own
from services.adjudication.domain.law.platform.schedule import PlatformBook


class Found(NamedTuple):
    """The rule that holds, in which group, and the weighings that it rests on: one of each legal entity."""

    rule: Rule
    group: Group
    basis: tuple[Weighing, ...]


class Rulebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of the rules."""

    version: str
    effective: date
    active_months: int
    watch_months: int
    waiting_days: int
    delivery_days: int
    hearing_days: int
    review_days: int
    measures: Mapping[Measure, WeightOfMeasure]
    groups: tuple[GroupRule, ...]
    rules: tuple[Rule, ...]
    terms: Mapping[TierWord, Term]
    platform_rulebooks: tuple[str, ...] = ()
    """Versions of the platforms' own rules that sanctions are held against."""
    schedules_required: bool = False
    """Whether a rule weighs for no listing until its schedule is among these; else only when it is known to be withheld."""
    schedules: tuple[PlatformBook, ...] = ()
    """The platforms' rules by these versions."""
    turned_down_months: int = 24
    """For so long those whose accusation people turned down bring no proposal about without somebody else."""
    answers: AnswerRule = AnswerRule()
    interim: InterimRule = InterimRule()
    breaker: BreakerRule = BreakerRule()

    def group_of(self, category: Category) -> GroupRule:
        return next(group for group in self.groups if category in group.categories)

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)

    def term(self, tier: Tier) -> Term:
        """Of restricted and blacklisted; KeyError for a tier that has none."""
        words: dict[Tier, TierWord] = {Tier.RESTRICTED: "restricted", Tier.BLACKLISTED: "blacklisted"}
        return self.terms[words[tier]]

    def weigh(self, said: SanctionImposed, member_class: MemberClass, entity: str) -> Weighing:
        """What the sanction weighs. It begins when it says, but not later than the hub heard of it: no date stretches a term."""
        begins = min(said.begins, said.recorded_at)
        weight, group = self.measures[said.measure], self.group_of(said.category)
        return Weighing(
            statement=StatementRef(said.source, said.id), account=AccountRef(said.member, said.account), member_class=member_class,
            entity=entity, sanction=said.sanction, measure=said.measure, category=said.category, group=group.name,
            severity=weight.severity, eighths=weight.points * group.eighths, begins=begins,
            active_until=months_after(begins, self.active_months), counts_until=months_after(begins, weight.months),
            recorded_at=said.recorded_at, rule=said.rule, rulebook=self.version, ends=said.ends,
            evidence=tuple(named.sha256 for named in said.evidence), evidence_numbers=tuple(named.evidence for named in said.evidence),
            document=said.authority.sha256 if said.authority is not None and member_class == "authority" else None,
            reports=said.reports, quantity=said.quantity,
            unscheduled=member_class == "platform" and self.unscheduled(said.member, said.rule),
        )  # fmt: skip

    def unscheduled(self, platform: str, cited: str) -> bool:
        """Whether a sanction under this rule may not lead to a listing: nobody could know beforehand what it costs."""
        found = next((rule for book in self.schedules if book.platform == platform and (rule := book.find(cited))), None)
        return self.schedules_required if found is None else found.schedule == "withheld"

    def hardness(self, measure: Measure) -> tuple[int, int]:
        """What a milder measure has less of."""
        return self.measures[measure].severity, self.measures[measure].points

    def reweigh(self, weighing: Weighing, measure: Measure) -> Weighing:
        """The same sanction by another measure."""
        weight = self.measures[measure]
        eighths = weight.points * self.group_of(weighing.category).eighths
        counts_until = months_after(weighing.begins, weight.months)
        return replace(weighing, measure=measure, severity=weight.severity, eighths=eighths, counts_until=counts_until)

    def weigh_anew(self, weighing: Weighing) -> Weighing:
        """What another version weighed, as this one would have weighed it."""
        there = replace(weighing, group=self.group_of(weighing.category).name, rulebook=self.version)
        platform, active_until = weighing.member_class == "platform", months_after(weighing.begins, self.active_months)
        unscheduled = platform and self.unscheduled(weighing.account.platform, weighing.rule)
        return self.reweigh(replace(there, active_until=active_until, unscheduled=unscheduled), weighing.measure)

    def justifies(self, rule: Rule, grounds: Sequence[Ground]) -> tuple[Weighing, ...]:
        """One weighing of each legal entity that counts for the rule, when there are enough of them; else nothing.

        `grounds` are of one group. Each platform needs a listed hash that no other one of the basis uses.
        """
        grave = [ground for ground in grounds if ground.weighing.severity >= rule.severity]
        if rule.authority:
            basis = one_each(ground for ground in grave if ground.weighing.document is not None)
        else:
            platforms = [it for it in grave if it.weighing.member_class == "platform" and not it.weighing.unscheduled]
            basis = with_evidence_of_their_own(platforms)
        return basis if len(basis) >= (1 if rule.authority else rule.platforms) else ()

    def highest(self, grounds: Sequence[Ground], fresh: Callable[[Tier, Sequence[Weighing]], bool]) -> Found | None:
        """The highest tier above watch that the grounds justify. `fresh` says whether a basis was not used up for that tier."""
        named = {ground.weighing.group for ground in grounds}
        groups = [group for group in self.groups if group.name in named]
        for rule in sorted(self.rules, key=lambda rule: -rule.tier) if groups else ():
            for group in groups:
                if Tier.WATCH < rule.tier <= group.highest_tier:
                    basis = self.justifies(rule, [ground for ground in grounds if ground.weighing.group == group.name])
                    if basis and fresh(rule.tier, basis):
                        return Found(rule, group.name, basis)
        return None

    @property
    def least_severity(self) -> int:
        """Below it nothing leads anywhere but into the score."""
        return min(rule.severity for rule in self.rules)

    @property
    def watch_rule(self) -> Rule:
        return next(rule for rule in self.rules if rule.tier == Tier.WATCH)
