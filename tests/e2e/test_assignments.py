"""Assignments as deployed and with permissions checked: a wait, its end by an owner, by an engine's word, by time."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.e2e.test_scenarios import event
from tests.local_cloud.cloud import REGION, LocalCloud
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

USERS = ("u-in", "u-fast", "u-pool", "u-routing", "u-router", "u-manager", "u-1", "u-2")
SETTINGS = {
    "person_statuses": {
        "New": {"active": False},
        "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
    },
    "assignment": {
        "rules": [
            {"owners": ["u-in"], "to": "u-routing", "fallback": "u-manager"},
            {
                "owners": ["u-fast"],
                "to": "u-routing",
                "deadline": "PT3S",
                "reminder": "PT1S",
                "fallback": "u-manager",
            },
            {"owners": ["u-pool"], "to": "u-router", "fallback": "u-manager"},
        ],
        "router": {
            "queues": ["u-router"],
            "steps": [{"to": "account_owner"}, {"to": "pool", "pool": "all"}],
            "pools": {"all": {"members": [{"user": "u-1", "quota": 9}]}},
        },
    },
}


@pytest.fixture(scope="module")
def stack(built: None, cloud: LocalCloud) -> Stack:
    stack = Stack(cloud, "assignments")
    for function in ("StartAssignments", "TimeOutAssignments"):
        take_every_group_for_the_default_one(stack, function)
    for user in USERS:
        assert stack.api.put("users", user, body={"name": user}).status == 200
    assert stack.api.put("settings", body=SETTINGS).status == 200
    told(stack, event("Campaign Changed", campaign_id="fair"))
    return stack


def take_every_group_for_the_default_one(stack: Stack, function: str) -> None:
    """The template allows schedules of its own group; the local cloud checks as if all were of the default group."""
    arn = f"arn:aws:scheduler:{REGION}:*:schedule/default/*"
    allowed = {"Effect": "Allow", "Action": "scheduler:CreateSchedule", "Resource": arn}
    stack.cloud.client("iam").put_role_policy(
        RoleName=stack.resource(f"{function}Role"),
        PolicyName="default-group",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )


def told(stack: Stack, *facts: dict[str, Any]) -> None:
    stack.send(facts)
    stack.settle()


def ended(stack: Stack, person_id: str) -> dict[str, Any]:
    """The assignment, once it waits no longer. The local scheduler looks every ten seconds what is due."""
    return stack.until(lambda: (found := assignment(stack, person_id))["state"] != "pending" and found)


def a_lead(stack: Stack, person_id: str, owner_id: str, **values: str) -> None:
    """Who becomes active at once."""
    told(stack, event("Person Changed", person_id=person_id, status="New", score=80, owner_id=owner_id, **values))
    member = {"response_id": f"r-{person_id}", "person_id": person_id, "campaign_id": "fair", "responded": True}
    told(stack, event("Response Recorded", **member))


def assignment(stack: Stack, person_id: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.api.get("people", person_id).json()["assignment"]
    return found


def heard(stack: Stack, person_id: str) -> Counter[str]:
    """How many ids of each kind there were."""
    stack.settle(announced=True)
    ids = {
        one["detail"]["event_id"]: one["detail-type"]
        for one in stack.heard
        if one["detail"]["person_id"] == person_id and one["detail-type"].startswith(("Assignment", "Notification"))
    }
    return Counter(ids.values())


def test_a_lead_waits_with_the_temporary_owner_until_an_owner_comes(stack: Stack) -> None:
    a_lead(stack, "p-owner", "u-in")
    assert stack.api.get("people", "p-owner").json()["owner_id"] == "u-routing"
    waiting = stack.api.get("assignments").json()["items"]
    assert ("p-owner", "pending") in [(one["person_id"], one["state"]) for one in waiting]
    assert heard(stack, "p-owner") == {"Assignment Started": 1}
    told(stack, event("Person Changed", person_id="p-owner", owner_id="u-1"))
    found = assignment(stack, "p-owner")
    assert (found["state"], found["first_owner_id"]) == ("assigned", "u-1")
    assert heard(stack, "p-owner") == {"Assignment Started": 1, "Assignment Completed": 1, "Notification Requested": 1}
    assert "p-owner" not in [one["person_id"] for one in stack.api.get("assignments").json()["items"]]


def test_an_engine_confirms_over_the_api(stack: Stack) -> None:
    a_lead(stack, "p-engine", "u-in")
    answers = [stack.api.post("assignments", "p-engine", "completion", body={"owner_id": "u-1"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200], answers[0].body
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["reason"], assignment(stack, "p-engine")["owner_id"]) == ("OWNER_CONFIRMED", "u-1")
    refused = stack.api.post("assignments", "p-engine", "completion", body={"owner_id": "u-manager"})
    assert (refused.status, refused.json()["code"]) == (409, "NOT_PENDING")


def test_a_deadline_gives_the_lead_to_the_fallback(stack: Stack) -> None:
    a_lead(stack, "p-late", "u-fast")
    found = ended(stack, "p-late")
    assert (found["state"], found["first_owner_id"]) == ("timed_out", "u-manager"), stack.failures()
    known_fields = heard(stack, "p-late")
    assert (known_fields["Assignment Timed Out"], known_fields["Assignment Completed"]) == (1, 0)
    assert stack.failures() == []


@pytest.mark.parametrize(("email", "owner_id", "by"), [("a@acme.test", "u-2", "account_owner"), (None, "u-1", "pool")])
def test_our_own_router_answers_as_an_engine_does(stack: Stack, email: str | None, owner_id: str, by: str) -> None:
    assert stack.api.put("accounts", "acme", body={"domain": "acme.test", "owner_id": "u-2"}).status == 200
    person_id = f"p-{by}"
    a_lead(stack, person_id, "u-pool", **({"email": email} if email else {}))
    found = ended(stack, person_id)
    assert (found["state"], found["reason"], found["first_owner_id"]) == ("assigned", "ROUTED", owner_id)
    (routed,) = (
        entry for entry in stack.api.get("people", person_id, "timeline").json()["items"] if entry["kind"] == "routed"
    )
    assert (routed["by"], routed["owner_id"]) == (by, owner_id)
    assert heard(stack, person_id) == {"Assignment Started": 1, "Assignment Completed": 1, "Notification Requested": 1}
    assert stack.failures() == []
