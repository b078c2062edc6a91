"""How listings come to where one more decision puts them in force: sanctions, notices, hearings, and the first of two approvers."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import NamedTuple

import msgspec

from deploy.demo.merchants import uscc
from events.facts.member import MemberClass
from tests.bench.cases.intake import BATCH, post, receipts
from tests.bench.client.line import Answer, Line
from tests.bench.load import Event
from tests.bench.stack import Bench

AUTHORITY, PLATFORM = "bench-authority", "bench-delivers"
REVIEWER, FIRST, SECOND = "bench-reviewer", "bench-first", "bench-second"
PURPOSE = {"Liancheng-Purpose": "bench"}
BECAUSE = msgspec.json.encode({"reason": "事实清楚，证据充分，程序合法。"})
TERM = timedelta(days=365)


class Heard(NamedTuple):
    """A listing that waits for the second approver, with the tag that it was last seen with."""

    listing_id: str
    subject_id: str
    tag: str


class Official:
    """One person with a key. The connection lasts as long as the bench."""

    def __init__(self, bench: Bench, code: str, member_class: MemberClass) -> None:
        self._code = code
        self._line = Line(bench.settings.host, bench.settings.adjudication_port, bench.key(code, member_class))

    def listings(self, state: str) -> list[str]:
        found = self._line.get(f"/v1/listings?state={state}&limit=500", PURPOSE).expect(200).json()["items"]
        return [listing["listing_id"] for listing in found]

    def read(self, listing_id: str) -> Answer:
        return self._line.get(f"/v1/listings/{listing_id}", PURPOSE).expect(200)

    def act(self, step: str, listing_id: str, tag: str, because: bytes = BECAUSE) -> Answer:
        headers = {"Idempotency-Key": f"{step}-{listing_id}", "If-Match": tag}
        return self._line.post(f"/v1/listings/{listing_id}/{step}", because, headers=headers).expect(200)


def prepare(bench: Bench, seed: int, count: int, name: str = "") -> list[Heard]:
    """So many listings, of others than under another name. The hearings are waited for; then nothing happens to them by itself."""
    reviewer, first = Official(bench, REVIEWER, "reviewer"), Official(bench, FIRST, "approver")
    _state(bench, AUTHORITY, "authority", list(_sanctions(f"{name}{seed}", count)))
    _state(bench, PLATFORM, "platform", list(_declared(f"{name}{seed}", count)))
    bench.until(lambda: len(reviewer.listings("proposed")) == count, "proposals", turn=0.2)
    bench.rest()
    released = [reviewer.act("release", it, reviewer.read(it).header("etag")).json() for it in reviewer.listings("proposed")]
    _state(bench, PLATFORM, "platform", [_delivered(listing["notice"], listing["accounts"]) for listing in released])
    bench.until(lambda: len(reviewer.listings("served")) == count, "notices", turn=0.2)
    served = [first.read(it) for it in reviewer.listings("served")]
    over = max(datetime.fromisoformat(answer.json()["respond_by"]) for answer in served)
    time.sleep(max(0.0, (over - datetime.now(UTC)).total_seconds()))
    approved = [first.act("decide", answer.json()["listing_id"], answer.header("etag")) for answer in served]
    return [Heard(answer.json()["listing_id"], answer.json()["subject_id"], answer.header("etag")) for answer in approved]


def _state(bench: Bench, code: str, member_class: MemberClass, events: Sequence[Event]) -> None:
    bench.key(code, member_class)
    bodies = [msgspec.json.encode(events[first : first + BATCH]) for first in range(0, len(events), BATCH)]
    receipts(post(bench, code, bodies, 60.0))


def _merchants(seed: str, count: int, member: str) -> Iterator[Event]:
    """The same companies under the account numbers of one member."""
    random = Random(f"{seed}-hearing")
    for number in range(count):
        yield {"account": f"{member}-{seed}-{number}", "uscc": uscc(random), "name": f"演示案件{number}有限公司", "kind": "enterprise"}


def _sanctions(seed: str, count: int) -> Iterator[Event]:
    now = datetime.now(UTC)
    for merchant in _merchants(seed, count, AUTHORITY):
        number = merchant["account"]
        document = {
            "name": "演示市场监督管理局",
            "document": f"演示罚〔2026〕{number}号",
            "issued_on": f"{now:%Y-%m-%d}",
            "sha256": _hash(number),
        }
        data = {"merchant": merchant, "sanction": number, "measure": "freeze", "category": "counterfeit", "rule": "电子商务法 第84条"}
        data |= {"begins": now, "ends": now + TERM, "reports": [], "evidence": [{"evidence": number, "sha256": _hash(f"e{number}")}]}
        data |= {"decided_by": "authority", "authority": document, "origin": {"kind": "own"}}
        yield _event(f"/authorities/{AUTHORITY}", "sanction.imposed", f"imposed-{number}", number, data)


def _declared(seed: str, count: int) -> Iterator[Event]:
    for merchant in _merchants(seed, count, PLATFORM):
        number = merchant["account"]
        yield _event(f"/platforms/{PLATFORM}", "merchant.declared", f"declared-{number}", number, {"merchant": merchant})


def _delivered(notice: str, accounts: Sequence[Event]) -> Event:
    account = next(each["account"] for each in accounts if each["platform"] == PLATFORM)
    data = {"merchant": {"account": account}, "notice": notice, "method": "站内信", "delivered_at": datetime.now(UTC)}
    return _event(f"/platforms/{PLATFORM}", "notice.delivered", f"delivered-{account}", account, data | {"proof_sha256": _hash(account)})


def _event(source: str, name: str, number: str, account: str, data: Event) -> Event:
    event = {"specversion": "1.0", "id": number, "source": source, "type": f"liancheng.{name}.v1", "subject": account}
    return event | {"time": datetime.now(UTC), "datacontenttype": "application/json", "data": data}


def _hash(what: str) -> str:
    return sha256(what.encode()).hexdigest()
