"""The page on which a regulator takes a copy of the list away; each copy is audited before it is made, and made while it is sent."""

from typing import get_args

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Stream, Template

from services.regulator.application import Reading
from services.regulator.console.rendering import HEADERS, page
from services.regulator.console.visit import Visit
from services.regulator.exports.files import Format, packed
from services.regulator.exports.reading import Exporter
from services.web import Problem


@get("/exports", sync_to_thread=False)
def show_exports(visit: NamedDependency[Visit]) -> Template:
    _may(visit)
    return page("exports", visit, formats=get_args(Format))


@post("/exports", status_code=200, sync_to_thread=True)
def take_export(
    visit: NamedDependency[Visit], reading: NamedDependency[Reading], exporter: NamedDependency[Exporter],
    form: NamedDependency[dict[str, str]],
) -> Stream:  # fmt: skip
    _may(visit)
    kind = next((one for one in get_args(Format) if one == form.get("format")), None)
    if kind is None:
        raise Problem("bad-parameter")
    subjects = exporter.listed(reading, f"exports/console?format={kind}", reading.at)
    name = f"liancheng-{reading.at:%Y%m%d%H%M%S}-{kind}.zip"
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(packed(kind, subjects, reading), media_type="application/zip", headers=headers)


def _may(visit: Visit) -> None:
    """Officers look; copies are the regulators'."""
    if visit.role != "regulator":
        raise Problem("forbidden")
