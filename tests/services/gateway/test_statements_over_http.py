"""`POST /v1/statements` and `GET /v1/statements/{id}` answer as the contract says, on a real store."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest

from events.catalogue import CATALOGUE
from events.facts.fact import Statement, statement_stream
from events.transport.store import load
from events.transport.store.vault import digest
from tests.services.gateway.conftest import BATCH, STRUCTURED, Gateway, settings
from tests.support.served import served
from tests.support.stack import free_ports
from tests.wire.corpus import ATTRIBUTES, CASES, FIELDS, UNREADABLE, Case
from tests.wire.made import NAMES, body, event


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"] and problem["title_zh"] and problem["detail"]
    return answer.status_code, problem["type"].removeprefix("/problems/")


def test_accepted_once_and_the_original_receipt_ever_after(gateway: Gateway) -> None:
    said = event(id="once")
    first = gateway.state(said)
    assert first.status_code == 201
    assert first.headers["location"] == "/v1/statements/once"
    receipt = first.json()
    assert receipt.keys() == {"id", "source", "status", "position", "sha256", "recorded_at"}
    assert (receipt["id"], receipt["source"], receipt["status"]) == ("once", "/platforms/tmall", "accepted")
    again = gateway.state(said)
    assert (again.status_code, again.json()) == (200, receipt)
    read = gateway.get("/v1/statements/once")
    assert (read.status_code, read.json()) == (200, receipt)
    assert gateway.recorded("once") == 1


def test_the_same_id_with_other_content_is_a_conflict_and_changes_nothing(gateway: Gateway) -> None:
    receipt = gateway.state(event(id="twice")).json()
    other = gateway.state(event(id="twice", rule="another rule"))
    assert code_of(other) == (409, "conflict")
    assert other.json()["errors"][0]["pointer"] == "#/id"
    assert gateway.get("/v1/statements/twice").json() == receipt


def test_every_type_of_statement(gateway: Gateway) -> None:
    answers = gateway.batch(*(body(event(name, id=f"each-{name}")) for name in NAMES)).json()["items"]
    assert [answer["status"] for answer in answers] == ["accepted"] * len(NAMES)
    assert [answer["id"] for answer in answers] == [f"each-{name}" for name in NAMES]


def test_binary_mode_is_the_same_statement(gateway: Gateway) -> None:
    said = event("report.filed", id="binary") | {"extension": "店铺 88%"}
    first = gateway.state(said)
    headers = {f"ce-{name}": quote(value, safe="/:") for name, value in said.items() if name not in ("data", "datacontenttype")}
    again = gateway.post(body(said["data"]), media="application/json", **headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_an_authority_states_as_itself_and_delivers_no_notice(gateway: Gateway) -> None:
    document = {"name": "某市市场监督管理局", "document": "市监处罚〔2026〕88号", "issued_on": "2026-11-01", "sha256": "0" * 64}
    said = event(id="authority", source="/authorities/samr", decided_by="authority", authority=document)
    assert gateway.state(said, "samr").status_code == 201
    notice = event("notice.delivered", id="authority-notice", source="/authorities/samr")
    assert code_of(gateway.state(notice, "samr")) == (403, "wrong-class")


def test_another_members_source_is_refused(gateway: Gateway) -> None:
    assert code_of(gateway.state(event(id="theirs", source="/platforms/pdd"))) == (403, "wrong-source")
    assert gateway.recorded("theirs") == 0


def test_a_person_of_the_hub_states_nothing(gateway: Gateway) -> None:
    assert code_of(gateway.state(event(id="person"), "reviewer-1")) == (403, "wrong-class")


@pytest.mark.parametrize(
    "authorization", [None, "", "Basic x", "Bearer", "Bearer nonsense", "Bearer lc_tmall_none_x", "Bearer lc_tmall_a\xe9_x"]
)
def test_without_a_proper_key_nothing_is_read(gateway: Gateway, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = httpx.post(f"{gateway.address}/v1/statements", content=body(event()), headers={b"Content-Type": STRUCTURED, **headers})  # type: ignore[dict-item]
    assert code_of(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_of_another_code_or_secret_is_refused(gateway: Gateway) -> None:
    key = gateway.members["tmall"]["Authorization"]
    for wrong in (key.replace("lc_tmall", "lc_pdd"), key[:-1] + ("0" if key[-1] != "0" else "1"), key + "0"):
        answer = gateway.post(body(event()), Authorization=wrong)
        assert code_of(answer) == (401, "unauthorized")


@pytest.mark.parametrize("media", ["text/plain", "application/json", "application/xml", ""])
def test_another_media_type_is_refused(gateway: Gateway, media: str) -> None:
    assert code_of(gateway.post(body(event()), media=media)) == (415, "unsupported-media-type")


@pytest.mark.parametrize("case", [*UNREADABLE, *ATTRIBUTES[::4], *FIELDS[::4]], ids=lambda case: case.name)
def test_bad_input_gets_a_problem_with_a_pointer(gateway: Gateway, case: Case) -> None:
    answer = gateway.post(case.body)
    status = {"too-large": 413, "wrong-source": 403}.get(case.code, 422)
    assert code_of(answer) == (status, case.code)
    if case.code != "too-large":
        fault = answer.json()["errors"][0]
        assert (fault["code"], fault["pointer"]) == (case.code, case.pointer)


def test_the_whole_corpus_in_batches_harms_no_neighbour(gateway: Gateway) -> None:
    inside = [
        case
        for case in CASES
        if case.name not in {"empty", "two statements", "half a statement", "10,000 levels, never closed", "UTF-16", "rubbish"}
    ]
    items = [part for place, case in enumerate(inside) for part in (case.body, body(event(id=f"neighbour-{place}")))]
    assert len(items) <= 500
    answer = gateway.batch(*items)
    assert answer.status_code == 200
    answers = answer.json()["items"]
    assert [one["status"] for one in answers] == ["refused", "accepted"] * len(inside)
    for case, told in zip(inside, answers[::2], strict=True):
        assert told["problem"]["errors"][0]["code"] == case.code
        assert "receipt" not in told


def test_a_batch_tells_of_each_in_the_order_sent(gateway: Gateway) -> None:
    old = event(id="mixed-old")
    receipt = gateway.state(old).json()
    sent = [event(id="mixed-new"), old, event(id="mixed-old", rule="another"), event(id="mixed-bad", measure="x"), event(id="mixed-new")]
    answers = gateway.batch(*map(body, sent)).json()["items"]
    assert [one["status"] for one in answers] == ["accepted", "duplicate", "conflict", "refused", "duplicate"]
    assert answers[1]["receipt"] == receipt
    assert answers[4]["receipt"] == answers[0]["receipt"]
    assert answers[2]["problem"]["type"] == "/problems/conflict"
    assert answers[3]["id"] == "mixed-bad"


def test_an_empty_batch_is_answered(gateway: Gateway) -> None:
    assert gateway.batch().json() == {"items": []}


def test_a_batch_too_large_or_no_batch(gateway: Gateway) -> None:
    assert code_of(gateway.batch(*[b"{}"] * 501)) == (413, "too-large")
    assert code_of(gateway.batch(b'"' + b"x" * (4 * 1024 * 1024) + b'"')) == (413, "too-large")
    assert code_of(gateway.post(b"{}", media=BATCH)) == (422, "not-json")


def test_a_body_without_a_stated_length_is_cut_off_at_the_limit(gateway: Gateway) -> None:
    def endless() -> Any:
        for _ in range(64):
            yield b"x" * 65536

    sent = {"Content-Type": STRUCTURED, **gateway.members["tmall"]}
    answer = httpx.post(f"{gateway.address}/v1/statements", content=endless(), headers=sent)
    assert code_of(answer) == (413, "too-large")


def test_a_receipt_is_the_callers_own(gateway: Gateway) -> None:
    gateway.state(event(id="private"))
    for path in ("/v1/statements/private", "/v1/statements/never-sent", "/v1/statements/%E5%BA%97"):
        assert code_of(gateway.get(path, "pdd")) == (404, "not-found")
    assert code_of(httpx.get(f"{gateway.address}/v1/statements/private")) == (401, "unauthorized")


def test_two_members_may_use_the_same_id(gateway: Gateway) -> None:
    mine, theirs = gateway.state(event(id="shared")), gateway.state(event(id="shared", source="/platforms/pdd"), "pdd")
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["position"] != theirs.json()["position"]


def test_words_are_in_the_vault_and_their_digest_in_the_log(gateway: Gateway) -> None:
    gateway.state(event("report.filed", id="words", text="很私人的话", unknown={"phone": "13800000000"}))
    stream = statement_stream("/platforms/tmall", "words")
    with gateway.database.connect() as owner:
        ((_, _, fact),) = load(owner, [stream])[stream]
        row = owner.execute("SELECT salt, words FROM vault WHERE statement = %s", (stream,)).fetchone()
    assert row is not None and isinstance(fact, Statement)
    assert msgspec.json.decode(row[1]) == {"#/data/text": "很私人的话", "#/data/unknown": {"phone": "13800000000"}}
    assert fact.vault == digest(bytes(row[0]), bytes(row[1]))
    assert "很私人的话" not in CATALOGUE.encode(fact).decode()


def test_one_of_many_at_the_same_moment_is_accepted(gateway: Gateway) -> None:
    said = event(id="race")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(gateway.state, [said] * 48))
    assert sorted(answer.status_code for answer in answers) == [200] * 47 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert gateway.recorded("race") == 1


def test_the_callers_trace_is_in_the_fact(gateway: Gateway) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    gateway.post(body(event(id="traced")), traceparent=f"00-{trace}-b7ad6b7169203331-01")
    stream = statement_stream("/platforms/tmall", "traced")
    with gateway.database.connect() as owner:
        ((_, _, fact),) = load(owner, [stream])[stream]
    assert isinstance(fact, Statement) and fact.trace == trace


def test_what_was_answered_is_counted(gateway: Gateway) -> None:
    gateway.state(event(id="counted"))
    gateway.state(event(id="counted", measure="x"))
    text = httpx.get(f"{gateway.address}/metrics").text
    assert 'liancheng_statements_total{member_class="platform",result="accepted",type="sanction.imposed.v1"}' in text
    assert 'liancheng_statements_total{member_class="platform",result="refused",type="unknown"}' in text
    assert 'liancheng_http_seconds_count{method="POST",route="/v1/statements",service="gateway",status="201"}' in text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/statements", 405), ("DELETE", "/v1/statements/x", 405), ("GET", "/v1/nothing", 404)]
)
def test_other_addresses_are_problems_too(gateway: Gateway, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, f"{gateway.address}{path}", headers=gateway.members["tmall"])
    assert code_of(answer)[0] == status
    assert status == 404 or answer.headers["allow"]


def test_health_and_the_list_of_problems(gateway: Gateway) -> None:
    assert httpx.get(f"{gateway.address}/healthz").text == "ok\n"
    assert httpx.get(f"{gateway.address}/readyz").text == "ready\n"
    listed = httpx.get(f"{gateway.address}/problems").json()["items"]
    one = httpx.get(f"{gateway.address}/problems/bad-uscc").json()
    assert one in listed
    assert one["title"].keys() == one["explanation"].keys() == {"zh", "en"}
    assert httpx.get(f"{gateway.address}/problems/none").status_code == 404


def test_a_key_that_asks_too_often_is_told_when_to_come_again(gateway: Gateway) -> None:
    port = free_ports()["gateway_port"]
    few = settings(gateway.database, port, GATEWAY_RATE="1", GATEWAY_BURST="3")
    with served("services.gateway.main", port, few) as address, httpx.Client() as client:
        strict = gateway._replace(address=address, client=client)
        answers = [strict.state(event(id="often")) for _ in range(5)]
        other = strict.state(event(id="often", source="/platforms/pdd"), "pdd")
    assert [answer.status_code for answer in answers] == [201, 200, 200, 429, 429]
    assert code_of(answers[-1]) == (429, "too-many-requests")
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].json()["quota"] == {"per_second": 1, "burst": 3}
    assert other.status_code == 201
