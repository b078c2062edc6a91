"""What people do with a listing beside its main road: appeals, interim measures, what the breaker holds, second looks."""

from functools import partial

from litestar import post
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody
from litestar.response import Response

from services.adjudication.api.counter import OFFICERS, SPEAKERS, Because, Changed, Clerk, ListingId, Plea
from services.adjudication.api.procedure import Grant
from services.adjudication.domain.redress import appeal, hold, interim, review
from services.web import only


@post("/v1/listings/{listing_id:uuid}/appeals", guards=[SPEAKERS], status_code=200, sync_to_thread=True)
def lodge_appeal(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Plea]) -> Response[Changed]:
    """Appeal against the decision, once. It stays in force, and is shown as contested, until the appeal is decided."""
    return clerk.about(listing_id, data, partial(appeal.lodge_appeal, evidence=data.evidence))


@post("/v1/listings/{listing_id:uuid}/appeals/decide", guards=[only("approver", "panel")], status_code=200, sync_to_thread=True)
def decide_appeal(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Grant]) -> Response[Changed]:
    """Decide the appeal, as another person than those who released the notice or decided. Granted, the listing ends."""
    return clerk.about(listing_id, data, partial(appeal.decide_appeal, granted=data.granted))


@post("/v1/listings/{listing_id:uuid}/interim", guards=[only("approver")], status_code=200, sync_to_thread=True)
def impose_interim(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Restrict before the decision, for 72 hours at most and once: the safety of goods, or a fraud in progress."""
    return clerk.about(listing_id, data, interim.impose_interim)


@post("/v1/listings/{listing_id:uuid}/interim/lift", guards=[only(*OFFICERS)], status_code=200, sync_to_thread=True)
def lift_interim(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Lift an interim measure before it lapses."""
    return clerk.about(listing_id, data, interim.lift_interim)


@post("/v1/listings/{listing_id:uuid}/hold/release", guards=[only("approver", "panel")], status_code=200, sync_to_thread=True)
def release_hold(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Let a listing be decided that the breaker holds: GET /v1/listings?held=true is the queue."""
    return clerk.about(listing_id, data, hold.release_hold)


@post("/v1/listings/{listing_id:uuid}/review", guards=[only("approver", "panel")], status_code=200, sync_to_thread=True)
def look_again(clerk: Given[Clerk], listing_id: ListingId, data: JSONBody[Because]) -> Response[Changed]:
    """Some of the evidence fell: say that the rest is enough, as another person than those who decided. Else end the listing."""
    return clerk.about(listing_id, data, review.review)
