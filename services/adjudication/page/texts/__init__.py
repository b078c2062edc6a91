"""What the page of a notice says, Chinese and English side by side, by key."""

from services.adjudication.page.texts.page import PAGE
from services.adjudication.page.texts.values import VALUES
from services.adjudication.page.texts.where import WHERE
from services.web.words import LABELS, Table, Words

TEXTS: Table = {**PAGE, **WHERE, **VALUES, **LABELS}


class Texts(Words):
    """The page's words in one language."""

    table = TEXTS
