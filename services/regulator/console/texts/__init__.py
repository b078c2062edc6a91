"""What the console and its exports say, Chinese and English side by side, by key."""

from services.regulator.console.texts.blacklist import BLACKLIST
from services.regulator.console.texts.dossier import DOSSIER
from services.regulator.console.texts.facts import FACTS
from services.regulator.console.texts.frame import FRAME
from services.regulator.console.texts.values import VALUES
from services.regulator.console.texts.why import WHY
from services.regulator.console.texts.work import WORK
from services.web.words import LABELS, Table, Words

TEXTS: Table = {**FRAME, **BLACKLIST, **DOSSIER, **VALUES, **FACTS, **WHY, **WORK, **LABELS}


class Texts(Words):
    """The console's words in one language."""

    table = TEXTS
