"""Everything that is stored about one person, and nothing about another."""

import json
from typing import Any

import pytest

from functions.erase_people.app import handler as erase
from functions.export_people.app import handler
from functions.record_crm_changes.app import handler as record
from rekindle.application.records import export_people
from tests.integration.conftest import CONTEXT, Aws, answered, batch, call, envelope, event, failed, keep_stream_records

AT = "2026-03-01T09:00:00Z"
PERSON = "00Q5e00000A1b2CEAR"
RESPONSE = {"person_id": PERSON, "campaign_id": "webinar", "responded": True}


@pytest.fixture
def known(aws: Aws) -> Aws:
    facts = [
        envelope("Campaign Changed", AT, campaign_id="webinar", name="Webinar"),
        *(envelope("Person Changed", AT, person_id=one, email=f"{one}@example.com") for one in (PERSON, "p-2")),
        *(
            envelope(
                "Response Recorded", AT, response_id=f"r-{n}", person_id=PERSON, campaign_id="webinar", responded=True
            )
            for n in range(3)
        ),
    ]
    assert failed(record(batch(*facts), CONTEXT)) == []
    return aws


def test_the_event_exports_a_person(known: Aws) -> None:
    answer = answered(handler, event("export_people"))
    assert answer.status == 200
    assert answer.body["person"]["email"] == f"{PERSON}@example.com"
    assert [one["response_id"] for one in answer.body["responses"]] == ["r-0", "r-1", "r-2"]
    assert answer.body["failures"] == [] and "p-2" not in answer.text


def test_a_person_whom_nobody_knows_is_not_found(aws: Aws) -> None:
    assert call(handler, "GET", "people", "nobody", "export").refusal == (404, "NOT_FOUND", None)


def test_an_answer_that_would_be_too_large_is_refused(known: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_people, "MOST", 2)
    assert call(handler, "GET", "people", PERSON, "export").refusal == (413, "CALL_TOO_LARGE", None)


def test_records_that_a_stream_s_function_failed_with_are_exported_and_then_erased(known: Aws) -> None:
    def of(person_id: str) -> dict[str, Any]:
        image = {"person_id": {"S": person_id}, "profile": {"S": f"of {person_id}"}}
        stored = {"Keys": {"person_id": {"S": person_id}}, "NewImage": image, "ApproximateCreationDateTime": 1772355600}
        return {"dynamodb": stored}

    keep_stream_records("batch", "ScheduleReactivationFunction", of(PERSON), of("p-2"))
    (failure,) = call(handler, "GET", "people", PERSON, "export").body["failures"]
    assert (failure["record_kind"], failure["source"]) == ("stream_records", "ScheduleReactivationFunction")
    assert failure["failed_at"] == "2026-03-01T09:00:00Z"
    assert json.loads(failure["body"])["Records"] == [of(PERSON)]
    assert call(erase, "DELETE", "people", PERSON).status == 200
    assert call(handler, "GET", "people", PERSON, "export").body["failures"] == []
    assert len(call(handler, "GET", "people", "p-2", "export").body["failures"]) == 1
