"""The hand-written list of facts: which name is which class, and what an older version becomes."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from events.facts import (
    directive,
    dossier,
    enforcement,
    evidence,
    listing,
    member,
    merchant,
    notice,
    report,
    reporter,
    rulebook,
    safeguard,
    sanction,
    scrutiny,
)
from events.facts.fact import Fact, Statement

FACTS: tuple[type[Fact], ...] = (
    member.MemberEnrolled,
    rulebook.RulebookDrafted,
    rulebook.RulebookBacktested,
    rulebook.RulebookAdopted,
    rulebook.RulebookWithdrawn,
    merchant.MerchantDeclared,
    report.ReportFiled,
    report.ReportAccepted,
    report.ReportInvestigating,
    report.ReportReopened,
    report.ReportConcluded,
    report.ReportAnswered,
    report.ReportTransferred,
    report.ReportWithdrawn,
    evidence.EvidenceSubmitted,
    evidence.EvidenceVerified,
    evidence.EvidenceDiscredited,
    sanction.SanctionImposed,
    sanction.SanctionAmended,
    sanction.SanctionAppealed,
    sanction.SanctionUpheld,
    sanction.SanctionLifted,
    notice.NoticeDelivered,
    notice.NoticeFailed,
    enforcement.EnforcementAcknowledged,
    dossier.SubjectNamed,
    dossier.AccountAttached,
    dossier.AccountDetached,
    dossier.SanctionWeighed,
    dossier.WeighingCarried,
    dossier.SanctionDiscounted,
    dossier.LiftNoted,
    dossier.AppealNoted,
    dossier.AmendmentNoted,
    dossier.EvidenceNoted,
    dossier.ReportsJudged,
    dossier.StatementOrphaned,
    listing.WatchBegan,
    listing.WatchEnded,
    listing.ListingProposed,
    listing.NoticeReleased,
    listing.NoticeServed,
    listing.DeliveryNoted,
    listing.DeliveryFailed,
    listing.NoticeUndelivered,
    listing.ObjectionLodged,
    listing.ObjectionResolved,
    listing.ListingApproved,
    listing.ListingDecided,
    listing.ListingRejected,
    listing.ListingContested,
    listing.RepairApplied,
    listing.RepairDecided,
    listing.EndingApproved,
    listing.ListingEnded,
    listing.ListingMoved,
    listing.ListingCarried,
    safeguard.AppealLodged,
    safeguard.AppealDecided,
    safeguard.InterimImposed,
    safeguard.InterimEnded,
    safeguard.ListingHeld,
    safeguard.HoldReleased,
    safeguard.AnswerOverdue,
    safeguard.ListingReviewed,
    scrutiny.EvidenceStored,
    scrutiny.EvidenceOpened,
    scrutiny.DocumentJudged,
    scrutiny.CandidateJudged,
    directive.DirectiveIssued,
    reporter.FindingNoted,
    reporter.FindingWithdrawn,
    reporter.ReporterPlaced,
    reporter.ReporterInvalidated,
    reporter.ReporterReinstated,
    reporter.ReportDeferred,
)

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes a fact of an old name as plain JSON and gives it with its next name in `fact`. Pure."""

UPCASTERS: dict[str, Upcaster] = {}


class DuplicateName(ValueError):
    """Two classes, or a class and an upcaster, claim one name."""


class UnknownFact(LookupError):
    """No class and no upcaster has this name: a newer version of the hub wrote it."""


class Catalogue:
    """Names to classes, and the way there for names that are not written any more."""

    def __init__(self, facts: Iterable[type[Fact]] = FACTS, upcasters: dict[str, Upcaster] | None = None) -> None:
        self.classes: dict[str, type[Fact]] = {}
        self.upcasters = UPCASTERS if upcasters is None else upcasters
        for cls in facts:
            if cls.tag() in self.classes or cls.tag() in self.upcasters:
                raise DuplicateName(cls.tag())
            if not cls.lane:
                raise ValueError(f"{cls.tag()} names no lane")
            self.classes[cls.tag()] = cls
        self._decoders = {name: msgspec.json.Decoder(cls) for name, cls in self.classes.items()}
        self._encoder = msgspec.json.Encoder()

    def encode(self, fact: Fact) -> bytes:
        return self._encoder.encode(fact)

    def decode(self, name: str, state: bytes) -> Fact:
        """The fact as the newest version of its class; UnknownFact for a name that this version of the hub does not know."""
        decoder = self._decoders.get(name)
        if decoder is not None:
            return decoder.decode(state)
        upcast = self.upcasters.get(name)
        if upcast is None:
            raise UnknownFact(name)
        newer = upcast(msgspec.json.decode(state))
        return self.decode(newer["fact"], msgspec.json.encode(newer))


CATALOGUE = Catalogue()
STATEMENTS: dict[str, type[Statement]] = {cls.tag(): cls for cls in FACTS if issubclass(cls, Statement)}
