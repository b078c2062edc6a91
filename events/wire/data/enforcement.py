"""What a platform did about a directive."""

from typing import Any

from events.facts import enforcement as facts
from events.facts.sanction import DirectiveRef as DirectiveOfFact
from events.wire.data.fields import Data, Merchant, Moment, Name, Rekey, Words, utc
from events.wire.data.sanction import DirectiveRef


class Acknowledged(Data, frozen=True, kw_only=True):
    """A platform's answer. The merchant may be left out: the CloudEvents subject is then the subject_id."""

    becomes = facts.EnforcementAcknowledged

    merchant: Merchant | None = None  # type: ignore[assignment]  # the one type where it may be absent
    directive: DirectiveRef
    state: facts.State
    action: Name | None = None
    effective_at: Moment | None = None
    reason: Words | None = None

    def fact(self, common: dict[str, Any], rekey: Rekey) -> facts.EnforcementAcknowledged:
        return facts.EnforcementAcknowledged(
            **common,
            directive=DirectiveOfFact(self.directive.subject_id, self.directive.seq),
            state=self.state,
            action=self.action,
            effective_at=utc(self.effective_at),
        )
