"""What functions ask AWS for, and what their roles allow: compared in both directions.

A recorder listens to the one session of botocore that all clients of a function come from. Which function asks is seen
from the call stack; which resource of the template it asks for, from the variable of its environment that holds the
name.
"""

import os
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import FrameType
from typing import Any

from tests.support.template import resources, template

_TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_SERVICES = {"eventbridge": "events"}
"""Where botocore's name of a service is not that of its permissions."""
_OPERATIONS = {"ListObjectsV2": "ListBucket", "SendMessageBatch": "SendMessage"}
"""Where the name of an operation is not that of its permission."""


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    action: str
    """Such as `dynamodb:Query`."""
    resource: str
    """A logical id of the template, and what may follow it, such as `PeopleTable/index/*`."""

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"

    def allows(self, call: "Permission") -> bool:
        return self.action == call.action and fnmatchcase(call.resource, self.resource)


SECRET = "secret"
"""Those whose names begin with that of the stack."""

Calls = dict[str, set[Permission]]
"""What each function of the template asked for."""


@dataclass
class Recorder:
    calls: Calls = field(default_factory=lambda: defaultdict(set))

    def listen(self, session: Any) -> None:
        """Twice is once."""
        session.register("provide-client-params", self._asked, unique_id="recorder")

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        folder = _function_at_work()
        if folder is not None:
            function = f"{''.join(word.capitalize() for word in folder.split('_'))}Function"
            service = model.service_model.service_name
            for action, name, rest in _needed(_SERVICES.get(service, service), model.name, params):
                self.calls[function].add(Permission(action, _logical_id(function, name) + rest))


def _function_at_work() -> str | None:
    """The folder of the function whose handler runs. It waits for its threads, so the main one tells."""
    frame: FrameType | None = sys._current_frames()[threading.main_thread().ident or 0]
    while frame is not None:
        found = re.fullmatch(r"functions\.(\w+)\.app", frame.f_globals.get("__name__", ""))
        if found:
            return found[1]
        frame = frame.f_back
    return None


def _needed(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each action that a call needs, with the name of its resource and what follows it."""
    match service, operation:
        case "dynamodb", "TransactWriteItems" | "TransactGetItems":
            for item in params["TransactItems"]:
                ((kind, request),) = item.items()
                yield f"dynamodb:{_TRANSACTED[kind]}", request["TableName"], ""
        case "dynamodb", "BatchGetItem" | "BatchWriteItem":
            for table in params["RequestItems"]:
                yield f"dynamodb:{operation}", table, ""
        case "dynamodb", _:
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            yield f"dynamodb:{operation}", params["TableName"], index
        case "events", "PutEvents":
            for entry in params["Entries"]:
                yield "events:PutEvents", entry["EventBusName"], ""
        case "scheduler", _:
            yield f"scheduler:{operation}", params["GroupName"], f"/{params['Name']}"
            yield "iam:PassRole", params["Target"]["RoleArn"], ""
        case "s3", "CreateBucket":
            # botocore signs a form for an upload by this operation, which nothing calls.
            yield "s3:PutObject", params["Bucket"], "/uploads/a"
        case "s3", _:
            key = f"/{params['Key']}" if "Key" in params else ""
            yield f"s3:{_OPERATIONS.get(operation, operation)}", params["Bucket"], key
        case "sqs", _:
            yield f"sqs:{_OPERATIONS.get(operation, operation)}", params["QueueUrl"], ""
        case "lambda", "Invoke":
            yield "lambda:InvokeFunction", params["FunctionName"], ""
        case "secretsmanager", _:
            # A secret of the user's own: only how its name begins says whose it is.
            _, named, rest = params["SecretId"].partition(":secret:rekindle")
            yield f"secretsmanager:{operation}", SECRET if named else params["SecretId"], rest
        case "stepfunctions", "StartExecution":
            yield "states:StartExecution", params["stateMachineArn"], ""
        case "sns", _:
            yield f"sns:{operation}", params["TopicArn"], ""
        case _:
            raise NotImplementedError(f"{service}:{operation}: say which permissions it needs")


def _logical_id(function: str, name: str) -> str:
    """Whatever the template puts into the variable that holds the name."""
    if name == SECRET:
        return name
    variables = variables_of(function)
    # The tests give every function the same queue to read: where another variable names it too, that one is meant.
    for variable, value in sorted(variables.items(), key=lambda one: one[0] == "QUEUE_URL"):
        if os.environ.get(variable) == name:
            found = _resource(value)
            if found is not None:
                return found
    # A failure names the function that failed, by its ARN.
    invoked = name.rpartition(":function:")[2]
    return (
        invoked
        if invoked in resources("AWS::Serverless::Function")
        else f"({name}, which no variable of the function names)"
    )


def variables_of(function: str) -> dict[str, Any]:
    own = resources("AWS::Serverless::Function")[function].get("Environment", {}).get("Variables", {})
    return {**template()["Globals"]["Function"]["Environment"]["Variables"], **own}


def statements_of(function: str) -> list[Mapping[str, Any]]:
    """What the role of a function says, the shared policies included."""
    roles, shared = resources("AWS::IAM::Role"), resources("AWS::IAM::ManagedPolicy")
    role = roles[resources("AWS::Serverless::Function")[function]["Role"]["Fn::GetAtt"][0]]
    documents = [policy["PolicyDocument"] for policy in role.get("Policies", ())]
    documents += [shared[policy["Ref"]]["PolicyDocument"] for policy in role.get("ManagedPolicyArns", ())]
    statements = [statement for document in documents for statement in document["Statement"]]
    return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in statements]


def permissions_of(function: str) -> set[Permission]:
    return {
        Permission(action, _resource(resource) or str(resource))
        for statement in statements_of(function)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def used_by_lambda(function: str) -> set[Permission]:
    """What Lambda itself does with a function's role: it reads sources, keeps what failed, and writes logs."""
    found: set[Permission] = set()
    properties = resources("AWS::Serverless::Function")[function]
    kept = [properties.get("EventInvokeConfig", {})]
    for event in properties.get("Events", {}).values():
        source = event["Properties"]
        if event["Type"] == "SQS":
            queue = _resource(source["Queue"]) or ""
            found |= {Permission(f"sqs:{name}", queue) for name in ("ReceiveMessage", "DeleteMessage")}
            found.add(Permission("sqs:GetQueueAttributes", queue))
        if event["Type"] == "DynamoDB":
            stream = f"{source['Stream']['Fn::GetAtt'][0]}/stream"
            names = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
            found |= {Permission(f"dynamodb:{name}", stream) for name in names}
            kept.append(source)
    for one in kept:
        destination = one.get("DestinationConfig", {}).get("OnFailure", {})
        name = _resource(destination.get("Destination"))
        if destination.get("Type") == "SQS":
            found.add(Permission("sqs:SendMessage", name or ""))
        if destination.get("Type") == "S3":
            found |= {Permission("s3:ListBucket", name or ""), Permission("s3:PutObject", f"{name}/*")}
    return found


def differences(calls: Calls, functions: Iterable[str]) -> list[str]:
    """Calls that a role does not allow, and permissions that nobody uses, in sentences."""
    found = []
    for function in functions:
        allowed, asked = permissions_of(function), calls.get(function, set())
        shared = {p for p in allowed if p.action.startswith(("logs:", "xray:"))}
        for call in sorted(asked | used_by_lambda(function)):
            if not any(permission.allows(call) or permission == call for permission in allowed):
                found.append(f"{function} asks for {call}, and its role does not allow it")
        for permission in sorted(allowed - used_by_lambda(function) - shared):
            if not any(permission.allows(call) for call in asked):
                found.append(f"{function} may {permission}, and never asks for it")
    return found


def _resource(value: Any) -> str | None:
    """What a reference of the template names, in the words of `Permission.resource`."""
    match value:
        case {"Fn::If": [_, there, _]}:
            return _resource(there)
        case {"Ref": str(name)} if not name.startswith("AWS::"):
            return name
        case {"Fn::GetAtt": [str(name), "StreamArn"]}:
            return f"{name}/stream"
        case {"Fn::GetAtt": [str(name), _]}:
            return name
        case {"Fn::Sub": str(text)} if ":secret:${AWS::StackName}" in text:
            return SECRET + text.partition(":secret:${AWS::StackName}")[2]
        case {"Fn::Sub": str(text)}:
            found = re.findall(r"\$\{(\w+)(?:\.\w+)?\}([^$]*)$", text)
            return f"{found[0][0]}{found[0][1]}" if found else None
    return None


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
