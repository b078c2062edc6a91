"""`make simulate`: plays every mix, and writes table and guards into adjudication's README; exit code 1 when its claim fails."""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from services.adjudication.domain.decide.guards import GUARDS
from tests.simulation.case import Outcome
from tests.simulation.mix import MAIN, MIXES, Mix
from tests.simulation.table import HEAD, row, simulate, wrongful

SEED = 2026
README = Path(__file__).resolve().parents[2] / "services/adjudication/README.md"

GUARDS_HEAD = "| step | conditions, in the order in which they are looked at |\n|---|---|"


def between(text: str, mark: str, written: str) -> str:
    """The text with what is written between its two marks."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    return f"{text[: text.index(begin)]}{begin}\n{written}\n{text[text.index(end) :]}"


def play(mix: Mix) -> tuple[Mix, list[Outcome]]:
    return mix, simulate(mix, SEED)


def main() -> int:
    with ProcessPoolExecutor(2) as processes:
        played = list(processes.map(play, MIXES))
    table = "\n".join([HEAD, *(row(mix, outcomes) for mix, outcomes in played)])
    sys.stdout.write(f"{table}\n")
    guards = [f"| {step} | {' · '.join(guard.code for guard in many)} |" for step, many in GUARDS.items()]
    text = between(README.read_text("utf-8"), "guards", "\n".join([GUARDS_HEAD, *guards]))
    README.write_text(between(text, "make simulate", f"\n{table}\n"), "utf-8")
    irregular = sum(it.findings for _, outcomes in played for it in outcomes)
    wrong = next(wrongful(outcomes).found for mix, outcomes in played if mix == MAIN)
    sys.stdout.write(f"{irregular} findings of the log checker in {sum(len(outcomes) for _, outcomes in played)} logs\n")
    return 1 if wrong or irregular else 0


if __name__ == "__main__":
    sys.exit(main())
