"""Once more with permissions checked: the roles of the template are enough for the journey, and callers need theirs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rekindle.domain.decision import Outcome
from tests.local_cloud.api import Api
from tests.local_cloud.cloud import REGION, LocalCloud
from tests.local_cloud.run import HISTORY, SETTINGS, history_at, play, settings_at
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

PEOPLE = {"lead-ada", "lead-chiara", "lead-hugo", "contact-hugo"}
"""A reactivation, a default that is inserted and ends, and a lead that becomes a contact."""


@pytest.fixture(scope="module")
def stack(built: None) -> Iterator[Stack]:
    with LocalCloud(auth=True) as cloud:
        stack = Stack(cloud)
        lines = [line for line in history_at(HISTORY) if line.detail.get("person_id", "lead-ada") in PEOPLE]
        play(stack, lines, settings_at(SETTINGS))
        yield stack


def user(stack: Stack, name: str, *actions: str) -> Api:
    """The API as a user of IAM sees it who may do this much."""
    iam = stack.cloud.client("iam")
    iam.create_user(UserName=name)
    if actions:
        arn = f"arn:aws:execute-api:{REGION}:*:{stack.outputs['ApiId']}/*"
        allowed: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return stack.api_as(key["AccessKeyId"], key["SecretAccessKey"])


def test_the_roles_are_enough_for_the_journey(stack: Stack) -> None:
    activations = {d.person_id: d.outcome for d in stack.decisions() if d.activates}
    assert activations == {
        "lead-ada": Outcome.REACTIVATED,
        "lead-chiara": Outcome.ACTIVATED,
        "contact-hugo": Outcome.REACTIVATED,
    }
    assert stack.unheard() == set()
    assert stack.failures() == []


def test_the_roles_are_enough_for_a_simulation_in_parts(stack: Stack) -> None:
    s3, bucket = stack.cloud.client("s3"), stack.outputs["SimulationsBucketName"]
    s3.put_object(Bucket=bucket, Key="parts/a/part-0000.jsonl", Body=HISTORY.read_bytes())
    s3.put_object(Bucket=bucket, Key="settings.yaml", Body=SETTINGS.read_bytes())
    run = {"parts": "parts/a/", "settings": "settings.yaml"}
    refused = stack.simulate("refused", run)
    assert refused["status"] == "FAILED" and "AccessDenied" in refused["cause"], "the local cloud has no TLS"
    s3.delete_bucket_policy(Bucket=bucket)
    ended = stack.simulate("allowed", run)
    assert ended["status"] == "SUCCEEDED", ended


def test_the_roles_are_enough_for_a_simulation_over_the_api(stack: Stack) -> None:
    history = [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()]
    answer = stack.api.post("simulations", body={"history": history, "settings_version": 1})
    assert answer.status == 200, answer.body
    assert answer.json()["credit"]


def test_a_refused_fact_reaches_the_failure_queue(stack: Stack) -> None:
    bad = {"source": "test.crm", "detail-type": "Person Changed", "time": "2025-12-01T12:00:00Z"}
    stack.send([{**bad, "detail": {"person_id": "p-bad", "score": "high"}}])
    stack.settle()
    (kept,) = stack.failures()
    assert kept.told["field"] == "detail.score"


def test_a_caller_who_may_reads_and_writes_every_kind_of_record(stack: Stack) -> None:
    api = user(stack, "crm", "execute-api:Invoke")
    assert api.put("people", "p-auth", body={"first_name": "Ida", "score": 10}).status == 200
    assert api.put("campaigns", "c-auth", body={"name": "By hand"}).status == 200
    assert api.put("users", "u-auth", body={"role": "SDR"}).status == 200
    assert api.put("settings", body=dict(settings_at(SETTINGS))).status == 200
    reads = [("people", "p-auth"), ("settings",), ("settings", "schema"), ("settings", "versions"), ("openapi.json",)]
    reads += [("people", "lead-ada", part) for part in ("responses", "decisions", "timeline")]
    reads += [("decisions", stack.decisions()[0].decision_id), ("settings", "versions", "1"), ("docs",)]
    assert {parts: api.get(*parts).status for parts in reads} == dict.fromkeys(reads, 200)


def test_health_is_open_to_everybody(stack: Stack) -> None:
    assert stack.api_as("", "").get("health").status == 200


@pytest.mark.parametrize("parts", [("people", "lead-ada"), ("settings",), ("openapi.json",)])
def test_who_does_not_sign_is_refused(stack: Stack, parts: tuple[str, ...]) -> None:
    refused = stack.api_as("", "").get(*parts)
    assert (refused.status, refused.json()["code"]) == (403, "NOT_SIGNED")
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["test", ""])
def test_a_missing_path_is_not_found(stack: Stack, key: str) -> None:
    answer = stack.api_as(key, key).get("nowhere", "at-all")
    assert (answer.status, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_signs_with_a_wrong_secret_is_refused(stack: Stack) -> None:
    allowed = user(stack, "forger", "execute-api:Invoke")
    forged = Api(allowed.base, allowed.region, allowed.key_id, "not-the-secret")
    assert allowed.get("people", "lead-ada").status == 200
    assert forged.get("people", "lead-ada").status == 403


def test_who_has_no_policy_is_refused_and_changes_nothing(stack: Stack) -> None:
    nobody = user(stack, "nobody")
    assert nobody.get("people", "lead-ada").status == 403
    assert nobody.put("people", "p-nobody", body={"score": 1}).status == 403
    assert stack.api.get("people", "p-nobody").status == 404
