"""Sessions of the console: small items in a table of their own that expire."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.writes import Image, number, texts
from rekindle.domain.console.session import Role, Session
from rekindle.domain.core import times


@dataclass(frozen=True)
class DynamoDBSessions:
    connection: Connection
    table: str

    def start(self, session: Session) -> None:
        item = {
            **texts(
                {
                    "session_id": session.session_id,
                    "user": session.user,
                    "name": session.name,
                    "role": session.role.value,
                    "started_at": times.text(session.started_at),
                    "expires_at": times.text(session.expires_at),
                }
            ),
            "expires": number(math.ceil(session.expires_at.timestamp())),
        }
        self._send("PutItem", Item=item)

    def get(self, session_id: str) -> Session | None:
        item = self._send("GetItem", Key=_key(session_id), ConsistentRead=True).get("Item")
        return _session(item) if item is not None else None

    def end(self, session_id: str) -> None:
        self._send("DeleteItem", Key=_key(session_id))

    def all(self) -> Sequence[Session]:
        found: list[Session] = []
        start: dict[str, Any] = {}
        while True:
            page = self._send("Scan", **start)
            found += [_session(item) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _send(self, operation: str, **request: Any) -> dict[str, Any]:
        with our_errors():
            return self.connection.dispatch(operation, {"TableName": self.table, **request})


def _key(session_id: str) -> Image:
    return texts({"session_id": session_id})


def _session(item: Image) -> Session:
    text = {name: value["S"] for name, value in item.items() if "S" in value}
    return Session(
        text["session_id"],
        text["user"],
        text["name"],
        Role(text["role"]),
        times.instant(text["started_at"]),
        times.instant(text["expires_at"]),
    )
