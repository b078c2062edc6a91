"""The directives service over a real database, in a process of its own, with members of every class."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple

import httpx
import psycopg
import pytest

from projections.casefile import table as casefile
from projections.coverage import table as coverage
from tests.services.directives.made import record
from tests.services.directives.reader import Reader
from tests.support.road import Road
from tests.support.served import member, served
from tests.support.stack import Database, free_ports

CLASSES = {
    "tmall": "platform", "pdd": "platform", "jd": "platform",
    "samr": "authority", "eye": "regulator", "rita": "reviewer", "anna": "approver", "panel": "panel",
}  # fmt: skip
KEPT = 2000


class Desk(NamedTuple):
    """The service, who calls, and the pen that fills the log."""

    http: httpx.Client
    callers: dict[str, dict[str, str]]
    database: Database
    pen: psycopg.Connection
    road: Road
    another: Callable[[], AbstractContextManager[str]]
    """A second process of the service, at its address."""

    def reader(self, code: str = "tmall") -> Reader:
        return Reader(self.http, self.callers[code])

    def get(self, code: str, path: str, **query: object) -> httpx.Response:
        return self.http.get(path, params=query, headers=self.callers[code])  # type: ignore[arg-type]

    def put(self, code: str, path: str, body: object) -> httpx.Response:
        return self.http.put(path, json=body, headers=self.callers[code])

    def record(self, *facts: object) -> list[int]:
        return record(self.pen, *facts)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def desk(module_database: Database) -> Iterator[Desk]:
    with module_database.connect() as owner:
        callers = {code: member(owner, code, member_class) for code, member_class in CLASSES.items()}
    settings = {
        "DATABASE_DIRECTIVES": module_database.conninfo("directives"),
        "DIRECTIVES_KEPT": str(KEPT),
        "NOTICE_KEY": "0a" * 32,
        "WEBHOOK_KEY": "0b" * 32,
        "WEBHOOK_ALLOW": "127.0.0.1",
        "ADJUDICATION_URL": "https://hub.example",
        "DEMO": "1",
    }
    road = Road(module_database, casefile.VIEW, coverage.VIEW)

    def another() -> AbstractContextManager[str]:
        port = free_ports()["directives_port"]
        return served("services.directives.main", port, settings | {"DIRECTIVES_PORT": str(port)})

    with (
        module_database.connect("adjudication") as pen,
        another() as address,
        httpx.Client(base_url=address) as http,
    ):
        yield Desk(http, callers, module_database, pen, road, another)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")
