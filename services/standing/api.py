"""The routes: two lookups on bare ASGI, because shops ask at every sale, and the account of a score."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

import msgspec
from litestar import get
from litestar.params import Parameter
from stdnum.cn import uscc as credit_code
from stdnum.exceptions import ValidationError as NotACode

from events.facts.fact import NS_SUBJECT
from events.wire.problems import Fault
from projections.credit.read import Line, Score, Text
from services.standing.application import Follower
from services.standing.description import MANY, MOST_KEYS, ONE, Key, Queries
from services.standing.replica import Replica
from services.web import Answer, Caller, Credentials, Incoming, Problem, Raw
from services.web.reading import wrong_parameter

BODY_LIMIT = 512 * 1024
_MEMBERS_WITH_ACCOUNTS = ("platform", "authority")


class ScoreLine(msgspec.Struct, frozen=True):
    """One line of the account, in signed eighths of a point. `statement` is the caller's own, never another's."""

    code: str
    eighths: int
    text: Text
    month: str | None
    ends: date | None
    statement: str | None


class Account(msgspec.Struct, frozen=True):
    """How a score came about: 8000 + the sum of the lines = 8 × score."""

    subject_id: UUID
    score: int
    grade: str
    lines: list[ScoreLine]
    scorecard: str
    at: datetime


_decode = msgspec.json.Decoder(Queries).decode


@lru_cache(10_000)
def subject_of_uscc(uscc: str) -> UUID:
    """The subject with this unified social credit code; NotACode when its check character is wrong."""
    return uuid5(NS_SUBJECT, credit_code.validate(uscc))


class Lookups:
    """The two hot routes. They read memory only and never wait."""

    def __init__(self, replica: Replica, follower: Follower, credentials: Credentials, clock: Callable[[], datetime]) -> None:
        self._replica, self._follower, self._credentials, self._clock = replica, follower, credentials, clock

    async def one(self, request: Incoming) -> Answer:
        caller = await self._credentials.identify(request.header(b"authorization"))
        query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = {name: value for name, value in query if name in Key.__struct_fields__}
        if len(given) != 1 or len(query) != 1:
            raise Problem("bad-parameter", "Ask for one of uscc, account and subject_id.")
        return Answer(200, self._found(Key(**given), caller, "#") + self._as_of())

    async def many(self, request: Incoming) -> Answer:
        caller = await self._credentials.identify(request.header(b"authorization"))
        keys = _keys(await request.body(BODY_LIMIT))
        as_of = self._as_of()
        items = [self._found(key, caller, f"#/keys/{place}") + as_of for place, key in enumerate(keys)]
        return Answer(200, b'{"items":[' + b",".join(items) + b"]" + as_of)

    def _found(self, key: Key, caller: Caller, pointer: str) -> bytes:
        return self._replica.standing(self._subject(key, caller, pointer), caller.source, self._clock())

    def _subject(self, key: Key, caller: Caller, pointer: str) -> UUID | None:
        match key:
            case Key(uscc=str(uscc), account=None, subject_id=None):
                try:
                    return subject_of_uscc(uscc)
                except NotACode:
                    raise _wrong(f"{pointer}/uscc", "bad-uscc", "18 characters after GB 32100 with the right check character.") from None
            case Key(uscc=None, account=str(account), subject_id=None):
                if caller.member_class not in _MEMBERS_WITH_ACCOUNTS:
                    raise Problem("forbidden", "Accounts are looked up by the platform that has them.")
                return self._replica.whose(caller.code, account)
            case Key(uscc=None, account=None, subject_id=str(text)):
                try:
                    return UUID(text)
                except ValueError:
                    raise _wrong(f"{pointer}/subject_id", "bad-format", "A subject_id is a UUID.") from None
        raise _wrong(pointer, "bad-parameter", "Ask for one of uscc, account and subject_id.")

    def _as_of(self) -> bytes:
        """The end of every answer: until when all that was decided is in it."""
        as_of = self._follower.as_of
        if as_of is None:
            raise Problem("unavailable", "The copy has not caught up for the first time yet.")
        return b',"as_of":%b}' % msgspec.json.encode(as_of)


def routes(lookups: Lookups) -> tuple[Raw, Raw]:
    return (
        Raw("GET", "/v1/standing", lookups.one, ONE),
        Raw("POST", "/v1/standing-queries", lookups.many, MANY),
    )


@get("/v1/standing/{subject_id:uuid}/score", sync_to_thread=False)
def score(
    caller: Caller,
    replica: Replica,
    subject_id: UUID,
    at: Annotated[datetime | None, Parameter(description="A moment, RFC 3339 with offset; now, when there is none.")] = None,
    position: Annotated[
        int | None, Parameter(ge=0, description="As far as the log had come to this position, instead of to the moment.")
    ] = None,
) -> Account:
    """The account of a score at a moment: what each sanction cost, for how long, and what cap, floor and rounding did."""
    now = datetime.now(UTC)
    if at is not None and (at.tzinfo is None or at > now):
        raise wrong_parameter("at", "is a past moment, RFC 3339 with offset")
    found = replica.score(subject_id, at or now, position)
    if found is None:
        raise Problem("not-found")
    return _account(subject_id, found, caller.source)


def _account(subject_id: UUID, score: Score, source: str) -> Account:
    lines = [ScoreLine(line.code, line.eighths, line.text, line.month, line.ends, _own(line, source)) for line in score.lines]
    return Account(subject_id, score.score, score.grade, lines, score.scorecard, score.at)


def _own(line: Line, source: str) -> str | None:
    return line.statement.id if line.statement is not None and line.statement.source == source else None


def _keys(body: bytes) -> list[Key]:
    try:
        keys = _decode(body).keys
    except msgspec.ValidationError as wrong:
        raise _wrong("#", "wrong-type", str(wrong)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem("not-json") from None
    if len(keys) > MOST_KEYS:
        raise _wrong("#/keys", "bad-length", f"At most {MOST_KEYS} keys.")
    return keys


def _wrong(pointer: str, code: str, detail: str) -> Problem:
    return Problem(code, detail, (Fault(pointer, code, detail),))
