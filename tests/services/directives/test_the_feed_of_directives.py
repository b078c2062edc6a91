"""The pull feed over real HTTP: whatever the sizes of pages and whatever is issued meanwhile, a faithful copy stays faithful."""

import json
import random
import threading
import time
from contextlib import closing
from itertools import count, cycle
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.facts.fact import Tier
from services.directives.token import NoticePlace, Part, Place
from tests.services.directives.conftest import KEPT, Desk, problem
from tests.services.directives.made import directive, record, subject
from tests.services.directives.reader import Reader

NUMBERS = count(1000)
TIERS = st.sampled_from([Tier.NONE, Tier.RESTRICTED, Tier.BLACKLISTED])
TRUTH: dict[str, tuple[int, Tier]] = {}
SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def issue(desk: Desk, *steps: tuple[int, Tier]) -> None:
    """Directives of these subjects with their next seq."""
    facts = []
    for number, tier in steps:
        seq = TRUTH.get(str(subject(number)), (0, tier))[0] + 1
        TRUTH[str(subject(number))] = (seq, tier)
        facts.append(directive(number, seq, tier))
    desk.record(*facts)


def knows(reader: Reader, *numbers: int) -> bool:
    """Whether the copy holds of these subjects what was issued last."""
    names = {str(subject(number)) for number in numbers}
    return {name: reader.listed.get(name) for name in names} == {
        name: seq if tier is not Tier.NONE else None for name in names for seq, tier in [TRUTH.get(name, (0, Tier.NONE))]
    }


@SLOW
@given(st.lists(st.tuples(st.integers(1, 6), TIERS), max_size=20), st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_after_every_page_of_any_size_the_digest_is_that_of_the_copy(desk: Desk, steps: list[tuple[int, Tier]], limits: list[int]) -> None:
    fresh, follower = desk.reader(), desk.reader("pdd")
    follower.read()
    issue(desk, *steps)
    until = time.monotonic() + 5
    for reader in (fresh, follower):
        sizes = cycle(limits)
        reader.page(next(sizes))
        while reader.more or not knows(reader, *range(1, 7)):
            assert time.monotonic() < until, "it never came"
            reader.page(next(sizes))


def test_what_is_issued_while_snapshots_are_read_is_missed_by_nobody(desk: Desk) -> None:
    desk.record(*(directive(number, 1) for number in range(20, 40)))
    stop = threading.Event()
    choice = random.Random(7)

    def keep_issuing() -> None:
        with closing(desk.database.connect("adjudication")) as pen:
            seqs = dict.fromkeys(range(20, 40), 1)
            while not stop.is_set():
                number = choice.randrange(20, 40)
                seqs[number] += 1
                record(pen, directive(number, seqs[number], choice.choice([Tier.NONE, Tier.RESTRICTED])))

    issuing = threading.Thread(target=keep_issuing)
    issuing.start()
    try:
        readers = [desk.reader() for _ in range(3)]
        for reader in readers:
            for _ in range(30):
                reader.page(1)
    finally:
        stop.set()
        issuing.join()
    time.sleep(0.5)
    for reader in readers:
        reader.read()
    truth = desk.reader()
    truth.read()
    assert all(reader.listed == truth.listed for reader in readers)


def test_a_snapshot_leaves_out_who_is_free(desk: Desk) -> None:
    issue(desk, (50, Tier.RESTRICTED), (51, Tier.RESTRICTED), (50, Tier.NONE))
    time.sleep(0.3)
    told = {event["data"]["subject_id"] for event in desk.reader().read()}
    assert str(subject(51)) in told and str(subject(50)) not in told


def test_each_platform_is_told_its_own_accounts(desk: Desk) -> None:
    number = next(NUMBERS)
    readers = {code: desk.reader(code) for code in ("tmall", "pdd")}
    for reader in readers.values():
        reader.read()
    desk.record(directive(number, 1, accounts=[("tmall", "shop-1"), ("tmall", "shop-2"), ("pdd", "mall-7")]))
    for code, accounts in (("tmall", ["shop-1", "shop-2"]), ("pdd", ["mall-7"])):
        (event,) = await_items(readers[code])
        assert event["type"] == "liancheng.directive.issued.v1" and event["source"] == f"/hub/{code}"
        assert event["id"] == f"{subject(number)}/1" and event["subject"] == event["partitionkey"] == str(subject(number))
        assert event["data"]["your_accounts"] == accounts and "accounts" not in event["data"]


def test_an_empty_page_is_an_answer(desk: Desk) -> None:
    reader = desk.reader()
    reader.read()
    before = reader.token
    assert reader.page() == [] and not reader.more and reader.token == before


def test_what_was_never_a_token_is_refused(desk: Desk) -> None:
    for rubbish in ("", "rubbish", str(NoticePlace(1, 0)), str(Place(1, 0))[:-1]):
        assert problem(desk.reader().get(since=rubbish)) == (422, "bad-parameter")
    for limit in ("0", "1001", "many"):
        assert problem(desk.reader().get(limit=limit)) == (422, "bad-parameter")


def test_a_token_of_another_history_is_gone(desk: Desk) -> None:
    reader = desk.reader()
    for token in (Place(2, 0), Place(1, 1 << 50), Part(1, 1 << 50, 0, 0, bytes(32)), Part(3, 0, 0, 0, bytes(32))):
        assert problem(reader.get(since=str(token))) == (410, "token-gone")


def test_a_token_that_too_many_directives_have_passed_is_gone_and_a_snapshot_helps(desk: Desk) -> None:
    reader = desk.reader()
    reader.read()
    start = reader.token
    desk.record(*(directive(60, 10_000 + seq) for seq in range(KEPT + 1)))
    time.sleep(0.5)
    assert problem(reader.get(since=start)) == (410, "token-gone")
    assert desk.reader().read()[-1]["data"]["seq"] == 10_000 + KEPT


@pytest.mark.parametrize("code", ["samr", "eye", "rita", "anna", "panel"])
def test_feeds_are_for_platforms(desk: Desk, code: str) -> None:
    for path in ("/v1/directives", "/v1/notices"):
        assert problem(desk.get(code, path)) == (403, "forbidden")


def test_who_shows_no_key_gets_no_feed(desk: Desk) -> None:
    for path in ("/v1/directives", "/v1/notices", "/v1/effects", "/v1/effects/x", "/v1/coverage", "/v1/platform"):
        assert problem(desk.http.get(path)) == (401, "unauthorized")
    assert problem(desk.http.get("/v1/directives", headers={"Accept": "text/event-stream"})) == (401, "unauthorized")


def await_items(reader: Reader, patience: float = 3.0) -> list[dict[str, Any]]:
    until = time.monotonic() + patience
    while not (items := reader.read()):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.01)
    return items


# --- live ---


class Live:
    """One connection to the stream; `events` collects (id, event, data) until it is closed."""

    def __init__(self, desk: Desk, **headers: str) -> None:
        self._request = desk.http.stream(
            "GET", "/v1/directives", headers=desk.callers["tmall"] | {"Accept": "text/event-stream"} | headers, timeout=10
        )
        self.response = self._request.__enter__()
        self.lines = self.response.iter_lines() if self.response.status_code == 200 else iter(())

    def close(self) -> None:
        self._request.__exit__(None, None, None)

    def next(self) -> tuple[str, str, Any]:
        fields: dict[str, str] = {}
        for line in self.lines:
            if line == "" and "data" in fields:
                return fields["id"], fields.get("event", "message"), json.loads(fields["data"])
            name, _, value = line.partition(": ")
            fields[name] = value
        raise EOFError

    def upto_state(self) -> tuple[list[tuple[str, Any]], str, dict[str, Any]]:
        """Directives until the copy is complete, the last token, and what the hub says that the copy holds."""
        told = []
        while True:
            token, event, data = self.next()
            if event == "state" and not data["more"]:
                return told, token, data
            if event == "message":
                told.append((token, data))


def test_the_stream_begins_with_a_snapshot_and_goes_on_live(desk: Desk) -> None:
    number = next(NUMBERS)
    with closing(Live(desk)) as live:
        assert live.response.headers["content-type"].startswith("text/event-stream")
        told, token, state = live.upto_state()
        reader = desk.reader()
        for _, event in told:
            reader.take(event["data"])
        assert (state["digest"], state["count"], state["next"]) == (reader.digest, reader.count, token)
        began = time.monotonic()
        desk.record(directive(number, 1))
        ((_, event),), _, state = live.upto_state()
        assert time.monotonic() - began < 1.0
        reader.take(event["data"])
        assert event["id"] == f"{subject(number)}/1" and state["digest"] == reader.digest


def test_the_stream_resumes_after_any_event_without_a_gap_or_a_repeat(desk: Desk) -> None:
    numbers = [next(NUMBERS) for _ in range(4)]
    desk.record(*(directive(number, 1) for number in numbers))
    time.sleep(0.3)
    with closing(Live(desk)) as live:
        told, _, _ = live.upto_state()
    assert {str(subject(number)) for number in numbers} <= {event["data"]["subject_id"] for _, event in told}
    for place in (0, len(told) // 2, len(told) - 1):
        with closing(Live(desk, **{"Last-Event-ID": told[place][0]})) as live:
            rest, _, state = live.upto_state()
        assert [event["id"] for _, event in rest] == [event["id"] for _, event in told[place + 1 :]]
        reader = desk.reader()
        for _, event in told[: place + 1] + rest:
            reader.take(event["data"])
        assert (state["digest"], state["count"]) == (reader.digest, reader.count)


def test_a_bad_last_event_id_is_a_problem_and_no_stream(desk: Desk) -> None:
    for token, expected in (("rubbish", (422, "bad-parameter")), (str(Place(9, 0)), (410, "token-gone"))):
        headers = desk.callers["tmall"] | {"Accept": "text/event-stream", "Last-Event-ID": token}
        assert problem(desk.http.get("/v1/directives", headers=headers)) == expected


def test_a_token_of_the_stream_is_one_of_the_pull_feed(desk: Desk) -> None:
    with closing(Live(desk)) as live:
        _, token, _ = live.upto_state()
    assert desk.reader().get(since=token).status_code == 200


def test_a_lost_connection_of_the_follower_is_made_anew(desk: Desk) -> None:
    reader = desk.reader()
    reader.read()
    with desk.database.connect("directives") as same_role:
        same_role.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'directives-tail'")
    desk.record(directive(next(NUMBERS), 1))
    assert len(await_items(reader)) == 1
    assert desk.http.get("/readyz").status_code == 200


def test_a_stream_is_let_go_as_soon_as_its_reader_leaves(desk: Desk) -> None:
    with closing(Live(desk)) as live:
        live.upto_state()
        before = answered(desk)
    until = time.monotonic() + 3
    while answered(desk) == before:
        assert time.monotonic() < until, "the stream goes on for nobody"
        time.sleep(0.02)


def answered(desk: Desk) -> float:
    """Requests to the feed that have come to their end."""
    lines = (line for line in desk.http.get("/metrics").text.splitlines() if line.startswith("liancheng_http_seconds_count"))
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if 'route="/v1/directives"' in line)


def test_the_service_stops_at_once_although_a_stream_is_open(desk: Desk) -> None:
    with httpx.Client() as http:
        with desk.another() as address:
            http.base_url = httpx.URL(address)
            live = Live(desk._replace(http=http))
            live.upto_state()
            began = time.monotonic()
        assert time.monotonic() - began < 3
        live.close()
