"""A scene that keeps its log as the store would: statements and facts with their places, streams and versions."""

from collections.abc import Callable, Iterable
from uuid import NAMESPACE_OID, uuid5

from events.facts.fact import Fact, Statement
from events.facts.scrutiny import EvidenceOpened, EvidenceStored
from services.adjudication.check.checker import Entry, check
from services.adjudication.check.finding import Finding
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Person
from services.adjudication.domain.evolve import evolve
from tests.domain.spec import Scene, account


class LoggedScene(Scene):
    """One dossier; what is heard is in the log before what follows from it."""

    def __init__(self, **rules: object) -> None:
        super().__init__(**rules)
        self.log: list[Entry] = []

    def hear(self, *statements: Statement) -> list[Fact]:
        heard: list[Fact] = []
        for statement in statements:
            if all(entry.stream != statement.stream for entry in self.log):
                self.log.append(Entry(self.position + 1, statement.stream, 1, statement))
            heard += super().hear(statement)
        return heard

    def take(self, facts: Iterable[Fact]) -> list[Fact]:
        taken = list(facts)
        for fact in taken:
            self.position += 1
            self.dossier = evolve(self.dossier, fact, self.position)
            self.log.append(Entry(self.position, self.dossier.subject_id, self.dossier.version, fact))
        self.history += taken
        return taken

    def keep(self, platform: str, *hashes: str) -> None:
        """The content of evidence is handed in from now on, and may be opened."""
        for sha256 in hashes:
            self.position += 1
            fact = EvidenceStored(account=account(platform), sha256=sha256, bytes=1, media="image/png", by=platform, at=self.now)
            self.log.append(Entry(self.position, uuid5(NAMESPACE_OID, f"{platform}/{sha256}/{self.position}"), 1, fact))
        self.rules["kept"] = frozenset((*self.rules.get("kept", ()), *hashes))

    def opens(self, by: Person, *hashes: str) -> None:
        self.take([EvidenceOpened(subject_id=self.dossier.subject_id, at=self.now, sha256=sha256, by=by.code) for sha256 in hashes])

    def after(self, facts: Iterable[Fact]) -> Dossier:
        """The dossier if these followed; the scene stays as it is."""
        dossier = self.dossier
        for position, fact in enumerate(facts, self.position + 1):
            dossier = evolve(dossier, fact, position)
        return dossier

    def findings(self) -> list[Finding]:
        """What the checker says of the log as it is."""
        return list(check(self.log, self.now))

    def altered(self, alter: Callable[[Entry], Entry | None]) -> list[Finding]:
        """What it says of a log in which some entries are others, or missing; versions and places are made good."""
        changed = [it for entry in self.log if (it := alter(entry)) is not None]
        versions: dict[object, int] = {}
        renumbered = []
        for position, entry in enumerate(changed):
            versions[entry.stream] = versions.get(entry.stream, 0) + 1
            renumbered.append(entry._replace(position=position, version=versions[entry.stream]))
        return list(check(renumbered, self.now))
