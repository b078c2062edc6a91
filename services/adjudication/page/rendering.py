"""From what a notice holds to HTML, and the headers that the page carries."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.response import Response
from markupsafe import Markup, escape

from services.adjudication.page.texts import Texts
from services.adjudication.page.view import moment
from services.web.characters import visible
from services.web.words import Language

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _shown(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    """Everything is escaped, and a name that the template misspells is an error."""
    folder = Path(__file__).parent / "templates"
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    # What somebody wrote himself is given back to him as it was.
    made.filters |= {"moment": moment, "verbatim": escape}
    return made


def page(name: str, language: Language, values: Mapping[str, object], status: int = 200) -> Response[bytes]:
    html = _environment().get_template(f"{name}.html").render(t=Texts(language), **values)
    return Response(html.encode(), status_code=status, media_type="text/html", headers=HEADERS)


def file(name: str, media: str) -> Response[bytes]:
    """One that the page needs; there are two, and they are small."""
    return Response((files(__package__) / name).read_bytes(), media_type=media, headers=HEADERS)
