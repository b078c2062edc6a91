"""Fresh secrets for a new site, printed and never kept here: a file .env for compose, or Secret documents for a cluster."""

from collections.abc import Callable
from typing import Any

from deploy.local.access.roles import OWNER
from deploy.local.access.secrets import KAFKA_USERS, ROLES
from deploy.manifests.compose import password
from deploy.manifests.postgres import role_secret
from deploy.manifests.told import HUB_SECRET, variable
from events.wire.token import notice_key, webhook_key

Document = dict[str, Any]


def hub(hub_key: str) -> dict[str, str]:
    """The hub's key and those made from it, by the names of settings."""
    key = bytes.fromhex(hub_key)
    return {"hub_key": hub_key, "notice_key": notice_key(key).hex(), "webhook_key": webhook_key(key).hex()}


def dotenv(token: Callable[[], str]) -> str:
    """`token` gives 64 hexadecimal digits: a password stands in a URL."""
    given = {variable(name): value for name, value in hub(token()).items()}
    given |= {password(role): token() for role in (OWNER, *ROLES)}
    given |= {f"LIANCHENG_KAFKA_PASSWORD_{user.upper()}": token() for user in ("admin", "controller", *KAFKA_USERS)}
    given["LIANCHENG_GRAFANA_PASSWORD"] = token()
    return "".join(f"{name}={value}\n" for name, value in given.items())


def documents(token: Callable[[], str]) -> list[Document]:
    """Of Kafka's users Strimzi makes the passwords."""
    return [
        _secret(HUB_SECRET, "Opaque", hub(token())),
        *(_secret(role_secret(role), "kubernetes.io/basic-auth", {"username": role, "password": token()}) for role in (OWNER, *ROLES)),
    ]


def _secret(name: str, kind: str, data: dict[str, str]) -> Document:
    labels = {"cnpg.io/reload": "true"} if kind == "kubernetes.io/basic-auth" else {}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "labels": labels}, "type": kind, "stringData": data}
