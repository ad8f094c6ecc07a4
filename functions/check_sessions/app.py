"""Console -> may this request pass? Its session, the session's role, and where the request comes from."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import use_cases
from rekindle.runtime.console.cookies import SESSION, read
from rekindle.runtime.observability import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    session = use_cases().check_sessions(read(event, SESSION), event["httpMethod"], event["path"], headers)
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if session else "Deny",
        "Resource": event["methodArn"],
    }
    known = {"user": session.user, "name": session.name, "role": session.role.value} if session else {}
    return {
        "principalId": session.user if session else "nobody",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": known,
    }
