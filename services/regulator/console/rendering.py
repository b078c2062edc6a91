"""From what was read to HTML: the templates, how moments and days are written, and the headers that every page carries."""

from datetime import datetime
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
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Visit(NamedTuple):
    """Who looks at a page, in which language, and at what address; nobody yet on the pages before logging in."""

    language: Language
    path: str
    query: dict[str, str]
    demo: bool
    actor: str = ""
    purpose: str = ""

    def link(self, path: str, **query: object) -> str:
        """An address on this site that keeps the language."""
        given = {name: str(value) for name, value in query.items() if value not in (None, "")}
        if self.language == "en":
            given["lang"] = "en"
        return f"{path}?{urlencode(given)}" if given else path

    def in_other_language(self) -> str:
        query = {name: value for name, value in self.query.items() if name != "lang"}
        return self._replace(language="en" if self.language == "zh" else "zh").link(self.path, **query)


def moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """Everything is escaped, and a name that a template misspells is an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["moment"] = moment
    # Named by its content, so that browsers may keep it and still see every change at once.
    environment.globals["style"] = f"/static/console.css?{sha256((HERE / 'static' / 'console.css').read_bytes()).hexdigest()[:12]}"
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def page(name: str, visit: Visit, status: int = 200, **values: object) -> Template:
    context = {"visit": visit, "t": Texts(visit.language), **values}
    return Template(template_name=f"{name}.html", context=context, status_code=status, headers=HEADERS)
