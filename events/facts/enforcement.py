"""What a platform did about a directive."""

from datetime import datetime
from typing import ClassVar, Literal

from events.facts.fact import Statement
from events.facts.sanction import DirectiveRef

State = Literal["received", "enforced", "unable", "absent", "contested", "lifted"]


class EnforcementAcknowledged(Statement, frozen=True, kw_only=True, omit_defaults=True, tag="enforcement.acknowledged.v1"):
    """A platform's answer to one directive. `absent`: no such merchant here, which is an answer and not a failure."""

    lane: ClassVar[str] = "enforcement"

    directive: DirectiveRef
    state: State
    action: str | None = None
    effective_at: datetime | None = None

    @property
    def key(self) -> str:
        return str(self.directive.subject_id)
