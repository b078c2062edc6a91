"""A journal that is heard again a year later, by whatever road, decides nothing anew."""

import pytest

from tests.domain.spec import Scene, amended, appealed, days, declared, delivered, discredited, imposed, lifted, upheld, verified
from tests.domain.stories import released


@pytest.mark.parametrize("years", [0, 1, 5])
def test_statements_that_were_heard_have_no_second_effect(years: int) -> None:
    scene = released()
    notice = delivered("tmall", scene.notice)
    scene.hear(notice)
    scene.wait(days(8))
    journal = [
        imposed("tmall"), imposed("pdd"), declared("tmall"), notice,
        imposed("jd", sanction="s2"), verified("jd", "e-jd-s2"), appealed("jd", sanction="s2"), upheld("jd", sanction="s2"),
        amended("jd", "limit", sanction="s2"), discredited("jd", "e-jd-s2"), lifted("pdd"),  # type: ignore[arg-type]
    ]  # fmt: skip
    scene.hear(*journal)
    settle(scene, 366 * years)
    decided, told = len(scene.history), scene.dossier.told
    assert scene.hear(*journal) == []
    assert scene.hear(*reversed(journal)) == []
    assert (len(scene.history), scene.dossier.told) == (decided, told)


def settle(scene: Scene, length: int) -> None:
    """Time passes, and the clock looks until nothing is due any more."""
    scene.wait(days(length))
    while scene.wait(days(0)):
        pass
