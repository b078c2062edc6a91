"""The same person's token, or the same name, makes a candidate for a person; it moves nothing, and a judgement outlives it."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from events.facts.dossier import AccountRef
from events.facts.scrutiny import CandidateJudged
from services.adjudication.application.signals import Signals, plain
from tests.domain.spec import declared, imposed
from tests.services.adjudication.court import own
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as desk:
        yield desk


def waiting(desk: Desk) -> list[tuple[str, str, str, str, str]]:
    named = ("why", "platform", "account", "other_platform", "other_account")
    return [tuple(item[name] for name in named) for item in desk.get("/v1/accounts/candidates").json()["items"]]  # type: ignore[misc]


def seen(platform: str, account: str, **more: Any) -> Any:
    return declared(platform, account=account, uscc=None, id=f"{platform}-{account}-{len(more)}", **more)


def test_the_same_person_on_two_platforms_is_a_candidate_and_moves_nothing(desk: Desk) -> None:
    desk.court.hear(imposed("tmall", account="a", uscc=None, person="p1"))
    assert waiting(desk) == []
    desk.court.hear(imposed("pdd", account="b", uscc=None, person="p1"), imposed("jd", account="c", uscc=None, person="p2"))
    assert waiting(desk) == [("person", "pdd", "b", "tmall", "a")]
    assert desk.court.rows("SELECT count(DISTINCT subject_id) FROM account") == [(3,)]
    assert desk.court.rows("SELECT count(*) FROM listing") == [(0,)], "two platforms sanctioned, but whom is not known to be one"


def test_a_name_is_the_same_however_it_is_written(desk: Desk) -> None:
    desk.court.hear(seen("tmall", "a", name="福州某某（电子）有限公司"), seen("pdd", "b", name="福州某某(电子) 有限公司"))
    assert waiting(desk) == [("name", "pdd", "b", "tmall", "a")]
    assert plain("ＡＢＣ Ltd.") == plain("abc ltd")


def test_what_is_one_subject_already_is_no_candidate(desk: Desk) -> None:
    desk.court.hear(imposed("tmall", person="p1", name="某某公司"), imposed("pdd", person="p1", name="某某公司"))
    assert waiting(desk) == []


def test_a_negative_judgement_outlives_whatever_comes_later(desk: Desk) -> None:
    desk.court.hear(seen("tmall", "a", person="p1"), seen("pdd", "b", person="p1"))
    (candidate,) = desk.get("/v1/accounts/candidates").json()["items"]
    path = f"/v1/accounts/candidates/{candidate['id']}/dismiss"
    assert desk.post(path, {"reason": "再看", "judgement": "unsure"}, "rui").json()["judgement"] == "unsure"
    assert len(waiting(desk)) == 1, "nobody could tell: it goes on waiting"
    assert desk.post(path, {"reason": "不同的人"}, "ran").json()["judgement"] == "negative"
    desk.court.hearing._signals = Signals(desk.court.rules.hub_key)  # another process, which has seen nothing yet
    desk.court.hear(seen("tmall", "a", person="p1", name="同名"), seen("pdd", "b", person="p1", name="同名"))
    assert waiting(desk) == []
    facts = [fact for fact in desk.court.facts(own("pdd", "b")) if isinstance(fact, CandidateJudged)]
    other = AccountRef("tmall", "a")
    assert [(fact.judgement, fact.by, fact.other) for fact in facts] == [("unsure", "rui", other), ("negative", "ran", other)]


def test_linking_judges_the_candidate(desk: Desk) -> None:
    desk.court.hear(seen("tmall", "a", person="p1"), seen("pdd", "b", person="p1"))
    body = {"reason": "同一负责人", "platform": "pdd", "account": "b", "subject_id": str(own("tmall", "a"))}
    assert desk.post("/v1/accounts/link", body, "rui").status_code == 200
    assert waiting(desk) == []
    assert desk.court.rows("SELECT judgement, judged_by FROM candidate") == [("positive", "rui")]


def test_what_was_unlinked_is_no_candidate_again(desk: Desk) -> None:
    desk.court.hear(seen("tmall", "a"), seen("pdd", "b"))
    body = {"reason": "同一负责人", "platform": "pdd", "account": "b", "subject_id": str(own("tmall", "a"))}
    desk.post("/v1/accounts/link", body, "rui")
    desk.post("/v1/accounts/unlink", {"reason": "认错了", "platform": "pdd", "account": "b"}, "ran")
    desk.court.hear(seen("tmall", "a", person="p1", kind="enterprise"), seen("pdd", "b", person="p1", kind="enterprise"))
    assert waiting(desk) == []


def test_nor_does_a_code_bring_together_what_a_person_took_apart(desk: Desk) -> None:
    desk.court.hear(seen("tmall", "a"), seen("pdd", "b"))
    body = {"reason": "同一负责人", "platform": "pdd", "account": "b", "subject_id": str(own("tmall", "a"))}
    desk.post("/v1/accounts/link", body, "rui")
    desk.post("/v1/accounts/unlink", {"reason": "认错了", "platform": "pdd", "account": "b"}, "ran")
    desk.court.hear(declared("tmall", account="a", id="code-a"), declared("pdd", account="b", id="code-b"))
    subjects = dict(desk.court.rows("SELECT platform, subject_id FROM account"))
    assert subjects["tmall"] != subjects["pdd"]
    assert [item["why"] for item in desk.get("/v1/accounts/candidates").json()["items"]] == ["code"], "a person is asked"


def test_a_batch_that_failed_says_it_again(desk: Desk) -> None:
    """As a follower does whose transaction was lost to somebody else's decision."""
    first, second = desk.court.record(seen("tmall", "a", person="p1")), desk.court.record(seen("pdd", "b", person="p1"))
    desk.court.deliver(first)
    with closing(desk.court.database.connect("adjudication")) as conn, conn.transaction(force_rollback=True):
        desk.court.hearing.handle(conn, second)
    assert waiting(desk) == []
    desk.court.deliver(second)
    assert waiting(desk) == [("person", "pdd", "b", "tmall", "a")]


def test_what_was_said_is_not_said_with_every_statement() -> None:
    signals = Signals(bytes(32))
    batches = [[seen("tmall", "a", person="p1")], [seen("pdd", "b", person="p2")], [seen("tmall", "a", person="p1", kind="person")]]
    assert [len(signals.of(batch)) for batch in batches] == [1, 1, 0]


def test_a_token_that_everybody_has_says_nothing(desk: Desk) -> None:
    desk.court.hear(*(seen("tmall", f"s{number}", person="courier") for number in range(25)))
    noted = len(waiting(desk))
    desk.court.hear(*(seen("pdd", f"s{number}", person="courier") for number in range(25)))
    assert len(waiting(desk)) == noted


def test_only_digests_are_kept(desk: Desk) -> None:
    desk.court.hear(seen("tmall", "a", person="p1", name="某某公司"))
    assert sorted(kind for (kind,) in desk.court.rows("SELECT kind FROM signal")) == ["name", "person"]
    (values,) = desk.court.rows("SELECT string_agg(value, ''::bytea) FROM signal")
    assert b"p1" not in bytes(values[0])
    assert "某某".encode() not in bytes(values[0])
