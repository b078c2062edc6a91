"""A setting is read once, and a wrong one is refused by its name."""

from pathlib import Path

import pytest

from events.transport.settings import File, Port, Service, WrongSetting, read


class Example(Service, frozen=True, kw_only=True):
    database_example: str
    example_port: Port = 8199


def test_absent_and_empty_mean_the_default() -> None:
    settings = read(Example, {"LIANCHENG_DATABASE_EXAMPLE": "postgresql://x", "LIANCHENG_EXAMPLE_PORT": ""})
    assert (settings.example_port, settings.host, settings.demo) == (8199, "127.0.0.1", False)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "LIANCHENG_DATABASE_EXAMPLE"),
        ({"LIANCHENG_DATABASE_EXAMPLE": "x", "LIANCHENG_EXAMPLE_PORT": "70000"}, "LIANCHENG_EXAMPLE_PORT"),
        ({"LIANCHENG_DATABASE_EXAMPLE": "x", "LIANCHENG_EXAMPLE_PORT": "eighty"}, "LIANCHENG_EXAMPLE_PORT"),
        ({"LIANCHENG_DATABASE_EXAMPLE": "x", "LIANCHENG_DEMO": "perhaps"}, "LIANCHENG_DEMO"),
    ],
    ids=["missing", "out of bounds", "no number", "no truth value"],
)
def test_a_wrong_setting_stops_the_start_with_its_name(environ: dict[str, str], name: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{name}: ") as stopped:
        read(Example, environ)
    assert stopped.value.name == name


class Trusting(Service, frozen=True, kw_only=True):
    authority: File = File("")


def test_a_file_has_to_be_there_when_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").touch()
    assert read(Trusting, {"LIANCHENG_AUTHORITY": str(tmp_path / "ca.crt")}).authority == str(tmp_path / "ca.crt")
    assert read(Trusting, {}).authority == ""
    with pytest.raises(WrongSetting, match=r"^LIANCHENG_AUTHORITY: there is no file"):
        read(Trusting, {"LIANCHENG_AUTHORITY": str(tmp_path / "gone.crt")})
