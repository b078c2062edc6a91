"""What preparing is told; a site that has its own operator for roles or for Kafka leaves those words out."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from deploy.local.access.secrets import KAFKA_USERS, ROLES
from events.transport.settings import File, Secret, WrongSetting


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Read once; see `events.transport.settings`."""

    database_owner: Secret
    """As a URL. The owner of the database; may create roles where it is to make them."""
    kafka: str = ""
    """Brokers whose topics, users and rights are to be made; empty: somebody else's operator makes them."""
    kafka_ca: File = File("")
    """Certificates (PEM) of who vouches for the brokers, which then speak TLS."""
    kafka_admin: str = "admin"
    kafka_password_admin: str = ""
    hub_key: Annotated[str, msgspec.Meta(pattern="^([0-9a-fA-F]{64})?$")] = ""
    """Only for a recovery."""


def passwords(environ: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Of the database roles and of the Kafka users: all of a kind, or none, where somebody else makes them."""
    return _all_or_none(environ, "DATABASE_PASSWORD", ROLES), _all_or_none(environ, "KAFKA_PASSWORD", KAFKA_USERS)


def _all_or_none(environ: Mapping[str, str], what: str, names: tuple[str, ...]) -> dict[str, str]:
    given = {name: environ.get(f"LIANCHENG_{what}_{name.upper()}", "") for name in names}
    missing = [name for name, password in given.items() if not password]
    if len(missing) == len(names):
        return {}
    if missing:
        raise WrongSetting(f"LIANCHENG_{what}_{missing[0].upper()}", "is required and not set")
    return given
