"""Every password of the local set-up: made once, kept in one file that only its owner reads."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

# The same names for database roles and Kafka users; a process has one of each at most.
ROLES = ("gateway", "ingress", "relay", "adjudication", "projections", "standing", "directives", "regulator")
KAFKA_USERS = ("relay", "ingress", "adjudication", "projections")


class Secrets(msgspec.Struct, frozen=True):
    superuser: str
    owner: str
    kafka_admin: str
    kafka_controller: str
    hub_key: str
    roles: dict[str, str]
    kafka_users: dict[str, str]


def keep(folder: Path, new: Callable[[], str]) -> Secrets:
    """Those of `folder`, made with `new` (64 hexadecimal digits) when there are none. A role of a newer release gets its own."""
    path = folder / "secrets.json"
    kept = msgspec.json.decode(path.read_bytes()) if path.exists() else {}
    for name in ("superuser", "owner", "kafka_admin", "kafka_controller", "hub_key"):
        kept.setdefault(name, new())
    for name, members in (("roles", ROLES), ("kafka_users", KAFKA_USERS)):
        kept[name] = {member: new() for member in members} | kept.get(name, {})
    written = path.with_suffix(".new")
    written.touch(mode=0o600)
    with written.open("wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(kept)))
        os.fsync(stream.fileno())
    written.replace(path)
    return msgspec.convert(kept, Secrets)
