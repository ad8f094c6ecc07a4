"""The stream of people: pairs of records that may be one person, after a change of what they are known by."""

from functions.answer_duplicates.app import handler as answer
from functions.find_duplicates.app import handler
from functions.record_crm_changes.app import handler as record
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, failed


def changed(aws: Aws) -> list[str]:
    records = aws.stream(aws.names.people, "FindDuplicatesFunction")["Records"]
    return [one["dynamodb"]["Keys"]["person_id"]["S"] for one in records]


def told(second: int, **values: object) -> None:
    assert failed(record(batch(envelope("Person Changed", f"2026-02-18T09:00:{second:02}Z", **values)), CONTEXT)) == []


def test_the_event_is_what_the_people_table_writes(aws: Aws) -> None:
    (expected,) = event("find_duplicates")["Records"]
    told(0, person_id="lead-1", email="ada@example.com", first_name="Ada")
    (written,) = aws.stream(aws.names.people, "FindDuplicatesFunction")["Records"]
    image = expected["dynamodb"]["NewImage"]
    assert written["dynamodb"]["Keys"] == expected["dynamodb"]["Keys"]
    assert {name: written["dynamodb"]["NewImage"][name] for name in ("identity", "mail", "name")} == {
        name: image[name] for name in ("identity", "mail", "name")
    }


def test_only_a_change_of_what_people_are_known_by_is_looked_at(aws: Aws) -> None:
    told(0, person_id="p1", email="ada@example.com")
    told(1, person_id="p1", status="New", fields={"region": "EMEA"})
    told(2, person_id="p1", score=40)
    assert changed(aws) == ["p1"]
    told(3, person_id="p1", company="Engines Ltd")
    told(4, person_id="p2", status="New")
    assert changed(aws) == ["p1", "p1"]


def test_the_event_finds_a_pair_once(aws: Aws) -> None:
    told(0, person_id="lead-1", email="ada@example.com", first_name="Ada", last_name="Byron")
    told(1, person_id="contact-1", email="ADA@example.com", kind="contact", last_name="Byron", phone="020 7946 0991")
    assert failed(handler(event("find_duplicates"), CONTEXT)) == []
    before = aws.items()
    assert failed(handler(aws.stream(aws.names.people, "FindDuplicatesFunction"), CONTEXT)) == []
    assert aws.items() == before
    (pair,) = call(answer, "GET", "duplicates").body["items"]
    assert (pair["person_ids"], pair["grounds"], pair["likely"]) == (["contact-1", "lead-1"], "EMAIL", True)
    assert [one["email"] for one in pair["people"]] == ["ADA@example.com", "ada@example.com"]
