"""A name is one fact for ever; an older one becomes the newest by upcasters; an unknown one is said to be unknown."""

from typing import Any, ClassVar

import pytest

from events.catalogue import CATALOGUE, FACTS, Catalogue, DuplicateName, UnknownFact
from events.facts.fact import Fact, statement_stream


class Weighed(Fact, frozen=True, kw_only=True, tag="goods.weighed.v3"):
    """Released thrice: grams, then kilograms, then with a unit."""

    lane: ClassVar[str] = "report"

    mass: int
    unit: str


def from_grams(old: dict[str, Any]) -> dict[str, Any]:
    return {"fact": "goods.weighed.v2", "kilograms": old["grams"] // 1000}


def from_kilograms(old: dict[str, Any]) -> dict[str, Any]:
    return {"fact": "goods.weighed.v3", "mass": old["kilograms"], "unit": "kg"}


UPCASTERS = {"goods.weighed.v1": from_grams, "goods.weighed.v2": from_kilograms}


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("goods.weighed.v1", b'{"fact":"goods.weighed.v1","grams":3000}'),
        ("goods.weighed.v2", b'{"fact":"goods.weighed.v2","kilograms":3}'),
        ("goods.weighed.v3", b'{"fact":"goods.weighed.v3","mass":3,"unit":"kg"}'),
    ],
)
def test_every_version_ever_stored_is_read_as_the_newest(name: str, state: bytes) -> None:
    assert Catalogue([Weighed], UPCASTERS).decode(name, state) == Weighed(mass=3, unit="kg")


def test_a_name_is_claimed_once() -> None:
    with pytest.raises(DuplicateName):
        Catalogue([Weighed, Weighed], {})
    with pytest.raises(DuplicateName):
        Catalogue([Weighed], {"goods.weighed.v3": from_grams})


def test_a_fact_without_a_lane_is_refused() -> None:
    class Homeless(Fact, frozen=True, tag="homeless.found.v1"):
        """It names no topic."""

    with pytest.raises(ValueError, match="lane"):
        Catalogue([Homeless], {})


def test_a_name_from_the_future_is_unknown() -> None:
    with pytest.raises(UnknownFact):
        CATALOGUE.decode("report.filed.v9", b"{}")


def test_a_field_from_the_future_is_passed_over() -> None:
    state = b'{"fact":"goods.weighed.v3","mass":3,"unit":"kg","colour":"red"}'
    assert Catalogue([Weighed], {}).decode("goods.weighed.v3", state) == Weighed(mass=3, unit="kg")


def test_names_are_in_the_past_tense_with_a_version() -> None:
    for cls in FACTS:
        subject, what, version = cls.tag().split(".")
        assert subject and what and version.startswith("v") and version[1:].isdigit()


def test_a_statement_is_a_stream_of_its_own_by_source_and_id() -> None:
    streams = {statement_stream(source, id) for source in ("/platforms/a", "/platforms/b") for id in ("1", "2")}
    assert len(streams) == 4
