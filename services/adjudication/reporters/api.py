"""Reporters over HTTP: how many stand on which rung, and what a panel decides about one. Who a reporter is, nobody is told."""

from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import JSONBody
from psycopg_pool import ConnectionPool

from events.facts.dossier import AccountRef
from events.facts.member import MemberClass
from services.adjudication.api import OFFICIALS, AccountOf, Clerk, provide_clerk
from services.adjudication.reporters import records
from services.adjudication.reporters.commands import judging
from services.web import Caller, only

FEWEST_SHOWN = 5
"""A smaller number of reporters could point at one of them."""


class Reported(AccountOf, frozen=True, forbid_unknown_fields=True):
    """One report, by the platform's number: its reporter is meant, whoever he is."""

    report: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class Standing(msgspec.Struct, frozen=True):
    """How many reporters of a platform stand on a rung; null for fewer than five, except to a regulator."""

    platform: str
    rung: str
    reporters: int | None


class Ladder(msgspec.Struct, frozen=True):
    items: list[Standing]


class Judged(msgspec.Struct, frozen=True):
    """Whether the reporter's reports count no more."""

    invalidated: bool


def shown(reporters: int, to: MemberClass) -> int | None:
    """A number of reporters, as it may be shown to a member of this class."""
    return reporters if to == "regulator" or reporters >= FEWEST_SHOWN else None


@get("/v1/reporters", guards=[OFFICIALS], sync_to_thread=True)
def read_ladder(caller: Given[Caller], database: Given[ConnectionPool]) -> Ladder:
    """How many reporters were warned, held to one respondent a day, suspended or reported to the authority, by platform."""
    with database.connection() as conn:
        heights = records.heights(conn)
    return Ladder([Standing(platform, rung, shown(count, caller.member_class)) for platform, rung, count in heights])


@post("/v1/reporters/invalidate", guards=[only("panel")], status_code=200, sync_to_thread=True)
def invalidate(clerk: Given[Clerk], data: JSONBody[Reported]) -> Judged:
    """Nothing that the reporter of this report said counts any more: what rests on his reports alone falls."""
    return _judge(clerk, data, invalidated=True)


@post("/v1/reporters/reinstate", guards=[only("panel")], status_code=200, sync_to_thread=True)
def reinstate(clerk: Given[Clerk], data: JSONBody[Reported]) -> Judged:
    """It counts again, for what comes; what has fallen does not rise by itself."""
    return _judge(clerk, data, invalidated=False)


def _judge(clerk: Clerk, data: Reported, *, invalidated: bool) -> Judged:
    order = clerk.order(data)
    act = judging(AccountRef(data.platform, data.account), data.report, order, invalidated=invalidated)
    return msgspec.convert(clerk.commands.decide(order, act).answer, Judged)


REPORTERS = Router(
    "/",
    dependencies={"clerk": Provide(provide_clerk, sync_to_thread=False)},
    route_handlers=[read_ladder, invalidate, reinstate],
)
