"""A wrong setting stops the start with its name; secrets are made once; lines come in the terminal's language."""

import itertools
import re
import stat
from pathlib import Path

import pytest

from deploy.local import settings
from deploy.local.access import secrets
from deploy.local.settings import Settings, Site
from deploy.local.tell import Trouble, either
from events.transport.settings import WrongSetting
from services.adjudication import settings as adjudication
from services.directives import settings as directives
from services.gateway import settings as gateway
from services.regulator import settings as regulator
from services.standing import settings as standing


def test_nothing_set_is_the_documented_default() -> None:
    read, site = settings.read({})
    assert (read.gateway_port, read.standing_port, read.directives_port) == (8110, 8120, 8130)
    assert (read.adjudication_port, read.regulator_port) == (8140, 8150)
    assert (read.demo, read.clock_scale) == (False, 1.0)
    assert site.kafka_bootstrap is None
    assert site.database_url is None


def test_ports_differ() -> None:
    ports = [getattr(Settings(), name) for name in Settings.__struct_fields__ if name.endswith("_port")]
    assert len(ports) == len(set(ports))


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"LIANCHENG_GATEWAY_PORT": "http"}, "LIANCHENG_GATEWAY_PORT"),
        ({"LIANCHENG_GATEWAY_PROT": "8110"}, "LIANCHENG_GATEWAY_PROT: there is no such setting"),
        ({"LIANCHENG_KAFKA_PORT": "70000"}, "LIANCHENG_KAFKA_PORT"),
        ({"LIANCHENG_DEMO": "maybe"}, "LIANCHENG_DEMO"),
        ({"LIANCHENG_CLOCK_SCALE": "60"}, "LIANCHENG_CLOCK_SCALE"),
        ({"LIANCHENG_CLOCK_SCALE": "60", "LIANCHENG_DEMO": "0"}, "LIANCHENG_CLOCK_SCALE"),
        ({"LIANCHENG_CLOCK_SCALE": "-1", "LIANCHENG_DEMO": "1"}, "LIANCHENG_CLOCK_SCALE"),
        ({"LIANCHENG_BREAKER_FACTOR": "10"}, "LIANCHENG_BREAKER_FACTOR"),
    ],
)
def test_a_wrong_setting_is_named(variables: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSetting, match=named):
        settings.read(variables)


def test_every_setting_is_in_the_table() -> None:
    table = (Path(settings.__file__).parent / "README.md").read_text()
    documented = set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
    assert documented == settings.KNOWN | {name.upper() for name in Site.__struct_fields__}


def test_what_is_handed_on_is_a_setting_of_a_process() -> None:
    processes = (adjudication.WorkerSettings, directives.Settings, gateway.Settings, regulator.Settings, standing.Settings)
    assert {name.lower() for name in settings.TUNING} <= {name for process in processes for name in process.__struct_fields__}


def test_a_scale_is_for_demonstrations() -> None:
    read, _ = settings.read({"LIANCHENG_CLOCK_SCALE": "172800", "LIANCHENG_DEMO": "1"})
    assert (read.demo, read.clock_scale) == (True, 172800.0)


def test_a_broker_of_the_site_needs_credentials() -> None:
    with pytest.raises(Trouble, match="KAFKA_BOOTSTRAP"):
        settings.read({"KAFKA_BOOTSTRAP": "kafka.example:9092"})


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    numbers = itertools.count()
    made = secrets.keep(tmp_path, lambda: f"{next(numbers):064x}")
    assert secrets.keep(tmp_path, lambda: "another") == made
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    everything = [made.superuser, made.owner, made.hub_key, made.kafka_admin, made.kafka_controller]
    everything += [*made.roles.values(), *made.kafka_users.values()]
    assert len(everything) == len(set(everything))


def test_a_role_of_a_newer_release_gets_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = secrets.keep(tmp_path, lambda: "old")
    monkeypatch.setattr(secrets, "ROLES", (*secrets.ROLES, "auditor"))
    assert secrets.keep(tmp_path, lambda: "new").roles == made.roles | {"auditor": "new"}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "one"),
        ({"LANG": "zh_CN.UTF-8"}, "一"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "one"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, "一"),
    ],
)
def test_a_line_is_in_the_language_of_the_terminal(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert either("一", "one") == expected
