"""What the page shows of a notice, in the words of one language: where it stands, line by line. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from events.facts.fact import Tier
from projections.day import SHANGHAI
from services.adjudication.application.merchant.own import OwnListing, OwnNotice
from services.adjudication.domain.law.rulebook import Rulebook
from services.adjudication.page.texts import Texts

STAGES = ("released", "served", "decided", "ended")
OVER = ("ended", "rejected")
Line = tuple[str, str]


def moment(at: datetime | None) -> str:
    """Asia/Shanghai."""
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def stages(listing: OwnListing) -> list[tuple[str, str]]:
    """The way of the case: each stage with whether it is done, now, or still to come."""
    way = (*STAGES[:2], "rejected") if listing.state == "rejected" else STAGES
    here = way.index(listing.state) if listing.state in way else -1
    return [(stage, "now" if place == here else "done" if place < here else "") for place, stage in enumerate(way)]


def sentences(notice: OwnNotice, t: Texts) -> Iterator[str]:
    """Where it stands, in plain words."""
    it = notice.listing
    if it is None:
        yield t("now.watch")
        return
    if it.state in OVER:
        yield t("now.superseded") if it.why == "superseded" else t(f"now.{it.state}")
        return
    if it.state == "decided":
        yield t("now.decided", tier=t(f"tier.{it.tier}"))
    elif it.interim_ends is not None:
        yield t("now.interim")
    else:
        yield t.known(f"now.{it.state}", t("now.released"))
    if it.state == "served":
        yield from _hearing(it, t)
    if it.contested:
        yield t("now.contested")


def _hearing(it: OwnListing, t: Texts) -> Iterator[str]:
    if it.objections_open:
        yield t("now.objected")
    elif it.tier == Tier.BLACKLISTED.word:
        yield t("now.two")
    elif it.respond_by is not None:
        yield t("now.silence", by=moment(it.respond_by))


def lines(notice: OwnNotice, t: Texts, books: Mapping[str, Rulebook]) -> Iterator[Line]:
    """The particulars, each under its label."""
    yield t("line.account"), f"{notice.platform} / {notice.account}"
    it = notice.listing
    proposed = it is not None and it.state not in ("decided", "ended")
    yield t("line.proposed" if proposed else "line.tier"), t.known(f"tier.{notice.tier}", notice.tier)
    if it is None:
        return
    yield t("line.rule"), _rule(it, t, books)
    if it.respond_by is not None:
        yield t("line.respond_by"), moment(it.respond_by)
    if it.measures:
        told = [(t.known(f"measure.{one.measure.value}", one.measure.value), one.until) for one in it.measures]
        yield t("line.measures"), "；".join(t("line.until_day", measure=measure, until=until) for measure, until in told)
    if it.interim_ends is not None:
        yield t("line.interim_ends"), moment(it.interim_ends)
    if it.since is not None:
        yield t("line.since"), str(it.since)
    if it.until is not None:
        yield t("line.until"), str(it.until)
    if it.why is not None:
        yield t("line.why"), t.known(f"why.{it.why}", it.why)
    if it.state not in OVER:
        yield from _pending(it, t)


def _pending(it: OwnListing, t: Texts) -> Iterator[Line]:
    for key, waits in (("objections", it.objections_open > 0), ("appeal", it.appeal_open), ("repair", it.repair_open)):
        if waits:
            yield t("line.pending"), t(f"pending.{key}")
    if it.answer_by is not None:
        yield t("line.answer_by"), moment(it.answer_by)


def _rule(it: OwnListing, t: Texts, books: Mapping[str, Rulebook]) -> str:
    """As the version says it that the listing was proposed under."""
    book = books.get(it.rulebook)
    rule = book.rule(it.rule) if book is not None else None
    said = "" if rule is None else rule.zh if t.language == "zh" else rule.en
    return t("line.rule.version", said=said.rstrip("。."), version=it.rulebook, name=it.rule)
