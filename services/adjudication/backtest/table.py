"""The table of a backtest: how many would be listed, freed or scored otherwise, and who."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from services.adjudication.backtest.replay import Change, Difference, Outcome

WORDS: Mapping[Change, tuple[str, str]] = {
    "listed": ("将被列名", "would be listed"),
    "harder": ("将升级", "would be listed harder"),
    "milder": ("将降级", "would be listed milder"),
    "freed": ("将被解除", "would be freed"),
    "watched": ("将被关注", "would be watched"),
    "unwatched": ("将不再关注", "would be watched no longer"),
    "score": ("仅信用分不同", "differ in score only"),
    "same": ("不变", "stay the same"),
}
SHOWN = 50
"""Subjects named for each kind of change; the rest are counted."""


class Trial(NamedTuple):
    """What was compared with what, on how much."""

    before: str
    after: str
    position: int
    differences: Sequence[Difference]

    @property
    def counts(self) -> Counter[Change]:
        return Counter(difference.change for difference in self.differences)


def lines(trial: Trial) -> Iterator[str]:
    """Line by line, in both languages."""
    counts = trial.counts
    yield f"回测 backtest: {trial.before} → {trial.after}, 日志至 log up to {trial.position}, {len(trial.differences)} 份档案 dossiers"
    yield ""
    for change, (zh, en) in WORDS.items():
        yield f"{counts[change]:>8}  {zh} {en}"
    moved = sum(difference.before.score != difference.after.score for difference in trial.differences)
    yield f"{moved:>8}  信用分不同（合计） differ in score, in all"
    for change, (zh, en) in WORDS.items():
        if change != "same" and counts[change]:
            yield from ("", f"{zh} {en}")
            yield from _named([difference for difference in trial.differences if difference.change == change])


def _named(differences: Sequence[Difference]) -> Iterator[str]:
    ordered = sorted(differences, key=lambda it: (it.after.score - it.before.score, str(it.subject_id)))
    for it in ordered[:SHOWN]:
        now = f"  现行 in force: {it.decided.word}" if it.decided else ""
        yield f"  {it.subject_id}  {_outcome(it.before)} → {_outcome(it.after)}{now}"
    if len(ordered) > SHOWN:
        yield f"  … {len(ordered) - SHOWN}"


def _outcome(it: Outcome) -> str:
    return f"{it.tier.word}{f' ({it.rule})' if it.rule else ''} {it.score} {it.grade}"
