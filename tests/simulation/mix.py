"""A mix: who is hostile, how many reporters collude, and how well platforms and people look."""

from typing import NamedTuple

from tests.simulation.figures import RATES

PLATFORMS = ("p0", "p1", "p2", "p3", "p4")
"""Of five legal entities."""


class Mix(NamedTuple):
    """`errors`: so many times more often honest platforms err about the falsely accused, as when a campaign is against a tenth of all.

    `spots` is how well the hub's people look: at 0 they wave everything through.
    """

    name: str
    hostile: int = 0
    colluding: float = 0.0
    errors: float = 1.0
    spots: float = RATES.spots
    answers: bool = True
    """Whether anybody at the hub answers objections and appeals."""
    together: int = 0
    """So many merchants live before the same platforms, and what is judged of one is known for the next; 0: all of them."""
    accused: int = 400
    """How many falsely accused merchants; of each other kind there are `others`."""
    others: int = 100

    def is_hostile(self, platform: str) -> bool:
        return platform in PLATFORMS[: self.hostile]


MAIN = Mix("one hostile platform, 50 % colluding", hostile=1, colluding=0.5, accused=2000, others=200)
MIXES = (
    Mix("everybody honest"),
    Mix("50 % colluding", colluding=0.5),
    MAIN,
    Mix("… and people wave everything through", hostile=1, colluding=0.5, spots=0.0),
    Mix("… and honest platforms err ten times as often about the accused", hostile=1, colluding=0.5, errors=10.0),
    Mix("… and both", hostile=1, colluding=0.5, errors=10.0, spots=0.0),
    Mix("two hostile platforms of two entities, 50 % colluding", hostile=2, colluding=0.5),
    Mix("… and people wave everything through", hostile=2, colluding=0.5, spots=0.0),
    Mix("… and nobody answers objections and appeals either", hostile=2, colluding=0.5, spots=0.0, answers=False),
    Mix("two hostile platforms that are after four merchants only, and other such two", hostile=2, colluding=0.5, together=8),
)
