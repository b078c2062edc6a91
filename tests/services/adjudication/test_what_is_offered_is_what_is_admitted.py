"""The steps that the interface offers are those that it admits, and the queues hold what waits."""

from collections.abc import Iterator

import pytest

from tests.domain.spec import days, delivered, imposed
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

PATHS = {
    "release": "release",
    "answer": "objections/answer",
    "reject": "reject",
    "impose-interim": "interim",
    "end": "end",
    "review": "review",
}
BODIES: dict[str, dict[str, object]] = {"answer": {"upheld": False}, "end": {"why": "revoked"}}


@pytest.fixture
def heard(database: Database) -> Iterator[Desk]:
    """Blacklisting is proposed, its notice served, the hearing over."""
    with opened(database) as desk:
        desk.court.hear(imposed("tmall"), imposed("pdd"), imposed("jd"))
        desk.act("release", "rui", desk.newest("proposed"))
        desk.court.hear(delivered("tmall", f"listing-{desk.newest('released')}"))
        desk.court.wait(days(8))
        yield desk


def offered(desk: Desk, by: str) -> set[str]:
    listing = desk.newest("served")
    answer = desk.get(f"/v1/listings/{listing}/steps", by)
    assert answer.headers["etag"] == desk.get(f"/v1/listings/{listing}").headers["etag"]
    return {item["step"] for item in answer.json()["items"] if item["closed"] is None}


@pytest.mark.parametrize("by", ["rui", "an", "pan"])
def test_what_is_not_offered_is_refused(heard: Desk, by: str) -> None:
    for step in PATHS.keys() - offered(heard, by):
        assert heard.act(PATHS[step], by, heard.newest("served"), **BODIES.get(step, {})).status_code in (403, 409), step


def test_whoever_approved_is_not_offered_the_second_approval(heard: Desk) -> None:
    assert "decide" in offered(heard, "an")
    assert heard.act("decide", "an", heard.newest("served")).status_code == 200
    assert "decide" not in offered(heard, "an")
    assert "decide" in offered(heard, "bo")
    assert "decide" not in offered(heard, "rui")


def test_a_queue_holds_what_waits_and_nothing_else(heard: Desk) -> None:
    def waiting(kind: str) -> list[str]:
        return [item["listing_id"] for item in heard.get("/v1/listings", waits=kind).json()["items"]]

    listing = heard.newest("served")
    heard.act("decide", "an", listing)
    heard.act("decide", "bo", listing)
    assert waiting("appeal_open") == []
    assert heard.act("appeals", "rui", listing).status_code == 200
    assert waiting("appeal_open") == [listing]
    assert waiting("repair_open") == []
