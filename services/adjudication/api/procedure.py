"""What people do with a listing on its main road: release, hear, decide, end, repair."""

from functools import partial
from typing import Literal

from litestar import post
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody
from litestar.response import Response

from events.facts.fact import Measure
from events.facts.listing import Terms
from services.adjudication.api.counter import OFFICERS, SPEAKERS, Because, Changed, Clerk, ListingId, Plea
from services.adjudication.domain.decide import listing as steps
from services.web import only


class Decision(Because, frozen=True, forbid_unknown_fields=True):
    """`approve: false` turns the proposal down. Term and measures where they are not the rulebook's own."""

    approve: bool = True
    months: int | None = None
    measures: tuple[Measure, ...] = ()


class Answer(Because, frozen=True, forbid_unknown_fields=True):
    """Of an objection."""

    upheld: bool


class Ending(Because, frozen=True, forbid_unknown_fields=True):
    """`wrongful`: it should never have been."""

    why: Literal["revoked", "wrongful"]


class Grant(Because, frozen=True, forbid_unknown_fields=True):
    """Whether what the subject asks for is granted: it is then taken off."""

    granted: bool


@post("/v1/listings/{listing_id:uuid}/release", guards=[only("reviewer")], status_code=200, sync_to_thread=True)
def release(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Hand the notice of a proposal out; again when nobody could deliver it."""
    return clerk.about(listing_id, data, steps.release)


@post("/v1/listings/{listing_id:uuid}/decide", guards=[only("approver")], status_code=200, sync_to_thread=True)
def decide(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Decision]) -> Response[Changed]:
    """Decide after the hearing. Blacklisting takes two approvers, who approve the same."""
    step = partial(steps.decide, terms=Terms(months=data.months, measures=data.measures)) if data.approve else steps.reject
    return clerk.about(listing_id, data, step, counted=True)


@post("/v1/listings/{listing_id:uuid}/reject", guards=[only(*OFFICERS)], status_code=200, sync_to_thread=True)
def reject(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Turn a proposal down, at any time before it is decided."""
    return clerk.about(listing_id, data, steps.reject)


@post("/v1/listings/{listing_id:uuid}/objections", guards=[SPEAKERS], status_code=200, sync_to_thread=True)
def lodge_objection(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Plea]) -> Response[Changed]:
    """Object on the subject's behalf: silence does not decide any more, and what is in force is shown as contested."""
    return clerk.about(listing_id, data, partial(steps.lodge_objection, evidence=data.evidence))


@post("/v1/listings/{listing_id:uuid}/objections/answer", guards=[only(*OFFICERS)], status_code=200, sync_to_thread=True)
def answer_objections(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Answer]) -> Response[Changed]:
    """Answer what was objected, as another person. Upheld, it turns the proposal down or revokes the listing."""
    return clerk.about(listing_id, data, partial(steps.answer_objections, upheld=data.upheld))


@post("/v1/listings/{listing_id:uuid}/end", guards=[only(*OFFICERS)], status_code=200, sync_to_thread=True)
def end(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Ending]) -> Response[Changed]:
    """End a listing that should not be. Two persons, for the same cause."""
    return clerk.about(listing_id, data, partial(steps.end, why=data.why))


@post("/v1/listings/{listing_id:uuid}/repair", guards=[SPEAKERS], status_code=200, sync_to_thread=True)
def apply_for_repair(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Plea]) -> Response[Changed]:
    """Ask on the subject's behalf to be taken off, after the minimum term."""
    return clerk.about(listing_id, data, partial(steps.apply_for_repair, evidence=data.evidence))


@post("/v1/listings/{listing_id:uuid}/repair/decide", guards=[only("approver")], status_code=200, sync_to_thread=True)
def decide_repair(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Grant]) -> Response[Changed]:
    """Granted, publicity, sharing and measures end together."""
    return clerk.about(listing_id, data, partial(steps.decide_repair, granted=data.granted))
