"""What the page of a notice says, Chinese and English side by side, by key."""

from typing import Literal

from services.adjudication.page.texts.page import PAGE
from services.adjudication.page.texts.values import VALUES
from services.adjudication.page.texts.where import WHERE

Language = Literal["zh", "en"]

TEXTS: dict[str, tuple[str, str]] = PAGE | WHERE | VALUES


class Texts:
    """The table in one language. KeyError for a key that it does not have."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = ("zh", "en").index(language)

    def __call__(self, key: str, **values: object) -> str:
        text = TEXTS[key][self._column]
        return text.format(**values) if values else text

    def known(self, key: str, otherwise: str) -> str:
        """For values that a later hub may add."""
        return self(key) if key in TEXTS else otherwise
