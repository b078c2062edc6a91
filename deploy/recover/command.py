"""A new history of the log: ids that nobody has seen, and every subject told anew. One transaction; again it does the same again."""

from typing import NamedTuple
from uuid import UUID

import psycopg

from deploy.local.access.alone import alone
from deploy.local.processes import Reach
from deploy.local.tell import Say, Trouble
from deploy.recover.heard import Heard, listen
from events.facts.fact import Tier
from events.transport.store import head, lock_log
from services.adjudication.application.docket import Docket
from services.adjudication.domain.draft import Moment
from services.adjudication.domain.redress.restore import Believed, tell_anew
from services.relay.tail import newest

EPOCH_BITS = 40
"""The ids of an epoch begin at epoch * 2**40, so that none is ever given out twice."""
PAGE = 500

_NUMBERED = (
    "UPDATE log SET epoch = %s, system_identifier = s.system_identifier, timeline = c.timeline_id"
    " FROM pg_control_system() s, pg_control_checkpoint() c"
)
_KNOWN = "SELECT DISTINCT originator_id FROM hub_events WHERE topic = 'directive.issued.v1'"
_ANSWERED = (
    "SELECT DISTINCT (convert_from(state, 'UTF8')::jsonb #>> '{directive,subject_id}')::uuid FROM hub_events"
    " WHERE lane = 4 AND topic = 'enforcement.acknowledged.v1'"
)


class Recovered(NamedTuple):
    """What was done."""

    epoch: int
    told: int
    freed: tuple[UUID, ...]
    """Whom the restored log restricted, and whom the hub had lifted, or had never listed in what is left of the log."""


def recover(reach: Reach, moment: Moment, say: Say) -> Recovered:
    """Trouble while any process of the hub is connected. Kafka must be there: it knows what the log has lost."""
    with psycopg.connect(reach.owner, autocommit=True) as conn:
        alone(conn)
        heard, last = listen(reach.kafka), newest(reach.kafka)
        with conn.transaction():
            lock_log(conn)
            alone(conn)
            seen = [_epoch(conn), head(conn) >> EPOCH_BITS] + ([last.epoch, last.last >> EPOCH_BITS] if last is not None else [])
            epoch = max(seen) + 1
            _begin(conn, epoch)
            told, freed = _tell(conn, heard, moment)
    say(
        f"纪元 {epoch}：已向各平台重发 {told} 个主体的指令，其中 {len(freed)} 个解除",
        f"epoch {epoch}: directives of {told} subjects issued anew, {len(freed)} of them freed",
    )
    for subject_id in freed:
        say(f"  解除 {subject_id}", f"  freed {subject_id}")
    return Recovered(epoch, told, freed)


def _epoch(conn: psycopg.Connection) -> int:
    row = conn.execute("SELECT epoch FROM log").fetchone()
    if row is None:
        raise Trouble("日志没有身份：数据库迁移过吗？", "the log has no identity: was the database migrated?")
    return int(row[0])


def _begin(conn: psycopg.Connection, epoch: int) -> None:
    """Followers drop what Kafka still holds of other epochs; what they had not had of this log they read from the store."""
    conn.execute(_NUMBERED, (epoch,))
    conn.execute("SELECT setval('hub_events_notification_id_seq', %s, false)", (epoch << EPOCH_BITS,))
    conn.execute("UPDATE position SET epoch = %s", (epoch,))
    conn.execute("UPDATE relay_lease SET holder = NULL, backend = NULL")


def _tell(conn: psycopg.Connection, heard: Heard, moment: Moment) -> tuple[int, tuple[UUID, ...]]:
    subjects = sorted({row[0] for query in (_KNOWN, _ANSWERED) for row in conn.execute(query)} | set(heard.believed))
    freed: list[UUID] = []
    for start in range(0, len(subjects), PAGE):
        docket = Docket(conn, moment)
        docket.load(subjects[start : start + PAGE])
        for subject_id in subjects[start : start + PAGE]:
            believed, before = heard.believed.get(subject_id, Believed()), docket.dossier(subject_id).directive
            docket.add(tell_anew(docket.dossier(subject_id), believed, moment))
            after = docket.dossier(subject_id).directive
            bound = (before is not None and before.tier > Tier.NONE) or (believed.tier or Tier.NONE) > Tier.NONE
            if bound and after is not None and after.tier is Tier.NONE:
                freed.append(subject_id)
        docket.save()
    return len(subjects), tuple(freed)
