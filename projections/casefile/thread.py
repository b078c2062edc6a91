"""What ties the steps of a case together: the things that a fact is found by, and the things that it leads on to. Pure.

The thread runs one way, from a report by its sanctions to what the hub made of them, and never back to somebody else's report.
"""

from hashlib import blake2b
from uuid import UUID

from events.facts.directive import DirectiveIssued
from events.facts.dossier import (
    AccountAttached,
    AccountDetached,
    EvidenceNoted,
    Noted,
    SanctionDiscounted,
    SanctionWeighed,
    StatementOrphaned,
    StatementRef,
    WeighingCarried,
)
from events.facts.evidence import EvidenceStatement, EvidenceSubmitted
from events.facts.fact import DossierFact, Fact, Statement
from events.facts.listing import (
    DeliveryNoted,
    ListingCarried,
    ListingDecided,
    ListingFact,
    ListingProposed,
    NoticeReleased,
    WatchBegan,
    WatchEnded,
)
from events.facts.merchant import MerchantDeclared
from events.facts.notice import NoticeStatement
from events.facts.report import ReportFiled, ReportReopened, ReportStatement
from events.facts.sanction import SanctionImposed, SanctionStatement

Things = tuple[int, ...]


def thing(kind: str, *names: str) -> int:
    """63 bits that stand for what has a name. The member's code is in it, so nobody's names reach into another's cases."""
    return int.from_bytes(blake2b("\0".join((kind, *names)).encode(), digest_size=8).digest(), "big") >> 1


def report(member: str, number: str) -> int:
    return thing("report", member, number)


def _id(number: UUID | str) -> int:
    """Of a weighing, a listing, a notice or a cause: all are unique."""
    return thing("id", str(number))


def _decision(fact: DossierFact, number: str) -> int:
    return thing("decision", str(fact.subject_id), number)


def _said(statement: StatementRef) -> int:
    return thing("statement", statement.source, statement.id)


def found_by(fact: Fact) -> Things:
    """The things that lead to the fact, the first of which every fact of a case has."""
    match fact:
        case ReportStatement():
            return (report(fact.member, fact.report),)
        case EvidenceSubmitted():
            own = thing("evidence", fact.member, fact.evidence)
            return (own,) if fact.report is None else (own, report(fact.member, fact.report))
        case EvidenceStatement():
            return (thing("evidence", fact.member, fact.evidence),)
        case SanctionImposed():
            return (_sanction(fact), *(report(fact.member, number) for number in dict.fromkeys(fact.reports)))
        case SanctionStatement():
            return (_sanction(fact),)
        case NoticeStatement():
            return (_id(fact.notice),)
        case MerchantDeclared():
            return (thing("account", fact.member, fact.account),)
        case DossierFact():
            return _about_statement(fact) or _about_listing(fact)
    return ()


def _sanction(fact: SanctionStatement) -> int:
    return thing("sanction", fact.member, fact.account, fact.sanction)


def _about_statement(fact: DossierFact) -> Things:
    match fact:
        case SanctionWeighed(weighing=it) | WeighingCarried(weighing=it):
            return (_said(it.statement),)
        case SanctionDiscounted():
            return (_said(fact.of),) if fact.statement is None else (_said(fact.of), _said(fact.statement))
        case Noted() | EvidenceNoted() | StatementOrphaned() | DeliveryNoted():
            return (_said(fact.statement),)
    return ()


def _about_listing(fact: DossierFact) -> Things:
    """Whatever says nothing that belongs to a case is still found, by the subject."""
    match fact:
        case WatchBegan() | WatchEnded():
            return (_id(fact.weighing),)
        case ListingProposed():
            return (_id(fact.listing_id), *(_id(basis.weighing) for basis in fact.basis))
        case NoticeReleased():
            return (_id(fact.listing_id or fact.notice), *(_id(basis.weighing) for basis in fact.basis))
        case ListingFact():
            return (_id(fact.listing_id),)
        case ListingCarried(listing=it):
            return (_id(it.listing_id),)
        case DirectiveIssued():
            cause = _id(fact.cause or fact.subject_id)
            return (cause,) if fact.decision is None else (cause, _decision(fact, fact.decision))
        case AccountAttached() | AccountDetached():
            return (thing("account", fact.account.platform, fact.account.account),)
    return (_id(fact.subject_id),)


def leads_to(fact: Fact) -> Things:
    """The things that the fact leads on to."""
    match fact:
        case ReportFiled() | ReportReopened():
            return tuple(thing("evidence", fact.member, number) for number in fact.evidence)
        case EvidenceSubmitted():
            return (thing("evidence", fact.member, fact.evidence),)
        case SanctionImposed():
            return (_sanction(fact), _made(fact), *(thing("evidence", fact.member, named.evidence) for named in fact.evidence))
        case SanctionStatement() | EvidenceStatement() | NoticeStatement():
            return (_made(fact),)
        case SanctionWeighed(weighing=it) | WeighingCarried(weighing=it):
            return (_id(it.id),)
        case ListingDecided():
            decision = _decision(fact, fact.decision)
            return (decision,) if fact.cause is None else (decision, _id(fact.cause))
        case NoticeReleased():
            return (_id(fact.notice),)
        case ListingProposed() | ListingCarried():
            return found_by(fact)[:1]
        case ListingFact(cause=UUID() as cause):
            return (_id(cause),)
    return ()


def _made(fact: Statement) -> int:
    return _said(StatementRef(fact.source, fact.id))
