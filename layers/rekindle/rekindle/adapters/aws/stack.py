"""A deployed stack as an operator reaches it: by its name, with the credentials of whoever asks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import botocore.session
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from rekindle.domain.core.errors import NotFound, Refusal, Unavailable

_NOT_ALLOWED = frozenset(
    (
        *("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"),
        *("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "SignatureDoesNotMatch"),
        *("UnrecognizedClientException", "AWS.SimpleQueueService.AccessDenied"),
    )
)
"""Codes of what the same credentials will not be given later either."""


class Outputs(dict[str, str]):
    """A stack's outputs by their names."""

    def __init__(self, stack: str, outputs: Mapping[str, str]) -> None:
        super().__init__(outputs)
        self._stack = stack

    def __missing__(self, name: str) -> str:
        raise NotFound(f"the stack {self._stack!r} is none of Rekindle's: it has no output {name}", "stack")


def session_of_caller() -> botocore.session.Session:
    """Credentials and region as AWS's own command line finds them. botocore itself does not know `AWS_REGION`."""
    return botocore.session.get_session({"region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None)})


def outputs_of(session: botocore.session.Session, stack: str) -> Mapping[str, str]:
    """Raises NotFound, a Refusal where the caller is not allowed, and Unavailable where AWS cannot be asked."""
    with in_our_words("CloudFormation"):
        try:
            stacks: Any = session.create_client("cloudformation")
            described = stacks.describe_stacks(StackName=stack)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                raise NotFound(f"there is no stack {stack!r} in this account and region", "stack") from error
            raise
    outputs = described["Stacks"][0].get("Outputs", ())
    return Outputs(stack, {output["OutputKey"]: output["OutputValue"] for output in outputs})


@contextmanager
def in_our_words(service: str) -> Iterator[None]:
    """What AWS says, for who can do something about it, or wait."""
    try:
        yield
    except NoRegionError as error:
        raise Refusal("no region is named: set AWS_REGION, or name one in your AWS profile") from error
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound) as error:
        raise Refusal(f"there are no AWS credentials: {_in_a_row(error)}") from error
    except BotoCoreError as error:
        raise Unavailable(_in_a_row(error)) from error
    except ClientError as error:
        detail = error.response["Error"]
        if detail["Code"] in _NOT_ALLOWED:
            raise Refusal(f"{service}: {detail['Code']}: {detail.get('Message', '')}") from error
        raise Unavailable(f"{service}: {_in_a_row(error)}") from error


def _in_a_row(error: Exception) -> str:
    """As the beginning of a sentence that goes on."""
    return str(error).rstrip(".")
