"""Receivers that follow by the feed: mute, lying, slow, skewed, years behind, restored, spoilt. Each ends in agreement, or is named."""

import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import pytest

from events.client.enforcement import answer, declare
from events.client.follow.directive import shanghai_day
from events.client.follow.feed import Feed
from events.client.follow.live import Live
from events.client.follow.replica import Replica
from events.client.hub import Hub
from events.facts.enforcement import EnforcementAcknowledged
from events.facts.fact import Tier
from events.facts.sanction import DirectiveRef
from events.transport.telemetry import DIRECTIVES_UNANSWERED
from projections.unanswered import Watch
from tests.services.directives.conftest import KEPT, Desk, desk
from tests.services.directives.made import UNTIL, directive, subject
from tests.support.served import member

__all__ = ["desk"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
NUMBERS = count(9000)
PATIENCE = 40.0


def eventually(what: str, true: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.05)


class Shop(NamedTuple):
    """A platform of the hub with its copy."""

    desk: Desk
    code: str
    hub: Hub
    replica: Replica
    feed: Feed

    def agrees(self) -> bool:
        """Whether its copy, brought up to date, is a faithful one."""
        self.feed.poll()
        page = self.desk.get(self.code, "/v1/directives", limit=1000).json()
        return page["more"] is False and self.replica.agrees(page["digest"], page["count"])

    def named(self, metric: str) -> float:
        """What the metric says of this platform, 0 when it does not name it."""
        for line in self.desk.http.get("/metrics").text.splitlines():
            if line.startswith(f"{metric}{{") and f'platform="{self.code}"' in line:
                return float(re.sub(r".*} ", "", line))
        return 0.0

    def acknowledges(self, number: int, seq: int, state: str, at: datetime | None = None) -> None:
        now = datetime.now(UTC)
        self.desk.road.travel(
            EnforcementAcknowledged(
                id=f"ack-{self.code}-{number}-{seq}", source=f"/platforms/{self.code}", account=f"shop-{number}", time=at or now,
                recorded_at=now, sha256="0" * 64, directive=DirectiveRef(subject(number), seq), state=state,  # type: ignore[arg-type]
            )
        )  # fmt: skip

    def told(self, seq: int = 1, tier: Tier = Tier.RESTRICTED, number: int | None = None) -> int:
        """Of a subject with an account here."""
        number = next(NUMBERS) if number is None else number
        self.desk.road.travel(directive(number, seq, tier, accounts=[(self.code, f"shop-{number}")]))
        eventually("the feed", lambda: self.desk.get(self.code, "/v1/coverage", subject_id=subject(number)).json()["items"])
        time.sleep(0.3)
        return number


@contextmanager
def shop(desk: Desk, code: str, path: Path | str = ":memory:") -> Iterator[Shop]:
    """Enrolled; its key is revoked at the end."""
    if code not in desk.callers:
        with desk.database.connect() as owner:
            desk.callers[code] = member(owner, code)
    hub = Hub(str(desk.http.base_url), desk.callers[code]["Authorization"].removeprefix("Bearer "))
    with closing(hub), closing(Replica(path)) as replica:
        yield Shop(desk, code, hub, replica, Feed(hub, replica))


def test_who_is_down_is_named_for_what_it_owes_a_lift_sooner_than_a_listing(desk: Desk) -> None:
    with shop(desk, "down") as it:
        listed = it.told()
        it.told(2, Tier.NONE, listed)
        it.told()
        with desk.database.connect("projections") as host:
            (view,) = host.execute("SELECT name || '_' || generation FROM view WHERE name = 'coverage'").fetchone() or ("",)
            host.execute(f"UPDATE {view}.coverage SET since = now() - interval '90 seconds' WHERE platform = 'down'")
        watch = Watch(desk.database.conninfo("projections"))
        watch.look()
        assert DIRECTIVES_UNANSWERED.labels("down", "lift", "late")._value.get() == 1, "LiftUnanswered names it"
        assert DIRECTIVES_UNANSWERED.labels("down", "restrict", "late")._value.get() == 1
        assert DIRECTIVES_UNANSWERED.labels("down", "restrict", "overdue")._value.get() == 0, "RestrictionUnanswered does not yet"
        it.acknowledges(listed, 2, "absent")
        watch.look()
        assert DIRECTIVES_UNANSWERED.labels("down", "lift", "late")._value.get() == 0, "absent is an answer"
        watch.close()


def test_who_proves_nothing_is_named_until_it_does(desk: Desk) -> None:
    with shop(desk, "mute") as it:
        with desk.database.connect() as owner:
            owner.execute("UPDATE member SET enrolled_at = now() - interval '2 hours' WHERE code = 'mute'")
        eventually("named", lambda: it.named("liancheng_copy_silent_seconds") > 0)
        it.feed.poll()
        it.feed.prove_in_time()
        eventually("named no more", lambda: it.named("liancheng_copy_silent_seconds") == 0)


def test_who_acknowledges_and_does_nothing_is_named_and_agrees_after_its_next_poll(desk: Desk) -> None:
    with shop(desk, "lying") as it:
        it.feed.poll()
        number = it.told()
        it.acknowledges(number, 1, "enforced")
        page = desk.get("lying", "/v1/directives", since=it.replica.token).json()
        it.replica.apply([], page["next"])  # it says that it took everything in, and its digest says what it holds
        said = {"token": page["next"], "digest": it.replica.digest, "count": it.replica.count}
        assert desk.put("lying", "/v1/digest", said).json()["resync"] is True
        eventually("named", lambda: it.named("liancheng_copy_differs_seconds") > 0)
        assert it.agrees(), "the feed has told it to begin again"
        assert it.replica.is_restricted(date(2026, 11, 20), account=f"shop-{number}")
        assert it.feed.prove()
        eventually("named no more", lambda: it.named("liancheng_copy_differs_seconds") == 0)


def test_the_clients_own_proof_mends_a_copy_that_was_spoilt(desk: Desk, tmp_path: Path) -> None:
    number = 0
    with shop(desk, "spoilt", tmp_path / "copy.db") as it:
        number = it.told()
        it.feed.poll()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as file:
        file.execute("DELETE FROM held WHERE subject_id = ?", (str(subject(number)),))
        file.execute("UPDATE progress SET sum = '0', count = count - 1")
        file.commit()
    with shop(desk, "spoilt", tmp_path / "copy.db") as it:
        assert it.agrees()
        assert it.replica.is_restricted(date(2026, 11, 20), subject_id=str(subject(number)))
        assert it.feed.prove()


def test_a_slow_reader_of_the_stream_ends_in_agreement_and_delays_nobody(desk: Desk) -> None:
    with shop(desk, "slow") as slow, shop(desk, "swift") as swift:
        stop = Event()
        live = Live(slow.hub, slow.replica)
        Thread(target=live.run, args=(stop, lambda changed: time.sleep(0.02 * changed), lambda _: None), daemon=True).start()
        eventually("a copy", lambda: slow.replica.token)
        numbers = [next(NUMBERS) for _ in range(60)]
        for number in numbers:
            desk.record(directive(number, 1, accounts=[("slow", f"shop-{number}")]))
        lifted = numbers[0]
        began = time.monotonic()
        desk.record(directive(lifted, 2, Tier.NONE))
        eventually("the swift one", lambda: swift.agrees() and swift.replica.directive(str(subject(numbers[-1]))) is not None)
        assert time.monotonic() - began < 10
        page = desk.get("swift", "/v1/directives", limit=1000).json()
        eventually("the slow one", lambda: slow.replica.agrees(page["digest"], page["count"]))
        stop.set()


@pytest.mark.parametrize("years", [-26, +14])
def test_a_clock_that_is_years_off_changes_no_copy_and_makes_no_answer_late(desk: Desk, years: int) -> None:
    code = f"clock-{abs(years)}"
    with shop(desk, code) as it:
        number = it.told()
        wrong = datetime.now(UTC) + timedelta(days=365 * years)
        it.acknowledges(number, 1, "enforced", at=wrong)
        (row,) = desk.get(code, "/v1/coverage", subject_id=subject(number)).json()["items"]
        recorded = datetime.fromisoformat(row["answers"]["enforced"]["at"])
        assert abs((recorded - datetime.now(UTC)).total_seconds()) < 60 and row["overdue_since"] is None
        assert it.agrees() and it.feed.prove()
        # What it does by its own clock is its own: past the last day it has lifted by itself, whatever the hub's clock says.
        assert it.replica.is_restricted(shanghai_day(wrong), account=f"shop-{number}") == (shanghai_day(wrong) <= UNTIL)


def test_who_is_years_behind_begins_again_and_agrees(desk: Desk, tmp_path: Path) -> None:
    with shop(desk, "behind", tmp_path / "copy.db") as it:
        number = it.told()
        it.feed.poll()
        other = next(NUMBERS)
        desk.record(*(directive(other, seq) for seq in range(1, KEPT + 2)))
        desk.record(directive(number, 2, Tier.NONE))
        time.sleep(1.0)
        assert desk.get("behind", "/v1/directives", since=it.replica.token).status_code == 410
        assert it.agrees()
        assert not it.replica.is_restricted(date(2026, 11, 20), account=f"shop-{number}")
        assert next(one.subject_id for one in it.replica.unanswered()) == str(subject(number)), "the lift is to be answered first"


def test_who_was_restored_from_an_old_backup_catches_up_from_its_token(desk: Desk, tmp_path: Path) -> None:
    with shop(desk, "restored", tmp_path / "copy.db") as it:
        number = it.told()
        it.feed.poll()
    shutil.copy(tmp_path / "copy.db", tmp_path / "backup.db")
    with shop(desk, "restored", tmp_path / "copy.db") as it:
        it.told(2, Tier.NONE, number)
        assert it.agrees()
        assert not it.replica.is_restricted(date(2026, 11, 20), account=f"shop-{number}")
    with shop(desk, "restored", tmp_path / "backup.db") as it:
        assert it.replica.is_restricted(date(2026, 11, 20), account=f"shop-{number}"), "as it was in the backup"
        assert it.agrees()
        assert not it.replica.is_restricted(date(2026, 11, 20), account=f"shop-{number}")


def test_who_has_no_action_for_a_measure_is_named_and_its_enforced_is_no_success(desk: Desk) -> None:
    with shop(desk, "unmapped") as it:
        declare(it.hub, {"freeze": "冻结店铺"})
        number = it.told()
        it.feed.poll()
        found = it.replica.directive(str(subject(number)))
        assert found is not None
        assert answer(found, {"freeze": "冻结店铺"}, known=True).state == "unable"
        it.acknowledges(number, 1, "enforced")
        (row,) = desk.get("unmapped", "/v1/coverage", subject_id=subject(number)).json()["items"]
        assert (row["unable"], row["carried_out"]) == (["limit"], False)
        eventually("named", lambda: it.named("liancheng_measures_unmapped") == 1)
        declare(it.hub, {"limit": "禁止上新"})
        eventually("named no more", lambda: it.named("liancheng_measures_unmapped") == 0)
        (row,) = desk.get("unmapped", "/v1/coverage", subject_id=subject(number)).json()["items"]
        assert (row["unable"], row["carried_out"]) == ([], True)
