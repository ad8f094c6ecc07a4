"""Imports of files over the API: created with a form for the file, refused by their fields; and stored mappings."""

import base64
import json
from typing import Any

import pytest

from functions.answer_imports.app import handler as answer
from rekindle.runtime.imports import on_stack
from tests.integration.conftest import Aws, answered, call, event
from tests.support.file_imports import Imports, imports_on, outcome


@pytest.fixture
def imports(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Imports:
    # Tables that are simulated in this process take one request at a time.
    monkeypatch.setattr(on_stack, "at_the_same_time", lambda handle, values: [handle(value) for value in values])
    return imports_on(aws)


def test_the_form_takes_a_file_within_its_limits(imports: Imports) -> None:
    created = call(answer, "POST", "imports", body={"kind": "people", "filename": "a.csv"}).body
    policy = created["upload"]["fields"]["policy"]
    conditions = json.loads(base64.b64decode(policy))["conditions"]
    assert ["content-length-range", 1, 200_000_000] in conditions
    assert {"key": f"uploads/{created['import_id']}"} in conditions
    assert created["upload"]["url"].startswith("https://rekindle-imports.s3.eu-central-1.amazonaws.com")


def test_the_event_creates_an_import_and_its_key_names_it(imports: Imports) -> None:
    first = answered(answer, event("answer_imports"))
    assert first.status == 201
    assert answered(answer, event("answer_imports")).body["import_id"] == first.body["import_id"]
    assert [one["import_id"] for one in call(answer, "GET", "imports").body["items"]] == [first.body["import_id"]]
    other = {**event("answer_imports"), "body": json.dumps({"kind": "users", "filename": "x.csv"})}
    assert answered(answer, other).refusal == (422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"kind": "dogs", "filename": "x"}, "kind"),
        ({"kind": "people"}, "filename"),
        ({"kind": "people", "filename": "x", "mapping": "none"}, "mapping"),
        ({"kind": "people", "filename": "x", "mapping": {"dates": "dym"}}, "mapping.dates"),
        ({"kind": "people", "filename": "x", "mapping": {"columns": {"A": 1}}}, "mapping.columns.A"),
        ({"kind": "people", "filename": "x", "options": {"abort_over_percent": 101}}, "options.abort_over_percent"),
        ({"kind": "people", "filename": "x", "options": {"run": "later"}}, "options.run"),
        ({"kind": "people", "filename": "x", "colour": 1}, "colour"),
    ],
)
def test_a_wrong_request_is_refused_by_its_field(imports: Imports, body: Any, fault: str) -> None:
    assert call(answer, "POST", "imports", body=body).refusal == (422, "INVALID_FIELD", fault)
    assert call(answer, "GET", "imports").body["items"] == []


def test_mappings_are_stored_by_name_and_versioned(imports: Imports) -> None:
    stored = call(answer, "PUT", "mappings", "leads", body={"columns": {"Mail": "email"}})
    assert (stored.status, stored.body["version"], stored.headers["ETag"]) == (200, 1, '"1"')
    assert call(answer, "PUT", "mappings", "leads", body={"columns": {"Mail": "email"}}).body["version"] == 1
    changed = {"columns": {"Mail": "email", "Id": "person_id"}}
    late = call(answer, "PUT", "mappings", "leads", body=changed, headers={"if-match": '"7"'})
    assert late.refusal == (412, "PRECONDITION_FAILED", "If-Match")
    assert call(answer, "PUT", "mappings", "leads", body=changed, headers={"if-match": '"1"'}).body["version"] == 2
    assert call(answer, "GET", "mappings", "leads").body["mapping"] == changed
    assert call(answer, "GET", "mappings", "none").refusal == (404, "NOT_FOUND", None)
    assert call(answer, "PUT", "mappings", "leads", body={"colums": {}}).refusal == (422, "INVALID_FIELD", "colums")
    assert [one["name"] for one in call(answer, "GET", "mappings").body["items"]] == ["leads"]
    shown = imports.load("people", "Id,Mail\np1,mia@acme.example\n", "leads")
    assert (shown["mapping"], outcome(shown)) == ("leads", (1, 1, 0, 0, 0))
