"""Dossiers that many specs begin with: proposed, released, served, decided."""

from typing import Any

from events.facts.listing import Terms
from services.adjudication.domain.decide.listing import decide, release
from tests.domain.spec import APPROVER, FREEZE, OTHER_APPROVER, REVIEWER, Scene, days, delivered, given, imposed, ordered

TWO = ("tmall", "pdd")
THREE = ("tmall", "pdd", "jd")


def proposed(*platforms: str, **more: Any) -> Scene:
    """Two platforms froze: restricted is proposed."""
    return given(*(imposed(platform, FREEZE, **more) for platform in platforms or TWO))


def released(*platforms: str, **more: Any) -> Scene:
    scene = proposed(*platforms, **more)
    scene.do(release, REVIEWER)
    return scene


def served(*platforms: str, **more: Any) -> Scene:
    """The hearing has begun: it is over at the end of the fifth working day."""
    scene = released(*platforms, **more)
    scene.hear(delivered("tmall", scene.notice, **more))
    return scene


def restricted(**more: Any) -> Scene:
    """Nobody objected."""
    scene = served(**more)
    scene.wait(days(8))
    return scene


def blacklisted() -> Scene:
    """Three platforms froze, and two approvers decided after the hearing."""
    scene = served(*THREE)
    scene.wait(days(8))
    scene.do(decide, APPROVER, terms=Terms())
    scene.do(decide, OTHER_APPROVER, terms=Terms())
    return scene


def blacklisted_by_authority() -> Scene:
    """One authority decided; a platform has an account, so that somebody can deliver the notice."""
    scene = given(ordered(FREEZE), imposed("tmall", "warn"))
    scene.do(release, REVIEWER)
    scene.hear(delivered("tmall", scene.notice))
    scene.wait(days(8))
    scene.do(decide, APPROVER, terms=Terms())
    scene.do(decide, OTHER_APPROVER, terms=Terms())
    return scene
