"""`make mutants`: the table of mutants and of the specs that caught them; exit code 1 when one lives."""

import sys
import time

from tests.mutants.hunt import hunt
from tests.mutants.mutant import MUTANTS


def main() -> int:
    began, living = time.monotonic(), 0
    for mutant, caught_by in hunt(MUTANTS):
        living += caught_by is None
        sys.stdout.write(f"{mutant.name:<62} {caught_by or 'LIVES'}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(MUTANTS) - living} of {len(MUTANTS)} caught, {time.monotonic() - began:.0f} s\n")
    return 1 if living else 0


if __name__ == "__main__":
    sys.exit(main())
