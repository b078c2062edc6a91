"""Health, readiness, metrics and the interface's description; and what is answered while the database or a view is not there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import pytest
from litestar.testing import TestClient

from services.regulator.main import application
from services.regulator.settings import Settings
from services.web import Site
from tests.services.regulator.conftest import NOW, PURPOSE, Office, enrol
from tests.support.stack import Database, free_ports

HEADERS = {"Authorization": "Bearer lc_samr_a1_secret", "Liancheng-Purpose": "inspection"}
Client = TestClient[Site]  # type: ignore[type-var]


@contextmanager
def serving(conninfo: str) -> Iterator[Client]:
    site = application(Settings(database_regulator=conninfo), clock=lambda: NOW)
    with TestClient(site, base_url="http://127.0.0.1:8150") as client:  # type: ignore[type-var]
        yield client


def soon(is_so: Callable[[], bool]) -> bool:
    end = monotonic() + 5
    while not is_so() and monotonic() < end:
        sleep(0.05)
    return is_so()


def test_it_is_ready_once_both_views_can_be_read(office: Office) -> None:
    assert soon(lambda: office.client.get("/readyz").text == "ready\n")
    assert office.client.get("/healthz").status_code == 200


def test_it_is_starting_while_a_view_is_not_built(database: Database) -> None:
    with database.connect() as owner:
        enrol(owner, "samr", "regulator", "a1", "secret")
    with serving(database.conninfo("regulator")) as client:
        assert soon(lambda: client.get("/readyz").text == "starting\n")
        assert client.get("/readyz").status_code == 503
        answer = client.get("/v1/blacklist", headers=HEADERS)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        client.post("/login", data={"key": "lc_samr_a1_secret", "purpose": PURPOSE}, follow_redirects=False)
        assert client.get("/").status_code == 503


def test_without_its_database_it_says_so_within_two_seconds() -> None:
    with serving(f"postgresql://regulator@127.0.0.1:{free_ports()['postgres_port']}/liancheng") as client:
        started = monotonic()
        answer = client.get("/v1/blacklist", headers=HEADERS)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert monotonic() - started < 2
        assert client.post("/login", data={"key": "lc_samr_a1_secret", "purpose": PURPOSE}).status_code == 503
        assert soon(lambda: client.get("/readyz").text == "the database is away\n")
        assert client.get("/healthz").status_code == 200


def test_metrics_are_told_by_route_and_not_by_address(office: Office) -> None:
    office.client.get("/subjects/5b0a4c1e-2f0b-5d53-9d6e-0c2a7b1f6a01", follow_redirects=False)
    text = office.client.get("/metrics").text
    assert 'liancheng_http_seconds_count{method="GET",route="/subjects/{subject_id}",service="regulator",status="303"}' in text
    assert "5b0a4c1e" not in text


@pytest.mark.parametrize("path", ["/v1/blacklist", "/v1/blacklist/changes"])
def test_the_description_names_routes_and_the_purpose(office: Office, path: str) -> None:
    described = office.client.get("/openapi.json").json()["paths"]
    assert "/login" not in described
    headers = [parameter for parameter in described[path]["get"]["parameters"] if parameter["in"] == "header"]
    assert [parameter["name"] for parameter in headers] == ["Liancheng-Purpose"]
