"""What people judge beside listings: whether a document is an authority's, and whose an account is not."""

from typing import Literal
from uuid import UUID

from events.facts.dossier import AccountRef
from events.facts.scrutiny import CandidateJudged, DocumentJudged
from services.adjudication.domain.case import Look, Move
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.decide.guards import admit
from services.adjudication.domain.decide.link import named
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Facts, Moment, Person


def judge_document(dossier: Dossier, weighing: UUID, by: Person, reason: str, moment: Moment, *, sha256: str, genuine: bool) -> Facts:
    """A regulator confirms that a sanction carries out an authority's decision, by the document's hash; or takes that back.

    Confirmed, it counts as an authority's: an offence in one place restricts in every place.
    """
    admit("judge-document", Look(dossier, weighing, by))
    draft = Draft(dossier, moment)
    draft.say(DocumentJudged, weighing=weighing, sha256=sha256, genuine=genuine, by=by.code, reason=reason)
    return conclude(draft)


def judge_candidate(
    dossier: Dossier, account: AccountRef, other: AccountRef | str, by: Person, reason: str, moment: Moment,
    *, judgement: Literal["negative", "unsure"],
) -> Facts:  # fmt: skip
    """Judge that an account is not of the subject with this code, or of whoever has this account, or that nobody can tell.

    A negative judgement outlives whatever platforms say later. That it is, is judged by linking.
    """
    admit("judge-candidate", Move(dossier, dossier, account, by))
    draft = Draft(dossier, moment)
    draft.say(CandidateJudged, account=account, judgement=judgement, by=by.code, reason=reason, **named(other))
    return draft.facts
