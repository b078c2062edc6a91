"""Every way in which a command can be wrong is a problem with a code of the list, and leaves nothing behind: no fact, no word, no row."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest

from events.wire.problems import PROBLEMS
from services.adjudication.rulebooks import shipped_texts
from tests.domain.spec import days, delivered, imposed
from tests.services.adjudication.desk import Desk, opened
from tests.support.stack import Database

NOBODY = str(UUID(int=7))
ACCOUNT = {"platform": "tmall", "account": "shop-1"}
NOW = ""
"""The tag of the listing as it is."""


class Bad(NamedTuple):
    """A command, and what it is answered with; `guard` names the condition that is not met."""

    name: str
    path: str
    by: str | None
    body: Any
    code: str
    guard: str | None = None
    tag: str | None = None
    key: str | None = None


def step(step: str, by: str, code: str, guard: str | None = None, tag: str | None = NOW, **body: Any) -> Bad:
    """About the listing that the hearing is over of, by whoever would otherwise be right."""
    said = ", ".join(f"{name}={value!r:.20}" for name, value in body.items())
    return Bad(
        f"{step} by {by}({said}): {guard or code}", f"/v1/listings/{{listing}}/{step}", by, {"reason": "事实清楚"} | body, code, guard, tag
    )


WRONG_STATE = [
    step("release", "rui", "not-allowed-now", "to-be-released"),
    step("objections/answer", "pan", "not-allowed-now", "objection-open", upheld=True),
    step("end", "pan", "not-allowed-now", "in-force", why="revoked"),
    step("end", "pan", "not-allowed-now", "in-force", why="wrongful"),
    step("repair", "tmall", "not-allowed-now", "in-force", tag=None),
    step("repair/decide", "an", "not-allowed-now", "in-force", granted=True),
    step("appeals", "tmall", "not-allowed-now", "in-force", tag=None),
    step("appeals/decide", "pan", "not-allowed-now", "appeal-open", granted=True),
    step("interim", "an", "not-allowed-now", "urgent"),
    step("interim/lift", "pan", "not-allowed-now", "interim-open"),
    step("hold/release", "pan", "not-allowed-now", "held"),
    step("review", "pan", "not-allowed-now", "in-force"),
]
SAME_PERSON = [step("decide", "an", "second-person-required", "another-than-approved")]
WRONG_PERSON = [
    step("release", "an", "forbidden"),
    step("decide", "rui", "forbidden"),
    step("decide", "tmall", "forbidden", tag=None),
    step("appeals/decide", "rui", "forbidden", granted=True),
    step("objections", "taobao", "forbidden", "for-the-subject", tag=None),
    step("objections", "samr", "forbidden", tag=None),
    step("interim", "clara", "forbidden"),
    Bad("nobody", "/v1/listings/{listing}/decide", None, {"reason": "x"}, "unauthorized"),
]
STALE = [
    step("decide", "bo", "precondition-failed", tag='"of yesterday"'),
    step("decide", "bo", "precondition-required", tag=None),
    step("reject", "pan", "precondition-failed", tag="no tag"),
]
WRONG_WORDS = [
    *(step("decide", "bo", "bad-parameter", months=months) for months in ("six", 1.5)),
    *(step("decide", "bo", "bad-parameter", "terms-allowed", months=months) for months in (0, -1, 11, 37, 10**15)),
    step("decide", "bo", "bad-parameter", measures=["banish"]),
    step("decide", "bo", "bad-parameter", "terms-allowed", measures=["warn"]),
    step("decide", "bo", "bad-parameter", since="2020-01-01"),
    step("decide", "bo", "bad-parameter", until="1999-12-31"),
    step("decide", "bo", "bad-parameter", reason="字" * 2001),
    step("decide", "bo", "bad-parameter", reason=7),
    step("decide", "bo", "bad-parameter", reason=""),
    step("decide", "bo", "reason-required", reason="  \n"),
    step("end", "pan", "bad-parameter", why="expired"),
    step("objections", "tmall", "bad-parameter", tag=None, evidence=["nothing"]),
    step("objections", "tmall", "bad-parameter", tag=None, evidence=["ab" * 32] * 21),
    step("objections/answer", "pan", "bad-parameter"),
    Bad("no object", "/v1/listings/{listing}/decide", "bo", [], "bad-parameter", tag=NOW),
    Bad("a key too long", "/v1/listings/{listing}/decide", "bo", {"reason": "x"}, "idempotency-key-required", tag=NOW, key="k" * 129),
    Bad("no such listing", f"/v1/listings/{NOBODY}/decide", "bo", {"reason": "x"}, "not-found", tag='"x"'),
    Bad("no id of a listing", "/v1/listings/mine/decide", "bo", {"reason": "x"}, "not-found", tag='"x"'),
]
ACCOUNTS = [
    Bad("to whom", "/v1/accounts/link", "rui", {"reason": "x", **ACCOUNT}, "bad-parameter"),
    Bad("a wrong code", "/v1/accounts/link", "rui", {"reason": "x", **ACCOUNT, "uscc": "91350100M000100Y4Z"}, "bad-parameter"),
    Bad("to nobody", "/v1/accounts/link", "rui", {"reason": "x", **ACCOUNT, "subject_id": NOBODY}, "not-found"),
    Bad(
        "to himself",
        "/v1/accounts/link",
        "rui",
        {"reason": "x", **ACCOUNT, "uscc": "91350100M000100Y43"},
        "not-allowed-now",
        "another-subject",
    ),
    Bad(
        "nobody's account", "/v1/accounts/link", "rui", {"reason": "x", "platform": "jd", "account": "?", "subject_id": NOBODY}, "not-found"
    ),
    Bad("not a reviewer", "/v1/accounts/unlink", "an", {"reason": "x", **ACCOUNT}, "forbidden"),
    Bad("no candidate", "/v1/accounts/candidates/77/dismiss", "rui", {"reason": "x"}, "not-found"),
    Bad("no document", f"/v1/sanctions/{NOBODY}/document", "reg", {"reason": "x", "sha256": "ab" * 32, "genuine": True}, "not-found"),
]
EARLY = shipped_texts()["2026.1"].replace('version = "2026.1"', 'version = "2026.9"')
RULES = [
    Bad("rules that nobody drafted", "/v1/rulebooks/2026.9/adopt", "an", {"reason": "x", "sha256": "ab" * 32}, "precondition-failed"),
    Bad("an unknown version", "/v1/rulebooks/2031.1/withdraw", "an", {"reason": "x"}, "not-allowed-now", "drafted"),
    Bad("no rules at all", "/v1/rulebooks", "rui", {"reason": "x", "text": "version = 7"}, "rulebook-defective"),
    Bad(
        "an unknown rule of people", "/v1/rulebooks", "rui", {"reason": "x", "text": EARLY + "\n[mercy]\ndays = 3\n"}, "rulebook-defective"
    ),
    Bad("drafted by an approver", "/v1/rulebooks", "an", {"reason": "x", "text": EARLY}, "forbidden"),
]
CORPUS = [*WRONG_STATE, *SAME_PERSON, *WRONG_PERSON, *STALE, *WRONG_WORDS, *ACCOUNTS, *RULES]


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """A hearing that is over, of a blacklisting that one of two has approved."""
    with opened(database) as found:
        found.court.hear(imposed("tmall"), imposed("pdd"), imposed("jd"))
        listing = found.newest("proposed")
        found.act("release", "rui", listing)
        found.court.hear(delivered("tmall", f"listing-{listing}"))
        found.court.now += days(8)
        assert found.act("decide", "an", listing).status_code == 200
        yield found


def left(desk: Desk) -> tuple[Any, ...]:
    """Everything that a command could leave behind, but for the audit of reads."""
    counts = (
        f"(SELECT count(*) FROM {table})" for table in ("hub_events", "vault", "command", "listing", "account", "candidate", "rulebook")
    )
    with closing(desk.court.database.connect()) as conn:
        (row,) = conn.execute(f"SELECT {', '.join(counts)}").fetchall()  # type: ignore[call-overload]
    return tuple(row)


def give(desk: Desk, bad: Bad, listing: str, tag: str) -> httpx.Response:
    return desk.post(bad.path.format(listing=listing), bad.body, bad.by, tag=tag if bad.tag == NOW else bad.tag, key=bad.key)


def test_each_is_refused_by_its_code_and_leaves_nothing(desk: Desk) -> None:
    listing = desk.newest("served")
    tag = desk.get(f"/v1/listings/{listing}").headers["etag"]
    before, wrong = left(desk), []
    for bad in CORPUS:
        answer = give(desk, bad, listing, tag)
        said = answer.json()
        code = said.get("type", "").removeprefix("/problems/")
        if (code, said.get("guard")) != (bad.code, bad.guard) or answer.status_code != PROBLEMS[bad.code].status:
            wrong.append(f"{bad.name}: {answer.status_code} {code} {said.get('guard')} {said.get('detail')}")
        if left(desk) != before:
            wrong.append(f"{bad.name} left something behind")
            before = left(desk)
    assert not wrong, "\n".join(wrong)
    assert desk.get(f"/v1/listings/{listing}").headers["etag"] == tag


def test_the_right_command_is_still_taken_afterwards(desk: Desk) -> None:
    assert desk.act("decide", "bo", desk.newest("served")).json()["state"] == "decided"


def test_the_corpus_has_every_kind() -> None:
    assert {bad.code for bad in CORPUS} >= {
        "not-allowed-now", "second-person-required", "forbidden", "unauthorized", "precondition-failed", "precondition-required",
        "bad-parameter", "reason-required", "idempotency-key-required", "not-found", "rulebook-defective",
    }  # fmt: skip
