"""Who looks at a page, in which language, and what the menu offers. Pure."""

from typing import NamedTuple
from urllib.parse import urlencode

from services.web.words import Language

QUEUES = {
    "proposed": ("reviewer", "approver", "panel"),
    "undelivered": ("reviewer",),
    "hearing": ("reviewer", "approver", "panel"),
    "objected": ("reviewer", "approver", "panel"),
    "repair_open": ("approver",),
    "appeal_open": ("approver", "panel"),
    "held": ("approver", "panel"),
    "candidates": ("reviewer",),
}
"""What waits for whom."""


def queues(role: str) -> list[str]:
    return [queue for queue, roles in QUEUES.items() if role in roles]


class Visit(NamedTuple):
    """Who looks at a page, in which language, and at what address; nobody yet on the pages before logging in."""

    language: Language
    path: str
    query: dict[str, str]
    demo: bool
    actor: str = ""
    purpose: str = ""
    role: str = ""
    token: str = ""
    account: bool = False
    """Logged in with a password or an organisation's account, and not with a key."""

    @property
    def home(self) -> str:
        return self.link("/audit" if self.role == "auditor" else "/")

    def link(self, path: str, **query: object) -> str:
        """An address on this site that keeps the language."""
        given = {name: str(value) for name, value in query.items() if value not in (None, "")}
        if self.language == "en":
            given["lang"] = "en"
        return f"{path}?{urlencode(given)}" if given else path

    @property
    def menu(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Whoever decides begins with what waits; a regulator with the overview."""
        reading = ("menu.reading", (("/overview", "menu.overview"), ("/", "menu.list"), ("/changes", "menu.changes")))
        taking = ("menu.reading", (*reading[1], ("/exports", "menu.exports")))
        if self.role == "auditor":
            return (("menu.auditing", (("/audit", "menu.audit"),)),)
        working = ("menu.working", tuple((f"/work/{queue}", f"queue.{queue}") for queue in queues(self.role)))
        return (taking,) if self.role == "regulator" else (working, reading)

    def in_other_language(self) -> str:
        query = {name: value for name, value in self.query.items() if name != "lang"}
        return self._replace(language="en" if self.language == "zh" else "zh").link(self.path, **query)
