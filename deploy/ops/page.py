"""The operators' page: alerts and the panels' titles as HTML, curves as JSON for the script that draws them, and runbooks to read."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response
from litestar.static_files import create_static_files_router
from markdown_it import MarkdownIt
from markupsafe import Markup

from deploy.grafana.panels import ROWS, Panel
from deploy.ops.alerts.states import Alerts
from deploy.ops.promql.ring import Labels
from deploy.ops.sources import Away, Curves, Source
from deploy.ops.words import word
from services.regulator import console
from services.web import Problem

HERE = Path(__file__).parent
RUNBOOKS = {path.name: path for path in (HERE.parent / "runbooks").glob("*.md")}
BEIJING = timezone(timedelta(hours=8))
OWN, SHARED = HERE / "static", Path(console.__file__).parent / "static"
"""The regulators' console has uPlot and the hub's icon: neither is kept twice."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@cache
def _address(folder: Path, name: str) -> str:
    """Named by its content: browsers may keep it and still see every change at once."""
    return f"/{'shared' if folder == SHARED else 'static'}/{name}?{sha256((folder / name).read_bytes()).hexdigest()[:12]}"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, BEIJING).strftime("%m-%d %H:%M:%S")


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {"static": partial(_address, OWN), "shared": partial(_address, SHARED), "moment": _moment}
    return environment


_TEMPLATES = _templates()


@get("/", include_in_schema=False, sync_to_thread=False)
def to_page() -> Redirect:
    return Redirect("/ops")


@get("/ops", media_type="text/html", include_in_schema=False)
async def show_page(source: NamedDependency[Source], demo: NamedDependency[bool], lang: FromQuery[str] = "zh") -> Response[str]:
    return _page("ops.html", lang, rows=ROWS, source=source.name, demo=demo, alerts=await _alerts(source))


@get("/ops/alerts", media_type="text/html", include_in_schema=False)
async def show_alerts(source: NamedDependency[Source], lang: FromQuery[str] = "zh") -> Response[str]:
    """The part of the page that changes, for the script to put in its place."""
    return _page("alerts.html", lang, source=source.name, alerts=await _alerts(source))


@get("/ops/runbooks/{name:str}", media_type="text/html", include_in_schema=False, sync_to_thread=False)
def show_runbook(name: FromPath[str], lang: FromQuery[str] = "zh") -> Response[str]:
    """As the checkout has it, both languages one after the other."""
    if name not in RUNBOOKS:
        raise Problem("not-found", f"there is no runbook {name}")
    written = MarkdownIt("commonmark", {"html": False}).render(RUNBOOKS[name].read_text(encoding="utf-8"))
    written = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])", "", written)
    written = re.sub(r"(?<=[。；：）])\n(?=[A-Z]|<code>)", "<br>\n", written)  # English begins
    return _page("runbook.html", lang, name=name, written=Markup(written))  # raw HTML in it was escaped


async def _alerts(source: Source) -> Alerts | None:
    """None when nobody can say."""
    try:
        return await source.alerts()
    except Away:
        return None


def _page(template: str, lang: str, **values: object) -> Response[str]:
    language = "en" if lang == "en" else "zh"
    html = _TEMPLATES.get_template(template).render(language=language, t=partial(word, language=language), **values)
    return Response(html, headers=HEADERS, media_type="text/html")


@get("/ops/curves", include_in_schema=False)
async def show_curves(source: NamedDependency[Source]) -> Response[dict[str, Any]]:
    """Times are seconds since 1970; the panels come in the order of their table."""
    try:
        curves = await source.curves()
    except Away as away:
        raise Problem("unavailable", str(away)) from away
    at = datetime.now(UTC).isoformat()
    panels = [lines(panel, curves) for row in ROWS for panel in row.panels]
    return Response({"at": at, "times": curves.times, "panels": panels}, headers=HEADERS)


def lines(panel: Panel, curves: Curves) -> list[dict[str, Any]]:
    """Each line of a panel with its legend, in the order of the legends."""
    found = [
        {"label": legend(template, labels), "values": values}
        for promql, template in panel.lines
        for labels, values in curves.lines.get(promql, {}).items()
    ]
    return sorted(found, key=lambda line: str(line["label"]))


def legend(template: str, labels: Labels) -> str:
    """As Grafana fills it in."""
    said = dict(labels)
    return re.sub(r"\{\{\s*(\w+)\s*}}", lambda match: said.get(match[1], ""), template).strip() or " ".join(said.values())


_LONG = CacheControlHeader(max_age=3600)
HANDLERS = (
    to_page,
    show_page,
    show_curves,
    show_alerts,
    show_runbook,
    create_static_files_router("/shared", directories=[SHARED], cache_control=_LONG, name="shared"),
    create_static_files_router("/static", directories=[OWN], cache_control=_LONG, name="static"),
)
