"""Who may speak to the hub, and for which legal entity."""

from datetime import datetime
from typing import ClassVar, Literal

from events.facts.fact import Fact

MemberClass = Literal["platform", "authority", "reviewer", "approver", "panel", "regulator", "clerk", "auditor"]
"""`clerk`: takes what a subject sends on paper to the file. `auditor`: reads who read what. Neither decides anything."""


class MemberEnrolled(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="member.enrolled.v1"):
    """A member joined. Its legal entity decides what counts as independent of what."""

    lane: ClassVar[str] = "merchant"

    code: str
    member_class: MemberClass
    entity: str
    at: datetime

    @property
    def key(self) -> str:
        return self.code
