"""Permissions: the roles of the template are enough, which the journey shows too, and callers need theirs."""

import json
from typing import Any

import pytest

from tests.local_cloud.api import Api
from tests.local_cloud.cloud import REGION
from tests.local_cloud.run import HISTORY, SETTINGS, settings_at
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

RUN = {"parts": "parts/a/", "settings": "settings.yaml"}


def user(told: Stack, name: str, *actions: str) -> Api:
    """The API as a user of IAM sees it who may do this much."""
    iam = told.cloud.client("iam")
    iam.create_user(UserName=name)
    if actions:
        arn = f"arn:aws:execute-api:{REGION}:*:{told.outputs['ApiId']}/*"
        allowed: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return told.api_as(key["AccessKeyId"], key["SecretAccessKey"])


def test_a_simulation_in_parts_is_refused_without_tls(told: Stack) -> None:
    put_parts(told)
    refused = told.simulate("refused", RUN)
    assert refused["status"] == "FAILED" and "AccessDenied" in refused["cause"], "the local cloud has no TLS"


@pytest.mark.usefixtures("without_tls")
def test_the_roles_are_enough_for_a_simulation_in_parts(told: Stack) -> None:
    put_parts(told)
    ended = told.simulate("allowed", RUN)
    assert ended["status"] == "SUCCEEDED", ended


def put_parts(told: Stack) -> None:
    s3, bucket = told.cloud.client("s3"), told.outputs["SimulationsBucketName"]
    s3.put_object(Bucket=bucket, Key="parts/a/part-0000.jsonl", Body=HISTORY.read_bytes())
    s3.put_object(Bucket=bucket, Key="settings.yaml", Body=SETTINGS.read_bytes())


def test_the_roles_are_enough_for_a_simulation_over_the_api(told: Stack) -> None:
    history = [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()]
    answer = told.api.post("simulations", body={"history": history, "settings_version": 1})
    assert answer.status == 200, answer.body
    assert answer.json()["credit"]


def test_a_refused_fact_reaches_the_failure_queue(told: Stack) -> None:
    before = {kept.message_id for kept in told.failures()}
    bad = {"source": "test.crm", "detail-type": "Person Changed", "time": "2025-12-01T12:00:00Z"}
    told.send([{**bad, "detail": {"person_id": "p-bad", "score": "high"}}])
    told.settle()
    (kept,) = (kept for kept in told.failures() if kept.message_id not in before)
    assert kept.told["field"] == "detail.score"


def test_a_caller_who_may_reads_and_writes_every_kind_of_record(told: Stack) -> None:
    api = user(told, "crm", "execute-api:Invoke")
    assert api.put("people", "p-auth", body={"first_name": "Ida", "score": 10}).status == 200
    assert api.put("campaigns", "c-auth", body={"name": "By hand"}).status == 200
    assert api.put("users", "u-auth", body={"role": "SDR"}).status == 200
    assert api.post("settings", "validations", body=dict(settings_at(SETTINGS))).status == 200
    reads = [("people", "p-auth"), ("settings",), ("settings", "schema"), ("settings", "versions"), ("openapi.json",)]
    reads += [("people", "lead-ada", part) for part in ("responses", "decisions", "timeline")]
    reads += [("decisions", told.decisions()[0].decision_id), ("settings", "versions", "1"), ("docs",)]
    assert {parts: api.get(*parts).status for parts in reads} == dict.fromkeys(reads, 200)


@pytest.mark.parametrize("part", ["health", "docs"])
def test_health_and_the_documentation_are_open_to_everybody(told: Stack, part: str) -> None:
    assert told.api_as("", "").get(part).status == 200


@pytest.mark.parametrize("parts", [("people", "lead-ada"), ("settings",), ("openapi.json",)])
def test_who_does_not_sign_is_refused(told: Stack, parts: tuple[str, ...]) -> None:
    refused = told.api_as("", "").get(*parts)
    assert (refused.status, refused.json()["code"]) == (403, "NOT_SIGNED")
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["test", ""])
def test_a_missing_path_is_not_found(told: Stack, key: str) -> None:
    answer = told.api_as(key, key).get("nowhere", "at-all")
    assert (answer.status, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_signs_with_a_wrong_secret_is_refused(told: Stack) -> None:
    allowed = user(told, "forger", "execute-api:Invoke")
    forged = Api(allowed.base, allowed.region, allowed.key_id, "not-the-secret")
    assert allowed.get("people", "lead-ada").status == 200
    assert forged.get("people", "lead-ada").status == 403


def test_who_has_no_policy_is_refused_and_changes_nothing(told: Stack) -> None:
    nobody = user(told, "nobody")
    assert nobody.get("people", "lead-ada").status == 403
    assert nobody.put("people", "p-nobody", body={"score": 1}).status == 403
    assert told.api.get("people", "p-nobody").status == 404
