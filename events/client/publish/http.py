"""The road over HTTP: one statement by itself, more of them as a batch; the answer is the outcome."""

from collections.abc import Sequence

import msgspec

from events.client.hub import LATER, Hub, Problem, ProblemDetails, Unreachable
from events.client.publish.outbox import Outcome, Receipt
from events.client.statement import Statement

ONE = "application/cloudevents+json"
MANY = "application/cloudevents-batch+json"
PATH = "/v1/statements"
BATCH_BYTES = 4 * 1024 * 1024
BATCH_ITEMS = 500
REFUSALS = frozenset({400, 403, 409, 413, 415, 422})
"""Statuses that are about the statement. Another one, such as 401, is about us: the statement waits."""


class Item(msgspec.Struct, frozen=True):
    """What the hub did with one statement of a batch."""

    id: str | None
    status: str
    receipt: Receipt | None = None
    problem: ProblemDetails | None = None


class Items(msgspec.Struct, frozen=True):
    """In the order in which they were sent."""

    items: tuple[Item, ...]


class HttpRoad:
    """To the gateway. An answer that says later, or none, leaves the statements waiting."""

    resend_after = 0.0

    def __init__(self, gateway: Hub) -> None:
        self._gateway = gateway

    def send(self, statements: Sequence[Statement]) -> Sequence[Outcome]:
        if len(statements) == 1:
            return [self._one(statements[0])]
        return [outcome for batch in batches(statements) for outcome in self._batch(batch)]

    def receipt(self, id: str) -> Receipt | None:
        """Ask again for the receipt of a statement of yours; None when the hub does not have it."""
        try:
            return self._gateway.get(f"{PATH}/{id}").read(Receipt)
        except Problem as problem:
            if problem.status == 404:
                return None
            raise

    def close(self) -> None:
        self._gateway.close()

    def _one(self, statement: Statement) -> Outcome:
        try:
            answer = self._gateway.post(PATH, statement.event, media=ONE)
        except Problem as problem:
            if problem.status not in REFUSALS:
                raise Unreachable(str(problem)) from problem
            return Outcome(statement.id, problem=problem.details)
        return Outcome(statement.id, receipt=answer.read(Receipt), repeated=answer.status == 200)

    def _batch(self, statements: Sequence[Statement]) -> Sequence[Outcome]:
        body = b"[" + b",".join(statement.event for statement in statements) + b"]"
        try:
            answered = self._gateway.post(PATH, body, media=MANY).read(Items)
        except Problem as problem:
            raise Unreachable(str(problem)) from problem
        if len(answered.items) != len(statements):
            raise Unreachable(f"{len(answered.items)} answers to {len(statements)} statements")
        outcomes = [_outcome(sent, item) for sent, item in zip(statements, answered.items, strict=True)]
        known = [outcome for outcome in outcomes if outcome is not None]
        if not known:
            raise Unreachable("the hub could take none of them now")
        return known


def batches(statements: Sequence[Statement]) -> list[list[Statement]]:
    """As few batches as the hub's limits on count and bytes allow, in the same order."""
    made: list[list[Statement]] = []
    room = 0
    for statement in statements:
        if room < len(statement.event) + 1 or len(made[-1]) == BATCH_ITEMS:
            made.append([])
            room = BATCH_BYTES - 2
        made[-1].append(statement)
        room -= len(statement.event) + 1
    return made


def _outcome(sent: Statement, item: Item) -> Outcome | None:
    """None when the hub could not say yet: that one statement goes on waiting."""
    if item.problem is not None and item.problem.status in LATER:
        return None
    return Outcome(sent.id, receipt=item.receipt, problem=item.problem, repeated=item.status == "duplicate")
