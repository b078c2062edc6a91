"""Where each variable of a process comes from: a plain value, or a secret by the name under which a site keeps it."""

from typing import NamedTuple

from deploy.local.servers.kafka import SESSION_SECONDS
from deploy.manifests.workloads import Workload

HUB_SECRET = "liancheng-hub"
"""Holds hub_key, notice_key, webhook_key and evidence_bucket."""
SHARED = frozenset(("hub_key", "notice_key", "webhook_key", "evidence_bucket"))


class Value(NamedTuple):
    """Written as it is."""

    text: str


class Kept(NamedTuple):
    """In a secret of the site."""

    secret: str
    key: str


class Password(NamedTuple):
    """Of a database role: becomes part of a URL, so it has to be made of letters and digits."""

    role: str


Source = Value | Kept | Password


class Place(NamedTuple):
    """What differs between one kind of site and another."""

    brokers: str
    adjudication: str
    """Where other processes reach it."""
    public: str
    """Where merchants and platforms reach it."""
    prometheus: str
    evidence_folder: str = ""
    kafka_ca: str = ""
    """The file of who vouches for the brokers; empty: they speak without TLS."""


def told(workload: Workload, place: Place) -> dict[str, Source]:
    """By the names of settings, for the process; LookupError for a required setting that nothing is known of."""
    known: dict[str, Source] = {
        "host": Value("0.0.0.0"),
        workload.port_name: Value(str(workload.port)),
        "kafka": Value(place.brokers),
        # Merchants follow it out of a notice; officers' pages call it inside.
        "adjudication_url": Value(place.public if workload.name == "directives" else place.adjudication),
        "prometheus_url": Value(place.prometheus),
        "regulator_https": Value("1"),
        "kafka_session": Value(f"{SESSION_SECONDS:g}"),
    }
    if place.kafka_ca:
        known["kafka_ca"] = Value(place.kafka_ca)
    known |= {name: Kept(HUB_SECRET, name) for name in SHARED}
    known |= {f"database_{role}": Password(role) for role in workload.roles}
    if workload.kafka_user is not None:
        known[f"kafka_password_{workload.kafka_user}"] = Kept(workload.kafka_user, "password")
    if place.evidence_folder:
        del known["evidence_bucket"]
        known["evidence_folder"] = Value(place.evidence_folder)
    missing = workload.required - known.keys()
    if missing:
        raise LookupError(f"{workload.name} needs {', '.join(sorted(missing))}: say where it comes from")
    wanted = workload.told | workload.required | {"host"}
    return {name: known[name] for name in sorted(wanted & known.keys())}


def variable(setting: str) -> str:
    return f"LIANCHENG_{setting.upper()}"
