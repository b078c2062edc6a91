"""What a listing waits for: the answer to whoever asked, or a person's look at what the breaker holds."""

from datetime import datetime
from typing import Literal

import msgspec

HoldReason = Literal["share", "rate_of_entity", "rate_of_rule", "rate_of_all", "record", "unread"]
"""Too much of the list would rest on one legal entity; or too many listings in a while: by an entity, by a rule, in all. And what
silence does not decide: on the word of an entity that people often did not believe, or on evidence that nobody has read."""
Plea = Literal["objection", "appeal", "repair", "review"]
"""What persons have to answer; `review`: some of the evidence fell, and somebody has to look again."""


class Hold(msgspec.Struct, frozen=True):
    """Why a listing is kept for a person, since when, and who was about to decide it."""

    why: HoldReason
    at: datetime
    by: str


class AnswerDue(msgspec.Struct, frozen=True, order=True):
    """By when somebody has to have answered: from then on it is granted."""

    plea: Plea
    by: datetime
