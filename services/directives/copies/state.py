"""What a copy holds, in two numbers: the digest of the contract and the count. Pure."""

from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

_MODULUS = 1 << 256
WIDTH = 32
"""Bytes of a digest."""


def weight(subject_id: UUID, seq: int) -> int:
    """What one directive adds to the digest while it is its subject's latest and its tier is above none."""
    return int.from_bytes(sha256(f"{subject_id}/{seq}".encode()).digest(), "big")


class State(NamedTuple):
    """What a copy holds, in two numbers."""

    digest: int
    listed: int

    @property
    def hexadecimal(self) -> str:
        return f"{self.digest:064x}"

    @property
    def sum(self) -> bytes:
        """The digest as 32 bytes, the highest first."""
        return self.digest.to_bytes(WIDTH, "big")

    def plus(self, subject_id: UUID, seq: int) -> "State":
        return State((self.digest + weight(subject_id, seq)) % _MODULUS, self.listed + 1)

    def minus(self, subject_id: UUID, seq: int) -> "State":
        return State((self.digest - weight(subject_id, seq)) % _MODULUS, self.listed - 1)

    def changed_as(self, before: "State", after: "State") -> "State":
        """By the same that made of the one state the other."""
        return State((self.digest + after.digest - before.digest) % _MODULUS, self.listed + after.listed - before.listed)


EMPTY = State(0, 0)
