"""Every service has health, metrics and a description, and answers every error as a problem of the closed list."""

from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.testing import TestClient

from events.wire.problems import PROBLEMS, Invalid
from services.web import Answer, Caller, Incoming, Problem, Quota, Raw, Site, application, only
from services.web.asgi import ClientGone
from services.web.reading import cursor, next_link, purpose, read_cursor


class Known:
    """Credentials without a database: the key is the class of member."""

    async def identify(self, authorization: str | None) -> Caller:
        if authorization is None:
            raise Problem("unauthorized")
        return Caller("somebody", authorization.removeprefix("Bearer "), "Entity", "k1")  # type: ignore[arg-type]


class Thing(msgspec.Struct):
    """A body."""

    size: int


@get("/v1/mine")
async def mine(caller: NamedDependency[Caller], answer: NamedDependency[int], limit: FromQuery[int] = 10) -> dict[str, Any]:
    """What is the caller's."""
    return {"code": caller.code, "answer": answer, "limit": limit}


@get("/v1/office", guards=[only("reviewer", "approver")])
async def office(caller: NamedDependency[Caller]) -> str:
    return caller.member_class


@post("/v1/things")
async def things(data: JSONBody[Thing]) -> Thing:
    return data


@get("/v1/fails/{how:str}")
async def fails(how: FromPath[str]) -> None:
    raise {
        "invalid": Invalid.at("#/data", "wrong-type"),
        "away": psycopg.OperationalError("gone"),
        "defect": KeyError("张三"),
        "unavailable": Problem("unavailable"),
    }[how]


@get("/v1/pages")
async def pages(request: Request[Any, Any, Any], place: FromQuery[str | None] = None) -> dict[str, Any]:
    return {"link": next_link(request, cursor("a", 1)), "purpose": purpose(request)}


@put("/v1/big")
async def big(data: JSONBody[Thing]) -> None:
    return None


async def hot(request: Incoming) -> Answer:
    body = await request.body(16)
    if body == b"gone":
        raise ClientGone
    if body == b"defect":
        raise KeyError("张三")
    return Answer(202, body, headers=((b"x-hot", b"yes"),))


READY = ["ready"]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Any]]:
    site = application(
        title="trial",
        handlers=[mine, office, things, fails, pages, big],
        credentials=Known(),  # type: ignore[arg-type]
        ready=lambda: READY[0],
        raw=[Raw("POST", "/v1/hot", hot, {"summary": "Hot"})],
        quota=Quota(1e6, 1e6),
        schemas={"Extra": {"type": "string"}},
        provide={"answer": 42},
        request_max_body_size=1000,
    )
    with TestClient(site, raise_server_exceptions=False) as client:  # type: ignore[type-var]
        client.headers["Authorization"] = "Bearer platform"
        yield client


def told(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    code = problem["type"].removeprefix("/problems/")
    assert code in PROBLEMS
    return answer.status_code, code


def test_callers_and_what_is_provided_are_injected(client: TestClient[Any]) -> None:
    assert client.get("/v1/mine?limit=3").json() == {"code": "somebody", "answer": 42, "limit": 3}


@pytest.mark.parametrize(
    ("method", "path", "content", "wanted"),
    [
        ("GET", "/nowhere", b"", (404, "not-found")),
        ("DELETE", "/v1/mine", b"", (405, "method-not-allowed")),
        ("GET", "/v1/hot", b"", (405, "method-not-allowed")),
        ("GET", "/v1/mine?limit=many", b"", (422, "bad-parameter")),
        ("GET", "/v1/office", b"", (403, "forbidden")),
        ("POST", "/v1/things", b'{"size":"big"}', (422, "bad-parameter")),
        ("POST", "/v1/things", b'{"size"', (422, "not-json")),
        ("POST", "/v1/things", b'{"size":1}' + b" " * 2000, (413, "too-large")),
        ("GET", "/v1/fails/invalid", b"", (422, "wrong-type")),
        ("GET", "/v1/fails/away", b"", (503, "unavailable")),
        ("GET", "/v1/fails/unavailable", b"", (503, "unavailable")),
        ("GET", "/v1/fails/defect", b"", (500, "internal")),
        ("GET", "/v1/pages", b"", (422, "purpose-required")),
        ("POST", "/v1/hot", b"defect", (500, "internal")),
        ("POST", "/v1/hot", b"x" * 17, (413, "too-large")),
    ],
)
def test_every_error_is_a_problem(client: TestClient[Any], method: str, path: str, content: bytes, wanted: tuple[int, str]) -> None:
    answer = client.request(method, path, content=content)
    assert told(answer) == wanted
    assert "张三" not in answer.text


def test_without_a_key(client: TestClient[Any]) -> None:
    bare = TestClient(client.app)
    answer = bare.get("/v1/mine")
    assert told(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_wrong_field_is_pointed_at(client: TestClient[Any]) -> None:
    assert client.post("/v1/things", content=b'{"size":"big"}').json()["errors"][0]["pointer"] == "#/size"


def test_a_guard_lets_its_classes_through(client: TestClient[Any]) -> None:
    assert client.get("/v1/office", headers={"Authorization": "Bearer approver"}).text == "approver"


def test_come_again_is_said_when_it_is_unavailable(client: TestClient[Any]) -> None:
    assert client.get("/v1/fails/away").headers["retry-after"] == "1"


def test_a_hot_route(client: TestClient[Any]) -> None:
    answer = client.post("/v1/hot", content=b"warm")
    assert (answer.status_code, answer.content, answer.headers["x-hot"]) == (202, b"warm", "yes")


def test_pages_link_to_the_next(client: TestClient[Any]) -> None:
    answer = client.get("/v1/pages?place=x&cursor=old", headers={"Liancheng-Purpose": "%E6%A3%80%E6%9F%A5"}).json()
    assert answer["purpose"] == "检查"
    link = answer["link"]["Link"]
    assert link.startswith("</v1/pages?place=x&cursor=") and link.endswith('>; rel="next"') and "old" not in link


def test_a_cursor_comes_back_as_it_was_and_nothing_else_does() -> None:
    assert read_cursor(cursor("a", 1), tuple[str, int]) == ("a", 1)
    for wrong in ("", "x", "é", cursor(1, "a"), cursor("a")):
        with pytest.raises(Problem) as problem:
            read_cursor(wrong, tuple[str, int])
        assert problem.value.code == "bad-parameter"


def test_health(client: TestClient[Any]) -> None:
    assert client.get("/healthz").text == "ok\n"
    for word, status in (("ready", 200), ("degraded", 200), ("starting", 503), ("the store is away", 503)):
        READY[0] = word
        answer = client.get("/readyz")
        assert (answer.status_code, answer.text) == (status, f"{word}\n")
    READY[0] = "ready"


def test_requests_are_measured_by_route_and_never_by_path(client: TestClient[Any]) -> None:
    client.get("/v1/fails/invalid")
    client.get("/somebody/asks/for/this")
    client.request("FROBNICATE", "/healthz")
    text = client.get("/metrics").text
    assert 'liancheng_http_seconds_count{method="GET",route="/v1/fails/{how}",service="trial",status="422"}' in text
    assert 'method="GET",route="unmatched",service="trial",status="404"' in text
    assert "somebody/asks" not in text and "FROBNICATE" not in text


def test_the_description_has_every_route_and_loads_nothing_from_elsewhere(client: TestClient[Any]) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "Liancheng trial"
    assert {"/v1/mine", "/v1/hot", "/healthz", "/readyz", "/metrics", "/problems", "/problems/{code}"} <= set(document["paths"])
    assert {"Problem", "Fault", "Extra"} <= set(document["components"]["schemas"])
    for elsewhere in ("/openapi", "/schema", "/docs", "/openapi/swagger"):
        assert client.get(elsewhere).status_code == 404


def test_every_problem_explains_itself(client: TestClient[Any]) -> None:
    items = client.get("/problems").json()["items"]
    assert [item["code"] for item in items] == list(PROBLEMS)
    for item in items:
        assert client.get(f"/problems/{item['code']}").json() == item


def test_a_site_can_be_described_without_being_served() -> None:
    site = application(title="trial", handlers=[mine], credentials=Known(), ready=lambda: "ready", provide={"answer": 1})  # type: ignore[arg-type]
    assert isinstance(site, Site)
    assert "/v1/mine" in site.openapi()["paths"]
