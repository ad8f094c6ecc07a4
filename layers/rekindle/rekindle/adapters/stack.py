"""A deployed stack as an operator reaches it: by its name, with the credentials of whoever asks."""

from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from rekindle.domain.errors import NotFound, Unavailable


def outputs_of(session: botocore.session.Session, stack: str) -> Mapping[str, str]:
    """Raises NotFound, and Unavailable where AWS cannot be asked."""
    try:
        stacks: Any = session.create_client("cloudformation")
        described = stacks.describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise NotFound(f"there is no stack {stack!r} in this account and region", "stack") from error
        raise Unavailable(f"CloudFormation: {error}") from error
    except BotoCoreError as error:
        raise Unavailable(str(error)) from error
    return {output["OutputKey"]: output["OutputValue"] for output in described["Stacks"][0]["Outputs"]}
