"""The gateway's routes: statements in, receipts out."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from events.transport.store import Recorded, Submission
from events.transport.telemetry import STATEMENTS
from events.wire.event.batch import MAX_BATCH
from events.wire.event.cloudevent import BATCH, JSON, MAX_STATEMENT, STRUCTURED, media_type, trace_id
from events.wire.problems import Invalid
from events.wire.receipt import Item, Items, Receipt, problem, receipt
from events.wire.statement import Arrival, Member, Parsed, parse_batch, parse_binary, parse_structured
from services.gateway.application import DEADLINE, Intake, Unavailable
from services.gateway.description import POST_STATEMENTS
from services.web import Answer, Caller, Credentials, Incoming, Problem, Quota, Raw

_ENCODE = msgspec.json.Encoder().encode


class Statements(NamedTuple):
    """`POST /v1/statements`, on bare ASGI: this is the road that everything comes by."""

    intake: Intake
    credentials: Credentials
    quota: Quota
    hub_key: bytes
    now: Callable[[], datetime]
    randomness: Callable[[int], bytes]

    def route(self) -> Raw:
        return Raw("POST", "/v1/statements", self.post, POST_STATEMENTS)

    async def post(self, request: Incoming) -> Answer:
        started = monotonic()
        caller = await self.credentials.identify(request.header(b"authorization"))
        self.quota.spend(caller.key_id)
        if caller.member_class not in ("platform", "authority"):
            raise Problem("wrong-class")
        media = media_type(request.header(b"content-type"))
        if media not in (STRUCTURED, BATCH) and not (media == JSON and request.header(b"ce-specversion") is not None):
            raise Problem("unsupported-media-type", f"One of: {STRUCTURED}, {BATCH}, {JSON} with ce- headers.")
        reading = monotonic()
        body = await request.body(MAX_BATCH if media == BATCH else MAX_STATEMENT)
        deadline = started + DEADLINE + (monotonic() - reading)
        arrival = self._arrival(request, caller)
        if media == BATCH:
            return await self._batch(parse_batch(body, arrival), caller, deadline)
        try:
            parsed = parse_structured(body, arrival) if media == STRUCTURED else parse_binary(request.headers, body, arrival)
        except Invalid as invalid:
            _count(caller, "unknown", "refused")
            raise Problem.of(invalid) from None
        return await self._one(parsed, caller, deadline)

    def _arrival(self, request: Incoming, caller: Caller) -> Arrival:
        trace = trace_id(request.header(b"traceparent")) or self.randomness(16).hex()
        member = Member(caller.code, caller.member_class)
        return Arrival(member, self.hub_key, self.now(), self.randomness(16), trace, credential=caller.key_id)

    async def _recorded(self, parsed: Sequence[Parsed], caller: Caller, deadline: float) -> list[Recorded]:
        try:
            recorded = await self.intake.record([Submission(*one) for one in parsed], deadline)
        except Unavailable as away:
            for one in parsed:
                _count(caller, one.fact.tag(), "unavailable")
            raise Problem("unavailable", f"Nothing was promised: {away}.") from None
        pairs = Counter((one.fact.tag(), outcome.outcome) for one, outcome in zip(parsed, recorded, strict=True))
        for (name, result), count in pairs.items():
            _count(caller, name, result, count)
        return recorded

    async def _one(self, parsed: Parsed, caller: Caller, deadline: float) -> Answer:
        (outcome,) = await self._recorded([parsed], caller, deadline)
        if outcome.outcome == "conflict":
            raise Problem.of(Invalid.at("#/id", "conflict"))
        body = _ENCODE(_receipt(parsed, outcome))
        if outcome.outcome == "duplicate":
            return Answer(200, body)
        return Answer(201, body, headers=((b"location", f"/v1/statements/{parsed.fact.id}".encode()),))

    async def _batch(self, batch: Sequence[Parsed | Invalid], caller: Caller, deadline: float) -> Answer:
        valid = [one for one in batch if isinstance(one, Parsed)]
        outcomes = iter(await self._recorded(valid, caller, deadline) if valid else ())
        items = []
        for one in batch:
            if isinstance(one, Invalid):
                _count(caller, "unknown", "refused")
                items.append(Item(one.statement_id, "refused", problem=problem(one)))
            else:
                items.append(_item(one, next(outcomes)))
        return Answer(200, _ENCODE(Items(items)))


def _item(parsed: Parsed, outcome: Recorded) -> Item:
    if outcome.outcome == "conflict":
        return Item(parsed.fact.id, "conflict", problem=problem(Invalid.at("#/id", "conflict")))
    return Item(parsed.fact.id, outcome.outcome, receipt=_receipt(parsed, outcome))


def _receipt(parsed: Parsed, outcome: Recorded) -> Receipt:
    return receipt(parsed.fact.id, parsed.fact.source, outcome.position, outcome.sha256, outcome.recorded_at)


def _count(caller: Caller, name: str, result: str, count: int = 1) -> None:
    STATEMENTS.labels(caller.member_class, name, result).inc(count)


@get("/v1/statements/{statement_id:str}")
async def get_statement(caller: NamedDependency[Caller], intake: NamedDependency[Intake], statement_id: FromPath[str]) -> Receipt:
    """The caller's own receipt. After a 404 for a statement whose receipt you hold, send it again."""
    try:
        found = await intake.receipt(caller.source, statement_id)
    except Unavailable as away:
        raise Problem("unavailable", f"{away}.") from None
    if found is None:
        raise Problem("not-found", "No statement of yours has this id.")
    return receipt(statement_id, caller.source, found.position, found.sha256, found.recorded_at)
