"""Merchants that nobody has: fresh names, accounts and credit codes with a right check character."""

from random import Random
from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""GB 32100-2015: powers of 3 modulo 31."""

# 999999 is no administrative division, so that no code can be a real company's.
DIVISION = "999999"


class Company(NamedTuple):
    """A merchant as the play knows it: one company, with an account on each platform."""

    uscc: str
    name: str
    accounts: dict[str, str]


def uscc(random: Random) -> str:
    """A code of an enterprise (91) that is well formed and belongs to nobody."""
    body = "91" + DIVISION + "".join(random.choice(ALPHABET) for _ in range(9))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Of the first 17 characters. A remainder of 0 gives 0, which some published code refuses wrongly."""
    total = sum(weight * ALPHABET.index(character) for weight, character in zip(WEIGHTS, body, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def company(random: Random, trade: str, platforms: list[str]) -> Company:
    """`trade` is part of the name, such as 数码点卡."""
    number = f"{random.randrange(10**9):09d}"
    return Company(uscc(random), f"演示{trade}{number[-4:]}有限公司", {code: f"{code}-shop-{number}" for code in platforms})
