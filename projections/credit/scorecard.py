"""What a scorecard says: limits, grades, and the words for both languages. Data, in `scorecards/`. Pure."""

import msgspec

from events.facts.dossier import Group
from events.facts.fact import Measure


class Text(msgspec.Struct, frozen=True):
    """The same in both languages."""

    zh: str
    en: str

    def __add__(self, other: "Text") -> "Text":
        return Text(self.zh + other.zh, self.en + other.en)


class Grade(msgspec.Struct, frozen=True, rename={"least": "from"}):
    """The grade of scores from `least` up."""

    letter: str
    least: int


class Scorecard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the points of weighings come to. Data, in `scorecards/`; points and factors of groups are the rulebook's."""

    version: str
    full: int
    floor: int
    entity_cap: int
    corroboration: tuple[int, int]
    reasons: int
    grades: tuple[Grade, ...]
    measures: dict[Measure, Text]
    groups: dict[Group, Text]
    corroborated: Text
    lines: dict[str, Text]
