"""Words of one subject, erased under load, are nowhere: not in a segment, log, metric, table file or WAL; what was decided still stands."""

import threading
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest

from deploy.demo.patience import until
from deploy.erase.command import Wish, erase
from deploy.local import views
from deploy.local.tell import Trouble
from events.transport.store import load
from services.adjudication.domain.evolve import fold
from tests.privacy.hiding_places import Places, answer
from tests.support.stack import Hub
from tests.wire.made import DATA, event

CANARY = "canary-4e1f9b7d"
ACCOUNT = "shop-of-the-erased"
BYSTANDER = "shop-of-somebody-else"
FREE_TEXT = ("text", "reason", "reasons", "grounds", "locator")
CLOSED = {"sanction.lifted"}
"""Its reason is one of a closed list."""
NOT_HERE = {"notice.delivered", "notice.failed", "enforcement.acknowledged"}


def quiet(zh: str, en: str | None = None, /) -> None: ...


def said_of(account: str, word: str) -> list[dict[str, Any]]:
    """One statement of each kind about the account, the word in every place that may hold something personal."""
    return [_said(name, account, word) for name in DATA if name not in NOT_HERE]


def _said(name: str, account: str, word: str) -> dict[str, Any]:
    data = deepcopy(DATA[name])
    for field in data.keys() & set(FREE_TEXT) if name not in CLOSED else ():
        data[field] = f"{word} {field}"
    merchant = {"account": account, "name": f"{word} name", "kind": "individual_business", "person_token": f"{word}-person", "phone": word}
    if "reporter" in data:
        data["reporter"] = {"token": f"{word}-reporter", "assurance": "id", "address": word}
    said = event(name, id=f"{account}-{name}", source="/platforms/erasing", **data | {"merchant": merchant, "remark": {"who": [word]}})
    return said | {"subject": account, "partitionkey": f"{word}-key", "note": word}


class Scene(NamedTuple):
    """The hub after the erasure, and what was said before it."""

    places: Places
    key: str
    said: list[dict[str, Any]]
    receipts: list[Any]
    subject: UUID
    erased: int
    before: Any
    sent_meanwhile: int

    @property
    def hub(self) -> Hub:
        return self.places.hub


class Load(threading.Thread):
    """A member that goes on saying things of others, until told to stop."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(name="load")
        self.hub, self.key, self.leaving, self.sent = hub, hub.enrol("loading").key, threading.Event(), 0

    def run(self) -> None:
        while not self.leaving.wait(0.02):
            account = f"shop-{self.sent}"
            post(self.hub, self.key, [said | {"source": "/platforms/loading"} for said in said_of(account, "word of the load")])
            self.sent += 1


def post(hub: Hub, key: str, body: Any, media: str = "application/cloudevents-batch+json") -> Any:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": media}
    answer = httpx.post(f"{hub.url('gateway')}/v1/statements", content=msgspec.json.encode(body), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def words_kept(hub: Hub, word: str = CANARY) -> int:
    with psycopg.connect(hub.stack.reach.owner) as conn:
        row = conn.execute("SELECT count(*) FROM vault WHERE position(convert_to(%s, 'UTF8') IN words) > 0", (word,)).fetchone()
    assert row is not None
    return int(row[0])


def dossier(hub: Hub, subject: UUID) -> Any:
    with psycopg.connect(hub.stack.reach.owner) as conn:
        return fold(subject, [(position, fact) for _, position, fact in load(conn, [subject])[subject]])


def subject_of(hub: Hub, account: str) -> UUID | None:
    with psycopg.connect(hub.stack.reach.owner) as conn:
        row = conn.execute("SELECT subject_id FROM account WHERE (platform, account) = ('erasing', %s)", (account,)).fetchone()
    return None if row is None else UUID(str(row[0]))


@pytest.fixture(scope="module")
def scene(hub: Hub) -> Iterator[Scene]:
    places, key = Places(hub), hub.enrol("erasing").key
    with places.superuser() as conn:
        conn.execute("ALTER SYSTEM SET wal_recycle = off")
        conn.execute("SELECT pg_reload_conf()")
    load = Load(hub)
    load.start()
    try:
        said = said_of(ACCOUNT, CANARY)
        receipts = [item["receipt"] for item in post(hub, key, said)]
        assert places.wal(CANARY), "the search would find it; a checkpoint may remove it from there"
        post(hub, key, said_of(BYSTANDER, "bystander-word"))
        subject = until("a dossier", lambda: subject_of(hub, ACCOUNT), 20.0)
        until("its weighing", lambda: dossier(hub, subject).weighed or None, 20.0)
        with places.superuser() as conn:
            conn.execute("ANALYZE")
            conn.execute("CHECKPOINT")
        assert words_kept(hub) > 5
        assert places.tables(CANARY), "the search would find it"
        assert places.segments(ACCOUNT), "the search would find it"
        before = dossier(hub, subject)
        erased = erase(hub.stack.reach.owner, Wish(subject=str(subject), reason="请求删除"), datetime.now(UTC), quiet)
        yield Scene(places, key, said, receipts, subject, erased, before, load.sent)
    finally:
        load.leaving.set()
        load.join()
        with places.superuser() as conn:
            conn.execute("ALTER SYSTEM RESET wal_recycle")
            conn.execute("SELECT pg_reload_conf()")


def test_the_words_are_gone_from_every_file(scene: Scene) -> None:
    assert scene.sent_meanwhile > 0
    assert words_kept(scene.hub) == 0
    scene.places.scrub()
    assert scene.places.segments(CANARY) == []
    assert scene.places.logs(CANARY) == []
    assert scene.places.metrics(CANARY) == []
    assert scene.places.tables(CANARY) == []
    assert scene.places.wal(CANARY) == []


def test_words_of_others_stay(scene: Scene) -> None:
    assert words_kept(scene.hub, "bystander-word") > 5


def test_a_repeat_is_still_known_and_a_change_is_still_a_conflict(scene: Scene) -> None:
    again = post(scene.hub, scene.key, scene.said)
    assert [item["status"] for item in again] == ["duplicate"] * len(scene.said)
    assert [item["receipt"] for item in again] == scene.receipts
    other = [said | {"note": "other words"} for said in scene.said]
    assert [item["status"] for item in post(scene.hub, scene.key, other)] == ["conflict"] * len(scene.said)
    assert words_kept(scene.hub) == 0, "a repeat brings no words back"


def test_what_was_decided_stands(scene: Scene) -> None:
    now = dossier(scene.hub, scene.subject)
    assert now.weighed == scene.before.weighed
    assert now.version >= scene.before.version


def test_a_view_is_rebuilt_without_the_words(scene: Scene) -> None:
    stack = scene.hub.stack
    assert "casefile" in views.rebuild("casefile", stack.settings, stack.secrets, stack.reach)


def test_again_it_erases_nothing_and_is_noted_again(scene: Scene) -> None:
    assert scene.erased > 5
    before = noted(scene)
    assert before[0] == ("operations", "请求删除")
    assert erase(scene.hub.stack.reach.owner, Wish(subject=str(scene.subject), reason="再次"), datetime.now(UTC), quiet) == 0
    assert noted(scene) == [*before, ("operations", "再次")]


def noted(scene: Scene) -> list[tuple[str, str]]:
    with psycopg.connect(scene.hub.stack.reach.owner) as conn:
        rows = conn.execute("SELECT actor, purpose FROM audit WHERE resource = %s ORDER BY id", (f"erase/subjects/{scene.subject}",))
        return [(str(actor), str(purpose)) for actor, purpose in rows]


def test_a_statement_alone_can_be_erased(scene: Scene) -> None:
    wish = Wish(statement=f"{BYSTANDER}-report.filed", source="/platforms/erasing")
    before = words_kept(scene.hub, "bystander-word")
    assert erase(scene.hub.stack.reach.owner, wish, datetime.now(UTC), quiet) == 1
    assert words_kept(scene.hub, "bystander-word") == before - 1


@pytest.mark.parametrize(
    "wish",
    [Wish(), Wish(subject="nobody"), Wish(subject=str(UUID(int=7))), Wish(statement="x"), Wish(statement="x", source="/platforms/a")],
)
def test_what_is_not_there_is_said_and_nothing_is_erased(scene: Scene, wish: Wish) -> None:
    with pytest.raises(Trouble):
        erase(scene.hub.stack.reach.owner, wish, datetime.now(UTC), quiet)


def test_a_request_that_was_not_carried_out_is_counted(scene: Scene) -> None:
    owner = scene.hub.stack.reach.owner
    with psycopg.connect(owner, autocommit=True) as conn:
        conn.execute("UPDATE erasure SET done_at = NULL WHERE target = %s", (f"subjects/{scene.subject}",))
    until("one due", lambda: _due(scene) == 1.0 or None, 20.0)
    erase(owner, Wish(subject=str(scene.subject)), datetime.now(UTC), quiet)
    until("none due", lambda: _due(scene) == 0.0 or None, 20.0)


def _due(scene: Scene) -> float:
    port = scene.hub.settings.adjudicator_port
    shown = answer(f"http://{scene.hub.settings.host}:{port}/metrics").decode()
    return float(next(line for line in shown.splitlines() if line.startswith("liancheng_vault_erasures_due ")).split()[1])
