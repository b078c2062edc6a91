"""The watch: one grave sanction with evidence is shown as long as it runs. Informational, by itself, no directive."""

from datetime import date

from events.facts.dossier import Weighing
from events.facts.listing import NoticeReleased, WatchBegan, WatchEnded
from services.adjudication.domain.dossier import SanctionKey
from services.adjudication.domain.draft import HUB, Draft
from services.adjudication.domain.grounds import basis_of, lifted, stands
from services.adjudication.domain.law.calendar import add_months, day_of, last_day


def keep_watch(draft: Draft) -> None:
    """End the watches that rest on nothing any more, and begin the ones that are due, each with its own notice."""
    over = lifted(draft.dossier)
    end(draft, over)
    dossier, book, today = draft.dossier, draft.moment.book, day_of(draft.moment.now)
    severity = book.watch_rule.severity
    for weighing_id, entry in dossier.weighed.items():
        if entry.weighing.severity < severity or entry.discounted is not None or weighing_id in dossier.watches:
            continue
        until = watched_until(entry.weighing, book.watch_months)
        if today <= until and entry.key not in over and stands(dossier, entry.weighing):
            begin(draft, entry.weighing, until)


def begin(draft: Draft, weighing: Weighing, until: date) -> None:
    book = draft.moment.book
    rule = book.watch_rule
    draft.say(WatchBegan, weighing=weighing.id, rule=rule.name, rulebook=book.version, until=until)
    draft.say(
        NoticeReleased, notice=notice_of(weighing), tier=rule.tier, rule=rule.name, rulebook=book.version, basis=basis_of([weighing]),
        accounts=tuple(sorted(draft.dossier.accounts)), by=HUB,
    )  # fmt: skip


def end(draft: Draft, over: frozenset[SanctionKey]) -> None:
    dossier, today = draft.dossier, day_of(draft.moment.now)
    for watch in list(dossier.watches.values()):
        entry = dossier.weighed.get(watch.weighing)
        if entry is None or entry.discounted is not None:
            draft.say(WatchEnded, weighing=watch.weighing, why="discounted")
        elif today > watch.until or entry.key in over:
            draft.say(WatchEnded, weighing=watch.weighing, why="expired")


def watched_until(weighing: Weighing, months: int) -> date:
    """The last day: of the sanction, but at most so many months after it began."""
    most = add_months(day_of(weighing.begins), months)
    return most if weighing.ends is None else min(most, last_day(weighing.ends))


def notice_of(weighing: Weighing) -> str:
    """The notice of a watch, known by the weighing that it rests on."""
    return f"watch-{weighing.id}"
