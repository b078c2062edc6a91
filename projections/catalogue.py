"""The list of views."""

from projections.blacklist import table as blacklist
from projections.casefile import table as casefile
from projections.coverage import table as coverage
from projections.credit import table as credit
from projections.view import View

VIEWS: dict[str, View] = {it.name: it for it in (blacklist.VIEW, casefile.VIEW, coverage.VIEW, credit.VIEW)}
