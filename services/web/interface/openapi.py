"""`python -m services.web.interface.openapi` writes each service's openapi.json; with `--check` it says which one is out of date."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from events.transport.settings import read
from events.wire.schema import rendered

SERVICES = ("gateway", "standing", "directives", "adjudication", "regulator")
_NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
"""A description needs no database, and nothing is asked of one."""
_ENVIRONMENT = {f"LIANCHENG_{name}_KEY": "00" * 32 for name in ("HUB", "NOTICE", "WEBHOOK")} | {
    f"LIANCHENG_DATABASE_{role}": _NOWHERE for role in ("GATEWAY", "STANDING", "DIRECTIVES", "ADJUDICATION", "REGULATOR")
}


def committed(service: str) -> Path:
    return Path(__file__).parents[2] / service / "openapi.json"


def described(service: str) -> bytes:
    """The description of one service as its code is now."""
    main: ModuleType = import_module(f"services.{service}.main")
    settings = read(main.Settings, _ENVIRONMENT)
    return rendered(main.application(settings).openapi())


def main(arguments: list[str]) -> int:
    stale = [service for service in SERVICES if not committed(service).exists() or committed(service).read_bytes() != described(service)]
    if "--check" in arguments:
        sys.stderr.write("".join(f"{committed(service)}: out of date; run python -m services.web.interface.openapi\n" for service in stale))
        return len(stale)
    for service in stale:
        committed(service).write_bytes(described(service))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
