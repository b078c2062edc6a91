"""The database goes and comes back: a problem within two seconds meanwhile, and nothing lost after."""

import time

from tests.services.directives.conftest import Desk, problem
from tests.services.directives.made import directive
from tests.support.away import away


def test_a_feed_says_unavailable_and_goes_on_afterwards(desk: Desk) -> None:
    reader = desk.reader()
    desk.record(directive(1, 1))
    until = time.monotonic() + 15
    while str(directive(1, 1).subject_id) not in reader.listed:  # what is in memory would be told without the database
        assert time.monotonic() < until, "not told"
        reader.read()
    with away(desk.database):
        began = time.monotonic()
        answer = reader.get(since=reader.token)
        assert problem(answer) == (503, "unavailable") and int(answer.headers["retry-after"]) >= 1
        assert time.monotonic() - began < 2.0
        assert desk.http.get("/healthz").status_code == 200
    with desk.database.connect("adjudication") as pen:
        desk._replace(pen=pen).record(directive(1, 2))
    until = time.monotonic() + 15
    while (again := reader.get(since=reader.token)).status_code != 200 or not again.json()["items"]:
        assert time.monotonic() < until, again.text
        time.sleep(0.05)
    reader.read()
    assert reader.listed[str(directive(1, 2).subject_id)] == 2
    assert desk.http.get("/readyz").text == "ready\n"
