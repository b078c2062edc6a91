"""Exports over HTTP: a dataset that yente indexes, the table of the list, a package for the police. Each is audited."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response, Stream

from services.regulator.api import Clock, Why
from services.regulator.application import Reading
from services.regulator.exports import ftm, table
from services.regulator.exports.police import Transfer, package
from services.regulator.exports.reading import Exporter
from services.web import Caller, Problem, only
from services.web.reading import purpose, wrong_parameter

FTM = "application/json+ftm"
MINUTE = timedelta(minutes=1)

Given = Annotated[str | None, QueryParameter(name="purpose", description="In place of Liancheng-Purpose, for readers who set no headers.")]


def provide_reading(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], clock: NamedDependency[Clock], why: Why = None, given: Given = None
) -> Reading:
    """The purpose is the header's, or else the query's: yente and curl read by address."""
    return Reading(caller.code, purpose(request, given), clock())


class Resource(msgspec.Struct, frozen=True):
    """A file of the dataset."""

    name: str
    url: str
    mime_type: str
    checksum: str
    size: int
    timestamp: str


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """As OpenSanctions describes one: what yente needs to index the hub, and to follow it."""

    name: str = ftm.NAME
    title: str = ftm.TITLE
    version: str
    updated_at: str
    last_export: str
    entity_count: int
    entities_url: str
    delta_url: str
    resources: list[Resource]


class Catalog(msgspec.Struct, frozen=True):
    """What yente's manifest names."""

    datasets: list[Dataset]


class Deltas(msgspec.Struct, frozen=True):
    """Each version with the address of what leads to it from the version before."""

    versions: dict[str, str]


class Summed(msgspec.Struct, frozen=True):
    """The whole list of one version, counted and hashed."""

    entities: int
    size: int
    checksum: str


class Sums:
    """The last version's, because a reader asks for the index far more often than the list changes."""

    def __init__(self) -> None:
        self._of: tuple[datetime, Summed] | None = None

    def of(self, exporter: Exporter, reading: Reading, moment: datetime) -> Summed:
        if self._of is None or self._of[0] != moment:
            digest, size, count = sha1(usedforsecurity=False), 0, 0
            for line in _entities(exporter, reading, moment):
                digest.update(line)
                size, count = size + len(line), count + 1
            self._of = moment, Summed(count, size, digest.hexdigest())
        return self._of[1]


@get("/ftm/index.json", sync_to_thread=True)
def read_index(
    request: Request[Any, Any, Any], reading: NamedDependency[Reading], exporter: NamedDependency[Exporter], sums: NamedDependency[Sums]
) -> Dataset:
    """The dataset at its latest version, which is at most a minute old."""
    return _dataset(request, reading, exporter, sums)


@get("/ftm/catalog.json", sync_to_thread=True)
def read_catalog(
    request: Request[Any, Any, Any], reading: NamedDependency[Reading], exporter: NamedDependency[Exporter], sums: NamedDependency[Sums]
) -> Catalog:
    """The same as a catalogue of one dataset."""
    return Catalog([_dataset(request, reading, exporter, sums)])


@get("/ftm/entities.ftm.json", sync_to_thread=True)
def read_entities(reading: NamedDependency[Reading], exporter: NamedDependency[Exporter], version: FromQuery[str | None] = None) -> Stream:
    """Everybody on the list, an entity a line: as of a version, or of the latest."""
    moment = _moment(version, reading.at) if version is not None else _latest(exporter.versions(reading), reading.at)
    return Stream(_entities(exporter, reading, moment), media_type=FTM)


@get("/ftm/delta.json", sync_to_thread=True)
def read_deltas(request: Request[Any, Any, Any], reading: NamedDependency[Reading], exporter: NamedDependency[Exporter]) -> Deltas:
    """The versions of the last seven days. Whoever has none of them reads the whole list."""
    versions = exporter.versions(reading)
    return Deltas({
        ftm.version_of(moment): _address(request, reading, f"ftm/deltas/{ftm.version_of(moment)}.json") for moment in reversed(versions)
    })  # fmt: skip


@get("/ftm/deltas/{name:str}", sync_to_thread=True)
def read_delta(reading: NamedDependency[Reading], exporter: NamedDependency[Exporter], name: FromPath[str]) -> Stream:
    """What leads from the version before to this one: ADD and MOD with the whole entity, DEL with its id."""
    moment = _moment(name.removesuffix(".json"), reading.at)
    before = next((cut for cut in exporter.versions(reading) if cut < moment), moment - MINUTE)
    changes = exporter.changes(reading, before, moment)
    lines = (line for change in changes for line in ftm.delta(change.before, change.after, before, moment))
    return Stream((msgspec.json.encode(line) + b"\n" for line in lines), media_type=FTM)


@get("/public-credit.csv", sync_to_thread=True)
def read_table(reading: NamedDependency[Reading], exporter: NamedDependency[Exporter]) -> Stream:
    """The list as public credit platforms exchange it: Chinese headers, UTF-8 with its mark."""
    subjects = exporter.listed(reading, "exports/public-credit.csv", reading.at)
    headers = {"Content-Disposition": f'attachment; filename="liancheng-{reading.at:%Y%m%d}.csv"'}
    return Stream((line.encode() for line in table.lines(subjects, reading.at)), media_type="text/csv; charset=utf-8", headers=headers)


@get("/police/{subject_id:uuid}", sync_to_thread=True)
def read_package(
    reading: NamedDependency[Reading],
    exporter: NamedDependency[Exporter],
    subject_id: FromPath[UUID],
    to: Annotated[str, QueryParameter(min_length=1, max_length=100, description="To whom it is handed over.")],
) -> Response[bytes]:
    """The package about one subject, a ZIP: letter of transfer, chain of facts, hashes of evidence, manifest."""
    case = exporter.case(reading, subject_id)
    if case is None:
        raise Problem("not-found")
    number = f"LC-{reading.at:%Y%m%d%H%M%S}-{str(subject_id)[:8]}"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'移送-{number}.zip')}"}
    content = package(case, Transfer(number, to, reading.actor, reading.purpose, reading.at))
    return Response(content, media_type="application/zip", headers=headers)


def _dataset(request: Request[Any, Any, Any], reading: Reading, exporter: Exporter, sums: Sums) -> Dataset:
    moment = _latest(exporter.versions(reading), reading.at)
    version, written = ftm.version_of(moment), f"{moment:%Y-%m-%dT%H:%M:%S}"
    summed = sums.of(exporter, reading, moment)
    address = _address(request, reading, f"ftm/entities.ftm.json?version={version}")
    entities = Resource("entities.ftm.json", address, FTM, summed.checksum, summed.size, written)
    return Dataset(
        version=version, updated_at=written, last_export=written, entity_count=summed.entities, entities_url=address,
        delta_url=_address(request, reading, "ftm/delta.json"), resources=[entities],
    )  # fmt: skip


def _entities(exporter: Exporter, reading: Reading, moment: datetime) -> Iterator[bytes]:
    subjects = exporter.listed(reading, f"exports/ftm?version={ftm.version_of(moment)}", moment)
    return (msgspec.json.encode(entity) + b"\n" for subject in subjects for entity in ftm.entities(subject, moment))


def _latest(versions: list[datetime], now: datetime) -> datetime:
    """Of a list that has not changed for a week, the last full minute of the hub's start of that week."""
    return versions[0] if versions else now.replace(hour=0, minute=0, second=0, microsecond=0)


def _moment(version: str, now: datetime) -> datetime:
    try:
        found = datetime.strptime(version, "%Y%m%d%H%M%S-hub").replace(tzinfo=UTC)
    except ValueError:
        raise wrong_parameter("version", "is not one that the hub gave out") from None
    if found > now:
        raise wrong_parameter("version", "lies ahead")
    return found


def _address(request: Request[Any, Any, Any], reading: Reading, path: str) -> str:
    """With the purpose, so that whoever follows the address states the same one."""
    joined = "&" if "?" in path else "?"
    return f"{request.base_url}v1/exports/{path}{joined}purpose={quote(reading.purpose)}"


EXPORTS = Router(
    "/v1/exports",
    route_handlers=[read_index, read_catalog, read_entities, read_deltas, read_delta, read_table, read_package],
    guards=[only("regulator")],
    dependencies={"reading": Provide(provide_reading, sync_to_thread=False)},
)
