"""The pages of officers: queues, a listing with its open steps, candidates; and what their forms send."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template

from services.regulator.console.entry.login import own
from services.regulator.console.entry.session import Session
from services.regulator.console.rendering import HEADERS, page
from services.regulator.console.visit import Visit, queues
from services.regulator.console.work.counter import Counter, File
from services.regulator.console.work.steps import STEPS, body
from services.web import Problem

ROWS = 50
QUERIES: dict[str, dict[str, str]] = {
    "proposed": {"state": "proposed"},
    "undelivered": {"waits": "undelivered"},
    "hearing": {"state": "served"},
    "objected": {"waits": "objected"},
    "repair_open": {"waits": "repair_open"},
    "appeal_open": {"waits": "appeal_open"},
    "held": {"waits": "held"},
}
AGAIN = {
    "precondition-failed": "work.changed",
    "not-allowed-now": "work.refused",
    "second-person-required": "work.second",
    "reason-required": "work.reason.missing",
}
"""Refusals after which the page is shown again, as it stands now, with what was written."""

PageToken = Annotated[str, QueryParameter(name="cursor")]


@get("/work/{queue:str}", sync_to_thread=True)
def show_queue(visit: NamedDependency[Visit], counter: NamedDependency[Counter], queue: FromPath[str], token: PageToken = "") -> Template:
    if queue not in queues(visit.role):
        raise Problem("forbidden" if queue in QUERIES or queue == "candidates" else "not-found")
    query: dict[str, str | int] = {"limit": ROWS} | ({"cursor": token} if token else {})
    if queue == "candidates":
        found = counter.candidates(query)
        return page("candidates", visit, items=found.items, next=found.next, first=not token, key=str(uuid4()), wrong=None)
    found = counter.listings(query | QUERIES[queue])
    return page("queue", visit, queue=queue, items=found.items, next=found.next, first=not token)


@get("/work/listings/{listing_id:uuid}", sync_to_thread=True)
def show_listing(visit: NamedDependency[Visit], counter: NamedDependency[Counter], listing_id: FromPath[UUID]) -> Template:
    return _listing(visit, counter.file(listing_id))


@post("/work/listings/{listing_id:uuid}/{step:str}", status_code=303, sync_to_thread=True)
def take_step(
    visit: NamedDependency[Visit], counter: NamedDependency[Counter], form: NamedDependency[dict[str, str]],
    listing_id: FromPath[UUID], step: FromPath[str],
) -> Redirect | Template:  # fmt: skip
    if step not in STEPS:
        raise Problem("not-found")
    try:
        said = body(step, form, _terms(form))
        counter.act(f"/v1/listings/{listing_id}/{STEPS[step].path}", said, form.get("key", ""), form.get("tag", ""))
    except Problem as problem:
        if problem.code not in AGAIN:
            raise
        wrong = AGAIN[problem.code], problem.detail
        return _listing(visit, counter.file(listing_id), problem.status, wrong=wrong, step=step, reason=form.get("reason", ""))
    return Redirect(visit.link(f"/work/listings/{listing_id}"), status_code=303, headers=HEADERS)


@post("/work/accounts/{candidate:int}/{judgement:str}", status_code=303, sync_to_thread=True)
def judge(
    visit: NamedDependency[Visit], counter: NamedDependency[Counter], form: NamedDependency[dict[str, str]],
    candidate: FromPath[int], judgement: FromPath[str],
) -> Redirect:  # fmt: skip
    reason, key = form.get("reason", "").strip(), form.get("key", "")
    if judgement == "link":
        account = {"platform": form.get("platform", ""), "account": form.get("account", ""), "uscc": form.get("uscc", "")}
        counter.act("/v1/accounts/link", account | {"reason": reason}, key)
    elif judgement in ("negative", "unsure"):
        counter.act(f"/v1/accounts/candidates/{candidate}/dismiss", {"judgement": judgement, "reason": reason}, key)
    else:
        raise Problem("not-found")
    return Redirect(visit.link("/work/candidates"), status_code=303, headers=HEADERS)


async def provide_form(request: Request[Any, Any, Any], session: NamedDependency[Session]) -> dict[str, str]:
    """What a page of this session sent; Problem forbidden for anybody else's."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    if not own(request, session, form.get("token", "")):
        raise Problem("forbidden")
    return form


def _terms(form: Mapping[str, str]) -> dict[str, Any] | None:
    """What the first person approved, as the page was given it; the API refuses other terms."""
    if "approved" not in form:
        return None
    months = form.get("months", "")
    return {"months": int(months) if months.isdigit() else None, "measures": [one for one in form.get("measures", "").split(",") if one]}


def _listing(
    visit: Visit, file: File, status: int = 200, wrong: tuple[str, str] | None = None, step: str = "", reason: str = ""
) -> Template:
    offered = [offer for offer in file.offers if offer["closed"] is None]
    closed = [offer for offer in file.offers if offer["closed"] is not None]
    return page(
        "listing", visit, status, it=file.listing, tag=file.tag, offered=offered, closed=closed, steps=STEPS,
        evidence=file.evidence, keys={offer["step"]: str(uuid4()) for offer in offered}, wrong=wrong, step=step, reason=reason,
    )  # fmt: skip
