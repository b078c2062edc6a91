"""Lookups over real HTTP, from views in a real database: every route and status of the contract."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid5

import httpx
import pytest

from events.facts.dossier import AccountAttached, AccountRef
from events.facts.fact import NS_SUBJECT, Tier
from projections.blacklist import table as blacklist
from projections.credit import table as credit
from tests.services.standing.made import attached, detached, directed, subject_id, watched, weighed
from tests.support.away import away
from tests.support.road import Road
from tests.support.served import member, served
from tests.support.stack import Database, free_ports

USCC = "91350100M000100Y43"
FAR = datetime.now(UTC).date() + timedelta(days=90)
OVER = datetime.now(UTC).date() - timedelta(days=2)
LONG_AGO = datetime.now(UTC) - timedelta(days=30)

# Each test has subjects of its own, by hundreds.
OLD, LATE, LOOSE, AHEAD, MERGED, SCORED = 100, 200, 300, 400, 500, 600


class Standing(NamedTuple):
    """The service, the road to it, and who calls."""

    database: Database
    http: httpx.Client
    road: Road
    callers: dict[str, dict[str, str]]

    def ask(self, caller: str = "tmall", **query: str) -> httpx.Response:
        return self.http.get("/v1/standing", params=query, headers=self.callers[caller])

    def query(self, body: object, caller: str = "tmall") -> httpx.Response:
        return self.http.post("/v1/standing-queries", json=body, headers=self.callers[caller])

    def tier(self, number: int) -> str:
        return str(self.ask(subject_id=str(subject_id(number))).json()["tier"])


@pytest.fixture(scope="module")
def standing(module_database: Database) -> Iterator[Standing]:
    port = free_ports()["standing_port"]
    with module_database.connect() as owner:
        classes = {"tmall": "platform", "pdd": "platform", "samr": "authority", "eye": "regulator"}
        callers = {code: member(owner, code, member_class) for code, member_class in classes.items()}
    road = Road(module_database, blacklist.VIEW, credit.VIEW)
    settings = {"DATABASE_STANDING": module_database.conninfo("standing"), "STANDING_PORT": str(port)}
    with served("services.standing.main", port, settings) as address, httpx.Client(base_url=address) as http:
        yield Standing(module_database, http, road, callers)


def eventually(holds: Callable[[], bool], patience: float = 5.0) -> None:
    until = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_the_three_ways_to_ask_find_the_same_subject(standing: Standing) -> None:
    subject = uuid5(NS_SUBJECT, USCC)
    opened = AccountAttached(subject_id=subject, at=LONG_AGO, account=AccountRef("tmall", "shop-9"), why="opened")
    standing.road.travel(opened)
    eventually(lambda: bool(standing.ask(uscc=USCC).json()["known"]))
    answers = [standing.ask(uscc=USCC), standing.ask(account="shop-9"), standing.ask(subject_id=str(subject))]
    for answer in answers:
        found = answer.json()
        assert answer.status_code == 200 and found.pop("as_of") and found["subject_id"] == str(subject)
        assert (found["known"], found["tier"], found["score"], found["grade"]) == (True, "none", 1000, "A")


def test_an_account_is_looked_up_among_the_callers_own(standing: Standing) -> None:
    standing.road.travel(attached(OLD, "tmall", "shop-1"))
    eventually(lambda: bool(standing.ask(account="shop-1").json()["known"]))
    others = standing.ask("pdd", account="shop-1").json()
    assert (others["known"], others["subject_id"]) == (False, None)
    assert standing.ask("samr", account="case-1").json()["known"] is False
    assert problem(standing.ask("eye", account="shop-1")) == (403, "forbidden")


def test_a_listing_shows_within_a_moment_of_its_fold(standing: Standing) -> None:
    standing.road.travel(attached(LATE, "tmall", "shop-2"), directed(LATE, 1, Tier.RESTRICTED, FAR))
    began = time.monotonic()
    eventually(lambda: standing.tier(LATE) == "restricted")
    assert time.monotonic() - began < 1.0
    standing.road.travel(directed(LATE, 2, Tier.NONE))
    eventually(lambda: standing.tier(LATE) == "none")


def test_a_tier_past_its_last_day_is_never_shown_though_nobody_ended_it(standing: Standing) -> None:
    standing.road.travel(directed(OLD + 1, 1, Tier.BLACKLISTED, OVER), watched(OLD + 2, OVER), watched(OLD + 3, FAR))
    eventually(lambda: standing.tier(OLD + 3) == "watch")
    answer = standing.ask(subject_id=str(subject_id(OLD + 1))).json()
    assert (answer["known"], answer["tier"], answer["measures"], answer["until"]) == (True, "none", [], None)
    assert standing.tier(OLD + 2) == "none"


def test_a_partition_that_commits_later_with_lower_ids_is_not_passed_over(standing: Standing) -> None:
    facts = standing.road.record(*(directed(LOOSE + n, 1, Tier.RESTRICTED, FAR) for n in range(8)))
    standing.road.relay(facts)
    by_partition = [[fact for fact in facts if fact.partition == partition] for partition in range(4)]
    parts = sorted((part for part in by_partition if part), key=lambda part: part[0].id, reverse=True)
    assert len(parts) > 1, "the subjects share a partition"
    for part in parts:
        standing.road.fold(part)
        numbers = [fact.fact.subject_id.int for fact in part]  # type: ignore[attr-defined]
        eventually(lambda numbers=numbers: all(standing.tier(n) == "restricted" for n in numbers))  # type: ignore[misc]


def test_as_of_stands_still_while_something_is_on_the_road(standing: Standing) -> None:
    def as_of() -> str:
        return str(standing.ask(subject_id=str(subject_id(AHEAD))).json()["as_of"])

    facts = standing.road.record(directed(AHEAD, 1, Tier.RESTRICTED, FAR))
    recorded = datetime.now(UTC).isoformat()
    time.sleep(0.6)
    assert as_of() <= recorded and standing.tier(AHEAD) == "none"
    standing.road.relay(facts)
    standing.road.fold(facts)
    eventually(lambda: as_of() > recorded)
    assert standing.tier(AHEAD) == "restricted"


def test_a_merged_subject_and_its_account_answer_with_the_target(standing: Standing) -> None:
    standing.road.travel(attached(MERGED, "tmall", "shop-3"), directed(MERGED + 1, 1, Tier.RESTRICTED, FAR))
    standing.road.travel(
        detached(MERGED, "tmall", "shop-3", to=MERGED + 1),
        attached(MERGED + 1, "tmall", "shop-3"),
        directed(MERGED, 1, Tier.NONE, merged_into=MERGED + 1),
    )
    eventually(lambda: standing.tier(MERGED) == "restricted")
    answer = standing.ask(subject_id=str(subject_id(MERGED))).json()
    assert (answer["subject_id"], answer["merged_into"]) == (str(subject_id(MERGED)), str(subject_id(MERGED + 1)))
    assert standing.ask(account="shop-3").json()["subject_id"] == str(subject_id(MERGED + 1))


def test_many_are_answered_in_the_order_of_their_keys(standing: Standing) -> None:
    standing.road.travel(directed(OLD + 5, 1, Tier.RESTRICTED, FAR))
    eventually(lambda: standing.tier(OLD + 5) == "restricted")
    answer = standing.query({"keys": [{"subject_id": str(subject_id(OLD + 5))}, {"uscc": "913100007109328220"}, {"account": "nobody"}]})
    assert answer.status_code == 200 and answer.json()["as_of"]
    assert [item["tier"] for item in answer.json()["items"]] == ["restricted", "none", "none"]
    assert standing.query({"keys": []}).json()["items"] == []
    assert len(standing.query({"keys": [{"account": f"a{n}"} for n in range(1000)]}).json()["items"]) == 1000


def test_reasons_and_lines_name_the_callers_own_statements_only(standing: Standing) -> None:
    standing.road.travel(weighed(SCORED, "tmall", "t-1", LONG_AGO), weighed(SCORED, "pdd", "p-1", LONG_AGO))
    eventually(lambda: standing.ask(subject_id=str(subject_id(SCORED))).json()["score"] is not None)
    for caller, own in (("tmall", "t-1"), ("pdd", "p-1")):
        answer = standing.ask(caller, subject_id=str(subject_id(SCORED))).json()
        account = standing.http.get(f"/v1/standing/{subject_id(SCORED)}/score", headers=standing.callers[caller]).json()
        for lines in (answer["reasons"], account["lines"]):
            assert [line["statement"] for line in lines if line.get("statement")] == [own]
    assert "t-1" not in standing.ask("samr", subject_id=str(subject_id(SCORED))).text


def test_the_account_of_a_score_adds_up_now_and_for_any_past_moment(standing: Standing) -> None:
    standing.road.travel(weighed(SCORED + 1, "tmall", "t-9", LONG_AGO), weighed(SCORED + 1, "pdd", "p-9", LONG_AGO))
    address, headers = f"/v1/standing/{subject_id(SCORED + 1)}/score", standing.callers["eye"]
    eventually(lambda: standing.http.get(address, headers=headers).status_code == 200)
    moments = [None, LONG_AGO.isoformat(), (LONG_AGO - timedelta(days=1)).isoformat()]
    accounts: list[dict[str, Any]] = []
    for at in moments:
        found = standing.http.get(address, params={"at": at} if at else {}, headers=headers)
        accounts.append(found.json())
    for account in accounts:
        assert 8000 + sum(line["eighths"] for line in account["lines"]) == 8 * account["score"]
    assert [account["score"] for account in accounts] == [250, 250, 1000]
    assert {"code", "eighths", "text", "month", "ends", "statement"} == set(accounts[0]["lines"][0])


def test_a_past_score_is_explained_by_position_after_what_came_later(standing: Standing) -> None:
    first, second = standing.road.travel(weighed(SCORED + 2, "tmall", "t-8", LONG_AGO), weighed(SCORED + 2, "pdd", "p-8", LONG_AGO))
    address, headers = f"/v1/standing/{subject_id(SCORED + 2)}/score", standing.callers["eye"]

    def account(position: int) -> dict[str, Any]:
        found: dict[str, Any] = standing.http.get(address, params={"position": position}, headers=headers).json()
        return found

    eventually(lambda: account(second.id).get("score") == 250)
    assert [account(position)["score"] for position in (first.id - 1, first.id, second.id - 1)] == [1000, 700, 700]
    assert 8000 + sum(line["eighths"] for line in account(first.id)["lines"]) == 8 * 700


def test_a_score_is_not_given_for_nobody_or_for_the_future(standing: Standing) -> None:
    headers = standing.callers["tmall"]
    assert problem(standing.http.get(f"/v1/standing/{subject_id(9999)}/score", headers=headers)) == (404, "not-found")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for at in (tomorrow, "2026-11-20T10:00:00", "yesterday"):
        answer = standing.http.get(f"/v1/standing/{subject_id(SCORED)}/score", params={"at": at}, headers=headers)
        assert problem(answer) == (422, "bad-parameter")


def test_a_new_generation_of_the_views_replaces_the_copy(standing: Standing) -> None:
    gone = standing.road.travel(directed(OLD + 7, 1, Tier.RESTRICTED, FAR))
    kept = standing.road.travel(directed(OLD + 8, 1, Tier.RESTRICTED, FAR))
    eventually(lambda: standing.tier(OLD + 7) == "restricted")
    standing.road.rebuild(kept)
    eventually(lambda: standing.tier(OLD + 7) == "none")
    assert standing.tier(OLD + 8) == "restricted"
    standing.road.rebuild([*gone, *kept])
    eventually(lambda: standing.tier(OLD + 7) == "restricted")


def test_lookups_go_on_from_memory_while_the_database_is_away(standing: Standing) -> None:
    standing.road.travel(directed(OLD + 9, 1, Tier.RESTRICTED, FAR))
    eventually(lambda: standing.tier(OLD + 9) == "restricted")
    with away(standing.database):
        time.sleep(0.3)
        first, second = (standing.ask(subject_id=str(subject_id(OLD + 9))) for _ in range(2))
        assert first.status_code == 200 and first.json()["tier"] == "restricted"
        assert first.json()["as_of"] == second.json()["as_of"] < datetime.now(UTC).isoformat()
    eventually(lambda: str(standing.ask(subject_id=str(subject_id(1))).json()["as_of"]) > first.json()["as_of"], patience=15)


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ({}, "bad-parameter", None),
        ({"uscc": USCC, "account": "shop-1"}, "bad-parameter", None),
        ({"name": "x"}, "bad-parameter", None),
        ({"uscc": "91350100M000100Y44"}, "bad-uscc", "#/uscc"),
        ({"uscc": ""}, "bad-uscc", "#/uscc"),
        ({"uscc": "统一社会信用代码一二三四五六七八九十"}, "bad-uscc", "#/uscc"),
        ({"subject_id": "42"}, "bad-format", "#/subject_id"),
    ],
)
def test_a_wrong_question_is_a_problem_with_its_place(standing: Standing, query: dict[str, str], code: str, pointer: str | None) -> None:
    answer = standing.ask(**query)
    assert problem(answer) == (422, code)
    assert [error["pointer"] for error in answer.json().get("errors", [])] == ([pointer] if pointer else [])


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b"nothing", "not-json", None),
        (b"\xff\xfe", "not-json", None),
        (b"[]", "wrong-type", "#"),
        (b'{"keys": [{"account": 7}]}', "wrong-type", "#"),
        (b'{"keys": [{"account": "a"}, {}]}', "bad-parameter", "#/keys/1"),
        (b'{"keys": [{"account": "a"}, {"uscc": "x"}]}', "bad-uscc", "#/keys/1/uscc"),
        (b'{"keys": [' + b",".join([b'{"account": "a"}'] * 1001) + b"]}", "bad-length", "#/keys"),
    ],
)
def test_a_wrong_list_of_questions_is_a_problem_with_its_place(standing: Standing, body: bytes, code: str, pointer: str | None) -> None:
    answer = standing.http.post("/v1/standing-queries", content=body, headers=standing.callers["tmall"])
    assert problem(answer) == (422, code)
    assert [error["pointer"] for error in answer.json().get("errors", [])] == ([pointer] if pointer else [])


def test_who_shows_no_key_gets_no_answer(standing: Standing) -> None:
    for answer in (
        standing.http.get("/v1/standing", params={"account": "shop-1"}),
        standing.http.post("/v1/standing-queries", json={"keys": []}),
        standing.http.get(f"/v1/standing/{subject_id(1)}/score"),
    ):
        assert problem(answer) == (401, "unauthorized")


def test_what_does_not_exist_is_said_so(standing: Standing) -> None:
    assert problem(standing.http.delete("/v1/standing", headers=standing.callers["tmall"])) == (405, "method-not-allowed")
    assert problem(standing.http.get("/v1/nothing", headers=standing.callers["tmall"])) == (404, "not-found")
    big = standing.http.post("/v1/standing-queries", content=b" " * 600_000, headers=standing.callers["tmall"])
    assert (problem(big), big.headers["connection"]) == ((413, "too-large"), "close")


def test_the_service_describes_itself(standing: Standing) -> None:
    described = standing.http.get("/openapi.json").json()
    assert {"/v1/standing", "/v1/standing-queries", "/v1/standing/{subject_id}/score"} <= described["paths"].keys()
    answer = described["paths"]["/v1/standing"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    fields = described["components"]["schemas"][answer.rsplit("/", 1)[1]]["properties"].keys()
    assert {"subject_id", "known", "merged_into", "tier", "score", "reasons", "as_of"} <= fields
    assert standing.http.get("/readyz").text == "ready\n"
    assert "liancheng_standing_age_seconds_bucket" in standing.http.get("/metrics").text
