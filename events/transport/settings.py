"""Settings: frozen Structs, read once from the environment, a wrong one refused by its name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NewType, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
KafkaSession = Annotated[float, msgspec.Meta(ge=1, le=60)]
"""Seconds of silence after which a worker's partitions go to others. Brokers admit 6, and less where they are told to:
`group.min.session.timeout.ms`."""
Secret = Annotated[str, msgspec.Meta(min_length=1)]
File = NewType("File", str)
"""The path of a file that has to be there when the process starts."""


class WrongSetting(SystemExit):
    """Stops the start with one line that names the setting and the rule that it breaks."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name}: {rule}")
        self.name, self.rule = name, rule


def read(cls: type[T], environ: Mapping[str, str]) -> T:
    """The Struct from variables named LIANCHENG_ and the field in capitals. An empty variable counts as absent."""
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(cls):
        name = f"LIANCHENG_{field.name.upper()}"
        text = environ.get(name, "")
        if text == "":
            if field.required:
                raise WrongSetting(name, "is required and not set")
            continue
        try:
            values[field.name] = msgspec.convert(text, field.type, strict=False)
        except msgspec.ValidationError as wrong:
            raise WrongSetting(name, str(wrong)) from None
        if field.type is File and not Path(text).is_file():
            raise WrongSetting(name, f"there is no file {text}")
    try:
        return cls(**values)
    except ValueError as wrong:
        raise WrongSetting("LIANCHENG_*", str(wrong)) from None


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What every process has."""

    host: str = "127.0.0.1"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    otlp_endpoint: str = ""
    """An OpenTelemetry collector (http://host:4318) that is told the stages of statements; needs the extra `tracing`. Empty: nobody is."""
    demo: bool = False
    """Set by `make run`: said in every directive, and allows a clock scale."""
