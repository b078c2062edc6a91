"""What `data` of each type of statement holds: one Struct a type, which is its schema, its check and the way to its fact."""

from events.wire.data import enforcement, evidence, merchant, notice, report, sanction
from events.wire.data.fields import Data

PREFIX = "liancheng."

_ALL: tuple[type[Data], ...] = (
    merchant.Declared,
    report.Filed,
    report.Accepted,
    report.Investigating,
    report.Reopened,
    report.Concluded,
    report.Answered,
    report.Transferred,
    report.Withdrawn,
    evidence.Submitted,
    evidence.Verified,
    evidence.Discredited,
    sanction.Imposed,
    sanction.Amended,
    sanction.Appealed,
    sanction.Upheld,
    sanction.Lifted,
    notice.Delivered,
    notice.Failed,
    enforcement.Acknowledged,
)

TYPES: dict[str, type[Data]] = {f"{PREFIX}{cls.becomes.tag()}": cls for cls in _ALL}
"""CloudEvents type to the Struct of its data. The fact behind it has the same name without the prefix."""
