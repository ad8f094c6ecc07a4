"""A stack's outputs, and why there are none: in words an operator can do something with."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError, ProfileNotFound

from rekindle.adapters.aws.stack import outputs_of, session_of_caller
from rekindle.domain.core.errors import NotFound, Refusal, Unavailable


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
    ("error", "ours", "words"),
    [
        (refused("ValidationError"), NotFound, "there is no stack 'rekindle-dev' in this account and region"),
        (refused("AccessDenied"), Refusal, "CloudFormation: AccessDenied: no"),
        (refused("ExpiredToken"), Refusal, "CloudFormation: ExpiredToken: no"),
        (refused("Throttling"), Unavailable, "CloudFormation: An error occurred (Throttling)"),
        (NoRegionError(), Refusal, "no region is named: set AWS_REGION"),
        (NoCredentialsError(), Refusal, "there are no AWS credentials: Unable to locate credentials"),
        (ProfileNotFound(profile="x"), Refusal, "there are no AWS credentials: The config profile"),
        (EndpointConnectionError(endpoint_url="https://x"), Unavailable, "Could not connect"),
    ],
)
def test_what_aws_says_is_said_in_our_words(error: Exception, ours: type[Exception], words: str) -> None:
    with pytest.raises(ours, match=f"^{re.escape(words)}") as told:
        outputs_of(session(error), "rekindle-dev")
    assert not str(told.value).endswith(".")


@pytest.mark.parametrize("outputs", [{}, {"Outputs": []}])
def test_a_stack_of_somebody_else_is_said_to_be_one(outputs: dict[str, Any]) -> None:
    described = SimpleNamespace(describe_stacks=lambda StackName: {"Stacks": [outputs]})
    found = outputs_of(SimpleNamespace(create_client=lambda _: described), "shop")  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="the stack 'shop' is none of Rekindle's: it has no output ApiUrl"):
        found["ApiUrl"]


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_is_known_by_either_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for other in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "eu-north-1")
    assert session_of_caller().get_config_variable("region") == "eu-north-1"
