"""From what was read to HTML: the templates, how moments and days are written, and the headers that every page carries."""

from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from projections.day import SHANGHAI
from services.regulator.console.texts import Language, Texts

HERE = Path(__file__).parent

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it a browser sends `Origin: null` with our own forms, and they would be refused as foreign.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


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
        working = ("menu.working", tuple((f"/work/{queue}", f"queue.{queue}") for queue in queues(self.role)))
        return (taking,) if self.role == "regulator" else (working, reading)

    def in_other_language(self) -> str:
        query = {name: value for name, value in self.query.items() if name != "lang"}
        return self._replace(language="en" if self.language == "zh" else "zh").link(self.path, **query)


def when(text: str | None) -> str:
    """A moment as an answer in JSON has it."""
    return "—" if text is None else moment(datetime.fromisoformat(text))


def noon(day: str) -> int:
    """The middle of a day, Asia/Shanghai, as a chart places it."""
    return int(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=SHANGHAI).timestamp())


def moment(at: datetime | str) -> str:
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


@cache
def static(name: str) -> str:
    """A file's address, named by its content: browsers may keep it and still see every change at once."""
    return f"/static/{name}?{sha256((HERE / 'static' / name).read_bytes()).hexdigest()[:12]}"


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """Everything is escaped, and a name that a template misspells is an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"moment": moment, "when": when, "noon": noon}
    environment.globals["static"] = static
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def page(name: str, visit: Visit, status: int = 200, **values: object) -> Template:
    context = {"visit": visit, "t": Texts(visit.language), **values}
    return Template(template_name=f"{name}.html", context=context, status_code=status, headers=HEADERS)
