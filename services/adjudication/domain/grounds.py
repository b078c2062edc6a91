"""What a dossier holds against its subject at a moment: which weighings stand, run, are appealed, and what a listing rests on."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from events.facts.dossier import AppealNoted, LiftNoted, Weighing
from events.facts.fact import Tier
from events.facts.listing import Basis, Listing
from events.facts.member import MemberClass
from events.facts.sanction import SanctionImposed
from services.adjudication.domain.dossier import Dossier, SanctionKey, Weighed
from services.adjudication.domain.law.calendar import day_of
from services.adjudication.domain.law.corroboration import Ground
from services.adjudication.domain.law.grades import EvidenceKey, doubtful
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.domain.law.spent import stated_in_vain, used


def discredited(dossier: Dossier) -> frozenset[EvidenceKey]:
    """Evidence that fell. Once discredited it stays so, in whatever order a platform says the two."""
    return frozenset((note.account, note.evidence) for note in dossier.evidence.values() if note.discredited)


def fallen(dossier: Dossier) -> list[Weighed]:
    """Weighings that still weigh although every piece of evidence that they list was discredited."""
    gone = discredited(dossier)
    return [
        entry for entry in dossier.weighed.values()
        if gone and entry.discounted is None and entry.weighing.evidence_numbers
        and all((entry.weighing.account, number) in gone for number in entry.weighing.evidence_numbers)
    ]  # fmt: skip


def reported_in_vain(dossier: Dossier) -> list[Weighed]:
    """Weighings that still weigh although every report that they name turned out not to count."""
    gone = dossier.invalid_reports
    return [
        entry for entry in dossier.weighed.values()
        if gone and entry.discounted is None and entry.weighing.reports
        and all((entry.weighing.account, report) in gone for report in entry.weighing.reports)
    ]  # fmt: skip


def standing(dossier: Dossier, book: Rulebook, now: datetime) -> list[Ground]:
    """The weighings that are active, own, and as grave as any rule asks: what may justify a listing."""
    least = book.least_severity
    grave = [
        entry.weighing for entry in dossier.weighed.values()
        if entry.weighing.severity >= least and entry.discounted is None and now < entry.weighing.active_until
    ]  # fmt: skip
    return _grounds(dossier, grave, book)


def _grounds(dossier: Dossier, weighings: Iterable[Weighing], book: Rulebook) -> list[Ground]:
    gone, upto = doubtful(dossier), used(dossier, book.turned_down_months)
    return [Ground(it, _hashes(it, gone), upto(it)) for it in weighings]


def _hashes(weighing: Weighing, gone: frozenset[EvidenceKey]) -> frozenset[str]:
    """The listed hashes but for what is gone."""
    named = zip(weighing.evidence_numbers, weighing.evidence, strict=False)
    return frozenset(sha256 for number, sha256 in named if (weighing.account, number) not in gone)


def stands(dossier: Dossier, weighing: Weighing) -> bool:
    """Whether evidence that it lists still stands, or it is an authority's with its document."""
    return weighing.document is not None or bool(_hashes(weighing, discredited(dossier)))


def is_echo(dossier: Dossier, said: SanctionImposed, member_class: MemberClass, position: int) -> bool:
    """Whether a platform sanctions what a directive told it of, and shows nothing of its own.

    It was told when the directive in force has the lower place in the log and names an account there, or a credit code,
    which every platform can look up.
    """
    before = [told.directive for told in dossier.told if 0 <= told.id < position]
    if member_class != "platform" or not before or before[-1].tier < Tier.RESTRICTED:
        return False
    directive = before[-1]
    in_force = directive.until is None or day_of(said.recorded_at) <= directive.until
    told = directive.uscc is not None or any(account.platform == said.member for account in directive.accounts)
    others = {sha256 for entry in dossier.weighed.values() for sha256 in entry.weighing.evidence}
    return in_force and told and {named.sha256 for named in said.evidence} <= others


def keys_of(dossier: Dossier, basis: Sequence[Basis]) -> set[SanctionKey]:
    """The sanctions that a basis rests on: an amendment stands for the sanction that it amends."""
    return {dossier.weighed[rest.weighing].key for rest in basis if rest.weighing in dossier.weighed}


def justified(dossier: Dossier, listing: Listing, book: Rulebook, now: datetime) -> bool:
    """Whether what is left of a listing's own basis still justifies its tier.

    Only of its own: the subject was told of nothing else. Age ends a proposal, but not a listing that was decided: it has a term.
    """
    rule = book.rule(listing.rule)
    keys = keys_of(dossier, listing.basis)
    left = [
        entry.weighing for entry in dossier.weighed.values()
        if entry.discounted is None and entry.key in keys and (listing.state == "decided" or now < entry.weighing.active_until)
    ]  # fmt: skip
    in_vain = stated_in_vain(dossier, book.turned_down_months, listing.proposed_at)
    return rule is not None and any(in_vain(it) < listing.tier for it in book.justifies(rule, _grounds(dossier, left, book)))


def lifted(dossier: Dossier, *, for_good: bool = False) -> frozenset[SanctionKey]:
    """The sanctions that their platform lifted; for good: because they were wrong, settled or repaired, not only over."""
    lifts = (note for note in dossier.notes.values() if isinstance(note, LiftNoted))
    return frozenset(SanctionKey(note.account, note.sanction) for note in lifts if not (for_good and note.reason == "expired"))


def appealed(dossier: Dossier, key: SanctionKey) -> bool:
    """Whether an appeal to the platform is not answered yet. Counted, so that the order in which both come does not matter."""
    appeals = [note for note in dossier.notes_of(key) if isinstance(note, AppealNoted)]
    return sum(1 if not note.upheld else -1 for note in appeals) > 0 and key not in lifted(dossier, for_good=True)


def basis_appealed(dossier: Dossier, listing: Listing) -> bool:
    return any(appealed(dossier, key) for key in keys_of(dossier, listing.basis))


def basis_of(weighings: Sequence[Weighing]) -> tuple[Basis, ...]:
    """As the subject is told, always in the same order."""
    rests = [
        Basis(weighing=w.id, account=w.account, entity=w.entity, measure=w.measure, category=w.category, begins=day_of(w.begins))
        for w in weighings
    ]  # fmt: skip
    return tuple(sorted(rests, key=lambda rest: (rest.entity, rest.weighing)))


def fallen_evidence(dossier: Dossier, listing: Listing) -> frozenset[str]:
    """sha256 of the evidence of its sanctions that fell, or turned out to be weak, whether or not what is left is enough."""
    gone, keys = doubtful(dossier), keys_of(dossier, listing.basis)
    return frozenset(
        sha256 for entry in dossier.weighed.values() if gone and entry.key in keys and entry.discounted is None
        for number, sha256 in zip(entry.weighing.evidence_numbers, entry.weighing.evidence, strict=False)
        if (entry.weighing.account, number) in gone
    )  # fmt: skip


def bearers(listing: Listing, book: Rulebook) -> frozenset[str]:
    """The legal entities of the platforms that it rests on; nobody where it rests on an authority."""
    rule = book.rule(listing.rule)
    return frozenset() if rule is None or rule.authority else frozenset(rest.entity for rest in listing.basis)
