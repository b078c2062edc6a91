"""The way from a proposal to a decision: a reviewer releases, shops deliver, the merchant may answer, persons decide."""

from collections.abc import Mapping
from time import time

from deploy.demo.cases.enforcement import expect_sales
from deploy.demo.merchants import Company
from deploy.demo.patience import until
from deploy.demo.people import Listing, Officer
from deploy.demo.play import Play, now
from deploy.local.tell import either

LONGEST_HEARING = 12 * 86_400
"""Seconds of real time that five working days can take, over the longest holiday."""


def hear_out(p: Play, who: Company, subject_id: str, tier: str, own: Mapping[str, str]) -> Listing:
    """Up to the beginning of the hearing. `own`: shops that refuse him anyway; nobody else may before the decision."""
    listing = until(f"a proposal of {tier}", lambda: _found(p.reviewer, "proposed", subject_id, tier), every=0.01)
    p.timeline.line(either("中枢", "hub"), either("提议", "proposes"), tier)
    released = time()
    p.reviewer.release(listing, "事实清楚，证据充分")
    p.timeline.line(p.reviewer.code, either("签发告知书", "releases the notice"), "", 1000 * (time() - released))
    for shop in p.stage.shops:
        told = shop.hear("notice", lambda line: line["account"] in who.accounts.values() and line["at"] >= released)
        p.timeline.line(shop.name, either("送达商家", "hands it to him"), told["account"], 1000 * (told["at"] - released))
    expect_sales(p, who, "申辩期内不因提议而限制", "during the hearing nobody refuses because of the proposal", own)
    return listing


def patience(p: Play) -> float:
    """Seconds that a hearing may take by the scaled clock, and some."""
    return LONGEST_HEARING / p.scale + 10.0


def approve(p: Play, listing_id: str) -> float:
    """Two persons decide after the hearing; the moment of the second one's answer. The first alone decides nothing."""
    first, second = p.approvers
    until("the hearing's end", lambda: _approved(p, first, listing_id), patience(p), every=0.05)
    before = p.reviewer.listing(listing_id)
    p.timeline.expect("一人批准不作数", "one person's approval decides nothing", before.state != "decided", before.state)
    second.decide(second.listing(listing_id), "同意")
    decided = time()
    p.timeline.line(second.code, either("批准，决定生效", "approves: decided"))
    return decided


def _approved(p: Play, officer: Officer, listing_id: str) -> bool | None:
    listing = officer.listing(listing_id)
    if not listing.hearing_over(now()):
        return None
    officer.decide(listing, "同意")
    p.timeline.line(officer.code, either("批准", "approves"))
    return True


def _found(officer: Officer, state: str, subject_id: str, tier: str) -> Listing | None:
    for row in officer.listings(state):
        if row["subject_id"] == subject_id and row["tier"] == tier:
            return officer.listing(row["listing_id"])
    return None
