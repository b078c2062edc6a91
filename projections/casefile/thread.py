"""What ties the steps of a case together: the things that a fact is found by, and the things that it leads on to. Pure.

The thread runs one way, from a report by its sanctions to what the hub made of them, and never back to somebody else's report.
"""

from hashlib import blake2b
from uuid import UUID

from events.facts import dossier, evidence, listing, merchant, notice, report, sanction
from events.facts.directive import DirectiveIssued
from events.facts.dossier import StatementRef
from events.facts.fact import DossierFact, Fact, Statement
from events.facts.reporter import ReportDeferred

Things = tuple[int, ...]


def thing(kind: str, *names: str) -> int:
    """63 bits that stand for what has a name. The member's code is in it, so nobody's names reach into another's cases."""
    return int.from_bytes(blake2b("\0".join((kind, *names)).encode(), digest_size=8).digest(), "big") >> 1


def reported(member: str, number: str) -> int:
    return thing("report", member, number)


def submitted(member: str, number: str) -> int:
    return thing("evidence", member, number)


def _id(number: UUID | str) -> int:
    """Of a weighing, a listing, a notice or a cause: all are unique."""
    return thing("id", str(number))


def _decision(fact: DossierFact, number: str) -> int:
    return thing("decision", str(fact.subject_id), number)


def _act(fact: DossierFact) -> Things:
    """What the hub decided at once: of one subject at one moment, and mostly of one cause."""
    moment = thing("moment", str(fact.subject_id), fact.at.isoformat())
    return (moment,) if fact.cause is None else (moment, _id(fact.cause))


def _said(statement: StatementRef) -> int:
    return thing("statement", statement.source, statement.id)


def found_by(fact: Fact) -> Things:
    """The things that lead to the fact, the first of which every fact of a case has."""
    match fact:
        case report.ReportStatement():
            return (reported(fact.member, fact.report),)
        case evidence.EvidenceSubmitted():
            own = submitted(fact.member, fact.evidence)
            return (own,) if fact.report is None else (own, reported(fact.member, fact.report))
        case evidence.EvidenceStatement():
            return (submitted(fact.member, fact.evidence),)
        case sanction.SanctionImposed():
            return (_sanction(fact), *(reported(fact.member, number) for number in dict.fromkeys(fact.reports)))
        case sanction.SanctionStatement():
            return (_sanction(fact),)
        case notice.NoticeStatement():
            return (_id(fact.notice),)
        case merchant.MerchantDeclared():
            return (thing("account", fact.member, fact.account),)
        case ReportDeferred():
            return (reported(fact.account.platform, fact.report),)
        case DossierFact():
            return _about_statement(fact) or _about_listing(fact)
    return ()


def _sanction(fact: sanction.SanctionStatement) -> int:
    return thing("sanction", fact.member, fact.account, fact.sanction)


def _about_statement(fact: DossierFact) -> Things:
    match fact:
        case dossier.SanctionWeighed(weighing=it) | dossier.WeighingCarried(weighing=it):
            return (_said(it.statement),)
        case dossier.SanctionDiscounted():
            return (_said(fact.of),) if fact.statement is None else (_said(fact.of), _said(fact.statement))
        case dossier.Noted() | dossier.EvidenceNoted() | dossier.StatementOrphaned() | listing.DeliveryNoted():
            return (_said(fact.statement),)
    return ()


def _about_listing(fact: DossierFact) -> Things:
    """Whatever says nothing that belongs to a case is still found, by the subject."""
    match fact:
        case listing.WatchBegan() | listing.WatchEnded():
            return (_id(fact.weighing),)
        case listing.ListingProposed():
            return (_id(fact.listing_id), *(_id(basis.weighing) for basis in fact.basis))
        case listing.NoticeReleased():
            return (_id(fact.listing_id or fact.notice), *(_id(basis.weighing) for basis in fact.basis))
        case listing.ListingFact():
            return (_id(fact.listing_id),)
        case listing.ListingCarried(listing=it):
            return (_id(it.listing_id),)
        case DirectiveIssued():
            return _act(fact) if fact.decision is None else (*_act(fact), _decision(fact, fact.decision))
        case dossier.AccountAttached() | dossier.AccountDetached():
            return (thing("account", fact.account.platform, fact.account.account),)
    return (_id(fact.subject_id),)


def leads_to(fact: Fact) -> Things:
    """The things that the fact leads on to."""
    match fact:
        case report.ReportFiled() | report.ReportReopened():
            return tuple(thing("evidence", fact.member, number) for number in fact.evidence)
        case evidence.EvidenceSubmitted():
            return (thing("evidence", fact.member, fact.evidence),)
        case sanction.SanctionImposed():
            return (_sanction(fact), _made(fact), *(thing("evidence", fact.member, named.evidence) for named in fact.evidence))
        case sanction.SanctionStatement() | evidence.EvidenceStatement() | notice.NoticeStatement():
            return (_made(fact),)
        case dossier.SanctionWeighed(weighing=it) | dossier.WeighingCarried(weighing=it):
            return (_id(it.id),)
        case listing.ListingDecided():
            return (*_act(fact), _decision(fact, fact.decision))
        case listing.NoticeReleased():
            return (_id(fact.notice),)
        case listing.ListingProposed() | listing.ListingCarried():
            return found_by(fact)[:1]
        case listing.ListingFact():
            return _act(fact)
    return ()


def _made(fact: Statement) -> int:
    return _said(StatementRef(fact.source, fact.id))
