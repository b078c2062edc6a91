"""From what was read to HTML: the templates, how moments and days are written, and the headers that every page carries."""

from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote_plus

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig
from markupsafe import Markup

from projections.day import SHANGHAI
from services.regulator.console.texts import Texts
from services.regulator.console.visit import Visit
from services.web.characters import visible

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


def _shown(value: object) -> object:
    """Whatever a template puts out; markup is what templates themselves have made."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """Everything is escaped, and a name that a template misspells is an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {"moment": moment, "when": when, "noon": noon, "readable": unquote_plus}
    environment.globals["static"] = static
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def page(name: str, visit: Visit, status: int = 200, **values: object) -> Template:
    context = {"visit": visit, "t": Texts(visit.language), **values}
    return Template(template_name=f"{name}.html", context=context, status_code=status, headers=HEADERS)
