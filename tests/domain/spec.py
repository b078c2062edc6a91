"""Given facts, when something is said, done or passes, then facts: the language that the specs of the rules are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from events.facts.dossier import AccountRef
from events.facts.evidence import EvidenceDiscredited, EvidenceVerified
from events.facts.fact import Category, Fact, Measure, Statement
from events.facts.merchant import MerchantDeclared
from events.facts.notice import NoticeDelivered, NoticeFailed
from events.facts.sanction import (
    AuthorityDocument,
    NamedEvidence,
    SanctionAmended,
    SanctionAppealed,
    SanctionImposed,
    SanctionLifted,
    SanctionUpheld,
)
from services.adjudication.domain.case import Refused
from services.adjudication.domain.decide.elapse import elapse
from services.adjudication.domain.decide.hear import hear
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Member, Moment, Person
from services.adjudication.domain.evolve import evolve
from services.adjudication.domain.identity import subject_of_uscc
from services.adjudication.rulebooks import CURRENT, read_all

BOOKS = read_all()
BOOK = BOOKS[CURRENT]
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
"""Noon of a Monday in Shanghai, with plain working weeks after it."""
USCC = "91350100M000100Y43"
SUBJECT = subject_of_uscc(USCC)
SHOP = "shop-1"

LIMIT, FREEZE, EXPEL, WARN, DEMOTE = Measure.LIMIT, Measure.FREEZE, Measure.EXPEL, Measure.WARN, Measure.DEMOTE
REVIEWER, OTHER_REVIEWER = Person("rui", "reviewer"), Person("ran", "reviewer")
APPROVER, OTHER_APPROVER = Person("an", "approver"), Person("bo", "approver")
PANEL = Person("pan", "panel")


def days(number: float) -> timedelta:
    return timedelta(days=number)


# -- what members say ------------------------------------------------------------------------------------------------


def _said(kind: type[Statement], platform: str, id: str, fields: dict[str, Any]) -> Any:
    road = "authorities" if platform.startswith("samr") else "platforms"
    time = fields.pop("at", NOON)
    stamps = {"source": f"/{road}/{platform}", "time": time, "recorded_at": time, "sha256": "00" * 32}
    return kind(**{"id": id, "account": SHOP, "uscc": USCC, **stamps, **fields})


def imposed(
    platform: str, measure: Measure = FREEZE, *, sanction: str = "s1", proof: Sequence[str] | str | None = None, **more: Any
) -> SanctionImposed:
    """A sanction with one piece of evidence of the platform's own, unless `proof` names others or none."""
    named = (f"{platform}-{sanction}",) if proof is None else (proof,) if isinstance(proof, str) else tuple(proof)
    fields: dict[str, Any] = {
        "measure": measure, "category": Category.COUNTERFEIT, "rule": "r1", "begins": more.get("at", NOON), "decided_by": "human",
        "ends": NOON + days(365), "evidence": tuple(NamedEvidence(f"e-{sha256}", sha256) for sha256 in named),
    }  # fmt: skip
    id = more.pop("id", f"imposed-{sanction}")
    statement: SanctionImposed = _said(SanctionImposed, platform, id, {"sanction": sanction, **fields, **more})
    return statement


def ordered(measure: Measure = FREEZE, *, documented: bool = True, **more: Any) -> SanctionImposed:
    """An authority's decision."""
    document = AuthorityDocument("市场监督管理局", "2026-17", date(2026, 3, 1), "dd" * 32) if documented else None
    return imposed("samr", measure, proof=(), **{"account": "case-17", "decided_by": "authority", "authority": document, **more})


def lifted(platform: str, reason: str = "overturned", *, sanction: str = "s1", **more: Any) -> SanctionLifted:
    statement: SanctionLifted = _said(SanctionLifted, platform, f"lifted-{sanction}", {"sanction": sanction, "reason": reason, **more})
    return statement


def amended(platform: str, measure: Measure, *, sanction: str = "s1", id: str = "amended", **more: Any) -> SanctionAmended:
    statement: SanctionAmended = _said(SanctionAmended, platform, id, {"sanction": sanction, "measure": measure, **more})
    return statement


def appealed(platform: str, *, sanction: str = "s1", id: str = "appealed", **more: Any) -> SanctionAppealed:
    statement: SanctionAppealed = _said(SanctionAppealed, platform, id, {"sanction": sanction, **more})
    return statement


def upheld(platform: str, *, sanction: str = "s1", id: str = "upheld", **more: Any) -> SanctionUpheld:
    statement: SanctionUpheld = _said(SanctionUpheld, platform, id, {"sanction": sanction, **more})
    return statement


def discredited(platform: str, evidence: str, **more: Any) -> EvidenceDiscredited:
    statement: EvidenceDiscredited = _said(EvidenceDiscredited, platform, f"discredited-{evidence}", {"evidence": evidence, **more})
    return statement


def verified(platform: str, evidence: str, **more: Any) -> EvidenceVerified:
    fields = {"evidence": evidence, "grade": "B", "method": "bank", **more}
    statement: EvidenceVerified = _said(EvidenceVerified, platform, f"verified-{evidence}", fields)
    return statement


def delivered(platform: str, notice: str, **more: Any) -> NoticeDelivered:
    fields = {"notice": notice, "method": "message", "delivered_at": more.get("at", NOON), "proof_sha256": "ee" * 32, **more}
    statement: NoticeDelivered = _said(NoticeDelivered, platform, f"delivered-{notice}", fields)
    return statement


def undeliverable(platform: str, notice: str, **more: Any) -> NoticeFailed:
    statement: NoticeFailed = _said(NoticeFailed, platform, f"failed-{notice}", {"notice": notice, **more})
    return statement


def declared(platform: str, **more: Any) -> MerchantDeclared:
    statement: MerchantDeclared = _said(MerchantDeclared, platform, "declared", more)
    return statement


def member_of(statement: Statement) -> Member:
    """Every platform is its own legal entity, but those of one group: `tmall` and `taobao`."""
    if statement.source.startswith("/authorities/"):
        return Member(statement.member, "authority", statement.member)
    entity = "alibaba" if statement.member in ("tmall", "taobao") else statement.member
    return Member(statement.member, "platform", entity)


# -- given, when, then -----------------------------------------------------------------------------------------------


class Expected(NamedTuple):
    """A fact of this kind with these fields; what is not named may be anything."""

    kind: type[Fact]
    fields: dict[str, Any]

    def fits(self, fact: Fact) -> bool:
        return type(fact) is self.kind and all(getattr(fact, name) == value for name, value in self.fields.items())


def a(kind: type[Fact], /, **fields: Any) -> Expected:
    return Expected(kind, fields)


class Scene:
    """A dossier with a clock. Statements get their places in the log as they are heard."""

    def __init__(self, dossier: Dossier | None = None, now: datetime = NOON, **rules: Any) -> None:
        self.dossier = dossier or Dossier(subject_id=SUBJECT)
        self.rules = {"book": BOOK, "books": BOOKS, **rules}
        self.now, self.position = now, 1000
        self.history: list[Fact] = []

    @property
    def moment(self) -> Moment:
        return Moment(now=self.now, **self.rules)

    @property
    def listing_id(self) -> UUID:
        """Of the only open listing."""
        (listing_id,) = self.dossier.listings
        return listing_id

    @property
    def notice(self) -> str:
        notice = self.dossier.listings[self.listing_id].notice
        assert notice is not None
        return notice

    def take(self, facts: Iterable[Fact]) -> list[Fact]:
        taken = list(facts)
        for fact in taken:
            self.position += 1
            self.dossier = evolve(self.dossier, fact, self.position)
        self.history += taken
        return taken

    def hear(self, *statements: Statement) -> list[Fact]:
        heard: list[Fact] = []
        for statement in statements:
            self.position += 1
            heard += self.take(hear(self.dossier, statement, member_of(statement), self.position, self.moment))
        return heard

    def wait(self, time: timedelta) -> list[Fact]:
        """Time passes, and the clock looks once."""
        self.now += time
        return self.take(elapse(self.dossier, self.moment))

    def do(self, command: Callable[..., Sequence[Fact]], by: Person, **more: Any) -> list[Fact]:
        """A command about the only open listing."""
        return self.take(
            command(self.dossier, more.pop("listing_id", None) or self.listing_id, by, reason="ff" * 32, moment=self.moment, **more)
        )

    # the language

    def when(self, *what: Any, **more: Any) -> Then:
        """Statements; a timedelta that passes; or a command with who gives it."""
        try:
            if isinstance(what[0], Statement):
                return Then(self, self.hear(*what))
            if isinstance(what[0], timedelta):
                return Then(self, self.wait(what[0]))
            return Then(self, self.do(what[0], what[1], **more))
        except Refused as refused:
            return Then(self, [], refused)


class Then:
    """What came of it."""

    def __init__(self, scene: Scene, facts: list[Fact], refused: Refused | None = None) -> None:
        self.scene, self.facts, self._refused = scene, facts, refused

    def then(self, *expected: Expected) -> Scene:
        """Exactly these facts, in this order."""
        assert self._refused is None, self._refused
        assert len(self.facts) == len(expected), [fact.tag() for fact in self.facts]
        for fact, wanted in zip(self.facts, expected, strict=True):
            assert wanted.fits(fact), (wanted, fact)
        return self.scene

    def then_also(self, *expected: Expected) -> Scene:
        """At least these facts, in any order."""
        assert self._refused is None, self._refused
        for wanted in expected:
            assert any(wanted.fits(fact) for fact in self.facts), (wanted, self.facts)
        return self.scene

    def then_not(self, *kinds: type[Fact]) -> Scene:
        assert self._refused is None, self._refused
        assert [fact for fact in self.facts if isinstance(fact, kinds)] == []
        return self.scene

    def refused(self, code: str) -> Scene:
        assert self._refused is not None, self.facts
        assert self._refused.code == code
        return self.scene


def given(*statements: Statement, **rules: Any) -> Scene:
    """A dossier that has heard these."""
    scene = Scene(**rules)
    scene.hear(*statements)
    return scene


def account(platform: str, name: str = SHOP) -> AccountRef:
    return AccountRef(platform, name)


def with_id(statement: Statement, id: str) -> Any:
    return replace(statement, id=id)
