"""Whether an answer of the API is one that its OpenAPI document tells of."""

import re
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from rekindle.adapters.wire.describe.document import document as written


@lru_cache
def document() -> dict[str, Any]:
    return written("test")


def operation(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a request, None where it knows no such route; literal paths come first."""
    for template in sorted(document()["paths"], key=lambda path: path.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in document()["paths"][template]:
            found: dict[str, Any] = document()["paths"][template][method.lower()]
            return found
    return None


def takes(schema: str, body: Any) -> bool:
    """Whether a body is one that the document tells of."""
    told = {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}
    return Draft202012Validator(told).is_valid(body)


def check_answer(method: str, path: str, status: int, media: str, body: Any) -> None:
    told = operation(method, path)
    if told is None:
        assert status == 404
        return
    answer = told["responses"][str(status)]
    if "$ref" in answer:
        answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = {**answer["content"][media.partition(";")[0]]["schema"], "components": document()["components"]}
    faults = [error.message for error in Draft202012Validator(schema).iter_errors(body)]
    assert not faults
