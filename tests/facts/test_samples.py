"""One golden sample for each fact in its released version: what was once stored can be read for ever, and is written the same."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from events import catalogue
from events.catalogue import CATALOGUE, FACTS
from events.facts.fact import DossierFact, Fact, Statement
from events.transport.topics import LANES

SAMPLES = sorted((Path(catalogue.__file__).parent / "samples").glob("*.json"))


def sample(name: str) -> bytes:
    return next(path for path in SAMPLES if path.name == f"{name}.json").read_bytes()


def test_every_fact_has_a_sample() -> None:
    assert {path.name.removesuffix(".json") for path in SAMPLES} >= {cls.tag() for cls in FACTS}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_read(path: Path) -> None:
    name = path.name.removesuffix(".json")
    fact = CATALOGUE.decode(name, path.read_bytes())
    assert isinstance(fact, Fact)
    assert fact.lane in LANES
    assert fact.key
    assert CATALOGUE.decode(fact.tag(), CATALOGUE.encode(fact)) == fact


@pytest.mark.parametrize("name", [cls.tag() for cls in FACTS])
def test_a_fact_of_today_is_written_as_its_sample(name: str) -> None:
    written = CATALOGUE.encode(CATALOGUE.decode(name, sample(name)))
    assert msgspec.json.decode(written) == msgspec.json.decode(sample(name))


@pytest.mark.parametrize("cls", [cls for cls in FACTS if issubclass(cls, Statement | DossierFact)], ids=lambda cls: cls.tag())
def test_moments_in_samples_are_utc(cls: type[Fact]) -> None:
    def moments(value: Any) -> list[datetime]:
        if isinstance(value, datetime):
            return [value]
        if isinstance(value, msgspec.Struct):
            return [found for name in value.__struct_fields__ for found in moments(getattr(value, name))]
        return [found for one in value for found in moments(one)] if isinstance(value, tuple) else []

    found = moments(CATALOGUE.decode(cls.tag(), sample(cls.tag())))
    assert found
    assert {str(moment.tzinfo) for moment in found} == {"UTC"}
