"""python -m deploy.manifests [env | secrets | member CODE KEY]: writes all files, or prints what a new site or a new member needs."""

import secrets as randomness
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from deploy.local.settings import CHECKOUT
from deploy.manifests import compose, kafka, network, postgres, processes, scaling, secrets

HEAD = b"# Written by python -m deploy.manifests from the tables of the code: change them there.\n"


def files() -> dict[Path, bytes]:
    """Every file by its path."""
    cluster, machine = CHECKOUT / "deploy" / "kubernetes", CHECKOUT / "deploy" / "compose"
    parts = {"kafka": kafka, "postgres": postgres, "processes": processes, "network": network, "scaling": scaling}
    found = {cluster / f"{name}.yaml": HEAD + _yaml(part.documents()) for name, part in parts.items()}
    found[machine / "compose.yaml"] = HEAD + _yaml([compose.document()])
    found[machine / "prometheus.yml"] = HEAD + _yaml([compose.scrape()])
    return found


def main(words: list[str]) -> None:
    match words:
        case []:
            for path, content in files().items():
                path.write_bytes(content)
        case ["env"]:
            sys.stdout.write(secrets.dotenv(_token))
        case ["secrets"]:
            sys.stdout.buffer.write(_yaml(secrets.documents(_token)))
        case ["member", code, key_id]:
            sys.stdout.buffer.write(_yaml(kafka.member(code, key_id)))
        case _:
            sys.exit("python -m deploy.manifests [env | secrets | member CODE KEY]")


def _yaml(documents: Iterable[dict[str, Any]]) -> bytes:
    return b"---\n".join(msgspec.yaml.encode(document) for document in documents)


def _token() -> str:
    return randomness.token_hex(32)


if __name__ == "__main__":
    main(sys.argv[1:])
