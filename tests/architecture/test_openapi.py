"""The OpenAPI document keeps the default rules of Redocly, and shows an example of every operation."""

from typing import Any

from rekindle.adapters.wire.describe.document import WRITTEN
from tests.support.described import document
from tests.support.redocly import faults

REDIRECTS = ("warn operation-2xx-response #/paths/~1r~1{token}/",)
"""Links lead elsewhere, and have nothing of their own to answer."""


def test_the_document_has_no_fault_and_no_warning() -> None:
    assert [fault for fault in faults(WRITTEN) if not fault.startswith(REDIRECTS)] == []


def test_every_operation_has_an_example_of_its_body_and_of_its_answer() -> None:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            for told in (operation.get("requestBody", {"content": {}}), _success(operation["responses"])):
                assert all("example" in media for media in told["content"].values()), f"{method} {path}"


def _success(answers: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(answer for status, answer in answers.items() if status < "400")
    return found
