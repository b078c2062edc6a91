"""Examines everything there is to examine, whatever else is away, and prints the page."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from deploy.doctor import broker, certificates, justice, machine, processes, store
from deploy.doctor.finding import Finding, page
from deploy.doctor.patient import Disk, Patient
from deploy.local.tell import Say

Look = Callable[[Patient], Iterator[Finding]]
Ask = Callable[[Patient, psycopg.Connection], Iterator[Finding]]

WITHOUT_SERVERS: tuple[Look, ...] = (
    machine.room, machine.kept_copies, machine.calendar, machine.leaked, processes.nobody, processes.answering, processes.restarting,
    broker.kafka, certificates.authorities, certificates.brokers,
)  # fmt: skip
TABLES: tuple[Ask, ...] = (store.migrations, store.identity, store.clock, store.shapes, store.relay, store.followers)
ROWS: tuple[Ask, ...] = (
    justice.refusals, justice.waiting, justice.lifts, justice.erasures, justice.old_keys,
)  # fmt: skip
"""Only with this version's tables: an older database lacks some of them."""
EXAMINATIONS = tuple(it.__name__ for group in (WITHOUT_SERVERS, TABLES, ROWS) for it in group)


def examine(patient: Patient) -> list[Finding]:
    found = [finding for look in WITHOUT_SERVERS for finding in look(patient)]
    try:
        with psycopg.connect(
            patient.reach.owner,
            autocommit=True,
            connect_timeout=3,
            options="-c default_transaction_read_only=on -c statement_timeout=20000",
        ) as conn:
            found += [finding for ask in TABLES for finding in ask(patient, conn)]
            if not any(finding.code == "migration-missing" for finding in found):
                found += [finding for ask in ROWS for finding in ask(patient, conn)]
    except psycopg.OperationalError as error:
        found.append(store.away(error))
    return found


def doctor(patient: Patient, say: Say) -> int:
    """The exit code: 1 when something has to be done now."""
    found = examine(patient)
    for line in page(found, EXAMINATIONS):
        say(line)
    return int(any(finding.grave for finding in found))


def disk(folder: Path) -> Disk:
    """Of the folder, or of what is above it while it is not there."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(there)
    return Disk(usage.total, usage.free)
