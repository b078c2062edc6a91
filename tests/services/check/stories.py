"""Logs that are as they should be: restricted, blacklisted, objected to, repaired, moved."""

from events.facts.listing import Terms
from services.adjudication.domain.decide.listing import (
    answer_objections,
    apply_for_repair,
    decide,
    decide_repair,
    end,
    lodge_objection,
    reject,
    release,
)
from services.adjudication.domain.redress.hold import release_hold
from tests.domain.machine.log import LoggedScene
from tests.domain.spec import (
    APPROVER,
    LIMIT,
    OTHER_APPROVER,
    OTHER_REVIEWER,
    PANEL,
    REVIEWER,
    amended,
    appealed,
    days,
    delivered,
    imposed,
    lifted,
)


def served(*platforms: str) -> LoggedScene:
    scene = LoggedScene()
    scene.hear(*(imposed(platform) for platform in platforms or ("tmall", "pdd")))
    scene.now += days(0.1)
    scene.do(release, REVIEWER)
    scene.now += days(0.1)
    scene.hear(delivered("tmall", scene.notice))
    return scene


def restricted() -> LoggedScene:
    scene = served()
    scene.wait(days(8))
    return scene


def blacklisted() -> LoggedScene:
    scene = served("tmall", "pdd", "jd")
    scene.wait(days(8))
    scene.do(decide, APPROVER, terms=Terms())
    scene.now += days(0.1)
    scene.do(decide, OTHER_APPROVER, terms=Terms())
    return scene


def contested() -> LoggedScene:
    scene = restricted()
    scene.now += days(1)
    scene.do(lodge_objection, OTHER_REVIEWER)
    return scene


def answered() -> LoggedScene:
    scene = contested()
    scene.now += days(1)
    scene.do(answer_objections, PANEL, upheld=True)
    return scene


def repaired() -> LoggedScene:
    scene = restricted()
    scene.now += days(120)
    scene.do(apply_for_repair, REVIEWER)
    scene.now += days(1)
    scene.do(decide_repair, APPROVER, granted=True)
    return scene


def wrongful() -> LoggedScene:
    scene = blacklisted()
    for person in (REVIEWER, PANEL):
        scene.now += days(1)
        scene.do(end, person, why="wrongful")
    return scene


def revoked() -> LoggedScene:
    scene = restricted()
    scene.now += days(1)
    scene.hear(appealed("tmall", at=scene.now))
    scene.now += days(1)
    scene.hear(lifted("tmall", at=scene.now))
    return scene


def amended_and_expired() -> LoggedScene:
    scene = served()
    scene.now += days(1)
    scene.hear(amended("tmall", LIMIT, at=scene.now))
    scene.hear(amended("pdd", LIMIT, at=scene.now))
    scene.wait(days(8))
    scene.wait(days(200))
    return scene


def unanswered() -> LoggedScene:
    """Nobody answers, and what was asked for is granted."""
    scene = contested()
    scene.wait(days(20))
    return scene


def tried_again() -> LoggedScene:
    """Turned down, and proposed again once somebody else has joined."""
    scene = LoggedScene()
    scene.hear(imposed("tmall"), imposed("pdd"))
    scene.now += days(0.1)
    scene.do(reject, REVIEWER)
    scene.now += days(30)
    scene.hear(*(imposed(platform, LIMIT, sanction="s2", at=scene.now) for platform in ("tmall", "jd")))
    return scene


def read() -> LoggedScene:
    """Whoever acts has opened what was there by then; what comes later is read before silence decides."""
    scene = LoggedScene()
    scene.hear(imposed("tmall"), imposed("pdd"))
    scene.keep("tmall", "tmall-s1")
    scene.now += days(0.1)
    scene.opens(REVIEWER, "tmall-s1")
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.now += days(1)
    scene.keep("pdd", "pdd-s1")
    scene.wait(days(8))
    scene.opens(PANEL, "tmall-s1", "pdd-s1")
    scene.do(release_hold, PANEL)
    scene.wait(days(0.1))
    return scene


STORIES = {
    it.__name__: it
    for it in (
        served, restricted, blacklisted, contested, answered, repaired, wrongful, revoked, amended_and_expired, unanswered, tried_again,
        read,
    )
}  # fmt: skip
