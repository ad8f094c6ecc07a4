"""Calls of a stack's functions from the command line, as API Gateway would make them: the same answers, with the
operator's own permission to invoke the function."""

import json
from dataclasses import dataclass, field
from typing import Any

from rekindle.adapters.aws.stack import in_our_words, outputs_of, session_of_caller
from rekindle.domain.core.errors import NotFound, Refusal, Unavailable


@dataclass
class Calls:
    """Raises Refusal and Unavailable."""

    stack: str
    output: str
    """The stack's output that names the function."""
    function: str = field(init=False)
    caller: str = field(init=False)

    def __post_init__(self) -> None:
        session = session_of_caller()
        self.function = outputs_of(session, self.stack)[self.output]
        self._lambda: Any = session.create_client("lambda")
        with in_our_words("STS"):
            sts: Any = session.create_client("sts")
            self.caller = sts.get_caller_identity()["Arn"]

    def __call__(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Any:
        """The answer's body. Raises NotFound, Refusal and Unavailable."""
        return json.loads(self.text(method, path, body, query))

    def text(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> str:
        """The same as it was written."""
        request = {
            "httpMethod": method,
            "path": path,
            "resource": path,
            "headers": {},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": None,
            "pathParameters": None,
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
            "requestContext": {"requestId": "cli", "identity": {"userArn": self.caller}, "path": path},
        }
        with in_our_words("Lambda"):
            invoked = self._lambda.invoke(FunctionName=self.function, Payload=json.dumps(request))
        answer = json.loads(invoked["Payload"].read())
        if invoked.get("FunctionError"):
            raise Unavailable(f"the function {self.function} failed: see its log")
        written: str = answer["body"]
        if answer["statusCode"] < 400:
            return written
        content = json.loads(written)
        if answer["statusCode"] >= 500:
            raise Unavailable(content["detail"])
        raise (NotFound if answer["statusCode"] == 404 else Refusal)(content["detail"], content.get("field"))
