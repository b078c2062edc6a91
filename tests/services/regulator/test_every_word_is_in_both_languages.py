"""The table of texts is complete, says everything twice, and holds nothing that no page uses."""

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import msgspec
import pytest

from events.catalogue import FACTS
from events.facts.dossier import Group
from events.facts.fact import DossierFact, Kind
from services.regulator.console.texts import TEXTS, Texts

CONSOLE = Path(__file__).parents[3] / "services" / "regulator" / "console"
_COMPOSED = (
    "judgement.", "column.", "tier.", "kind.", "measure.", "category.", "what.", "fact.", "field.", "group.", "why.", "role.", "queue.",
    "login.by.", "state.", "flag.", "step.", "choice.", "answer.", "action.", "age.", "found.", "candidates.why.", "exports.format.",
    "plea.",
)  # fmt: skip
"""Keys that pages put together from a value."""


def test_every_text_is_there_in_chinese_and_in_english() -> None:
    for key, (zh, en) in TEXTS.items():
        if key not in ("language", "exports.format.parquet"):
            assert re.search(r"[\u4e00-\u9fff]", zh), key
            assert en.isascii(), key
        assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)), key


def test_no_text_is_left_over() -> None:
    pages = [file for kind in ("*.py", "*.html") for file in CONSOLE.rglob(kind) if "texts" not in file.relative_to(CONSOLE).parts]
    source = "".join(file.read_text() for file in pages)
    spoken = {key for key in TEXTS if key.startswith(_COMPOSED) or re.search(rf"""["']{re.escape(key)}["']""", source)}
    assert set(TEXTS) - spoken == set()


def test_a_misspelt_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        Texts("zh")("colunm.subject")


def test_closed_lists_of_the_facts_have_words() -> None:
    assert {f"kind.{kind}" for kind in get_args(Kind)} <= set(TEXTS)
    assert {f"group.{group}" for group in get_args(Group)} <= set(TEXTS)
    assert {key for key in TEXTS if key.startswith("why.")} == {f"why.{why}" for why in whys()}


def whys() -> set[str]:
    """Every word that a fact of a dossier may give as its reason."""
    fields = [field for cls in FACTS if issubclass(cls, DossierFact) for field in msgspec.structs.fields(cls)]
    types = [kind for field in fields if field.name in ("why", "reason", "discounted") for kind in (field.type, *get_args(field.type))]
    return {word for kind in types if get_origin(kind) is Literal for word in get_args(kind)}
