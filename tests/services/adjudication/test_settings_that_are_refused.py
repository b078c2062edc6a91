"""A wrong setting stops the start with its name."""

import pytest

from events.transport.settings import WrongSetting, read
from services.adjudication.application.rules import rules
from services.adjudication.settings import Settings, WorkerSettings

GIVEN = {"LIANCHENG_DATABASE_ADJUDICATION": "postgresql://somewhere/hub", "LIANCHENG_HUB_KEY": "0a" * 32}
WORKER = {**GIVEN, "LIANCHENG_KAFKA": "127.0.0.1:9092", "LIANCHENG_KAFKA_PASSWORD_ADJUDICATION": "secret"}


def test_a_scale_needs_a_demonstration() -> None:
    scaled = {**GIVEN, "LIANCHENG_CLOCK_SCALE": "86400"}
    with pytest.raises(WrongSetting, match="LIANCHENG_CLOCK_SCALE is refused without LIANCHENG_DEMO=1"):
        read(Settings, scaled)
    shown = rules(read(Settings, {**scaled, "LIANCHENG_DEMO": "1"}))
    without_a_database = shown._replace(adopted=lambda day: None)
    assert (shown.scale, shown.demo, without_a_database.moment().scale) == (86400.0, True, 86400.0)


def test_a_raised_breaker_needs_a_demonstration() -> None:
    raised = {**GIVEN, "LIANCHENG_BREAKER_FACTOR": "100"}
    with pytest.raises(WrongSetting, match="LIANCHENG_BREAKER_FACTOR is refused without LIANCHENG_DEMO=1"):
        read(Settings, raised)
    without_a_database = rules(read(Settings, {**raised, "LIANCHENG_DEMO": "1"}))._replace(adopted=lambda day: None)
    assert without_a_database.moment().breaker_factor == 100


def test_time_is_never_stretched() -> None:
    with pytest.raises(WrongSetting, match="LIANCHENG_CLOCK_SCALE"):
        read(Settings, {**GIVEN, "LIANCHENG_DEMO": "1", "LIANCHENG_CLOCK_SCALE": "0.5"})


@pytest.mark.parametrize("key", ["", "0a", "zz" * 32, "0a" * 33])
def test_a_hub_key_is_32_bytes_and_never_shown(key: str) -> None:
    with pytest.raises(WrongSetting, match="LIANCHENG_HUB_KEY") as wrong:
        read(Settings, {**GIVEN, "LIANCHENG_HUB_KEY": key})
    assert not key or key not in str(wrong.value)


def test_the_worker_needs_kafka() -> None:
    assert read(WorkerSettings, WORKER).adjudicator_port == 8163
    with pytest.raises(WrongSetting, match="LIANCHENG_KAFKA_PASSWORD_ADJUDICATION"):
        read(WorkerSettings, {k: v for k, v in WORKER.items() if "PASSWORD" not in k})
