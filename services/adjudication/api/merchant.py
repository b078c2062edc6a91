"""What those who are listed may do themselves, with the token that only their notice carries: see, object, appeal, repair, their file."""

from functools import partial
from typing import Any, NamedTuple

from litestar import Router, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import JSONBody
from litestar.response import Response

from services.adjudication import page
from services.adjudication.api.counter import Because, Key, Plea, Req, Taken
from services.adjudication.application.commands import Commands, Order, Step
from services.adjudication.application.merchant.holder import Holder, Holders
from services.adjudication.application.merchant.own import OwnFile, OwnNotice, own_file, own_notice
from services.adjudication.application.reading import Reader, Reading
from services.adjudication.application.rules import Rules
from services.adjudication.domain.decide import listing as steps
from services.adjudication.domain.redress import appeal
from services.web import Problem
from services.web.commands import command_key, fingerprint

OWN_FILE = "own file"
"""The purpose that the audit keeps of whoever reads what is kept of himself."""
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def provide_holder(request: Req, holders: Given[Holders]) -> Holder:
    """Whoever sends `Authorization: Bearer` with the token of a notice."""
    return holders.find(bearer(request))


def bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Problem("unauthorized")
    return token.strip()


class Hand(NamedTuple):
    """Takes what a holder says to where it is decided."""

    request: Req
    holder: Holder
    commands: Commands

    def order(self, body: Because) -> Order:
        if not body.reason.strip():
            raise Problem("reason-required")
        key = f"{self.holder.mark}/{command_key(self.request)}"
        return Order(self.holder.person, key, body.reason, fingerprint(self.request.method, self.request.url.path, body))

    def about(self, body: Plea, step: Step) -> Taken:
        """Once for each Idempotency-Key; problem not-found for the notice of a watch, which restricts nothing."""
        if self.holder.listing_id is None:
            raise Problem("not-found", "A watch restricts nothing: there is nothing to take back.")
        self.commands.about(self.holder.listing_id, self.order(body), step)
        return Taken(self.holder.listing_id)


def provide_hand(request: Req, holder: Given[Holder], commands: Given[Commands], key: Key = None) -> Hand:
    return Hand(request, holder, commands)


@get("/v1/merchant", security=[{}], sync_to_thread=False, media_type="text/html")
def read_page() -> Response[bytes]:
    """What the link of a notice opens: a page that shows the notice and takes an answer. The token stands behind the #. Public."""
    return _file("merchant.html", "text/html")


@get("/v1/merchant/page.js", security=[{}], sync_to_thread=False, media_type="text/javascript")
def read_script() -> Response[bytes]:
    """The script of the page. Public."""
    return _file("merchant.js", "text/javascript")


@get("/v1/merchant/page.css", security=[{}], sync_to_thread=False, media_type="text/css")
def read_style() -> Response[bytes]:
    """The style of the page. Public."""
    return _file("merchant.css", "text/css")


def _file(name: str, media: str) -> Response[bytes]:
    return Response(page.read(name), media_type=media, headers=PAGE_HEADERS)


@get("/v1/merchant/notice", sync_to_thread=True)
def read_notice(holder: Given[Holder], reader: Given[Reader], rules: Given[Rules]) -> OwnNotice:
    """The notice as it stands now, and what may be done about it."""
    dossier = reader.dossier(_reading(holder), holder.subject_id, f"merchant/{holder.notice}")
    found = own_notice(dossier, holder, rules.moment())
    if found is None:
        raise Problem("not-found")
    return found


@get("/v1/merchant/file", sync_to_thread=True)
def read_file(holder: Given[Holder], reader: Given[Reader], rules: Given[Rules]) -> OwnFile:
    """Everything that the hub holds against the subject, and what platforms were told of it."""
    return own_file(reader.dossier(_reading(holder), holder.subject_id, "merchant/file"), holder, rules.moment())


@post("/v1/merchant/objections", status_code=200, sync_to_thread=True)
def object_to(hand: Given[Hand], data: JSONBody[Plea]) -> Taken:
    """Object: silence decides nothing any more, and what is in force is shown as contested to everybody."""
    return hand.about(data, partial(steps.lodge_objection, evidence=data.evidence))


@post("/v1/merchant/appeals", status_code=200, sync_to_thread=True)
def appeal_against(hand: Given[Hand], data: JSONBody[Plea]) -> Taken:
    """Appeal against the decision; another person than those who decided looks at it."""
    return hand.about(data, partial(appeal.lodge_appeal, evidence=data.evidence))


@post("/v1/merchant/repair", status_code=200, sync_to_thread=True)
def apply_for_repair(hand: Given[Hand], data: JSONBody[Plea]) -> Taken:
    """Ask to be taken off, after the minimum term: corrected, performed, committed."""
    return hand.about(data, partial(steps.apply_for_repair, evidence=data.evidence))


def _reading(holder: Holder) -> Reading:
    return Reading(holder.person.code, OWN_FILE)


MERCHANT = Router(
    "/",
    dependencies={"holder": Provide(provide_holder, sync_to_thread=True), "hand": Provide(provide_hand, sync_to_thread=False)},
    route_handlers=[read_page, read_script, read_style, read_notice, read_file, object_to, appeal_against, apply_for_repair],
)
