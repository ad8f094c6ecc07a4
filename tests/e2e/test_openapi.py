"""Requests made up from the OpenAPI document, good ones and bad ones: every answer of the deployed API is one that the
document tells of, and none says that something went wrong inside."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rekindle.adapters.wire.describe.document import WRITTEN
from tests.local_cloud.api import Api
from tests.local_cloud.cloud import LocalCloud
from tests.local_cloud.stack import Stack
from tests.support.described import document

pytestmark = pytest.mark.e2e

EXAMPLES = 5
"""Good requests, and bad ones, of each operation."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
schema = schemathesis.openapi.from_path(WRITTEN)


class Signed(AuthBase):
    """Signs a request as `Api` does."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers.update(self.api.signature(str(request.method), str(request.url), request.body))
        return request


@pytest.fixture(scope="module")
def api(built: None, cloud: LocalCloud) -> Iterator[Api]:
    """That of a stack of its own: made-up requests change settings and records."""
    stack = Stack(cloud, "requests")
    for name in stack.buckets():  # They refuse what comes without TLS, and the local cloud has none.
        cloud.client("s3").delete_bucket_policy(Bucket=name)
    yield stack.api


OPERATIONS = {(path, method): schema[path][method] for path, item in document()["paths"].items() for method in item}
"""The strategies of an operation are made when it is its turn: those of all take minutes."""


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_every_answer_is_one_that_the_document_tells_of(
    operation: tuple[str, str], mode: GenerationMode, api: Api
) -> None:
    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[operation].as_strategy(generation_mode=mode))
    def asked(case: schemathesis.Case) -> None:
        answer = case.call(base_url=api.base, auth=Signed(api), timeout=60)
        case.validate_response(answer, checks=CHECKS)

    with suppress(Unsatisfiable):  # What takes nothing cannot be asked for badly.
        asked()
