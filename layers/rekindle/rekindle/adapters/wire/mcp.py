"""The Model Context Protocol, as far as a server of read-only tools over standard input and output needs it: one
message of JSON-RPC 2.0 a line."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rekindle.adapters.wire.views.problems import error, fault, faults_of
from rekindle.domain.core.errors import Conflict, InvalidField, Refusal, Unavailable

Json = dict[str, Any]

VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Versions of the protocol that the server speaks, the newest first."""
PARSE_ERROR, INVALID_REQUEST, UNKNOWN_METHOD, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    properties: Mapping[str, Json]
    """JSON Schemas of its arguments by their names."""
    required: Sequence[str]
    call: Callable[[Mapping[str, Any]], Json]
    """Raises Refusal, Conflict and Unavailable."""

    @property
    def shown(self) -> Json:
        schema = {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.required),
            "additionalProperties": False,
        }
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": schema,
            "annotations": {"readOnlyHint": True, "openWorldHint": False},
        }


class _Fault(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Server:
    version: str
    instructions: str
    tools: Sequence[Tool]

    def answer(self, line: str | bytes) -> str | None:
        """What a line is answered with; None for a notification, and for an empty line."""
        if not line.strip():
            return None
        message: Any = None
        try:
            message = _message(line)
            if "id" not in message:
                return None
            answered: Json = {"result": self._result(str(message["method"]), message.get("params") or {})}
        except _Fault as found:
            answered = {"error": {"code": found.code, "message": found.message}}
        named = message.get("id") if isinstance(message, dict) else None
        return json.dumps({"jsonrpc": "2.0", "id": named, **answered}, ensure_ascii=False)

    def _result(self, method: str, params: Any) -> Json:
        if not isinstance(params, dict):
            raise _Fault(INVALID_PARAMS, "params: expected an object")
        match method:
            case "initialize":
                return self._initialized(params.get("protocolVersion"))
            case "ping":
                return {}
            case "tools/list":
                return {"tools": [tool.shown for tool in self.tools]}
            case "tools/call":
                return self._called(params)
        raise _Fault(UNKNOWN_METHOD, f"there is no method {method!r}")

    def _initialized(self, wanted: object) -> Json:
        return {
            "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[0],
            "capabilities": {"tools": {"listChanged": False}},
            "serverInfo": {"name": "rekindle", "version": self.version},
            "instructions": self.instructions,
        }

    def _called(self, params: Mapping[str, Any]) -> Json:
        tool = next((one for one in self.tools if one.name == params.get("name")), None)
        if tool is None:
            raise _Fault(INVALID_PARAMS, f"there is no tool {params.get('name')!r}")
        arguments = params.get("arguments") or {}
        if not isinstance(arguments, dict):
            raise _Fault(INVALID_PARAMS, "arguments: expected an object")
        try:
            _check(arguments, tool)
            found, failed = tool.call(arguments), False
        except (Refusal, Conflict, Unavailable) as refused:
            faults = [fault(path, message) for path, message in faults_of(refused)]
            found, failed = {**error(refused), "errors": faults}, True
        text = json.dumps(found, ensure_ascii=False)
        return {"content": [{"type": "text", "text": text}], "structuredContent": found, "isError": failed}


def _message(line: str | bytes) -> Json:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise _Fault(PARSE_ERROR, "the line is not JSON") from None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
        raise _Fault(INVALID_REQUEST, "expected one request of JSON-RPC 2.0")
    return message


_TYPES: Mapping[str, type | tuple[type, ...]] = {"string": str, "integer": int, "object": dict, "array": list}


def _check(arguments: Mapping[str, Any], tool: Tool) -> None:
    """Raises InvalidField with every fault of the arguments."""
    faults = [(name, "it is missing") for name in tool.required if name not in arguments]
    for name, value in arguments.items():
        schema = tool.properties.get(name)
        if schema is None:
            faults.append((name, f"it is none of {', '.join(tool.properties)}"))
        elif isinstance(value, bool) or not isinstance(value, _TYPES[schema["type"]]):
            faults.append((name, f"expected {schema['type']}"))
        elif "enum" in schema and value not in schema["enum"]:
            faults.append((name, f"expected one of {', '.join(schema['enum'])}"))
    if faults:
        raise InvalidField.of(faults)
