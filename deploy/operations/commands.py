"""Their words on the command line, and what each is handed."""

import argparse
import secrets as randomness
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from deploy.doctor import command as examining
from deploy.doctor.patient import Patient
from deploy.keys import command as keys
from deploy.local import run, stack
from deploy.local.access.secrets import keep
from deploy.local.settings import Settings, Site
from deploy.local.tell import say
from deploy.refusals import command as refusals

PATIENCE = 12.0
"""Seconds: a process that ended is started again within ten."""


class Asked(NamedTuple):
    """Of which home, and with which words."""

    words: argparse.Namespace
    settings: Settings
    site: Site


def add(commands: Any) -> None:
    """The parsers of all of them."""
    commands.add_parser("backup")
    commands.add_parser("doctor")
    commands.add_parser("restore").add_argument("--from", dest="source", default="")
    for name, wish in (("keys", keys.Wish), ("refusals", refusals.Wish)):
        parser = commands.add_parser(name)
        for field in wish._fields:
            parser.add_argument(f"--{field}", default="")


def carry_out(asked: Asked) -> int:
    """The exit code."""
    return COMMANDS[asked.words.command](asked)


def _backup(asked: Asked) -> int:
    run.backup(asked.settings, asked.site)
    return 0


def _restore(asked: Asked) -> int:
    run.restore(asked.settings, asked.site, asked.words.source)
    return 0


def _keys(asked: Asked) -> int:
    settings = run.present(asked.settings)
    wish = keys.Wish(*(getattr(asked.words, field) for field in keys.Wish._fields))
    keys.look(stack.reach(settings, asked.site, keep(settings.folder, _token)), wish, datetime.now(UTC), say)
    return 0


def _refusals(asked: Asked) -> int:
    settings = run.present(asked.settings)
    secrets = keep(settings.folder, _token)
    intake = refusals.Intake(stack.reach(settings, asked.site, secrets), bytes.fromhex(secrets.hub_key), randomness.token_bytes)
    wish = refusals.Wish(*(getattr(asked.words, field) for field in refusals.Wish._fields))
    return refusals.look(intake, wish, datetime.now(UTC), say)


def _doctor(asked: Asked) -> int:
    """Of a hub that is down too."""
    running = run.is_running(asked.settings)
    settings = run.present(asked.settings) if running else asked.settings
    settings.folder.mkdir(parents=True, exist_ok=True)
    secrets = keep(settings.folder, _token)
    reach, ours = stack.reach(settings, asked.site, secrets), asked.site.database_url is None
    return examining.doctor(Patient(settings, reach, secrets, running, datetime.now(UTC), examining.disk, ours, PATIENCE), say)


def _token() -> str:
    return randomness.token_hex(32)


COMMANDS: dict[str, Callable[[Asked], int]] = {
    "backup": _backup, "restore": _restore, "keys": _keys, "refusals": _refusals, "doctor": _doctor,
}  # fmt: skip
