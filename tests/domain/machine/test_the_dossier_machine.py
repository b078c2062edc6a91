"""Whatever happens to a dossier, in whatever order: nobody is listed without cause, and nothing weighs twice."""

import pytest
from hypothesis import HealthCheck, settings

from tests.domain.machine.dossier_machine import DossierMachine

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]


class TestAFewThousandSteps(DossierMachine.TestCase):  # type: ignore[misc,name-defined]
    """In every check."""

    settings = settings(max_examples=80, stateful_step_count=40, deadline=None, suppress_health_check=QUIET)


@pytest.mark.slow
@pytest.mark.timeout(600)
class TestManyMoreSteps(DossierMachine.TestCase):  # type: ignore[misc,name-defined]
    """With `make test-slow`."""

    settings = settings(max_examples=800, stateful_step_count=60, deadline=None, suppress_health_check=QUIET)
