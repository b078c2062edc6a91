"""The list as FollowTheMoney entities, in the shape of an OpenSanctions dataset, so that yente can index the hub. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from events.facts.fact import Tier
from projections.blacklist.read import Shown, Subject, shown
from services.regulator.masking import natural

NAME = "liancheng"
TITLE = "平台联合惩戒名单 Liancheng joint platform restriction list"
TOPICS = {Tier.RESTRICTED: "reg.warn", Tier.BLACKLISTED: "debarment"}
"""Of OpenSanctions' vocabulary: a warning of a regulator's kind, and being barred."""

Op = Literal["ADD", "MOD", "DEL"]


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """An entity with its properties, each a list of texts."""

    id: str
    caption: str
    schema: str
    properties: dict[str, list[str]]
    datasets: tuple[str, ...] = (NAME,)
    referents: tuple[str, ...] = ()
    target: bool
    last_change: str


class Change(msgspec.Struct, frozen=True):
    """One line of a delta: a whole entity, or only the id of one that is gone."""

    op: Op
    entity: Entity | dict[str, str]


def entities(subject: Subject, moment: datetime) -> list[Entity]:
    """The subject and its restriction; nothing for whom the list does not hold at the moment."""
    place = shown(subject, moment)
    if place.tier < Tier.RESTRICTED:
        return []
    return [_who(subject, place), _sanction(subject, place)]


def delta(before: Subject | None, after: Subject, since: datetime, until: datetime) -> Iterator[Change]:
    """What a reader who has the list as of `since` has to do to have it as of `until`."""
    had = {one.id: one for one in entities(before, since)} if before is not None else {}
    has = {one.id: one for one in entities(after, until)}
    for id, entity in has.items():
        if entity != had.get(id):
            yield Change("MOD" if id in had else "ADD", entity)
    for id in had.keys() - has.keys():
        yield Change("DEL", {"id": id})


def id_of(subject_id: UUID) -> str:
    return f"{NAME}-{subject_id}"


def version_of(moment: datetime) -> str:
    """As OpenSanctions writes versions: they sort as texts."""
    return f"{moment:%Y%m%d%H%M%S}-hub"


def _who(subject: Subject, place: Shown) -> Entity:
    person = natural(subject.kind, subject.uscc)
    name = None if person else subject.name
    properties = _texts(
        name=name, uscCode=subject.uscc, country="cn", topics=TOPICS[place.tier],
        notes="异议中 contested" if place.contested else None,
    )  # fmt: skip
    schema = "Company" if subject.kind == "enterprise" and not person else "LegalEntity"
    caption = name or subject.uscc or str(subject.subject_id)
    return _entity(id_of(subject.subject_id), caption, schema, properties, subject, target=True)


def _sanction(subject: Subject, place: Shown) -> Entity:
    properties = _texts(
        entity=id_of(subject.subject_id), authority="Liancheng 联惩", program=TITLE, country="cn",
        startDate=place.since, endDate=place.until,
        status="contested" if place.contested else "active", authorityId=place.decision,
        description=subject.rulebook and f"rulebook {subject.rulebook}",
    )  # fmt: skip
    properties["reason"] = [text for reason in place.reasons for text in (reason.zh, reason.en)]
    properties["provisions"] = [f"{measure.measure.value} until {measure.until}" for measure in place.measures]
    listing = {name: texts for name, texts in properties.items() if texts}
    return _entity(f"{id_of(subject.subject_id)}-listing", place.tier.word, "Sanction", listing, subject, target=False)


def _entity(id: str, caption: str, schema: str, properties: dict[str, list[str]], subject: Subject, *, target: bool) -> Entity:
    changed = f"{subject.at:%Y-%m-%dT%H:%M:%S}"
    return Entity(id=id, caption=caption, schema=schema, properties=properties, target=target, last_change=changed)


def _texts(**values: object) -> dict[str, list[str]]:
    return {name: [str(value)] for name, value in values.items() if value}
