"""A Salesforce of the tests' own: it takes the calls of the write-back, and tells of what they changed as Change Data
Capture does. And what template.yaml's rules call it with, by EventBridge's documented rules."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from rekindle.domain.notifications.event import Event
from tests.support.builders import day
from tests.support.template import Deployed

PARAMETERS = {
    "WriteBackUrl": "https://example.my.salesforce.com",
    "WriteBackSecret": "salesforce",
    "WriteBackCampaignField": "Active_Campaign__c",
    "WriteBackMemberField": "Decision__c",
    "WriteBackContactStatusField": "Contact_Status__c",
}

LEAD, CONTACT = "00Q5e00000A1b2CEAR", "0035e00000A1b2CEAR"
MEMBER, EARLIER_MEMBER = "00v5e00000A1b2CEAR", "00v5e00000A1b2DEAR"
CAMPAIGN, EARLIER_CAMPAIGN = "7015e00000A1b2CEAR", "7015e00000A1b2DEAR"
INBOUND, ROUTING = "00G5e00000A1b2CEAR", "00G5e00000A1b2DEAR"
MANAGER, REP, OTHER_REP = "0055e00000A1b2CEAR", "0055e00000A1b2DEAR", "0055e00000A1b2EEAR"
US = "0055e00000A1b2FEAR"
"""The user as whom the write-back calls."""

ASSIGNMENT = {"rules": [{"owners": [INBOUND], "to": ROUTING, "fallback": MANAGER, "reminder": None}]}


@dataclass(frozen=True)
class Call:
    """A call of Salesforce's REST API."""

    method: str
    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)


def calls(events: Iterable[Event], parameters: Mapping[str, str] = PARAMETERS) -> list[Call]:
    """What the rules of the write-back make of events."""
    return [call for event in events for call in _calls_of(event, Deployed(parameters))]


def _calls_of(event: Event, deployed: Deployed) -> Iterator[Call]:
    envelope = {"source": "rekindle", "detail-type": event.detail_type, "detail": json.loads(json.dumps(event.body()))}
    destinations = deployed.resources("AWS::Events::ApiDestination")
    for rule in deployed.resources("AWS::Events::Rule").values():
        if not _matches(rule["EventPattern"], envelope):
            continue
        for target in rule["Targets"]:
            name = target["Arn"].removesuffix(".Arn")
            if name in destinations:
                destination, given = destinations[name], target["HttpParameters"]
                path = "/" + destination["InvocationEndpoint"].split("/", 3)[3]
                for value in given["PathParameterValues"]:
                    path = path.replace("*", str(_at(envelope, value)) if value.startswith("$") else value, 1)
                body = json.loads(target["Input"] if "Input" in target else _transformed(target, envelope))
                yield Call(destination["HttpMethod"], path, body, given["HeaderParameters"])


def _matches(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and _matches(inner, value[name]) for name, inner in pattern.items()
        )
    return any(_is(value, one) for one in pattern)


def _is(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return type(value) is type(wanted) and bool(value == wanted)
    ((operator, operand),) = wanted.items()
    if operator == "prefix":
        return isinstance(value, str) and value.startswith(operand)
    if operator == "anything-but":
        return value not in operand
    raise NotImplementedError(operator)


def _at(envelope: Mapping[str, Any], path: str) -> Any:
    found: Any = envelope
    for step in path.removeprefix("$.").split("."):
        found = found.get(step, "")
    return found


def _transformed(target: Mapping[str, Any], envelope: Mapping[str, Any]) -> str:
    transformer = target["InputTransformer"]
    values = {name: _at(envelope, path) for name, path in transformer["InputPathsMap"].items()}
    return re.sub(r"<(\w+)>", lambda found: json.dumps(values[found[1]]), transformer["InputTemplate"])


@dataclass
class Salesforce:
    """Records by their ids. Who changes one makes it tell of the fields that are others now, and of no other."""

    now: datetime = field(default_factory=lambda: day(0))
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    commits: Iterator[int] = field(default_factory=lambda: count(1))

    def created(self, entity: str, record_id: str, **fields: Any) -> dict[str, Any]:
        self.records[record_id] = dict(fields)
        return self._told(entity, record_id, "CREATE", fields, None, REP)

    def changed(self, entity: str, record_id: str, by: str = REP, **fields: Any) -> list[dict[str, Any]]:
        """What a person, or an engine, changes in Salesforce itself."""
        return self._change(entity, record_id, fields, None, by)

    def called(self, call: Call) -> list[dict[str, Any]]:
        """What the write-back changes, and the events that tell of it."""
        assert call.method == "PATCH"
        entity, record_id = call.path.split("/")[-2:]
        _, _, client = call.headers["Sforce-Call-Options"].partition("client=")
        return self._change(entity, record_id, call.body, f"com/salesforce/api/rest/62.0;client={client}", US)

    def _change(
        self, entity: str, record_id: str, fields: Mapping[str, Any], origin: str | None, user: str
    ) -> list[dict[str, Any]]:
        held = self.records[record_id]
        others = {name: value for name, value in fields.items() if held.get(name) != value}
        held.update(others)
        return [self._told(entity, record_id, "UPDATE", others, origin, user)] if others else []

    def _told(
        self, entity: str, record_id: str, kind: str, fields: Mapping[str, Any], origin: str | None, user: str
    ) -> dict[str, Any]:
        self.now += timedelta(seconds=1)
        commit = next(self.commits)
        header = {
            "entityName": entity,
            "recordIds": [record_id],
            "changeType": kind,
            "transactionKey": f"t-{commit}",
            "sequenceNumber": 1,
            "commitTimestamp": int(self.now.timestamp() * 1000),
            "commitNumber": commit,
            "commitUser": user,
        }
        if origin is not None:
            header["changeOrigin"] = origin
        if kind == "UPDATE":
            header["changedFields"] = [*fields, "LastModifiedDate", "LastModifiedById"]
            header["nulledFields"] = [name for name, value in fields.items() if value is None]
        told = {name: value for name, value in fields.items() if value is not None}
        return {
            "source": "aws.partner/appflow/salesforce.com/111122223333/changes",
            "detail-type": f"{entity}ChangeEvent",
            "time": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "detail": {"ChangeEventHeader": header, **told, "LastModifiedById": user},
        }
