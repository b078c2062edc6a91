"""The console and adjudication as two real processes on one database, and Chromium before them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.domain.spec import days, delivered, imposed
from tests.services.adjudication.court import HUB_KEY
from tests.services.adjudication.desk import opened
from tests.services.regulator.conftest import enrol, fill_views
from tests.support.served import served
from tests.support.stack import Database, free_ports

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


class Console(NamedTuple):
    """Where the pages are, and the listing that was prepared."""

    address: str
    database: Database
    listing: str
    adjudication: str


@pytest.fixture(scope="module")
def console(module_database: Database) -> Iterator[Console]:
    """A listing is proposed; beside it are the dossiers of the regulator's tests."""
    with opened(module_database) as desk:
        desk.court.hear(imposed("tmall"), imposed("pdd"), imposed("jd"))
        listing = desk.newest("proposed")
        desk.act("release", "rui", listing)
        desk.court.hear(delivered("tmall", f"listing-{listing}"))
        desk.court.wait(days(8))
    with consoled(module_database, listing) as console:
        yield console


@contextmanager
def consoled(database: Database, listing: str, evidence_folder: str = "", views: bool = True) -> Iterator[Console]:
    """Both processes over what is there, with somebody who audits."""
    if views:
        fill_views(database)
    with database.connect() as owner:
        enrol(owner, "aud", "auditor", "key-aud", "secret")
    ports = free_ports()
    adjudication, regulator = ports["adjudication_port"], ports["regulator_port"]
    environment = {
        "DATABASE_ADJUDICATION": database.conninfo("adjudication"), "HUB_KEY": HUB_KEY.hex(),
        "DATABASE_REGULATOR": database.conninfo("regulator"), "ADJUDICATION_PORT": str(adjudication),
        "REGULATOR_PORT": str(regulator), "EVIDENCE_FOLDER": evidence_folder,
    }  # fmt: skip
    with served("services.adjudication.main", adjudication, environment), served("services.regulator.main", regulator, environment) as at:
        yield Console(at, database, listing, f"http://127.0.0.1:{adjudication}")


@contextmanager
def adjudicated(database: Database, evidence_folder: str = "") -> Iterator[str]:
    """Adjudication alone, over what is there."""
    port = free_ports()["adjudication_port"]
    environment = {
        "DATABASE_ADJUDICATION": database.conninfo("adjudication"), "HUB_KEY": HUB_KEY.hex(), "ADJUDICATION_PORT": str(port),
        "EVIDENCE_FOLDER": evidence_folder,
    }  # fmt: skip
    with served("services.adjudication.main", port, environment) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's own. Without one the tests are skipped aloud; where REQUIRE_BROWSER is set that is a failure."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no Chromium on this machine: apt-get install chromium")
        pytest.skip("no Chromium on this machine: the pages were not looked at in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        try:
            yield browser
        finally:
            browser.close()
