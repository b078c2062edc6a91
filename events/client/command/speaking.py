"""publish, and notices: what a platform says."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from time import time
from typing import Any, BinaryIO, Literal

import msgspec

from events.client.command import lines
from events.client.command.words import Words
from events.client.hub import Hub
from events.client.notices import BOOKMARK, Notice, Page, delivered, failed
from events.client.publish.http import HttpRoad
from events.client.publish.kafka import KafkaRoad, Receipts
from events.client.publish.outbox import AlreadySaid, Outbox, Outcome
from events.client.publish.publisher import Publisher, Road
from events.client.statement import Member, Statement

PREFIX, VERSION = "liancheng.", ".v1"


class Said(msgspec.Struct, frozen=True):
    """A line of `publish`: a CloudEvent, of which everything may be left out that is the same in all of yours.

    `type` may be its middle, such as `sanction.imposed`.
    """

    id: str
    type: str
    time: datetime
    data: dict[str, Any]
    subject: str | None = None


class Answered(msgspec.Struct, frozen=True):
    """A line of `notices --answers`: what became of a notice. `proof` is whatever proves it; only its hash is sent."""

    notice: str
    account: str
    state: Literal["delivered", "failed"]
    time: datetime
    method: str = "站内信"
    proof: str = ""
    reason: str = ""


def publish(words: Words, source: BinaryIO) -> int:
    """Every line goes into the outbox, and is answered by a line: a receipt or a problem. 1 when any was refused."""
    outbox = Outbox(words.outbox)
    return _say(words, outbox, (statement_of(words.member, said) for said in lines.read(Said, source)))


def notices(words: Words, source: BinaryIO) -> int:
    """Prints what is new since the last time; or takes what became of what was printed, and says it to the hub."""
    outbox = Outbox(words.outbox)
    if words.answers:
        return _say(words, outbox, (_of_a_notice(words.member, answer) for answer in lines.read(Answered, source)))
    hub, more = Hub(words.directives, words.key), True
    while more:
        since = outbox.bookmark(BOOKMARK)
        page = hub.get("/v1/notices", query={"since": since} if since else None).read(Page)
        for notice in page.items:
            lines.write(notice)
        outbox.put(bookmark=(BOOKMARK, page.next))
        more = page.more
    return 0


def statement_of(member: Member, said: Said) -> Statement:
    """The CloudEvent that the hub takes."""
    merchant = said.data.get("merchant")
    account = merchant.get("account") if isinstance(merchant, dict) else None
    subject = said.subject or account or str(said.data.get("directive", {}).get("subject_id", ""))
    name = said.type if said.type.startswith(PREFIX) else f"{PREFIX}{said.type}{VERSION}"
    event = {
        "specversion": "1.0", "id": said.id, "source": member.source, "type": name, "subject": subject, "time": said.time,
        "datacontenttype": "application/json", "data": said.data,
    }  # fmt: skip
    return Statement(said.id, subject, msgspec.json.encode(event))


def _of_a_notice(member: Member, answer: Answered) -> Statement:
    notice = Notice(notice=answer.notice, account=answer.account, tier="")
    if answer.state == "failed":
        return failed(member, notice, answer.reason or "not delivered", time=answer.time)
    return delivered(member, notice, answer.proof.encode(), time=answer.time, method=answer.method)


def _say(words: Words, outbox: Outbox, statements: Iterator[Statement]) -> int:
    """Until every statement of this run has its outcome. What was in the outbox before goes along."""
    refused = 0

    def heard(outcomes: Sequence[Outcome]) -> None:
        nonlocal refused
        for outcome in outcomes:
            refused += outcome.problem is not None
            lines.write(outcome)

    road: Road = HttpRoad(Hub(words.gateway, words.key))
    receipts = None
    if words.kafka is not None:
        road = KafkaRoad(words.kafka, words.code)
        receipts = Receipts(words.kafka, words.code, outbox, heard)
        receipts.start()
    publisher = Publisher(outbox, road, clock=time, heard=heard, doubt=lines.tell, limit=500)
    publisher.start()
    try:
        for statement in statements:
            _put(outbox, statement, heard)
        while outbox.tally().waiting:
            outbox.await_news(0.2)
    finally:
        publisher.stop()
        if receipts is not None:
            receipts.stop()
        outbox.close()
    return 1 if refused else 0


def _put(outbox: Outbox, statement: Statement, heard: Callable[[Sequence[Outcome]], None]) -> None:
    """A line that was said before is answered with what was answered then."""
    try:
        outbox.put(statement)
    except AlreadySaid as other:
        raise lines.BadLine(f"{other}: another content was said under this id / 该编号已用于其他内容") from None
    before = outbox.outcome(statement.id)
    if before is not None:
        heard([before])
