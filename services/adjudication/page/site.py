"""What the link of a notice opens: pages whose forms carry who is admitted in their body, so that no address and no log holds it."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency as Given
from litestar.di import Provide
from litestar.params import FromQuery
from litestar.response import Response

from services.adjudication.api.counter import Plea
from services.adjudication.api.merchant import PLEAS, lodge, order_of, reading
from services.adjudication.application.commands import Commands
from services.adjudication.application.merchant.holder import Holder, Holders
from services.adjudication.application.merchant.own import own_file, own_notice
from services.adjudication.application.reading import Reader
from services.adjudication.application.rules import Rules
from services.adjudication.evidence.application import Evidence
from services.adjudication.evidence.media import MOST_TOGETHER
from services.adjudication.page.admission import Admission, Over
from services.adjudication.page.form import File, parts
from services.adjudication.page.rendering import file, page
from services.adjudication.page.texts import TEXTS, Texts
from services.adjudication.page.view import lines, sentences, stages
from services.web import Problem
from services.web.answers import as_problem
from services.web.words import Language

CODE = re.compile(r"lcn_[A-Za-z0-9_-]+")
KEPT = ("step", "reason")
"""What somebody wrote is not lost when he has to open his notice again."""


class Admitted(NamedTuple):
    """Whoever holds the notice, and what the next form of this page carries in place of the token."""

    holder: Holder
    admission: str


class Counter(NamedTuple):
    """All that the page needs of the service."""

    holders: Holders
    reader: Reader
    commands: Commands
    rules: Rules
    keeper: Evidence | None
    admission: Admission

    def admit(self, form: Mapping[str, str]) -> Admitted:
        """By the code of the notice, wherever in a pasted text it stands, or by what a page of ours carried. Problem unauthorized."""
        now = self.rules.clock()
        found = CODE.search(re.sub(r"\s", "", form.get("code", "")))
        token = found[0] if found else self.admission.open(form.get("admission", ""), now)
        if token is None:
            raise Problem("unauthorized")
        return Admitted(self.holders.find(token), self.admission.seal(token, now))

    def keep(self, holder: Holder, given: File) -> str:
        """Its sha256, by which it is named."""
        if self.keeper is None:
            raise Problem("unavailable")
        digest = sha256(given.content).hexdigest()
        self.keeper.plead(holder, digest, given.media, given.content)
        return digest

    def lodge(self, holder: Holder, form: Mapping[str, str], evidence: list[str]) -> None:
        step, reason = form.get("step", ""), form.get("reason", "").strip()
        if step not in PLEAS:
            raise Problem("not-allowed-now")
        try:
            plea = msgspec.convert({"reason": reason, "evidence": evidence}, Plea)
        except msgspec.ValidationError:
            raise Problem("reason-required") from None
        lodge(self.commands, order_of(holder, _key(form), plea, step), holder, partial(PLEAS[step], evidence=plea.evidence))


class Visit:
    """One form that was sent, from its first field to the page that answers it."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self.form, self.evidence = counter, dict[str, str](), list[str]()
        self.admitted: Admitted | None = None

    @property
    def language(self) -> Language:
        return "en" if self.form.get("lang") == "en" else "zh"

    async def admit(self) -> None:
        if self.admitted is None:
            self.admitted = await asyncio.to_thread(self._counter.admit, self.form)

    async def read(self, request: Request[Any, Any, Any]) -> None:
        """What was sent is read to its end whatever is wrong with it: a browser that is cut short shows no answer."""
        body = request.stream()
        try:
            async for part in parts(request.headers.get("content-type", ""), body, self.admit):
                if isinstance(part, File):
                    await self.admit()
                    self.evidence.append(await asyncio.to_thread(self._counter.keep, self._holder, part))
                else:
                    self.form[part.name] = part.text
        finally:
            async for _ in body:
                pass

    async def act(self) -> Response[bytes]:
        await self.admit()
        done = None
        if self.form.get("do") == "plead":
            await asyncio.to_thread(self._counter.lodge, self._holder, self.form, self.evidence)
            done = "taken"
            for name in KEPT:
                self.form.pop(name, None)
        return await asyncio.to_thread(self._own if self.form.get("do") == "own" else self._case, done=done)

    async def refuse(self, problem: Problem, wrong: str) -> Response[bytes]:
        """The page of the case with what is wrong, or the first page when nobody is admitted."""
        if self.admitted is not None and problem.status < 500:
            with suppress(Problem):
                return await asyncio.to_thread(self._case, wrong=wrong, status=problem.status)
        return entry(self.language, problem.status, wrong, {name: self.form[name] for name in KEPT if self.form.get(name)})

    @property
    def _holder(self) -> Holder:
        assert self.admitted is not None
        return self.admitted.holder

    def _case(self, *, done: str | None = None, wrong: str | None = None, status: int = 200) -> Response[bytes]:
        counter, holder, t = self._counter, self._holder, Texts(self.language)
        dossier = counter.reader.dossier(reading(holder), holder.subject_id, f"merchant/{holder.notice}")
        notice = own_notice(dossier, holder, counter.rules.moment())
        if notice is None:
            raise Problem("not-found")
        listing = notice.listing
        return self._page("case", status, {
            "done": done, "wrong": wrong, "listing": listing, "stages": stages(listing) if listing else [],
            "sentences": list(sentences(notice, t)), "lines": list(lines(notice, t, counter.rules.books)), "key": str(uuid4()),
            "step": self.form.get("step", ""), "reason": self.form.get("reason", ""),
        })  # fmt: skip

    def _own(self, *, done: str | None = None) -> Response[bytes]:
        counter, holder = self._counter, self._holder
        dossier = counter.reader.dossier(reading(holder), holder.subject_id, "merchant/file")
        return self._page("own", 200, {"own": own_file(dossier, holder, counter.rules.moment()), "done": done, "wrong": None})

    def _page(self, name: str, status: int, values: Mapping[str, object]) -> Response[bytes]:
        assert self.admitted is not None
        shared = {"admission": self.admitted.admission, "demo": self._counter.rules.demo, "do": self.form.get("do", "see")}
        return page(name, self.language, {**shared, **values}, status)


def _key(form: Mapping[str, str]) -> str:
    """Made with the page, so that a form that is sent twice is taken once."""
    try:
        return str(UUID(form.get("key", "")))
    except ValueError:
        raise Problem("idempotency-key-required") from None


def entry(language: Language, status: int = 200, wrong: str | None = None, kept: Mapping[str, str] | None = None) -> Response[bytes]:
    return page("entry", language, {"wrong": wrong, "done": None, "kept": kept or {}, "demo": False}, status)


def provide_counter(
    holders: Given[Holders], reader: Given[Reader], commands: Given[Commands], rules: Given[Rules], keeper: Given[Evidence | None],
    admission: Given[Admission],
) -> Counter:  # fmt: skip
    return Counter(holders, reader, commands, rules, keeper, admission)


@get("/v1/merchant", security=[{}], sync_to_thread=False, media_type="text/html")
def read_page(lang: FromQuery[Literal["zh", "en"]] = "zh") -> Response[bytes]:
    """What the link of a notice opens: a page that shows the notice and takes an answer. The token stands behind the #. Public."""
    return entry(lang)


@post(
    "/v1/merchant", security=[{}], status_code=200, media_type="text/html", include_in_schema=False, request_max_body_size=2 * MOST_TOGETHER
)
async def answer_form(request: Request[Any, Any, Any], counter: Given[Counter]) -> Response[bytes]:
    """Every form of the page ends here: `do` says what is wanted."""
    visit = Visit(counter)
    try:
        # The body alone says who sends; a page elsewhere that has somebody's browser send another one's code is refused all the same.
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Problem("forbidden")
        await visit.read(request)
        return await visit.act()
    except Over:
        return await visit.refuse(Problem("unauthorized"), "wrong.expired")
    except Exception as error:
        # The boundary: a page's error is a page, with the status of its problem.
        problem = as_problem(error, "POST", "/v1/merchant")
        key = f"wrong.{problem.code}"
        return await visit.refuse(problem, key if key in TEXTS else "wrong.other")


@get("/v1/merchant/page.js", security=[{}], sync_to_thread=False, media_type="text/javascript")
def read_script() -> Response[bytes]:
    """The script of the page. Public."""
    return file("merchant.js", "text/javascript")


@get("/v1/merchant/page.css", security=[{}], sync_to_thread=False, media_type="text/css")
def read_style() -> Response[bytes]:
    """The style of the page. Public."""
    return file("merchant.css", "text/css")


PAGE = Router(
    "/",
    route_handlers=[read_page, answer_form, read_script, read_style],
    dependencies={"counter": Provide(provide_counter, sync_to_thread=False)},
)
