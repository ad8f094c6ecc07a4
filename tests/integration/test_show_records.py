"""Where a person stands, and why: people, responses, decisions and timeline over the API."""

from typing import Any

import pytest

from functions.put_facts.app import handler as put_facts
from functions.reactivate_on_score.app import handler as reactivate
from functions.record_crm_changes.app import handler as record
from functions.show_records.app import handler
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, batch, call, envelope, event


def get(*steps: str, **query: str) -> Answer:
    return call(handler, "GET", *steps, query=query or None)


def pages(*steps: str, limit: int) -> list[list[Any]]:
    """All pages of a collection, as a caller reads them."""
    found, following = [], None
    while True:
        answer = get(*steps, limit=str(limit), **({"next": following} if following else {}))
        found.append(answer.body["items"])
        following = answer.body["next"]
        if following is None:
            return found


def tell(*told: dict[str, Any]) -> None:
    assert record(batch(*told), CONTEXT) == {"batchItemFailures": []}


def response(number: int, person_id: str = "lead-1", campaign_id: str = "spring-webinar") -> dict[str, Any]:
    return envelope(
        "Response Recorded",
        f"2026-02-{number:02}T10:00:00Z",
        response_id=f"r-{number:02}",
        person_id=person_id,
        campaign_id=campaign_id,
        responded=True,
    )


@pytest.fixture
def history(aws: Aws) -> Aws:
    """A lead whose score crossed after one response, and who then became busy."""
    record(event("record_crm_changes"), CONTEXT)
    reactivate(event("reactivate_on_score"), CONTEXT)
    return aws


def test_the_event_shows_a_person(aws: Aws) -> None:
    answered(put_facts, event("put_facts"))
    answer = answered(handler, event("show_records"))
    assert (answer.status, answer.body["first_name"], answer.body["score"]) == (200, "Ada", 48)
    assert answer.body["active_response"] is None


def test_a_person_shows_the_active_response(history: Aws) -> None:
    answer = get("people", "lead-1").body
    assert (answer["cycles"], answer["responses"], answer["active_response"]["cycle"]) == (1, 1, 1)


def test_responses_show_what_came_of_them(history: Aws) -> None:
    (found,) = get("people", "lead-1", "responses").body["items"]
    assert (found["response_id"], found["member_status"], found["responded"]) == ("member-1", "Attended", True)
    assert found["reactivated_at"] == "2026-03-01T12:00:00Z"


def test_a_decision_explains_itself(history: Aws) -> None:
    listed = get("people", "lead-1", "decisions").body["items"]
    assert [one["scenario"] for one in listed] == ["score", "response"]
    shown = get("decisions", listed[0]["decision_id"]).body
    assert [(one["response_id"], one["excluded"]) for one in shown["considered"]] == [("member-1", None)]
    assert shown["explanation"].startswith("Spring webinar got the credit when the score went from 48 to 64")
    assert [get("decisions", one["decision_id"]).body["replay"] for one in listed] == ["identical"] * 2


def test_a_loser_says_why_in_words(aws: Aws) -> None:
    tell(envelope("Campaign Changed", "2025-01-01T00:00:00Z", campaign_id="fair", name="Fair"))
    old = envelope(
        "Response Recorded", "2025-06-01T10:00:00Z", response_id="old", person_id="lead-1", campaign_id="fair"
    )
    old["detail"]["responded"] = True
    record(event("record_crm_changes"), CONTEXT)
    tell(old)
    reactivate(event("reactivate_on_score"), CONTEXT)
    active = get("people", "lead-1").body["active_response"]
    considered = get("decisions", active["decision_id"]).body["considered"]
    (lost,) = [one for one in considered if one["response_id"] == "old"]
    assert (lost["excluded"], lost["why"]) == ("OUTSIDE_LOOKBACK", "it is older than the look-back of 30 days")


def test_the_timeline_tells_what_happened_newest_first(history: Aws) -> None:
    tell(envelope("Response Deleted", "2026-03-05T10:00:00Z", response_id="member-1", person_id="lead-1"))
    kinds = [one["kind"] for one in get("people", "lead-1", "timeline").body["items"]]
    assert kinds == ["deactivated", "decision", "decision"]


@pytest.mark.parametrize(("what", "count"), [("responses", 8), ("decisions", 9), ("timeline", 9)])
def test_collections_come_in_pages(history: Aws, what: str, count: int) -> None:
    tell(*(response(number) for number in range(1, 8)))
    whole = pages("people", "lead-1", what, limit=100)
    assert [len(page) for page in whole] == [count]
    some = pages("people", "lead-1", what, limit=3)
    assert [one for page in some for one in page] == whole[0]
    assert all(len(page) == 3 for page in some[:-1])
    assert [len(page) for page in pages("people", "lead-1", what, limit=count)] == [count]


def test_pages_of_odd_identifiers_lose_nothing(aws: Aws) -> None:
    tell(envelope("Campaign Changed", "2026-01-01T00:00:00Z", campaign_id="c"))
    ids = ["a&b=c", "é" * 64, "𝄞" * 128, "\U0010ffff" * 3, "#", "x y", "R#1"]
    for number, one in enumerate(ids, start=1):
        told = response(number, "p", "c")
        told["detail"]["response_id"] = one
        tell(told)
    found = pages("people", "p", "responses", limit=1)
    assert [page[0]["response_id"] for page in found] == ids[::-1]


def test_a_short_salesforce_id_finds_the_long_one(aws: Aws) -> None:
    answered(put_facts, event("put_facts"))
    assert get("people", "00Q5e00000A1b2C").body["person_id"] == "00Q5e00000A1b2CEAR"


def test_a_former_id_leads_to_the_person(history: Aws) -> None:
    converted = envelope("Person Changed", "2026-03-02T10:00:00Z", person_id="lead-1", converted_contact_id="contact-1")
    tell(converted)
    answer = get("people", "lead-1").body
    assert (answer["person_id"], answer["former_ids"]) == ("contact-1", ["lead-1"])
    assert [one["person_id"] for one in get("people", "lead-1", "responses").body["items"]] == ["contact-1"]
    assert len(get("people", "contact-1", "decisions").body["items"]) == 2


@pytest.mark.parametrize(
    "steps",
    [
        ("people", "nobody"),
        ("people", "nobody", "responses"),
        ("people", "nobody", "decisions"),
        ("people", "nobody", "timeline"),
        ("decisions", "none"),
        ("decisions", "none-1-2"),
        ("people", "nobody", "scores"),
    ],
    ids="/".join,
)
def test_what_is_not_there_is_not_found(aws: Aws, steps: tuple[str, ...]) -> None:
    assert get(*steps).refusal == (404, "NOT_FOUND", None)


@pytest.mark.parametrize("what", ["responses", "decisions", "timeline"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "-1"),
        ("limit", "1.5"),
        ("limit", "٣"),
        ("limit", ""),
        ("next", "not base64!"),
        ("next", "gIA="),
        ("next", "eHh4" * 200),
    ],
)
def test_bad_paging_is_refused(history: Aws, what: str, name: str, value: str) -> None:
    assert get("people", "lead-1", what, **{name: value}).refusal == (422, "INVALID_FIELD", name)


def test_an_overlong_identifier_is_refused(aws: Aws) -> None:
    assert get("people", "x" * 129).refusal == (422, "INVALID_FIELD", "person_id")
    assert get("decisions", "x" * 129).refusal == (422, "INVALID_FIELD", "decision_id")


def test_reading_writes_nothing(history: Aws) -> None:
    before = history.items()
    for what in ((), ("responses",), ("decisions",), ("timeline",)):
        assert get("people", "lead-1", *what).status == 200
    assert history.items() == before


def test_what_goes_wrong_is_not_told_to_the_caller(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEOPLE_TABLE")
    answer = get("people", "lead-1")
    assert answer.refusal == (500, "INTERNAL", None)
    assert "PEOPLE_TABLE" not in answer.text
    assert "PEOPLE_TABLE" in aws.logged.getvalue()


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        (("people", "lead-1"), {"limit": "5"}),
        (("people", "lead-1", "responses"), {"limt": "5"}),
        (("people", "lead-1", "timeline"), {"limit": "5", "from": "2026-01-01"}),
        (("decisions", "d-1"), {"verbose": ""}),
    ],
)
def test_a_query_parameter_that_the_route_does_not_take_is_refused(aws: Aws, path, parameter) -> None:
    answer = call(handler, "GET", *path, query=parameter)
    unknown = next(name for name in reversed(parameter))
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "INVALID_FIELD", unknown)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"email": "ADA@EXAMPLE.COM"}, ["lead/1"]),
        ({"phone": "(020) 7946-0991"}, ["lead/1"]),
        ({"name": "byr"}, ["lead/1"]),
        ({"name": "Byron, Ad"}, ["lead/1"]),
        ({"id": "lead/1"}, ["lead/1"]),
        ({"id": "nobody"}, []),
        ({"email": "nobody@example.com"}, []),
    ],
)
def test_a_person_is_found_by_address_number_name_or_id(aws: Aws, query, found) -> None:
    values = {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com", "phone": "+44 20 7946 0991"}
    record(batch(envelope("Person Changed", "2026-11-20T12:00:00Z", person_id="lead/1", **values)), CONTEXT)
    answer = call(handler, "GET", "people", query=query)
    assert (answer.status, [person["person_id"] for person in answer.body["items"]]) == (200, found)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "id"),
        ({"email": "ada@example.com", "name": "byron"}, "name"),
        ({"email": "ada"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"name": "b"}, "name"),
        ({"mail": "ada@example.com"}, "mail"),
    ],
)
def test_a_search_that_names_nobody_in_particular_is_refused(aws: Aws, query, field) -> None:
    answer = call(handler, "GET", "people", query=query)
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "INVALID_FIELD", field)


def test_a_profile_shows_what_the_person_responds_to(aws: Aws) -> None:
    record(event("record_crm_changes"), CONTEXT)
    answer = get("people", "lead-1", "profile")
    assert (answer.status, answer.body["person_id"], answer.body["time_zone"]) == (200, "lead-1", "UTC")
    assert sum(hour["responses"] for hour in answer.body["hours"]) == answer.body["responses"] == 1
    assert get("people", "nobody", "profile").status == 404
