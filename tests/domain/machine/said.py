"""What a machine may hear about one merchant: a few platforms, two of one entity, an authority, few numbers, so that things meet."""

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from events.facts.fact import Category, Measure, Statement
from tests.domain.spec import (
    NOON,
    amended,
    appealed,
    days,
    declared,
    discredited,
    imposed,
    lifted,
    ordered,
    upheld,
    verified,
)

PLATFORMS = ("tmall", "taobao", "pdd", "jd")
NUMBERS = ("s1", "s2")
MEASURES = (Measure.WARN, Measure.LIMIT, Measure.FREEZE, Measure.FREEZE, Measure.EXPEL)
CATEGORIES = (Category.UNSAFE_GOODS, Category.UNSAFE_GOODS, Category.FRAUD, Category.BAD_SERVICE)

platforms = st.sampled_from(PLATFORMS)
numbers = st.sampled_from(NUMBERS)
hours = st.integers(0, 40).map(lambda hour: NOON - days(hour / 24))


@st.composite
def sanctions(draw: st.DrawFn) -> Statement:
    """Its id holds all that it says: another content is another statement, perhaps of the same number."""
    platform, number, measure = draw(platforms), draw(numbers), draw(st.sampled_from(MEASURES))
    category, proof = draw(st.sampled_from(CATEGORIES)), draw(st.sampled_from((None, None, None, "shared", ())))
    derived, begins = draw(st.sampled_from((False, False, False, True))), draw(st.sampled_from((0, 0, 0, 300, 725)))
    at, reports = draw(hours), draw(st.sampled_from(((), (), ("R-1",), ("R-1", "R-2"))))
    id = f"i-{number}-{measure}-{category}-{proof}-{derived}-{begins}-{at:%d%H}-{len(reports)}"
    return imposed(
        platform, measure, sanction=number, id=id, category=category, proof=proof, derived=derived, begins=at - days(begins), at=at,
        reports=reports,
    )  # fmt: skip


@st.composite
def orders(draw: st.DrawFn) -> Statement:
    """An authority's, with or without its document."""
    documented, measure = draw(st.booleans()), draw(st.sampled_from((Measure.LIMIT, Measure.FREEZE)))
    return ordered(measure, documented=documented, id=f"o-{documented}-{measure}")


@st.composite
def answers(draw: st.DrawFn) -> Statement:
    """What a platform says later, or too early, of a sanction."""
    platform, number, at = draw(platforms), draw(numbers), draw(hours)
    which = draw(st.sampled_from(("lifted", "lifted", "expired", "appealed", "upheld", "amended")))
    said: dict[str, Any] = {"sanction": number, "at": at}
    match which:
        case "lifted" | "expired":
            reason = "expired" if which == "expired" else draw(st.sampled_from(("overturned", "settled", "repaired")))
            return _named(lifted(platform, reason, **said), f"l-{number}-{reason}-{at:%d%H}")
        case "appealed":
            return appealed(platform, id=f"a-{number}-{at:%d%H}", **said)
        case "upheld":
            return upheld(platform, id=f"u-{number}-{at:%d%H}", **said)
    measure = draw(st.sampled_from((Measure.DEMOTE, Measure.LIMIT, Measure.FREEZE)))
    return amended(platform, measure, id=f"m-{number}-{measure}-{at:%d%H}", **said)


@st.composite
def evidence(draw: st.DrawFn) -> Statement:
    platform, number = draw(platforms), draw(numbers)
    named = draw(st.sampled_from((f"e-{platform}-{number}", "e-shared")))
    grade = draw(st.sampled_from(("A", "B", "B", "C")))
    weak = _named(verified(platform, named, grade=grade), f"verified-{named}-{grade}")
    return draw(st.sampled_from((discredited(platform, named), weak)))


@st.composite
def declarations(draw: st.DrawFn) -> Statement:
    name = draw(st.sampled_from(("公司", "福州某某公司")))
    return _named(declared(draw(platforms), name=name, kind="enterprise"), f"d-{name}")


def _named(statement: Statement, id: str) -> Any:
    return replace(statement, id=id)


statements = st.one_of(sanctions(), sanctions(), sanctions(), orders(), answers(), answers(), evidence(), declarations())
