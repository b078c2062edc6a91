"""Tables of rules, and all their cases: the axes cut at every bound, so that there are finitely many and none is left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Generic, Literal, NamedTuple, TypeVar

T = TypeVar("T")


class Span(NamedTuple):
    """Integers from `least` to `most`, both included; without end when there is no `most`."""

    least: int = 1
    most: int | None = None

    def covers(self, other: "Span") -> bool:
        return self.least <= other.least and (self.most is None or (other.most is not None and other.most <= self.most))

    def meets(self, other: "Span") -> bool:
        return (self.most is None or other.least <= self.most) and (other.most is None or self.least <= other.most)

    def __str__(self) -> str:
        if self.most == self.least:
            return str(self.least)
        return f"{self.least}+" if self.most is None else f"{self.least}-{self.most}"


Part = str | Span


class Axis(NamedTuple):
    """What cases differ in: words, or integers from `whole`. `climbs`: along it an answer must not become milder; or must become harder."""

    name: str
    words: tuple[str, ...] = ()
    whole: Span = Span()
    climbs: Literal["", "never_milder", "harder"] = ""


class Entry(NamedTuple, Generic[T]):
    """One line of a table: an answer for the cases that it names by axis; what it says nothing of does not matter to it.

    Of several that hold, those of the highest rank count.
    """

    name: str
    where: Mapping[str, frozenset[str] | Span]
    answer: T
    rank: tuple[int, ...] = (0,)
    doubtful: tuple[str, Span] | None = None
    """On this axis, the integers of which the words leave open whether the line covers them."""


class Table(NamedTuple, Generic[T]):
    """`hardness` orders answers, the mildest first."""

    name: str
    axes: tuple[Axis, ...]
    entries: tuple[Entry[T], ...]
    hardness: Callable[[T], tuple[int, ...]]
    possible: Callable[[Mapping[str, Part]], bool] = lambda case: True


Case = tuple[Part, ...]


def parts(axis: Axis, entries: Sequence[Entry[T]]) -> tuple[Part, ...]:
    """The axis cut wherever an entry begins or ends: within a part no entry tells two cases apart."""
    if axis.words:
        return axis.words
    named = [entry.where.get(axis.name) for entry in entries]
    named += [span for entry in entries if entry.doubtful is not None for name, span in [entry.doubtful] if name == axis.name]
    spans = [span for span in named if isinstance(span, Span)]
    cuts = {axis.whole.least} | {span.least for span in spans} | {span.most + 1 for span in spans if span.most is not None}
    end = None if axis.whole.most is None else axis.whole.most + 1
    inside = sorted(cut for cut in cuts if cut >= axis.whole.least and (end is None or cut < end))
    return tuple(Span(least, None if after is None else after - 1) for least, after in pairwise([*inside, end]) if least is not None)


def cases(table: Table[T]) -> Iterator[Case]:
    """All of them; a finite number."""
    names = [axis.name for axis in table.axes]
    for case in product(*(parts(axis, table.entries) for axis in table.axes)):
        if table.possible(dict(zip(names, case, strict=True))):
            yield case


def holding(table: Table[T], case: Case) -> list[Entry[T]]:
    """The entries of the highest rank that answer the case."""
    found = [entry for entry in table.entries if all(_fits(entry, axis, part) for axis, part in zip(table.axes, case, strict=True))]
    top = max((entry.rank for entry in found), default=None)
    return [entry for entry in found if entry.rank == top]


def _fits(entry: Entry[T], axis: Axis, part: Part) -> bool:
    wanted = entry.where.get(axis.name)
    if wanted is None:
        return True
    return part in wanted if isinstance(part, str) else isinstance(wanted, Span) and wanted.covers(part)
