"""What is examined: a home, its servers, its processes, at one moment; time, disk and clocks come in, so that each can be planted."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from deploy.local.access.secrets import Secrets
from deploy.local.processes import Reach
from deploy.local.settings import Settings


class Disk(NamedTuple):
    """In bytes."""

    total: int
    free: int


class Patient(NamedTuple):
    """`running`: somebody has said `make run` here, so its processes are to be there."""

    settings: Settings
    reach: Reach
    secrets: Secrets
    running: bool
    now: datetime
    disk: Callable[[Path], Disk]
    ours: bool = True
    """The database and the broker are those of this home, not a site's."""
    patience: float = 0.0
    """Seconds in which a process that is not ready may become so: ingress starts anew whenever a member joins."""
