"""A platform that acknowledges everything and whose copy is wrong, or proves nothing, or has no action: named, and told to begin again."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from events.facts.fact import Measure, Tier
from events.transport.telemetry import COPY_DIFFERS_SECONDS, COPY_SILENT_SECONDS, MEASURES_UNMAPPED
from services.directives.copies.doubt import Doubt, Known, doubt, unable
from services.directives.copies.watch import Watch
from services.directives.log.tail import Tail
from tests.services.directives.conftest import Desk, problem
from tests.services.directives.made import NOON, directive, subject
from tests.services.directives.reader import Reader
from tests.services.directives.test_the_feed_of_directives import Live
from tests.services.directives.test_what_platforms_hear_and_tell import acknowledged

NUMBERS = count(7000)
HOUR = timedelta(hours=1)


def prove(desk: Desk, reader: Reader, code: str, **told: object) -> dict[str, Any]:
    answer = desk.put(code, "/v1/digest", {"token": reader.token, "digest": reader.digest, "count": reader.count} | told)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def forget(desk: Desk, code: str) -> None:
    """What was compared a minute ago and more."""
    with desk.database.connect() as owner:
        owner.execute("UPDATE platform_digest SET resync_at = resync_at - interval '2 minutes' WHERE code = %s", (code,))


@pytest.fixture
def told(desk: Desk) -> Iterator[str]:
    """A platform whose copy agrees, and a subject that it was told of."""
    desk.record(directive(next(NUMBERS), 1, accounts=[("jd", "shop-1")]))
    time.sleep(0.3)
    yield "jd"
    reader = desk.reader("jd")
    reader.read()
    assert prove(desk, reader, "jd")["agrees"]
    forget(desk, "jd")


def test_who_acknowledges_and_does_nothing_is_told_to_begin_again_at_its_next_poll_and_then_agrees(desk: Desk, told: str) -> None:
    reader = desk.reader(told)
    reader.read()
    reader.copy.pop(next(iter(reader.listed)))  # acknowledged, and never done
    assert prove(desk, reader, told) == {**prove(desk, reader, told), "agrees": False, "resync": True}
    stale = reader.token
    assert problem(reader.get(since=stale)) == (410, "token-gone")
    headers = desk.callers[told] | {"Accept": "text/event-stream", "Last-Event-ID": str(stale)}
    assert problem(desk.http.get("/v1/directives", headers=headers)) == (410, "token-gone")
    reader.token = None
    reader.read()
    assert prove(desk, reader, told) == {"agrees": True, "digest": reader.digest, "count": reader.count, "resync": False}
    assert reader.get(since=reader.token).status_code == 200
    assert problem(reader.get(since=stale)) == (410, "token-gone"), "another process of the platform still holds the wrong copy"


def test_a_stream_that_is_open_ends_when_its_platform_has_to_begin_again(desk: Desk, told: str) -> None:
    with closing(Live(desk)) as other:
        other.upto_state()
        reader = desk.reader("tmall")
        reader.read()
        prove(desk, reader, "tmall", digest="0" * 64)
        with pytest.raises(EOFError):
            while True:
                other.next()
    reader.token = None
    reader.read()
    assert prove(desk, reader, "tmall")["agrees"]


def test_nobody_else_has_to_begin_again(desk: Desk, told: str) -> None:
    other = desk.reader("pdd")
    other.read()
    reader = desk.reader(told)
    reader.read()
    prove(desk, reader, told, count=reader.count + 1)
    assert other.get(since=other.token).status_code == 200
    assert prove(desk, other, "pdd")["agrees"]


def test_who_differs_again_and_again_is_asked_once_a_minute(desk: Desk, told: str) -> None:
    forget(desk, told)
    reader, asked = desk.reader(told), []
    for a_minute_later in (False, False, True):
        if a_minute_later:
            forget(desk, told)
        reader.token = None
        reader.read()
        before = rounds(desk, told)
        assert prove(desk, reader, told, digest="f" * 64)["resync"]
        asked.append(rounds(desk, told) - before)
    assert asked == [1, 0, 1]


def rounds(desk: Desk, code: str) -> int:
    with desk.database.connect() as owner:
        found = owner.execute("SELECT resyncs FROM platform_digest WHERE code = %s", (code,)).fetchone()
    return 0 if found is None else int(found[0])


def test_a_digest_of_an_earlier_copy_asks_for_nothing_new(desk: Desk, told: str) -> None:
    old = desk.reader(told)
    old.read()
    prove(desk, old, told, digest="f" * 64)
    forget(desk, told)
    before = rounds(desk, told)
    assert not prove(desk, old, told, digest="f" * 64)["agrees"]
    assert rounds(desk, told) == before


def test_the_watch_names_who_differs_who_is_silent_and_who_cannot_act(desk: Desk, told: str) -> None:
    tail = Tail(desk.database.conninfo("directives"))
    later = datetime.now(UTC) + 2 * HOUR
    reader = desk.reader(told)
    reader.read()
    prove(desk, reader, told, digest="f" * 64)
    desk.put(told, "/v1/platform", {"measures": {"freeze": "冻结店铺"}})
    with desk.database.connect("directives") as conn:
        tail.catch_up(conn)
        Watch(desk.database.conninfo("directives"), tail, HOUR, lambda: later).look(conn)
    assert COPY_DIFFERS_SECONDS.labels(told)._value.get() > 7000
    assert 3500 < COPY_SILENT_SECONDS.labels(told)._value.get() < 3700
    assert MEASURES_UNMAPPED.labels(told)._value.get() == 1  # limit
    desk.put(told, "/v1/platform", {"measures": {"limit": "禁止上新"}})
    reader.token = None
    reader.read()
    prove(desk, reader, told)
    with desk.database.connect("directives") as conn:
        Watch(desk.database.conninfo("directives"), tail, HOUR).look(conn)
    for gauge in (COPY_DIFFERS_SECONDS, COPY_SILENT_SECONDS, MEASURES_UNMAPPED):
        assert gauge.labels(told)._value.get() == 0


def test_a_measure_without_an_action_is_unable_in_coverage_whatever_is_answered(desk: Desk) -> None:
    number = next(NUMBERS)
    desk.put("tmall", "/v1/platform", {"measures": {"freeze": "冻结店铺"}})
    desk.road.travel(directive(number, 4, accounts=[("tmall", "shop-1")]), acknowledged("tmall", number, 4, "enforced"))

    def covered() -> dict[str, Any]:
        (row,) = desk.get("tmall", "/v1/coverage", subject_id=subject(number)).json()["items"]
        return dict(row)

    assert (covered()["unable"], covered()["carried_out"]) == (["limit"], False)
    desk.put("tmall", "/v1/platform", {"measures": {"limit": "禁止上新"}})
    assert (covered()["unable"], covered()["carried_out"]) == ([], True)
    desk.put("tmall", "/v1/platform", {})
    desk.road.travel(directive(number, 5, Tier.NONE, accounts=[("tmall", "shop-1")]))
    assert (covered()["unable"], covered()["carried_out"]) == ([], False), "the lift is not answered"
    desk.road.travel(acknowledged("tmall", number, 5, "lifted"))
    assert (covered()["unable"], covered()["carried_out"]) == ([], True), "a lift asks for no measure"


# --- the rule, pure ---


def known(told: datetime | None = NOON, differs: datetime | None = None, *measures: Measure) -> Known:
    return Known("tmall", NOON - 3 * HOUR, told, differs, measures)


def test_a_platform_is_silent_when_its_time_to_tell_is_over() -> None:
    assert doubt(known(), (), NOON + HOUR, HOUR) == Doubt(0.0, 0.0, 0)
    assert doubt(known(), (), NOON + HOUR + timedelta(seconds=5), HOUR).silent == 5.0
    assert doubt(known(told=None), (), NOON, HOUR).silent == 7200.0, "who never told any is counted from its enrolment"


def test_who_differs_is_named_at_once() -> None:
    assert doubt(known(differs=NOON), (), NOON, HOUR).differs == 1.0


def test_measures_that_nobody_asked_for_need_no_action() -> None:
    assert doubt(known(NOON, None, Measure.LIMIT), {Measure.LIMIT}, NOON, HOUR).unmapped == 0
    assert unable({Measure.LIMIT, Measure.EXPEL, Measure.FREEZE}, {Measure.LIMIT}) == [Measure.EXPEL, Measure.FREEZE]
