"""The write-back's rules, as the local cloud's bus delivers them to an HTTP server of the tests' own.

The local cloud's CloudFormation does not know connections and API destinations: they are made by API here, of what
template.yaml says. It trusts the server without TLS, and does not repeat what fails.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from rekindle.adapters.aws.eventbridge import EventBridgeBus
from rekindle.adapters.wire.events import facts_of
from rekindle.domain.notifications.event import Event
from tests.local_cloud.cloud import HOST, LocalCloud
from tests.support.builders import Rekindle, campaign_changed, person_changed, response_recorded
from tests.support.salesforce import (
    ASSIGNMENT,
    CAMPAIGN,
    CONTACT,
    INBOUND,
    LEAD,
    MANAGER,
    MEMBER,
    PARAMETERS,
    REP,
    ROUTING,
    Call,
    Salesforce,
    calls,
)
from tests.support.template import Deployed

pytestmark = pytest.mark.e2e

SECONDS = 120
"""More than a busy machine needs."""
BUS = "write-back"
OPEN = "Open - Not Contacted"
CLIENT = {"client_id": "the-app", "client_secret": "its-secret"}


@dataclass
class Org:
    """Salesforce's two ways in that the write-back uses: tokens, and records."""

    asked: list[dict[str, list[str]]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    sessions: set[str] = field(default_factory=set)
    """The tokens that are valid."""

    def wait_for(self, number: int) -> list[Call]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.calls) >= number, SECONDS), self.calls
            return list(self.calls)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        org = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                given = parse_qs(self._body())
                with org.changed:
                    org.asked.append(given)
                    token = f"token-{len(org.asked)}"
                wanted = {name: [value] for name, value in {**CLIENT, "grant_type": "client_credentials"}.items()}
                if self.path != "/services/oauth2/token" or given != wanted:
                    return self._answer(400, {"error": "invalid_client"})
                org.sessions.add(token)
                self._answer(200, {"access_token": token, "token_type": "Bearer"})

            def do_PATCH(self) -> None:
                body = self._body()
                kind, _, token = self.headers["Authorization"].partition(" ")
                if kind != "Bearer" or token not in org.sessions:
                    return self._answer(401, [{"errorCode": "INVALID_SESSION_ID"}])
                with org.changed:
                    org.calls.append(Call("PATCH", self.path, json.loads(body), dict(self.headers)))
                    org.changed.notify_all()
                self._answer(204, None)

            def _body(self) -> str:
                return self.rfile.read(int(self.headers["Content-Length"])).decode()

            def _answer(self, status: int, body: Any) -> None:
                content = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nothing: the tests tell what was called."""

        return Handler


@pytest.fixture
def org() -> Iterator[tuple[Org, str]]:
    found = Org()
    server = ThreadingHTTPServer((HOST, 0), found.handler())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found, f"http://{HOST}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bus(cloud: LocalCloud, org: tuple[Org, str]) -> Iterator[EventBridgeBus]:
    """A bus with the rules of the template, which write to the server, and put what they match into a queue."""
    events, sqs = cloud.client("events"), cloud.client("sqs")
    events.create_event_bus(Name=BUS)
    queue = sqs.create_queue(QueueName=BUS)["QueueUrl"]
    beside = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    deployed = Deployed({**PARAMETERS, "WriteBackUrl": org[1]})
    ((_, connection),) = deployed.resources("AWS::Events::Connection").items()
    told = connection["AuthParameters"]["OAuthParameters"]["ClientParameters"]
    for name, value in {"ClientID": "client_id", "ClientSecret": "client_secret"}.items():
        assert told[name] == f"{{{{resolve:secretsmanager:{PARAMETERS['WriteBackSecret']}:SecretString:{value}}}}}"
        told[name] = CLIENT[value]
    made = events.create_connection(Name="salesforce", **connection)["ConnectionArn"]
    ((name, destination),) = deployed.resources("AWS::Events::ApiDestination").items()
    assert destination.pop("ConnectionArn") == "WriteBackConnection.Arn"
    arn = events.create_api_destination(Name="salesforce", ConnectionArn=made, **destination)["ApiDestinationArn"]
    rules = {n: r for n, r in deployed.resources("AWS::Events::Rule").items() if n.startswith("WriteBack")}
    for logical_id, rule in rules.items():
        events.put_rule(Name=logical_id, EventBusName=BUS, EventPattern=json.dumps(rule["EventPattern"]))
        targets = [{**target, "Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/r"} for target in rule["Targets"]]
        assert [target["Arn"] for target in rule["Targets"]] == [f"{name}.Arn"]
        for target in targets:
            target["DeadLetterConfig"] = {"Arn": "arn:aws:sqs:eu-central-1:000000000000:failures"}
        targets.append({"Id": "beside", "Arn": beside})
        answer = events.put_targets(Rule=logical_id, EventBusName=BUS, Targets=targets)
        assert answer["FailedEntryCount"] == 0
    yield EventBridgeBus(events, BUS)
    for logical_id in rules:
        events.remove_targets(Rule=logical_id, EventBusName=BUS, Ids=["salesforce", "beside"])
        events.delete_rule(Name=logical_id, EventBusName=BUS)
    events.delete_api_destination(Name="salesforce")
    events.delete_connection(Name="salesforce")
    events.delete_event_bus(Name=BUS)
    sqs.delete_queue(QueueUrl=queue)


def matched(cloud: LocalCloud) -> int:
    """How often a rule matched since the bus was made. The bus puts into queues before it answers its publisher, and
    calls the server later."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=BUS)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    return int(found["ApproximateNumberOfMessages"])


def decided(assignment: Any = ASSIGNMENT, entity: str = "Lead", person_id: str = LEAD, **fields: Any) -> Rekindle:
    """A person of the CRM who crossed the threshold, and all that was told of it."""
    rekindle, crm = Rekindle(), Salesforce()
    rekindle.configure({"assignment": assignment})
    known = {"Status": "New", "Contact_Status__c": "New", "OwnerId": INBOUND, "Score__c": 10.0, **fields}
    member = {"CampaignId": CAMPAIGN, "HasResponded": True, f"{entity}Id": person_id}
    for envelope in (
        crm.created("Campaign", CAMPAIGN, Name="Webinar", IsActive=True),
        crm.created(entity, person_id, **known),
        crm.created("CampaignMember", MEMBER, **member),
        *crm.changed(entity, person_id, Score__c=70.0),
    ):
        rekindle.clock.now = crm.now
        rekindle.tell(*facts_of(envelope))
    rekindle.deliver()
    rekindle.announce()
    return rekindle


def answered(rekindle: Rekindle) -> list[Event]:
    """What is told when an engine confirms an owner, and nothing else."""
    rekindle.bus.published.clear()
    rekindle.use.complete_assignments(LEAD, REP)
    rekindle.announce()
    return rekindle.bus.published


def path(entity: str, record_id: str) -> str:
    return f"/services/data/v62.0/sobjects/{entity}/{record_id}"


def unordered(found: list[Call]) -> list[tuple[str, str, str]]:
    return sorted((call.method, call.path, json.dumps(call.body)) for call in found)


def test_owner_status_and_credit_are_written_as_the_connection_may(bus: EventBridgeBus, org: tuple[Org, str]) -> None:
    rekindle = decided()
    (decision,) = (d for d in rekindle.decisions(LEAD) if d.activates)

    assert not bus.publish(rekindle.bus.published)

    found = org[0].wait_for(4)
    assert unordered(found) == unordered(
        [
            Call("PATCH", path("Lead", LEAD), {"OwnerId": ROUTING}),
            Call("PATCH", path("Lead", LEAD), {"Status": OPEN}),
            Call("PATCH", path("Lead", LEAD), {"Active_Campaign__c": CAMPAIGN}),
            Call("PATCH", path("CampaignMember", MEMBER), {"Decision__c": decision.decision_id}),
        ]
    )
    for call in found:
        assert call.headers["Authorization"].startswith("Bearer token-")
        assert call.headers["Content-Type"].startswith("application/json")
        assert call.headers["Sforce-Auto-Assign"] == "FALSE"
        assert call.headers["Sforce-Call-Options"] == "client=rekindle"


def test_a_token_of_an_ended_session_is_asked_for_anew(bus: EventBridgeBus, org: tuple[Org, str]) -> None:
    rekindle = decided()
    bus.publish(rekindle.bus.published)
    org[0].wait_for(4)
    asked = len(org[0].asked)
    org[0].sessions.clear()

    bus.publish(answered(rekindle))

    assert org[0].wait_for(5)[4].body == {"OwnerId": REP}
    assert len(org[0].asked) == asked + 1


def test_only_what_was_decided_here_is_written_and_never_nothing(bus: EventBridgeBus, org: tuple[Org, str]) -> None:
    told: list[Event] = []
    # A contact, whose owner stays.
    told += decided(entity="Contact", person_id=CONTACT).bus.published
    # A lead that had an active status, and waits where it was.
    told += decided({"rules": [{"to": ROUTING}]}, OwnerId=ROUTING, Status="Working").bus.published
    # A lead whose owner its engine told of, in the CRM itself.
    waits = decided()
    before = len(waits.bus.published)
    waits.tell(person_changed(LEAD, 0.01, owner_id=MANAGER))
    waits.announce()
    assert "Assignment Completed" in [event.detail_type for event in waits.bus.published[before:]]
    told += waits.bus.published[before:]
    # Somebody of another CRM.
    other = Rekindle()
    other.configure({"assignment": ASSIGNMENT})
    other.tell(
        campaign_changed(CAMPAIGN),
        person_changed("p-1", 1, status="New", owner_id=INBOUND, score=10),
        response_recorded("r-1", "p-1", CAMPAIGN, 2),
        person_changed("p-1", 3, score=70),
    )
    other.deliver()
    other.announce()
    assert "Assignment Started" in other.told()
    told += other.bus.published
    last = answered(decided())

    bus.publish(told)
    expected = calls([*told, *last])
    org[0].wait_for(len(expected) - 1)
    bus.publish(last)

    found = org[0].wait_for(len(expected))
    assert unordered(found) == unordered(expected)
    assert {(call.path, *call.body) for call in found} == {
        (path("Contact", CONTACT), "Contact_Status__c"),
        (path("Contact", CONTACT), "Active_Campaign__c"),
        (path("CampaignMember", MEMBER), "Decision__c"),
        (path("Lead", LEAD), "Active_Campaign__c"),
        (path("Lead", LEAD), "OwnerId"),
    }
    assert [call.body for call in found if "OwnerId" in call.body] == [{"OwnerId": REP}]


def test_an_event_without_values_writes_nothing(bus: EventBridgeBus, org: tuple[Org, str], cloud: LocalCloud) -> None:
    """The local bus has matcher and transformer of its own: what is missing or null reaches neither."""
    rekindle = decided()
    genuine = list(rekindle.bus.published)
    for name in ("person_id", "owner_id", "campaign_id", "decision_id", "response_id", "status"):
        for event in genuine:
            _put(bus, event, {**event.body(), name: None})
            _put(bus, event, {n: v for n, v in event.body().items() if n != name})

    bus.publish(answered(rekindle))

    found = org[0].wait_for(matched(cloud))
    assert {"OwnerId": REP} in [call.body for call in found]
    for call in found:
        assert all(call.body.values())
        assert call.path.rpartition("/")[2] in (LEAD, MEMBER)


def _put(bus: EventBridgeBus, event: Event, detail: dict[str, Any]) -> None:
    entry = {"Source": "rekindle", "DetailType": event.detail_type, "Detail": json.dumps(detail)}
    bus.client.put_events(Entries=[{**entry, "EventBusName": bus.name}])
