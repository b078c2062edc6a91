"""`make trace` shows one statement in every process that it passed, with the times, and nothing that was said in words."""

import os
import re
import subprocess
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest

from deploy.demo.patience import until
from deploy.local.tell import Trouble
from deploy.trace import records, stored
from deploy.trace.command import trace
from deploy.trace.sight import Sight, table
from deploy.trace.way import way
from tests.flow.world import World
from tests.support.stack import Hub

README = Path(__file__).resolve().parents[2] / "README.md"
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"


def sights(hub: Hub, statement_id: str) -> list[Sight]:
    with psycopg.connect(hub.stack.reach.owner, autocommit=True) as conn:
        (said,) = stored.statements(conn, statement_id, None)
        return way(conn, hub.settings.logs, partial(records.find, hub.stack.reach.kafka), said)


def seen(hub: Hub, statement_id: str, *wanted: tuple[str, str]) -> list[Sight]:
    """Once all of (where, what) are among them."""

    def look() -> list[Sight] | None:
        found = sights(hub, statement_id)
        return found if set(wanted) <= {(sight.where, sight.what) for sight in found} else None

    return until(f"{wanted} of {statement_id}", look, 20.0)


def printed(hub: Hub, statement_id: str, source: str | None = None) -> list[str]:
    lines: list[str] = []
    trace(hub.settings, hub.stack.reach, statement_id, source, lambda zh, en=None, /: lines.append(zh))
    return lines


def test_the_statement_of_the_readme_is_followed_to_the_views(hub: Hub) -> None:
    text = README.read_text(encoding="utf-8")
    block = re.search(r"<!-- The next block is run by .* -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert block is not None
    script = block[1].replace("http://127.0.0.1:8110", hub.url("gateway"))
    environment = {"PATH": os.environ["PATH"], "KEY": hub.enrol("my-platform").key}
    subprocess.run(["bash", "-ec", script], env=environment, capture_output=True, check=True)
    seen(hub, "first-1", ("gateway", "committed"), ("relay", "relayed"), ("kafka", "on kafka"), ("projections", "applied"))
    head, *lines = printed(hub, "first-1", "/platforms/my-platform")
    assert [word in head for word in ("时刻 at", "历时 ms", "何处 where", "何事 what")] == [True] * 4
    timed = [line for line in lines if re.match(TIME, line)]
    assert len(timed) >= 6
    assert timed == sorted(timed, key=lambda line: line[:23])


def test_a_sanction_is_followed_to_the_copy_that_platforms_ask(world: World) -> None:
    who = world.merchant()
    receipt = world.alpha.say("sanction.imposed", who, world.alpha.sanction(who, "expel"))
    wanted = {"gateway", "store", "relay", "kafka", "adjudicator", "projections", "standing"}
    consumers = {"adjudication", "blacklist", "credit", "casefile"}

    def everywhere() -> list[Sight] | None:
        found = sights(world.hub, receipt.id)
        words = {word for sight in found if sight.what == "applied" for word in sight.detail.split() if word.startswith("consumer=")}
        applied = {word.removeprefix("consumer=").partition(":")[0] for word in words}
        decided = {("standing", "copied"), ("store", "decided")} <= {(sight.where, sight.what) for sight in found}
        return found if decided and wanted <= {sight.where for sight in found} and consumers <= applied else None

    found = until(f"every sight of {receipt.id}", everywhere, 20.0)
    assert len([sight for sight in found if sight.where == "kafka"]) == 2, "the statement, and what was decided of it"


def test_a_lift_is_followed_to_the_topic_of_directives(world: World) -> None:
    who = world.merchant()
    sanction = world.restrict(who)
    lift = world.alpha.say("sanction.lifted", who, {"sanction": sanction, "reason": "overturned"})
    found = seen(world.hub, lift.id, ("relay", "directive published"), ("standing", "copied"))
    order = [(sight.where, sight.what) for sight in sorted(found, key=lambda sight: (sight.at is None, sight.at)) if sight.at]
    assert order.index(("gateway", "received")) < order.index(("relay", "directive published"))


def test_words_are_never_shown(world: World) -> None:
    who, canary = world.merchant(), "金丝雀七四二六"
    receipt = world.alpha.say("report.filed", who, {**report_with(canary)})
    seen(world.hub, receipt.id, ("projections", "applied"))
    assert canary not in "\n".join(printed(world.hub, receipt.id))


def report_with(text: str) -> dict[str, object]:
    reporter = {"token": text, "assurance": "phone"}
    return {"report": "R-trace", "category": "fraud", "channel": "platform", "reporter": reporter, "evidence": [], "text": text}


def test_an_unknown_statement_is_said_to_be_unknown(hub: Hub) -> None:
    with pytest.raises(Trouble, match="never-said"):
        printed(hub, "never-said")


def test_what_has_no_time_comes_last_and_columns_stand_below_each_other() -> None:
    noon = datetime(2026, 11, 20, 4, tzinfo=UTC)
    head, first, second, third = table(
        [
            Sight(None, "credit:1", "passed"),
            Sight(noon.replace(microsecond=2500), "relay", "relayed", "id=7"),
            Sight(noon, "store", "recorded"),
        ]
    )
    assert first.startswith("2026-11-20 04:00:00.000  0.0 ")
    assert second.startswith("2026-11-20 04:00:00.002  2.5 ")
    assert third.startswith("—")
    assert head.index("何处") > 0
