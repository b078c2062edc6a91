"""The operators' page in a process of its own, which watches itself and a process that is not there."""

import os
import shutil
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.served import served


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def page() -> Iterator[str]:
    """Its address; it scrapes by itself."""
    port = free_port()
    targets = f"ops=http://127.0.0.1:{port}/metrics,gone=http://127.0.0.1:{free_port()}/metrics"
    with served("deploy.ops.main", port, {"OPS_PORT": str(port), "OPS_TARGETS": targets, "DEMO": "1"}) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's own. Without one the tests are skipped aloud; where REQUIRE_BROWSER is set that is a failure."""
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no Chromium on this machine: apt-get install chromium")
        pytest.skip("no Chromium on this machine: the page was not looked at in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        try:
            yield browser
        finally:
            browser.close()
