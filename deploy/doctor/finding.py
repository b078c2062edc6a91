"""One thing that is wrong, with what to do about it, in both languages; and the page of them. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from deploy.local.tell import either

RUNBOOKS = "deploy/runbooks"


class Finding(NamedTuple):
    """`code` names the kind. What is `grave` stops something, or harms somebody, now; the rest will."""

    code: str
    grave: bool
    zh: str
    en: str
    do_zh: str
    do_en: str
    runbook: str = ""


def page(found: Iterable[Finding], examined: Sequence[str]) -> list[str]:
    """The lines, grave ones first; what could not be looked at is said by whoever found out."""
    ordered = sorted(found, key=lambda it: (not it.grave, it.code))
    grave = sum(it.grave for it in ordered)
    head = either(
        f"查了 {len(examined)} 项：{grave} 项须立即处理，{len(ordered) - grave} 项须留意",
        f"{len(examined)} examinations: {grave} need something done now, {len(ordered) - grave} need a look",
    )
    return [head, *(line for it in ordered for line in _lines(it))]


def _lines(it: Finding) -> list[str]:
    mark = either("【急】", "NOW ") if it.grave else either("【留意】", "LOOK")
    where = f"  ({RUNBOOKS}/{it.runbook}.md)" if it.runbook else ""
    return ["", f"{mark} {it.code}: {either(it.zh, it.en)}", f"     → {either(it.do_zh, it.do_en)}{where}"]
