"""What those who are listed may do themselves, with the token that only their notice carries: see, object, appeal, repair, their file."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from litestar import Router, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import JSONBody

from services.adjudication.api.counter import Key, Plea, Req, Taken
from services.adjudication.application.commands import Commands, Order, Step
from services.adjudication.application.merchant.holder import Holder, Holders
from services.adjudication.application.merchant.own import OwnFile, OwnNotice, own_file, own_notice
from services.adjudication.application.reading import Reader, Reading
from services.adjudication.application.rules import Rules
from services.adjudication.domain.decide import listing as steps
from services.adjudication.domain.draft import Facts
from services.adjudication.domain.redress import appeal
from services.web import Problem
from services.web.commands import command_key, fingerprint

OWN_FILE = "own file"
"""The purpose that the audit keeps of whoever reads what is kept of himself."""
Asks = Callable[..., Facts]
PLEAS: Mapping[str, Asks] = {"object": steps.lodge_objection, "appeal": appeal.lodge_appeal, "apply-for-repair": steps.apply_for_repair}
"""What a holder may ask for, by the words of `may`."""


def provide_holder(request: Req, holders: Given[Holders]) -> Holder:
    """Whoever sends `Authorization: Bearer` with the token of a notice."""
    return holders.find(bearer(request))


def bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Problem("unauthorized")
    return token.strip()


def lodge(commands: Commands, order: Order, holder: Holder, step: Step) -> Taken:
    """What a holder asks for. Problem reason-required; not-found for the notice of a watch, which restricts nothing."""
    if not order.reason.strip():
        raise Problem("reason-required")
    if holder.listing_id is None:
        raise Problem("not-found", "A watch restricts nothing: there is nothing to take back.")
    commands.about(holder.listing_id, order, step)
    return Taken(holder.listing_id)


def order_of(holder: Holder, key: str, body: Plea, *said: str) -> Order:
    """A holder's command; `said`: what else makes it the same as another."""
    return Order(holder.person, f"{holder.mark}/{key}", body.reason, fingerprint(*said, body))


class Hand(NamedTuple):
    """Takes what a holder says to where it is decided."""

    request: Req
    holder: Holder
    commands: Commands

    def about(self, body: Plea, asks: Asks) -> Taken:
        """Once for each Idempotency-Key."""
        order = order_of(self.holder, command_key(self.request), body, self.request.method, self.request.url.path)
        return lodge(self.commands, order, self.holder, partial(asks, evidence=body.evidence))


def provide_hand(request: Req, holder: Given[Holder], commands: Given[Commands], key: Key = None) -> Hand:
    return Hand(request, holder, commands)


@get("/v1/merchant/notice", sync_to_thread=True)
def read_notice(holder: Given[Holder], reader: Given[Reader], rules: Given[Rules]) -> OwnNotice:
    """The notice as it stands now, and what may be done about it."""
    dossier = reader.dossier(reading(holder), holder.subject_id, f"merchant/{holder.notice}")
    found = own_notice(dossier, holder, rules.moment())
    if found is None:
        raise Problem("not-found")
    return found


@get("/v1/merchant/file", sync_to_thread=True)
def read_file(holder: Given[Holder], reader: Given[Reader], rules: Given[Rules]) -> OwnFile:
    """Everything that the hub holds against the subject, and what platforms were told of it."""
    return own_file(reader.dossier(reading(holder), holder.subject_id, "merchant/file"), holder, rules.moment())


@post("/v1/merchant/objections", status_code=200, sync_to_thread=True)
def object_to(hand: Given[Hand], data: JSONBody[Plea]) -> Taken:
    """Object: silence decides nothing any more, and what is in force is shown as contested to everybody."""
    return hand.about(data, PLEAS["object"])


@post("/v1/merchant/appeals", status_code=200, sync_to_thread=True)
def appeal_against(hand: Given[Hand], data: JSONBody[Plea]) -> Taken:
    """Appeal against the decision; another person than those who decided looks at it."""
    return hand.about(data, PLEAS["appeal"])


@post("/v1/merchant/repair", status_code=200, sync_to_thread=True)
def apply_for_repair(hand: Given[Hand], data: JSONBody[Plea]) -> Taken:
    """Ask to be taken off, after the minimum term: corrected, performed, committed."""
    return hand.about(data, PLEAS["apply-for-repair"])


def reading(holder: Holder) -> Reading:
    """Of what is kept of himself, for the audit."""
    return Reading(holder.person.code, OWN_FILE)


MERCHANT = Router(
    "/",
    dependencies={"holder": Provide(provide_holder, sync_to_thread=True), "hand": Provide(provide_hand, sync_to_thread=False)},
    route_handlers=[read_notice, read_file, object_to, appeal_against, apply_for_repair],
)
