"""The figures that the simulation is shaped by, and the rates that follow from them."""

import tomllib
from pathlib import Path
from typing import NamedTuple


class Rates(NamedTuple):
    """What happens how often. `reversal` and `hours` are of the two published marketplaces; platforms take after one or the other."""

    acted_on: float
    """A report of a true violation leads to a sanction."""
    wrong_share: float
    """Of grave sanctions of an honest platform: at least so many were wrong, because they were reversed."""
    reversal: tuple[float, float]
    """An appeal to the platform against a wrong sanction succeeds."""
    hours: tuple[float, float]
    """Median until it does."""
    objects: float
    innocent_objects: float
    found_false: float
    spots: float
    guilty_upheld: float
    sanctions_a_year: float

    @property
    def errs_a_year(self) -> float:
        """Wrong grave sanctions of an honest platform about one innocent merchant in a year: one guilty to nine innocent."""
        return self.wrong_share * self.sanctions_a_year / 9


def read() -> Rates:
    given = tomllib.loads(Path(__file__).with_name("figures.toml").read_text("utf-8"))
    ali, amazon, assumed = given["published"]["aliexpress"], given["published"]["amazon"], given["assumed"]
    return Rates(
        acted_on=ali["notices_acted_on"] / ali["notices"],
        wrong_share=ali["account_reversed"] / (ali["accounts_suspended"] + ali["accounts_terminated"]),
        reversal=tuple(it["account_reversed"] / it["account_complaints"] for it in (ali, amazon)),
        hours=(ali["median_hours"], amazon["median_hours"]),
        objects=given["seed"]["objects"],
        **assumed,
    )


RATES = read()
