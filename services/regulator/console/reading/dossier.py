"""A subject's dossier: what it is opened for is asked first, and kept before anything of it is shown."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template

from services.regulator.answers import entry
from services.regulator.application import Reader, Reading
from services.regulator.console.entry.login import Door, purpose_of
from services.regulator.console.entry.session import Session
from services.regulator.console.reading.story import tell
from services.regulator.console.rendering import HEADERS, page
from services.regulator.console.texts import Texts
from services.regulator.console.visit import Visit
from services.regulator.masking import natural
from services.web import Problem


@get("/subjects/{subject_id:uuid}", sync_to_thread=True)
def show_dossier(
    visit: NamedDependency[Visit],
    session: NamedDependency[Session],
    reading: NamedDependency[Reading],
    reader: NamedDependency[Reader],
    subject_id: FromPath[UUID],
    after: Annotated[int, QueryParameter(ge=0, le=2**63 - 1)] = 0,
) -> Template:
    """The question what for, the first time in a session; nothing is read before it is answered."""
    purpose = session.asked.get(str(subject_id))
    if purpose is None:
        return page("ask", visit, subject_id=subject_id, given=session.purpose, wrong=None)
    dossier = reader.dossier(reading._replace(purpose=purpose), subject_id, after)
    if dossier is None:
        raise Problem("not-found")
    subject = dossier.subject
    steps = [tell(step, Texts(visit.language), natural=natural(subject.kind, subject.uscc)) for step in dossier.steps]
    return page(
        "dossier",
        visit,
        read_at=reading.at,
        read_for=purpose,
        entry=entry(subject, reading.at),
        appeal=subject.appeal,
        merged_into=subject.merged_into,
        accounts=dossier.accounts,
        steps=steps,
        score=dossier.score,
        points=dossier.points,
        enforced=dossier.enforced,
        next=dossier.next,
        first=after == 0,
    )


@post("/subjects/{subject_id:uuid}/purpose", status_code=303)
async def say_purpose(
    request: Request[Any, Any, Any], visit: NamedDependency[Visit], session: NamedDependency[Session], door: NamedDependency[Door],
    reading: NamedDependency[Reading], form: NamedDependency[dict[str, str]], subject_id: FromPath[UUID],
) -> Redirect | Template:  # fmt: skip
    """`reading` is asked for, because only who may read may say what for."""
    purpose = purpose_of(form.get("purpose", ""))
    if purpose is None:
        return page("ask", visit, 422, subject_id=subject_id, given=reading.purpose, wrong="login.purpose.missing")
    await door.sessions.ask(request.cookies, session, str(subject_id), purpose)
    return Redirect(visit.link(f"/subjects/{subject_id}"), status_code=303, headers=HEADERS)
