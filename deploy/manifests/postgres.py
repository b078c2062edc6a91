"""CloudNativePG: a primary and a standby that confirms every commit, a role for each process, and backups with the whole log of writes."""

from typing import Any

from deploy.local.access.roles import DATABASE, OWNER
from deploy.local.access.secrets import ROLES
from deploy.local.servers.postgres import SETTINGS

CLUSTER = "liancheng-db"
HOST = f"{CLUSTER}-rw"
PORT = 5432
CA_SECRET = f"{CLUSTER}-ca"
"""CloudNativePG keeps there, as ca.crt, who vouches for the servers; its key lies beside it, and is nobody else's."""
STORE = "liancheng-backups"
PLUGIN = "barman-cloud.cloudnative-pg.io"
IMAGE = "ghcr.io/cloudnative-pg/postgresql:18"
OURS = (
    "password_encryption",
    "max_connections",
    "max_wal_size",
    "max_parallel_workers_per_gather",
    "jit",
    "idle_in_transaction_session_timeout",
)
"""Of the local server's settings, those that mean the same on a large one; memory is by its size, the rest is the operator's."""

Document = dict[str, Any]


def role_secret(role: str) -> str:
    """Of type basic-auth, with username and password."""
    return f"{CLUSTER}-{role}"


def documents() -> list[Document]:
    return [_store(), _cluster(), _schedule()]


def _cluster() -> Document:
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"name": CLUSTER},
        "spec": {
            "imageName": IMAGE,
            "instances": 3,
            "storage": {"size": "200Gi"},
            "resources": {"requests": {"cpu": "2", "memory": "8Gi"}, "limits": {"memory": "8Gi"}},
            "affinity": {"enablePodAntiAffinity": True, "podAntiAffinityType": "required", "topologyKey": "kubernetes.io/hostname"},
            "postgresql": {
                "parameters": {name: SETTINGS[name] for name in OURS} | {"shared_buffers": "2GB", "max_connections": "200"},
                # Passwords, and what merchants are accused of, travel by TLS or not at all.
                "pg_hba": ["hostnossl all all all reject"],
                # A receipt says that a second machine has it: with too few standbys commits wait, and intake answers 503.
                "synchronous": {"method": "any", "number": 1, "dataDurability": "required"},
            },
            "bootstrap": {
                "initdb": {
                    "database": DATABASE,
                    "owner": OWNER,
                    "secret": {"name": role_secret(OWNER)},
                    "dataChecksums": True,
                    "encoding": "UTF8",
                    "localeProvider": "builtin",
                    "builtinLocale": "C.UTF-8",
                    "locale": "C",
                }
            },
            "managed": {"roles": [_role(role) for role in ROLES]},
            "plugins": [{"name": PLUGIN, "isWALArchiver": True, "parameters": {"barmanObjectName": STORE}}],
        },
    }


def _role(name: str) -> Document:
    return {"name": name, "ensure": "present", "login": True, "passwordSecret": {"name": role_secret(name)}}


def _store() -> Document:
    key = {"name": "liancheng-backups-s3"}
    return {
        "apiVersion": "barmancloud.cnpg.io/v1",
        "kind": "ObjectStore",
        "metadata": {"name": STORE},
        "spec": {
            "retentionPolicy": "30d",
            "configuration": {
                "destinationPath": "s3://liancheng-backups/",
                "s3Credentials": {"accessKeyId": key | {"key": "access"}, "secretAccessKey": key | {"key": "secret"}},
                "wal": {"compression": "gzip"},
                "data": {"compression": "gzip"},
            },
        },
    }


def _schedule() -> Document:
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "ScheduledBackup",
        "metadata": {"name": CLUSTER},
        "spec": {
            # Seconds come first; 18:30 UTC is half past two at night in China.
            "schedule": "0 30 18 * * *",
            "backupOwnerReference": "self",
            "cluster": {"name": CLUSTER},
            "method": "plugin",
            "pluginConfiguration": {"name": PLUGIN},
            "target": "prefer-standby",
        },
    }
