"""A merchant whom two platforms sanctioned, with evidence of their own each; what he holds in his hand is the notice."""

from datetime import timedelta

from deploy.demo.cases.hearing import hear_out
from deploy.demo.merchants import Company
from deploy.demo.patience import until
from deploy.demo.people import Holder, Listing
from deploy.demo.play import Play, evidence, now
from deploy.demo.stage import Shop
from deploy.local.tell import either

TERM = timedelta(days=10)
TWO = ("kameng", "pdd")


def accuse(p: Play, who: Company, category: str, platforms: tuple[str, ...] = TWO) -> None:
    """Each froze him for ten days that are over: the shops are open to him, and the hub still counts it."""
    for code in platforms:
        freeze(p, p.stage[code], who, category)


def freeze(p: Play, shop: Shop, who: Company, category: str) -> None:
    began = now() - TERM - timedelta(days=1)
    sanction = {
        "sanction": p.number("S"), "measure": "freeze", "category": category, "rule": "平台规则 第9条", "begins": began,
        "ends": began + TERM, "reports": [], "evidence": [evidence(p.number("E"))], "decided_by": "human", "origin": {"kind": "own"},
    }  # fmt: skip
    p.say(shop, "sanction.imposed", who, sanction, either("冻结 10 日（已届满）", "frozen for 10 days (served)"), began)


def subject_of(p: Play, who: Company) -> str:
    standing, _ = p.settled(who, lambda found: found.known and found.score != 1000, "weighed")
    return standing.subject_id or ""


def notified(p: Play, who: Company, category: str) -> tuple[str, Listing, Holder]:
    """Accused, proposed, and told: the subject, the listing, and the merchant with his notice."""
    accuse(p, who, category)
    subject = subject_of(p, who)
    listing = hear_out(p, who, subject, "restricted", {})
    shop = p.stage["pdd"]
    notice = shop.hear("notice", lambda line: line["notice"] == f"listing-{listing.listing_id}")
    return subject, listing, Holder(notice["link"])


def closed(p: Play, listing: Listing, state: str) -> None:
    """Wait until the listing is in this state."""
    until(f"the listing {state}", lambda: p.reviewer.listing(listing.listing_id).state == state or None, every=0.02)
