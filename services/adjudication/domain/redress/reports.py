"""Reports that do not count: what rests on them alone falls, and its dossier never learns who reported."""

from collections.abc import Iterable

from events.facts.dossier import AccountRef, ReportsJudged
from services.adjudication.domain.decide.conclude import conclude
from services.adjudication.domain.dossier import Dossier
from services.adjudication.domain.draft import Draft, Facts, Moment


def judge_reports(dossier: Dossier, account: AccountRef, reports: Iterable[str], *, invalid: bool, moment: Moment) -> Facts:
    """Note that these reports do not count, or do again, and draw the conclusions. What has fallen does not rise again by itself."""
    known = {report for of, report in dossier.invalid_reports if of == account}
    changed = sorted(set(reports) - known if invalid else set(reports) & known)
    if not changed:
        return []
    draft = Draft(dossier, moment)
    draft.say(ReportsJudged, account=account, reports=tuple(changed), invalid=invalid)
    return conclude(draft)
