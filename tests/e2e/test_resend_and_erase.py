"""Failures and erasures on the local cloud: many are sent on at once, and of an erased person no byte is left."""

import json
from typing import Any

import pytest

from rekindle.cli.main import main
from tests.e2e.test_scenarios import as_operator, event
from tests.local_cloud.stack import Stack

MANY = 1_000
TEXTS = ("Zerlina", "zerlina", "Quillfeather", "quillfeather", "555 0199", "Zorbly", "zorbly")
"""Parts of all that is told about the person."""


def test_a_thousand_failures_are_listed_and_sent_on(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_operator(stack, monkeypatch)
    before = len(stack.failures())
    stack.fail(*(event("Person Changed", person_id=f"p-resent-{n % 10}", score=n, sequence=n) for n in range(MANY)))
    capsys.readouterr()
    assert main(["redrive", "--stack", stack.name, "--dry-run", "--format", "jsonl"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ours = [one for one in listed if (one["record_id"] or "").startswith("p-resent-")]
    assert (len(ours), len(listed)) == (MANY, before + MANY)
    assert {(one["record_kind"], one["source"], one["state"]) for one in ours} == {("person", "test.crm", "open")}
    assert main(["redrive", "--stack", stack.name, "--reason", ours[0]["reason"], "--format", "jsonl"]) == 0
    resent = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["failure_id"] for one in ours} <= {one["failure_id"] for one in resent if one["state"] == "resent"}
    stack.settle()
    assert stack.api.get("people", "p-resent-9").json()["score"] == MANY - 1


@pytest.mark.usefixtures("without_tls")
def test_of_an_erased_person_no_byte_is_left_in_any_table_queue_or_bucket(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_operator(stack, monkeypatch)
    texts = {
        "first_name": "Zerlina",
        "last_name": "Quillfeather",
        "email": "zerlina@zorbly.example",
        "phone": "+47 555 0199",
        "company": "Zorbly",
        "fields": {"notes": "ask Zerlina"},
    }
    member = {"click_url": "https://x.example/?m=zerlina@zorbly.example", "fields": {"comment": "from Zerlina"}}
    stack.send(
        [
            event("Campaign Changed", campaign_id="c-erase", name="Show", is_active=True),
            *(event("Person Changed", person_id=one, status="New", **texts) for one in ("p-erase", "p-former")),
            *(
                event("Response Recorded", response_id=f"r-{one}", person_id=one, campaign_id="c-erase", responded=True,
                      **member)
                for one in ("p-erase", "p-former")
            ),
        ]
    )  # fmt: skip
    stack.settle()
    stack.send([event("People Merged", survivor_id="p-erase", merged_ids=["p-former"])])
    stack.settle()
    stack.send([event("Opportunity Changed", opportunity_id="o-erase", person_ids=["p-erase"])])
    stack.send([event("Task Logged", task_id="t-erase", person_id="p-erase", completed=True)])
    stack.send([event("Person Changed", person_id="p-former", score="many", **texts)])
    stack.settle()
    assert [kept for kept in stack.failures() if "Zerlina" in kept.body]
    assert {place for place, _ in texts_in(stack)} == {"PeopleTableName", "FailuresTableName"}

    capsys.readouterr()
    assert main(["erase", "--stack", stack.name, "--person", "p-former"]) == 0
    erased = json.loads(capsys.readouterr().out)
    assert (erased["person_id"], erased["state"], erased["people"]) == ("p-erase", "erased", 2)
    stack.settle()
    stack.until(lambda: heard(stack, "Person Erased", "p-erase"))
    assert texts_in(stack) == set()
    assert main(["erase", "--stack", stack.name, "--person", "p-erase"]) == 0
    assert json.loads(capsys.readouterr().out) == erased
    assert main(["erase", "--stack", stack.name, "--person", "p-nobody"]) == 1
    assert stack.api.get("people", "p-erase", "export").json()["person"]["first_name"] is None


def heard(stack: Stack, kind: str, person_id: str) -> list[dict[str, Any]]:
    stack.hear()
    return [one for one in stack.heard if (one["detail-type"], one["detail"].get("person_id")) == (kind, person_id)]


def texts_in(stack: Stack) -> set[tuple[str, str]]:
    """Where which text is: in the tables, the queues and the buckets of the whole local cloud."""
    names = {name: output for output, name in stack.outputs.items()}
    stored: dict[str, list[Any]] = {}
    for table in stack.dynamodb.list_tables()["TableNames"]:
        pages = stack.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        stored[names.get(table, table)] = [item for page in pages for item in page["Items"]]
    for url in stack.sqs.list_queues().get("QueueUrls", ()):
        messages = stored.setdefault(url, [])
        while some := stack.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=5, MessageAttributeNames=["All"]
        ).get("Messages"):
            messages += some
    s3 = stack.cloud.client("s3")
    for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"]):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
        stored[bucket] = [s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode(errors="replace") for key in keys]
    assert {"PeopleTableName", "FailuresTableName", *stack.buckets()} <= stored.keys()
    return {(place, text) for place, items in stored.items() for text in TEXTS if text in repr(items)}
