"""A stack's outputs, and why there are none: in words an operator can do something with."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoRegionError

from rekindle.adapters.stack import outputs_of
from rekindle.domain.errors import NotFound, Unavailable


def session(error: Exception | None = None) -> Any:
    def describe_stacks(StackName: str) -> dict[str, Any]:
        if error is not None:
            raise error
        return {"Stacks": [{"Outputs": [{"OutputKey": "ApiUrl", "OutputValue": f"https://{StackName}"}]}]}

    return SimpleNamespace(create_client=lambda _: SimpleNamespace(describe_stacks=describe_stacks))


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeStacks")


def test_outputs_are_found_by_their_names() -> None:
    assert outputs_of(session(), "rekindle-dev") == {"ApiUrl": "https://rekindle-dev"}


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (refused("ValidationError"), NotFound),
        (refused("AccessDenied"), Unavailable),
        (NoRegionError(), Unavailable),
    ],
)
def test_what_aws_says_is_said_in_our_words(error: Exception, ours: type[Exception]) -> None:
    with pytest.raises(ours):
        outputs_of(session(error), "rekindle-dev")
