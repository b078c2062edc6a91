"""Weighing: what a sanction, and whatever a platform says of it later, changes in what weighs. In whatever order they come."""

from collections.abc import Sequence

from msgspec.structs import replace

from events.facts.dossier import (
    AmendmentNoted,
    AppealNoted,
    EvidenceNoted,
    LiftNoted,
    Noted,
    SanctionDiscounted,
    SanctionWeighed,
    StatementOrphaned,
    StatementRef,
    Weighing,
)
from events.facts.evidence import EvidenceDiscredited, EvidenceStatement, EvidenceVerified
from events.facts.sanction import SanctionAmended, SanctionAppealed, SanctionImposed, SanctionLifted, SanctionStatement, SanctionUpheld
from services.adjudication.domain.dossier import SanctionKey, Weighed
from services.adjudication.domain.draft import Draft, Member
from services.adjudication.domain.grounds import is_echo, lifted
from services.adjudication.domain.identity import account_of
from services.adjudication.domain.law.rulebook import Rulebook


def impose(draft: Draft, said: SanctionImposed, member: Member, position: int) -> None:
    """Weigh a sanction, and apply what came before it. An echo of a directive, or of the same sanction, weighs nothing."""
    weighing = draft.moment.book.weigh(said, member.member_class, member.entity)
    key = SanctionKey(weighing.account, weighing.sanction)
    repeated = bool(draft.dossier.of(key))
    derived = said.derived or is_echo(draft.dossier, said, member.member_class, position)
    draft.say(SanctionWeighed, weighing=weighing)
    if repeated or derived:
        _discount(draft, Weighed(weighing), "repeated" if repeated else "derived", None)
    for note in list(draft.dossier.notes_of(key)):
        if note.waiting:
            draft.say(type(note), **_fields(note) | {"waiting": False})
        if isinstance(note, LiftNoted):
            _lift(draft, key, note)
    _amend(draft, key)


def lift(draft: Draft, said: SanctionLifted, *_: object) -> None:
    """A sanction's own end, or its being merely over, discounts nothing; that it was wrong, settled or repaired does."""
    key = SanctionKey(account_of(said), said.sanction)
    draft.say(LiftNoted, **_reference(draft, key, said), reason=said.reason)
    note = draft.dossier.notes[said.stream]
    assert isinstance(note, LiftNoted)
    _lift(draft, key, note)


def appeal(draft: Draft, said: SanctionAppealed | SanctionUpheld, *_: object) -> None:
    """An appeal to the platform, or its answer: while one is open, a listing that rests on the sanction is contested."""
    key = SanctionKey(account_of(said), said.sanction)
    draft.say(AppealNoted, **_reference(draft, key, said), upheld=isinstance(said, SanctionUpheld))


def amend(draft: Draft, said: SanctionAmended, *_: object) -> None:
    """A milder or shorter sanction takes the place of the one that it amends."""
    key = SanctionKey(account_of(said), said.sanction)
    reference = _reference(draft, key, said)
    draft.say(AmendmentNoted, **reference, measure=said.measure, ends=said.ends, recorded_at=said.recorded_at)
    if not reference["waiting"]:
        _amend(draft, key)


def evidence(draft: Draft, said: EvidenceStatement, *_: object) -> None:
    """Noted; what rests on discredited evidence alone is discounted when the dossier is concluded."""
    draft.say(
        EvidenceNoted, statement=StatementRef(said.source, said.id), account=account_of(said), evidence=said.evidence,
        discredited=isinstance(said, EvidenceDiscredited), grade=said.grade if isinstance(said, EvidenceVerified) else None,
    )  # fmt: skip


def _reference(draft: Draft, key: SanctionKey, said: SanctionStatement) -> dict[str, object]:
    statement = StatementRef(said.source, said.id)
    return {"statement": statement, "account": key.account, "sanction": key.sanction, "waiting": not draft.dossier.of(key)}


def _fields(note: Noted) -> dict[str, object]:
    stamps = ("subject_id", "at", "cause", "trace")
    return {name: getattr(note, name) for name in note.__struct_fields__ if name not in stamps}


def _discount(draft: Draft, entry: Weighed, why: str, by: StatementRef | None) -> None:
    draft.say(SanctionDiscounted, weighing=entry.weighing.id, why=why, of=entry.weighing.statement, statement=by)


def _lift(draft: Draft, key: SanctionKey, note: LiftNoted) -> None:
    if note.reason != "expired":
        for entry in draft.dossier.of(key):
            if entry.discounted is None:
                _discount(draft, entry, note.reason, note.statement)


def _amend(draft: Draft, key: SanctionKey) -> None:
    """Join all amendments of a sanction, and let the joined one weigh under the statement of the newest.

    Each is held against the sanction as it was imposed, never against another amendment: their order does not matter.
    """
    weighed = draft.dossier.of(key)
    notes = [note for note in draft.dossier.notes_of(key) if isinstance(note, AmendmentNoted)]
    notes.sort(key=lambda note: (note.recorded_at, note.statement))
    imposed = [entry for entry in weighed if entry.weighing.id not in draft.dossier.notes and entry.discounted != "repeated"]
    if not imposed or not notes:
        return
    base = imposed[0]
    book = draft.moment.book_of(base.weighing.rulebook)
    for note in notes:
        if not _only_milder(book, base.weighing, note):
            draft.say(StatementOrphaned, statement=note.statement, why="not_milder")
    joined = [note for note in notes if note.statement.stream in draft.dossier.notes]
    new = [note for note in joined if note.statement.stream not in draft.dossier.weighed]
    if not new or base.discounted not in (None, "amended") or key in lifted(draft.dossier, for_good=True):
        return
    for entry in weighed:
        if entry.discounted is None:
            _discount(draft, entry, "amended", new[-1].statement)
    draft.say(SanctionWeighed, weighing=_join(book, base.weighing, joined, new[-1]))


def _only_milder(book: Rulebook, imposed: Weighing, note: AmendmentNoted) -> bool:
    """Milder or shorter than what was imposed, and in nothing harder or longer."""
    before, after = book.hardness(imposed.measure), book.hardness(note.measure)
    shorter = note.ends is not None and (imposed.ends is None or note.ends < imposed.ends)
    longer = note.ends is not None and imposed.ends is not None and note.ends > imposed.ends
    return not longer and after <= before and (after < before or shorter)


def _join(book: Rulebook, imposed: Weighing, notes: Sequence[AmendmentNoted], newest: AmendmentNoted) -> Weighing:
    measure = min((note.measure for note in notes), key=book.hardness)
    ends = [end for end in (imposed.ends, *(note.ends for note in notes)) if end is not None]
    amended = replace(imposed, statement=newest.statement, ends=min(ends, default=None), recorded_at=newest.recorded_at)
    return book.reweigh(amended, measure)
