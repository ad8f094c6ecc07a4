"""A file that is uploaded to a stack: checked, loaded part by part, followed, cancelled, taken back."""

import json
from collections import Counter
from typing import Any

import pytest

from functions.announce_changes.app import handler as announce
from functions.import_files.app import handler as work
from rekindle.domain.core import times
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.change import Change
from rekindle.runtime import aws as root
from rekindle.runtime.imports import on_stack
from tests.integration.conftest import CONTEXT, Aws
from tests.support.file_imports import PEOPLE, Imports, imports_on, outcome, people


@pytest.fixture
def imports(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Imports:
    # Tables that are simulated in this process take one request at a time.
    monkeypatch.setattr(on_stack, "at_the_same_time", lambda handle, values: [handle(value) for value in values])
    return imports_on(aws)


def test_a_file_is_checked_and_loaded_and_loaded_again_changes_nothing(imports: Imports) -> None:
    content = PEOPLE + "p1,mia@acme.example,70\np2,bo@acme.example,\np2,bo@acme.example,5\np3,nobody,1\n"
    shown = imports.load("people", content)
    assert (shown["state"], outcome(shown)) == ("finished", (4, 2, 1, 0, 1))
    assert (shown["counts"]["duplicates"], shown["causes"][0]["code"]) == (1, "INVALID_EMAIL")
    assert shown["causes"][0]["first_lines"] == [5]
    assert shown["files"].keys() == {"exceptions", "successes"}
    assert [one["rekindle_value"] for one in imports.file(shown["import_id"], "exceptions")] == ["nobody"]
    loaded = imports.file(shown["import_id"], "successes")
    assert sorted((one["line"], one["outcome"], one["record_id"]) for one in loaded) == [
        ("2", "created", "p1"),
        ("3", "created", "p2"),
        ("4", "updated", "p2"),
    ]
    assert [name for name, person in people().items() if person is not None] == ["p1", "p2"]
    before = imports.aws.items()[imports.aws.names.people]
    again = imports.load("people", content)
    assert outcome(again) == (4, 0, 0, 3, 1)
    assert imports.aws.items()[imports.aws.names.people] == before


def test_a_preview_says_all_before_anything_is_written(imports: Imports) -> None:
    import_id = imports.create("people", {"dates": "dmy"}, run="when_told")
    imports.upload(import_id, "Record ID,Email,Notes\np1,mia@acme.example,hello\np2,bo,x\n")
    shown = imports.shown(import_id)
    assert (shown["state"], outcome(shown)) == ("checked", (2, 1, 0, 0, 1))
    assert shown["columns"] == [
        {"header": "Record ID", "fields": ["person_id"], "samples": ["p1", "p2"]},
        {"header": "Email", "fields": ["email"], "samples": ["mia@acme.example", "bo"]},
        {"header": "Notes", "fields": [], "samples": ["hello", "x"]},
    ]
    assert shown["ignored_columns"] == ["Notes"]
    assert people()["p1"] is None
    running = imports.act(import_id, "run")
    assert (running.status, running.body["state"]) == (200, "running")
    assert imports.act(import_id, "run").status == 200 and len({name for name, _ in imports.executions}) == 1
    assert imports.continue_with() == "SUCCEEDED"
    assert (imports.shown(import_id)["state"], outcome(imports.shown(import_id))) == ("finished", (2, 1, 0, 0, 1))
    assert people()["p1"] is not None
    assert imports.act(import_id, "run").refusal == (409, "WRONG_STATE", "state")


def test_a_file_of_an_unknown_encoding_is_shown_in_three_readings(imports: Imports) -> None:
    shown = imports.load("people", "person_id,last_name\np1,Müller\n".encode("cp1252"))
    assert (shown["state"], shown["problem"]["code"]) == ("aborted", "UNKNOWN_ENCODING")
    (doubtful,) = shown["problem"]["readings"]
    assert doubtful["line"] == 2 and doubtful["readings"]["cp1252"] == "p1,Müller" and len(doubtful["readings"]) == 3
    assert people()["p1"] is None


def test_a_file_of_mostly_refused_rows_is_aborted_and_nothing_is_written(imports: Imports) -> None:
    rows = "".join(f"p{n},{'a@b.example' if n < 30 else 'x'},\n" for n in range(60))
    shown = imports.load("people", PEOPLE + rows)
    assert (shown["state"], shown["problem"]["code"]) == ("aborted", "TOO_MANY_REFUSED")
    assert outcome(shown) == (60, 30, 0, 0, 30) and people()["p1"] is None
    assert len(imports.file(shown["import_id"], "exceptions")) == 30
    assert imports.act(shown["import_id"], "undo").refusal == (409, "WRONG_STATE", "state")
    assert outcome(imports.load("people", PEOPLE + rows, abort_over_percent=60)) == (60, 30, 0, 0, 30)


def test_a_response_that_is_dated_later_is_loaded_and_waits_for_its_date(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports.load("campaigns", "id\nspring\n")
    monkeypatch.setattr(root, "now", lambda: times.instant("2026-03-01T12:00:00Z"))
    root.use_cases.cache_clear()
    root.imported_parts.cache_clear()
    loaded = imports.load(
        "members",
        "email,campaign,occurred_at,responded_at\n"
        "a@acme.example,spring,,2026-03-08T10:00:00Z\n"
        "b@acme.example,spring,2026-02-01T10:00:00Z,2026-02-08T10:00:00Z\n"
        "c@acme.example,spring,,2026-02-01T10:00:00Z\n",
    )
    assert (loaded["state"], outcome(loaded)) == ("finished", (3, 3, 0, 0, 0))
    (schedule,) = imports.aws.schedules()
    (message,) = (json.loads(one["Body"]) for one in imports.aws.messages(imports.aws.due))
    waiting = [json.loads(schedule["Target"]["Input"]), message]
    assert [one["due"] for one in waiting] == ["2026-03-08T10:00:00Z", "2026-02-08T10:00:00Z"]


def test_a_contact_that_gets_another_address_and_another_account_is_found_by_these_alone(imports: Imports) -> None:
    columns = "person_id,kind,email,account_id\n"
    assert outcome(imports.load("people", columns + "p1,contact,mia@acme.example,a1\n")) == (1, 1, 0, 0, 0)
    assert outcome(imports.load("people", columns + "p1,contact,mia@other.example,a2\n")) == (1, 0, 1, 0, 0)
    having = root.use_cases().ports.contacts.having
    keys = ("mia@acme.example", "account a1", "mia@other.example", "account a2")
    assert [list(having(key, 5)) for key in keys] == [[], [], ["p1"], ["p1"]]


def test_a_person_who_is_being_merged_costs_its_own_rows_alone(imports: Imports) -> None:
    imports.load("campaigns", "id\nspring\n")
    imports.load("people", PEOPLE + "p1,mia@acme.example,\np2,bo@acme.example,\n")
    person = people()["p1"]
    root.use_cases().ports.people.commit(
        Change(replace(person, version=person.version + 1, merging_ids=("other",)), person.version)
    )
    members = "email,campaign,responded_at\nmia@acme.example,spring,2026-02-01\nbo@acme.example,spring,2026-02-01\n"
    loaded = imports.load("members", members)
    assert (loaded["state"], outcome(loaded)) == ("finished", (2, 1, 0, 0, 1))
    assert (loaded["causes"][0]["code"], loaded["causes"][0]["first_lines"]) == ("IN_PROGRESS", [2])
    assert [one["email"] for one in imports.file(loaded["import_id"], "exceptions")] == ["mia@acme.example"]


def test_a_second_execution_for_one_upload_does_nothing(imports: Imports) -> None:
    import_id = imports.create("people")
    imports.upload(import_id, PEOPLE + "p1,mia@acme.example,\n")
    before = imports.shown(import_id)
    imports.upload(import_id, PEOPLE + "p2,bo@acme.example,\n", execution="e-2")
    after = imports.shown(import_id)
    assert {**after, "files": None} == {**before, "files": None} and people()["p2"] is None


def test_a_cancelled_import_loads_no_further_row(imports: Imports) -> None:
    import_id = imports.create("people", run="when_told")
    imports.upload(import_id, PEOPLE + "p1,mia@acme.example,\n")
    imports.act(import_id, "run")
    assert imports.act(import_id, "cancellation").body["state"] == "cancelled"
    assert imports.continue_with() == "SUCCEEDED"
    shown = imports.shown(import_id)
    assert (shown["state"], outcome(shown)) == ("cancelled", (0, 0, 0, 0, 0)) and people()["p1"] is None


def test_a_part_that_was_interrupted_goes_on_where_it_stopped(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rekindle.application.imports.import_rows.AT_ONCE", 2)
    import_id = imports.create("people", run="when_told")
    imports.upload(import_id, PEOPLE + "".join(f"q{n},q{n}@acme.example,\n" for n in range(5)))
    running = imports.act(import_id, "run").body
    assert running["state"] == "running"
    recorded = on_stack.RecordFacts._recorded
    calls = Counter[str]()

    def failing(self: Any, facts: Any) -> Any:
        calls["n"] += 1
        if calls["n"] == 4:
            raise Unavailable("throttled")
        return recorded(self, facts)

    monkeypatch.setattr(on_stack.RecordFacts, "_recorded", failing)
    _, given = imports.executions[-1]
    begun = work({"do": "begin", "started": given, "execution": "e"}, CONTEXT)
    key = f"{begun['parts']}0000"
    with pytest.raises(Unavailable):
        work({"do": "part", "part": key, "started": begun}, CONTEXT)
    assert outcome(imports.shown(import_id)) == (2, 2, 0, 0, 0), "it is shown how far it is"
    work({"do": "part", "part": key, "started": begun}, CONTEXT)
    work({"do": "end", "started": begun}, CONTEXT)
    shown = imports.shown(import_id)
    assert shown["state"] == "finished" and shown["counts"]["read"] == 5 == shown["counts"]["created"]
    assert len(imports.file(import_id, "successes")) >= 4


def test_what_fails_for_good_is_shown_at_the_import(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("a fault")

    monkeypatch.setattr(on_stack.RecordFacts, "__call__", broken)
    import_id = imports.create("people")
    assert imports.upload(import_id, PEOPLE + "p1,mia@acme.example,\n") == "FAILED"
    shown = imports.shown(import_id)
    assert (shown["state"], shown["problem"]["code"]) == ("aborted", "LOAD_FAILED")


def test_the_end_is_announced(imports: Imports) -> None:
    shown = imports.load("people", PEOPLE + "p1,mia@acme.example,\n")
    answer_ = announce(imports.aws.stream(imports.aws.names.ledger, "AnnounceChangesFunction"), CONTEXT)
    assert answer_ == {"batchItemFailures": []}
    (told,) = [one for one in imports.aws.published() if one["detail-type"] == "Import Finished"]
    detail = told["detail"]
    assert (detail["import_id"], detail["kind"], detail["state"]) == (shown["import_id"], "people", "finished")
    assert detail["counts"]["created"] == 1 and detail["person_id"] is None


def test_undo_takes_back_what_was_not_changed_since(imports: Imports) -> None:
    imports.load("people", PEOPLE + "p1,mia@acme.example,10\n")
    content = "person_id,email,last_name,score\np1,,Berg,20\np2,bo@acme.example,Dahl,\np3,cy@acme.example,Eng,\n"
    loaded = imports.load("people", content)
    assert outcome(loaded) == (3, 2, 1, 0, 0)
    imports.load("people", "person_id,last_name\np3,Engel\n")
    assert imports.act(loaded["import_id"], "undo").status == 200
    assert imports.continue_with() == "SUCCEEDED"
    imports.apply_facts()
    shown = imports.shown(loaded["import_id"])
    assert shown["state"] == "undone"
    assert shown["undo"] == {"state": "finished", "taken_back": 2, "left": {"CHANGED_SINCE": 1}}
    (left,) = imports.file(loaded["import_id"], "left")
    assert (left["record"], left["record_id"], left["code"], left["field"]) == (
        "person",
        "p3",
        "CHANGED_SINCE",
        "last_name",
    )
    found = people()
    assert found["p2"].deleted and found["p3"] is not None and not found["p3"].deleted
    assert found["p1"].profile.last_name is None and found["p1"].profile.email == "mia@acme.example"
    score = root.use_cases().ports.scores.get("p1")
    assert score is not None and score.value == 10


def test_undo_of_a_list_of_members_takes_back_responses_and_the_people_it_created(imports: Imports) -> None:
    imports.load("campaigns", "id,name\nspring,Spring\n")
    imports.load("people", PEOPLE + "p1,mia@acme.example,\n")
    members = "email,campaign,responded_at,opt out\nMIA@acme.example,spring,2026-02-01,\nnew@acme.example,spring,,\n"
    loaded = imports.load("members", members + "out@acme.example,spring,,yes\n")
    assert outcome(loaded) == (3, 3, 0, 0, 0)
    imports.act(loaded["import_id"], "undo")
    assert imports.continue_with() == "SUCCEEDED"
    imports.apply_facts()
    shown = imports.shown(loaded["import_id"])
    assert shown["undo"]["left"] == {"OPT_OUT": 1} and shown["undo"]["taken_back"] == 4
    assert all(one.state.deleted for one in root.use_cases().ports.people.responses("p1"))
    campaigns = imports.load("campaigns", "id,name\nspring,Spring\nfall,Fall\n")
    assert outcome(campaigns) == (2, 1, 0, 1, 0)


def test_a_whole_crm_is_loaded_in_its_order(imports: Imports) -> None:
    files = {
        "campaigns": "id,name\nspring,Spring webinar\nfall,Fall\n",
        "users": "id,name,email\nu1,Ada,ada@seller.example\n",
        "accounts": "id,name,website,owner\na1,Acme,https://www.acme.example,u1\n",
        "people": "person_id,email,account_id,score,status,kind,created\n"
        "p1,mia@acme.example,a1,70,New,contact,2026-02-01\np2,bo@acme.example,a1,,New,lead,2026-02-01\n",
        "members": "email,campaign,responded_at,response type\nMIA@acme.example,spring,2026-03-01 09:30,Attended\n"
        "bo@acme.example,fall,2026-03-01 09:30,Soft Bounce\n",
        "opportunities": "id,contact email,stage,amount,created date\no1,mia@acme.example,New,100,2026-03-20\n",
    }
    rows = {kind: content.count("\n") - 1 for kind, content in files.items()}
    for kind, content in files.items():
        assert outcome(imports.load(kind, content)) == (rows[kind], rows[kind], 0, 0, 0), kind
    mapping = {"source_system": "shop"}
    joined = "external id,email,last name\n17,mia@acme.example,Berg\n"
    assert outcome(imports.load("people", joined, mapping)) == (1, 0, 1, 0, 0)
    stored = imports.aws.items()
    for kind, content in files.items():
        assert outcome(imports.load(kind, content)) == (rows[kind], 0, 0, rows[kind], 0), kind
    assert outcome(imports.load("people", joined, mapping)) == (1, 0, 0, 1, 0)
    after = imports.aws.items()
    assert after[imports.aws.names.people] == stored[imports.aws.names.people]
    person = root.use_cases().ports.people.get("p1")
    assert person is not None and person.has_open_opportunity and person.active is not None


def test_the_requests_of_a_row(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    imports.load("campaigns", "id\nspring\n")
    asked = Counter[str]()

    def count(model: Any, params: Any, **_: Any) -> None:
        # Settings and campaigns are kept for a while; how often they are read depends on threads.
        if imports.aws.names.people.encode() in params["body"]:
            asked.update([model.name])

    root.session().register("before-call.dynamodb", count, unique_id="requests of a row")
    root.use_cases.cache_clear()
    root.imported_parts.cache_clear()
    monkeypatch.setattr(root.use_cases().ports.reference, "lifetime", 60)

    def asked_by(kind: str, header: str, rows: list[str]) -> Counter[str]:
        asked.clear()
        imports.load(kind, header + "".join(rows))
        return Counter(asked)

    def of_ten(kind: str, header: str, rows: list[str]) -> dict[str, int]:
        """What ten rows more ask; whatever a file asks by itself is not of its rows."""
        few, many = asked_by(kind, header, rows[:10]), asked_by(kind, header, rows[10:])
        return {name: number - few[name] for name, number in many.items() if number != few[name]}

    members = [f"m{n}@acme.example,spring,2026-02-01\n" for n in range(30)]
    people = [f"q{n},q{n}@acme.example\n" for n in range(30)]
    try:
        # Who has an address is asked when the file is checked, and again when the row is loaded.
        assert of_ten("members", "email,campaign,responded_at\n", members) == {"Query": 20, "TransactWriteItems": 2}
        assert of_ten("members", "email,campaign,responded_at\n", members) == {"Query": 20}
        assert of_ten("people", "person_id,email\n", people) == {"TransactWriteItems": 2}
        assert of_ten("people", "person_id,email\n", people) == {}
    finally:
        root.session().unregister("before-call.dynamodb", unique_id="requests of a row")
