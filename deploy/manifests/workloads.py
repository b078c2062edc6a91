"""The processes of a site: those of the local set-up, with each of the desk's services by itself; and what each is told."""

import importlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from deploy.local import processes as local
from deploy.local.settings import Settings as Defaults
from events.transport.settings import Service

DESK = "desk"
BUCKET, ADDRESS = "evidence_bucket", "adjudication_url"


class Workload(NamedTuple):
    """`told`: the variables that its settings know, beside those that every process has; `required` ones have no default."""

    name: str
    module: str
    port_name: str
    port: int
    roles: tuple[str, ...]
    kafka_user: str | None
    told: frozenset[str]
    required: frozenset[str]

    @property
    def follows(self) -> bool:
        """Reads internal topics or members' topics, and shares partitions with its like."""
        return self.kafka_user not in (None, "relay")

    @property
    def serves(self) -> bool:
        """Speaks HTTP with others than those who scrape it."""
        return self.kafka_user is None


def workloads() -> Sequence[Workload]:
    """In the order in which an upgrade replaces them: readers of new facts before those who write them."""
    found = [_workload(process.name, process.module, process.ports[0], process.roles, process.kafka_user) for process in _processes()]
    order = ("projections", "adjudicator", "ingress", "relay", "standing", "directives", "adjudication", "regulator", "ops", "gateway")
    return sorted(found, key=lambda it: order.index(it.name))


def _processes() -> list[local.Process]:
    """The desk's services are one process on a small machine only."""
    found = []
    for process in local.PROCESSES:
        if process.name == DESK:
            found += [
                process._replace(name=role, module=f"services.{role}.main", ports=(f"{role}_port",), roles=(role,))
                for role in process.roles
            ]
        else:
            found.append(process)
    return found


def _workload(name: str, module: str, port: str, roles: tuple[str, ...], kafka_user: str | None) -> Workload:
    fields = msgspec.structs.fields(_settings(module))
    common = {field.name for field in msgspec.structs.fields(Service)}
    return Workload(
        name,
        module,
        port,
        getattr(Defaults(), port),
        roles,
        kafka_user,
        frozenset(field.name for field in fields) - common,
        frozenset(field.name for field in fields if field.required),
    )


def _settings(module: str) -> type[Service]:
    """What the module's main reads: a worker's own settings where it has such, else the service's."""
    main = importlib.import_module(module)
    for name in ("WorkerSettings", "Settings"):
        found = getattr(main, name, None)
        if isinstance(found, type) and issubclass(found, Service):
            return found
    raise LookupError(f"{module} names no settings")
