"""Who one is comes from the credential: whatever a body or a path claims, over HTTP and by Kafka, nobody speaks or reads for another."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import msgspec
import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition

from deploy.demo.patience import until
from deploy.local.enrol import Credentials
from events.transport.kafka import Kafka, producer
from tests.support.stack import GUARDED, Hub
from tests.wire.made import ACCOUNT, event

STRUCTURED = "application/cloudevents+json"
PEOPLE = ("reviewer", "approver", "panel", "regulator")
PURPOSE = {"Liancheng-Purpose": "test"}


class Cast(NamedTuple):
    """One of each class, and a second platform."""

    hub: Hub
    keys: dict[str, Credentials]

    def ask(self, who: str | None, method: str, service: str, path: str, **more: Any) -> httpx.Response:
        key = {} if who is None else {"Authorization": f"Bearer {self.keys[who].key if who in self.keys else who}"}
        return httpx.request(method, self.hub.url(service) + path, headers=key | more.pop("headers", {}), **more)

    def say(self, who: str | None, **more: Any) -> httpx.Response:
        said = event("report.investigating", **{"id": f"claim-{uuid4()}", **more})
        return self.ask(who, "POST", "gateway", "/v1/statements", content=msgspec.json.encode(said), headers={"Content-Type": STRUCTURED})


@pytest.fixture(scope="module")
def cast(hub: Hub) -> Iterator[Cast]:
    keys = {f"sec-{kind}": hub.enrol(f"sec-{kind}", kind) for kind in ("platform", "authority", *PEOPLE)}
    yield Cast(hub, keys | {"sec-other": hub.enrol("sec-other")})


def forged(cast: Cast, change: str) -> str:
    _, code, key_id, secret = cast.keys["sec-platform"].key.split("_")
    other = cast.keys["sec-other"].key.split("_")
    return {
        "another code with its own key": f"lc_sec-other_{key_id}_{secret}",
        "another's key id with its own secret": f"lc_{code}_{other[2]}_{secret}",
        "a wrong secret": f"lc_{code}_{key_id}_{'0' * len(secret)}",
        "no secret": f"lc_{code}_{key_id}_",
        "an unknown code": f"lc_nobody_{key_id}_{secret}",
        "its Kafka password": f"lc_{code}_{key_id}_{cast.keys['sec-platform'].kafka.password}",  # type: ignore[union-attr]
        "rubbish": "x",
    }[change]


@pytest.mark.parametrize("service", GUARDED)
@pytest.mark.parametrize(
    "change",
    ["another code with its own key", "another's key id with its own secret", "a wrong secret", "no secret", "an unknown code",
     "its Kafka password", "rubbish"],
)  # fmt: skip
def test_a_forged_key_opens_no_service(cast: Cast, service: str, change: str) -> None:
    answer = cast.ask(forged(cast, change), "GET", service, GUARDED[service], headers=PURPOSE)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthorized")
    assert cast.ask(None, "GET", service, GUARDED[service], headers=PURPOSE).status_code == 401


@pytest.mark.parametrize(
    ("who", "source", "status"),
    [
        ("sec-platform", "/platforms/sec-platform", 201),
        ("sec-authority", "/authorities/sec-authority", 201),
        ("sec-platform", "/platforms/sec-other", 403),
        ("sec-platform", "/authorities/sec-platform", 403),
        ("sec-platform", "/hub", 403),
        ("sec-platform", "/platforms/", 403),
        ("sec-platform", "/platforms/sec-platform/", 403),
        ("sec-authority", "/platforms/sec-authority", 403),
        *((f"sec-{kind}", f"/platforms/sec-{kind}", 403) for kind in PEOPLE),
    ],
)
def test_a_source_is_the_credentials_own(cast: Cast, who: str, source: str, status: int) -> None:
    assert cast.say(who, source=source).status_code == status


def test_a_revoked_key_is_refused_and_the_members_other_key_is_not(cast: Cast) -> None:
    revoked, kept = cast.hub.enrol("sec-revoked").key, cast.hub.enrol("sec-revoked").key
    assert cast.say(revoked, source="/platforms/sec-revoked").status_code == 201
    with psycopg.connect(cast.hub.stack.reach.owner) as owner:
        owner.execute("UPDATE credential SET revoked_at = now() WHERE key_id = %s", (revoked.split("_")[2],))
    until("a refusal", lambda: cast.say(revoked, source="/platforms/sec-revoked").status_code == 401 or None, 6.0)
    assert cast.say(kept, source="/platforms/sec-revoked").status_code == 201


def test_a_receipt_is_read_by_whoever_said_it(cast: Cast) -> None:
    said = cast.say("sec-platform", source="/platforms/sec-platform").json()["id"]
    assert cast.ask("sec-platform", "GET", "gateway", f"/v1/statements/{said}").status_code == 200
    assert cast.ask("sec-other", "GET", "gateway", f"/v1/statements/{said}").status_code == 404


def test_an_account_is_asked_for_by_its_own_platform(cast: Cast) -> None:
    account = f"shop-{uuid4()}"
    data = {"merchant": {"account": account}}
    said = {**event("merchant.declared", id=account, source="/platforms/sec-platform"), "subject": account, "data": data}
    answer = cast.ask(
        "sec-platform", "POST", "gateway", "/v1/statements", content=msgspec.json.encode(said), headers={"Content-Type": STRUCTURED}
    )
    assert answer.status_code == 201

    def known(who: str) -> bool:
        return bool(cast.ask(who, "GET", "standing", "/v1/standing", params={"account": account}).json()["known"])

    until("its dossier", lambda: known("sec-platform") or None, 20.0)
    assert not known("sec-other"), "the same name on another platform is another account"


@pytest.mark.parametrize(
    ("service", "path", "allowed"),
    [
        ("adjudication", "/v1/listings", {"reviewer", "approver", "panel", "regulator"}),
        ("regulator", "/v1/blacklist", {"reviewer", "approver", "panel", "regulator", "authority"}),
        ("directives", "/v1/notices", {"platform"}),
    ],
)
def test_a_class_reads_what_is_for_it(cast: Cast, service: str, path: str, allowed: set[str]) -> None:
    answered = {
        kind: cast.ask(f"sec-{kind}", "GET", service, path, headers=PURPOSE).status_code for kind in ("platform", "authority", *PEOPLE)
    }
    assert set(answered.values()) <= {200, 403}, answered
    assert {kind for kind, status in answered.items() if status == 200} <= allowed


@pytest.mark.parametrize(
    "path",
    ["release", "decide", "reject", "end", "objections/answer", "repair/decide"],
)
def test_a_platform_decides_nothing(cast: Cast, path: str) -> None:
    answer = cast.ask(
        "sec-platform", "POST", "adjudication", f"/v1/listings/{uuid4()}/{path}", json={"reason": "x"},
        headers={"Idempotency-Key": "k", "If-Match": '"x"'},
    )  # fmt: skip
    assert answer.status_code == 403


@pytest.mark.parametrize("source", ["/platforms/sec-other", "/authorities/sec-platform", "/hub"])
def test_by_kafka_a_foreign_source_is_refused_and_recorded_for_nobody(cast: Cast, source: str) -> None:
    given = cast.keys["sec-platform"].kafka
    assert given is not None
    access, said = Kafka(given.bootstrap, given.username, given.password), event("report.investigating", id=f"k-{uuid4()}", source=source)
    with closing(producer(access)) as speaking, closing(KafkaConsumer(**access.client(), consumer_timeout_ms=20_000)) as listening:
        place = TopicPartition(given.receipt, 0)
        listening.assign([place])
        listening.seek_to_end(place)
        listening.position(place)
        headers = [("content-type", STRUCTURED.encode())]
        speaking.send(given.ingress, key=ACCOUNT.encode(), value=msgspec.json.encode(said), headers=headers).get(10)
        answer = next(found for record in listening if (found := msgspec.json.decode(record.value))["id"] == said["id"])
    assert (answer["status"], answer["problem"]["type"]) == ("refused", "/problems/wrong-source")
    for who in ("sec-platform", "sec-other"):
        assert cast.ask(who, "GET", "gateway", f"/v1/statements/{said['id']}").status_code == 404
