"""PUT of people, campaigns, accounts, opportunities, queues and users: the facts of the bus for callers without one."""

import json
from typing import Any

import pytest

from functions.put_facts.app import handler
from functions.request_reactivation.app import handler as request
from functions.show_records.app import handler as show
from tests.integration.conftest import Answer, Aws, answered, call, event


def put(*steps: str, **body: Any) -> Answer:
    return call(handler, "PUT", *steps, body=body)


def test_the_event_records_a_person(aws: Aws) -> None:
    answer = answered(handler, event("put_facts"))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body["person_id"] == "00Q5e00000A1b2CEAR"
    assert (answer.body["email"], answer.body["score"]) == ("ada@example.com", 48)


def test_what_is_absent_stays_and_null_clears(aws: Aws) -> None:
    put("people", "p-1", email="ada@example.com", company="Analytical Engines", score=10)
    answer = put("people", "p-1", company=None)
    assert (answer.body["email"], answer.body["company"], answer.body["score"]) == ("ada@example.com", None, 10)


def test_a_campaign_and_a_user_are_recorded(aws: Aws) -> None:
    campaign = put("campaigns", "c-1", name="Webinar", starts_on="2026-03-01", precedence=1)
    user = put("users", "u-1", name="Grace", role="SDR", fields={"region": "EMEA"})
    assert (campaign.body["name"], campaign.body["starts_on"], campaign.body["is_active"]) == (
        "Webinar",
        "2026-03-01",
        True,
    )
    assert (user.body["role"], user.body["fields"]) == ("SDR", {"region": "EMEA"})


def test_an_account_and_a_queue_are_recorded(aws: Aws) -> None:
    put("accounts", "a-1", name="Acme", domain="https://acme.example", team={"SDR": "u-1"})
    account = put("accounts", "a-1", name=None, owner_id="u-2")
    queue = put("queues", "q-1", name="Inbound", member_ids=["u-1", "u-2"])
    assert (account.body["name"], account.body["domain"], account.body["owner_id"]) == (None, "acme.example", "u-2")
    assert (account.body["team"], queue.body["member_ids"]) == ({"SDR": "u-1"}, ["u-1", "u-2"])


def test_an_opportunity_is_recorded_and_its_people_know_of_it(aws: Aws) -> None:
    put("people", "p-1", status="New")
    told = {"stage": "Proposal", "amount": 12000.5, "created_at": "2026-03-01T10:00:00+01:00"}
    opened = put("opportunities", "0065e000003XyZa", person_ids=["p-1", "p-1"], **told)
    assert opened.body == {
        "opportunity_id": "0065e000003XyZaAAK",
        "person_ids": ["p-1"],
        "account_id": None,
        "stage": "Proposal",
        "is_closed": False,
        "is_won": False,
        "amount": 12000.5,
        "currency": None,
        "created_at": "2026-03-01T09:00:00Z",
        "closed_at": None,
        "product": None,
        "response_id": None,
        "deleted": False,
    }
    asked = {"inputs": [{"person_id": "p-1", "user_id": "u-1", "dry_run": True}]}

    def reason() -> str:
        (result,) = call(request, "POST", "reactivations", body=asked).body["results"]
        found: str = result["decision"]["reason"]
        return found

    assert reason() == "OPPORTUNITY_OPEN"
    put("opportunities", "0065e000003XyZa", is_won=True)
    assert reason() == "NO_CANDIDATE"


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["people", "campaigns", "accounts", "opportunities", "queues", "users"])
def test_a_request_that_is_sent_again_does_not_undo_what_was_told_in_between(aws: Aws, kind: str) -> None:
    name = {"people": "company", "opportunities": "product"}.get(kind, "name")

    def told(value: str, key: str | None = None) -> Answer:
        return call(handler, "PUT", kind, "one", body={name: value}, headers={"Idempotency-Key": key} if key else {})

    assert told("First", key="k").body[name] == "First"
    assert told("Later").body[name] == "Later"
    before = aws.items()
    assert told("First", key="k").body[name] == "Later"
    assert aws.items() == before
    assert told("Other", key="k").refusal == (422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key")
    assert aws.items() == before


def test_a_score_that_is_sent_again_crosses_no_threshold(aws: Aws) -> None:
    key = {"Idempotency-Key": "k"}
    call(handler, "PUT", "people", "one", body={"score": 70}, headers=key)
    put("people", "one", score=5)
    assert call(handler, "PUT", "people", "one", body={"score": 70}, headers=key).body["score"] == 5


def test_a_key_names_a_request_about_one_record(aws: Aws) -> None:
    key = {"Idempotency-Key": "k"}
    call(handler, "PUT", "people", "one", body={"score": 70}, headers=key)
    refused = call(handler, "PUT", "people", "two", body={"score": 70}, headers=key)
    assert refused.refusal == (422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key")
    assert call(handler, "PUT", "people", "one", body={"score": 70}, headers={"Idempotency-Key": ""}).refusal == (
        *(422, "INVALID_FIELD"),
        "Idempotency-Key",
    )


# --- fields ----------------------------------------------------------------------------------------------------------


def test_an_older_sequence_changes_nothing(aws: Aws) -> None:
    put("people", "p-1", company="New", sequence=2)
    assert put("people", "p-1", company="Old", sequence=1).body["company"] == "New"


def test_a_short_salesforce_id_is_the_long_one(aws: Aws) -> None:
    assert put("people", "00Q5e00000A1b2C", score=1).body["person_id"] == "00Q5e00000A1b2CEAR"
    assert put("users", "0055e000003XyZa", name="G").body["user_id"] == "0055e000003XyZaAAK"
    assert put("campaigns", "7015e000000F5g6", name="G").body["campaign_id"] == "7015e000000F5g6AAC"
    assert call(show, "GET", "people", "00Q5e00000A1b2CEAR").body["score"] == 1


@pytest.mark.parametrize("person_id", ["a/b c", "50%", "é#?&=", "日本" * 64, "x" * 128, "..", "R#1", '"', "%2F", "a+b"])
def test_any_identifier_is_taken_as_it_is(aws: Aws, person_id: str) -> None:
    assert put("people", person_id, score=5).body["person_id"] == person_id
    assert call(show, "GET", "people", person_id).body["score"] == 5


BAD_FIELDS: list[tuple[str, dict[str, Any], str]] = [
    ("accounts", {"domain": "acme"}, "domain"),
    ("accounts", {"team": {"SDR": 5}}, "team.SDR"),
    ("opportunities", {"person_ids": "p-1"}, "person_ids"),
    ("opportunities", {"closed_at": "2026-03-01"}, "closed_at"),
    ("opportunities", {"amount": True}, "amount"),
    ("queues", {"member_ids": ["u-1", ""]}, "member_ids[1]"),
    ("people", {"scores": 5}, "scores"),
    ("people", {"score": "64 points"}, "score"),
    ("people", {"score": True}, "score"),
    ("people", {"score": 1_000_001}, "score"),
    ("people", {"kind": "account"}, "kind"),
    ("people", {"email": 5}, "email"),
    ("people", {"email": "x" * 256}, "email"),
    ("people", {"do_not_contact": "no"}, "do_not_contact"),
    ("people", {"owner_id": ""}, "owner_id"),
    ("people", {"fields": {"region": ["EMEA"]}}, "fields.region"),
    ("people", {"fields": {"region": "x" * 1025}}, "fields.region"),
    ("people", {"fields": {str(n): n for n in range(51)}}, "fields"),
    ("people", {"sequence": -1}, "sequence"),
    ("people", {"person_id": "other"}, "person_id"),
    ("campaigns", {"starts_on": "1 March"}, "starts_on"),
    ("campaigns", {"is_active": 1}, "is_active"),
    ("campaigns", {"precedence": 1.5}, "precedence"),
    ("campaigns", {"cost": "12"}, "cost"),
    ("users", {"mode": "lazy"}, "mode"),
    ("users", {"email_address": "x"}, "email_address"),
]


@pytest.mark.parametrize(("kind", "body", "field"), BAD_FIELDS, ids=lambda value: str(value)[:40])
def test_a_bad_field_is_refused_by_name_and_nothing_changes(
    aws: Aws, kind: str, body: dict[str, Any], field: str
) -> None:
    name = {"people": "company", "opportunities": "product"}.get(kind, "name")
    put(kind, "one", **{name: "Before"})
    before = aws.items()
    assert put(kind, "one", **{name: "After"}, **body).refusal == (422, "INVALID_FIELD", field)
    assert aws.items() == before


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "{",
        "[]",
        "3",
        "null",
        '{"score": NaN}',
        "[" * 5000,
        '{"email": "\ud800"}',
        '{"score": 1' + "0" * 5000 + "}",
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(aws: Aws, body: str | None) -> None:
    assert call(handler, "PUT", "people", "p-1", body=body).refusal[:2] == (400, "MALFORMED")
    assert not any(aws.items().values())


@pytest.mark.parametrize("body", ['{"score": 1, "score": 2}', '{"fields": {"a": 1, "\\u0061": 2}}'])
def test_a_key_that_is_there_twice_is_malformed(aws: Aws, body: str) -> None:
    assert call(handler, "PUT", "people", "p-1", body=body).refusal[:2] == (400, "MALFORMED")
    assert not any(aws.items().values())


def test_bytes_that_are_no_text_are_malformed(aws: Aws) -> None:
    request = event("put_facts") | {"body": "//79", "isBase64Encoded": True}
    assert answered(handler, request).refusal[:2] == (400, "MALFORMED")


@pytest.mark.parametrize("person_id", ["x" * 129, "a\x00b", "a\nb"])
def test_what_is_no_identifier_is_refused(aws: Aws, person_id: str) -> None:
    assert put("people", person_id, score=5).refusal == (422, "INVALID_FIELD", "person_id")


@pytest.mark.parametrize("person_id", ["a/b", "a b", "50%", "a%41", "é", "日本", "😀", "\uf138", '"#?&=+', "~'()*!"])
def test_an_identifier_of_any_allowed_characters_works_in_a_path(aws: Aws, person_id: str) -> None:
    assert put("people", person_id, score=5).body["person_id"] == person_id
    assert call(show, "GET", "people", person_id).body["score"] == 5
    assert call(show, "GET", "people", person_id, "responses").status == 200


@pytest.mark.parametrize("person_id", ["😀", "\uf138", "日 本"])
def test_an_identifier_that_the_gateway_hands_on_unescaped_works_too(aws: Aws, person_id: str) -> None:
    request = event("put_facts") | {"path": f"/people/{person_id}", "body": "{}"}
    assert answered(handler, request).body["person_id"] == person_id


def test_an_address_that_is_not_utf8_is_refused(aws: Aws) -> None:
    request = event("put_facts") | {"path": "/people/%FF"}
    assert answered(handler, request).refusal == (422, "INVALID_FIELD", "person_id")


@pytest.mark.parametrize(
    ("method", "steps"), [("PUT", ("leads", "1")), ("POST", ("people", "1")), ("PUT", ("people",))]
)
def test_there_is_no_such_route(aws: Aws, method: str, steps: tuple[str, ...]) -> None:
    assert call(handler, method, *steps, body={}).refusal == (404, "NOT_FOUND", None)


def test_a_store_that_does_not_answer_is_said_so(aws: Aws) -> None:
    aws.dynamodb.delete_table(TableName=aws.names.people)
    assert put("people", "p-1", company="X").refusal == (503, "UNAVAILABLE", None)


WIDE = {f"field-{n}": "日" * 200 for n in range(50)}


def test_the_largest_named_values_of_any_script_are_stored(aws: Aws) -> None:
    assert put("people", "p-1", fields=WIDE).body["fields"] == WIDE
    (item,) = (item for item in aws.items()[aws.names.people] if item["record"] == {"S": "person"})
    assert "日" in item["profile"]["S"]


@pytest.mark.parametrize("kind", ["people", "users"])
def test_named_values_too_large_together_are_refused(aws: Aws, kind: str) -> None:
    fields = {f"field-{n}": "日" * 300 for n in range(50)}
    assert put(kind, "one", fields=fields).refusal == (422, "INVALID_FIELD", "fields")


def test_a_record_that_is_full_is_refused_and_stays_as_it_is(aws: Aws) -> None:
    told = 0
    while (answer := put("people", "p-1", fields={f"{told}-{name}": v for name, v in WIDE.items()})).status == 200:
        told += 1
        assert told < 20
    assert answer.refusal == (422, "TOO_LARGE", None)
    assert len(call(show, "GET", "people", "p-1").body["fields"]) == 50 * told
    assert put("people", "p-1", fields=None, company="Emptied").status == 200


def test_logs_and_counts_tell_of_no_person(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    secrets = {
        "email": "ada@example.com",
        "first_name": "Adeline",
        "company": "Analytical",
        "phone": "+44 20 7946 0000",
    }
    put("people", "p-1", **secrets, score=64)
    put("people", "p-1", **secrets, last_name=5)
    aws.dynamodb.delete_table(TableName=aws.names.people)
    put("people", "p-1", **secrets)
    told = capsys.readouterr().out + aws.logged.getvalue()
    assert not [secret for secret in secrets.values() if secret in told]
    counted = [json.loads(line) for line in told.splitlines() if '"Applied"' in line]
    assert counted[0]["Applied"] == [2.0]


def test_a_change_is_dated_by_the_instant_at_which_it_occurred(aws: Aws) -> None:
    put("people", "p-1", status="Working", occurred_at="2026-03-02T00:00:00Z")
    assert put("people", "p-1", status="New", occurred_at="2026-03-01T00:00:00Z").body["status"] == "Working"
    assert put("people", "p-1", status="New").body["status"] == "New"


def test_a_change_of_the_future_is_refused_and_freezes_nothing(aws: Aws) -> None:
    assert put("people", "p-1", status="Old", occurred_at="2126-03-02T00:00:00Z").refusal == (
        422,
        "IN_FUTURE",
        "occurred_at",
    )
    assert put("people", "p-1", status="New").body["status"] == "New"


def test_a_repeated_call_brings_no_earlier_value_back(aws: Aws) -> None:
    at = "2026-03-02T00:00:00Z"

    def put_under(key: str, status: str) -> Any:
        body = {"status": status, "occurred_at": at}
        return call(handler, "PUT", "people", "p-1", body=body, headers={"Idempotency-Key": key}).body["status"]

    assert [put_under("a", "New"), put_under("b", "Working"), put_under("a", "New")] == ["New", "Working", "Working"]


@pytest.mark.parametrize(
    ("steps", "body", "field"),
    [
        (("opportunities", "o-1"), {"currency": "EURO"}, "currency"),
        (("opportunities", "o-1"), {"amount": -1}, "amount"),
        (("users", "u-1"), {"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_money_and_zones_that_no_standard_knows_are_refused_by_name(
    aws: Aws, steps: tuple[str, str], body: dict[str, Any], field: str
) -> None:
    assert put(*steps, **body).refusal == (422, "INVALID_FIELD", field)
    assert not any(aws.items().values())


@pytest.mark.parametrize(
    ("steps", "body", "paths"),
    [
        (
            ("people", "p-1"),
            {
                "scor": 1,
                "score": "high",
                "email": 5,
                "fields": {"a": [], "b": {}},
                "sequence": -1,
                "occurred_at": "now",
            },
            ["email", "fields.a", "fields.b", "occurred_at", "scor", "score", "sequence"],
        ),
        (
            ("people", "p-1"),
            {"person_id": "p-2", "lastname": "A", "firstname": "B"},
            ["firstname", "lastname", "person_id"],
        ),
        (
            ("opportunities", "o-1"),
            {"amount": -1, "currency": "EURO", "closed_at": "soon", "created_at": 3, "person_ids": ["p", "", 4]},
            ["amount", "closed_at", "created_at", "currency", "person_ids[1]", "person_ids[2]"],
        ),
        (("accounts", "a-1"), {"name": 1, "domain": "not a domain"}, ["domain", "name"]),
        (("users", "u-1"), {"time_zone": "Mars", "is_active": "yes"}, ["is_active", "time_zone"]),
    ],
)
def test_every_fault_of_a_body_is_listed_by_its_path(
    aws: Aws, steps: tuple[str, str], body: dict[str, Any], paths: list[str]
) -> None:
    answer = put(*steps, **body)
    assert answer.refusal[:2] == (422, "INVALID_FIELD")
    assert sorted(error["path"] for error in answer.body["errors"]) == paths
    assert all(error["path"] in answer.body["detail"] for error in answer.body["errors"][:5])
    assert not any(aws.items().values())


def test_one_fault_is_listed_too(aws: Aws) -> None:
    answer = put("people", "p-1", score="high")
    assert answer.body["errors"] == [{"path": "score", "message": answer.body["detail"]}]


def test_an_answer_stays_small_however_many_faults_there_are(aws: Aws) -> None:
    answer = put("people", "p-1", **{f"{number}-{'x' * 500}": 1 for number in range(3_000)})
    assert len(answer.body["errors"]) == 1_000
    assert len(answer.text) < 500_000
