"""Whatever the description allows or forbids, made up by schemathesis: no answer is a failure of the hub."""

import httpx
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.services.gateway.conftest import Gateway

OPERATIONS = (("POST", "/v1/statements"), ("GET", "/v1/statements/{statement_id}"), ("GET", "/problems/{code}"))


def test_no_request_makes_the_hub_fail(gateway: Gateway) -> None:
    document = httpx.get(f"{gateway.address}/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=gateway.address)
    statuses: set[int] = set()
    for method, path in OPERATIONS:
        operation = schema[path][method]

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def answered(case: schemathesis.Case) -> None:
            response = case.call(headers=gateway.members["tmall"])
            statuses.add(response.status_code)
            assert response.status_code < 500

        answered()
    assert statuses - {200, 201} <= {401, 403, 404, 405, 409, 413, 415, 422}
