"""What the pages say and the hub's closed lists of values, Chinese and English side by side, by key."""

from typing import Literal

from services.regulator.console.texts.blacklist import BLACKLIST
from services.regulator.console.texts.dossier import DOSSIER
from services.regulator.console.texts.facts import FACTS
from services.regulator.console.texts.frame import FRAME
from services.regulator.console.texts.values import VALUES
from services.regulator.console.texts.why import WHY
from services.regulator.console.texts.work import WORK

Language = Literal["zh", "en"]

TEXTS: dict[str, tuple[str, str]] = FRAME | BLACKLIST | DOSSIER | VALUES | FACTS | WHY | WORK


class Texts:
    """The table in one language. KeyError for a key that it does not have: a typing error, not a missing translation."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._column = ("zh", "en").index(language)

    def __call__(self, key: str, **values: object) -> str:
        text = TEXTS[key][self._column]
        return text.format(**values) if values else text
