"""`rekindle import`: a file becomes facts of a history, which `rekindle simulate` decides about."""

import csv
import gzip
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rekindle.adapters.imports.exceptions_file import HEADERS
from rekindle.cli.main import main
from rekindle.domain.imports.kinds import KINDS

AT = "2026-05-01T00:00:00Z"
SETTINGS = """\
time_zone: Europe/Berlin
person_statuses:
  New: {active: false}
  Open - Not Contacted: {active: true, response_status: Open - Not Contacted}
reactivation:
  score: {lookback_days: 60, default_campaign: {single: spring}}
"""
RESPONSES = """\
email,first_name,campaign_code,response_date
mia@acme.example,Mia,spring,2026-03-01T09:00:00Z
MIA@acme.example,Mia,expo,2026-03-02T09:00:00Z
tom@acme.example,Tom,spring,2026-03-03T09:00:00Z
"""


class Desk:
    """A folder with files, in which the command is run."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.history = folder / "history.jsonl"

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(
        self, content: str | bytes | Path, kind: str, *more: str, mapping: str = "", status: int = 0
    ) -> dict[str, Any]:
        """Loads a file into the history. Answers the counts."""
        path = content if isinstance(content, Path) else self.file("file.csv", content)
        arguments = ["import", str(path), "--kind", kind, "--history", str(self.history), "--at", AT, *more]
        if mapping:
            arguments += ["--mapping", str(self.file("mapping.yaml", mapping))]
        assert main(arguments) == status
        counts: dict[str, Any] = json.loads(self._capsys.readouterr().err)
        assert counts["read"] == sum(counts[name] for name in ("created", "updated", "unchanged", "refused"))
        return counts

    def refusal(self, content: str | bytes, kind: str, *more: str, mapping: str = "") -> str:
        before = self.events()
        path = self.file("file.csv", content)
        arguments = ["import", str(path), "--kind", kind, "--history", str(self.history), *more]
        if mapping:
            arguments += ["--mapping", str(self.file("mapping.yaml", mapping))]
        assert main(arguments) == 2
        assert self.events() == before and not path.with_name("file.csv.exceptions.csv").exists()
        return self._capsys.readouterr().err

    def events(self) -> list[dict[str, Any]]:
        if not self.history.exists():
            return []
        return [json.loads(line) for line in self.history.read_text().splitlines() if line.strip()]

    def details(self, event: str) -> list[dict[str, Any]]:
        return [one["detail"] for one in self.events() if one["detail-type"] == event]

    def decisions(self) -> list[dict[str, Any]]:
        document = self.file("settings.yaml", SETTINGS)
        assert main(["simulate", "--settings", str(document), str(self.history)]) == 0
        out, err = self._capsys.readouterr()
        assert "refused" not in err
        return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def outcome(counts: dict[str, Any]) -> tuple[int, ...]:
    return tuple(counts[name] for name in ("created", "updated", "unchanged", "refused"))


# --- people and their responses ------------------------------------------------------------------------------------


def test_a_file_with_a_byte_order_mark_is_loaded(desk):
    counts = desk.run(b"\xef\xbb\xbf" + RESPONSES.replace("\n", "\r\n").encode(), "responses")
    assert outcome(counts) == (3, 0, 0, 0) and counts["people"] == {"created": 2, "updated": 0}
    assert [one["email"] for one in desk.details("Person Changed")] == ["mia@acme.example", "tom@acme.example"]
    mia, mia_again, tom = (one["person_id"] for one in desk.details("Response Recorded"))
    assert mia == mia_again != tom


def test_a_person_who_is_known_by_the_address_is_not_created_again(desk):
    person = {"person_id": "p1", "email": "Mia@Acme.example", "last_name": "Berg"}
    desk.history.write_text(
        json.dumps({"source": "t", "detail-type": "Person Changed", "time": "2026-01-01T00:00:00Z", "detail": person})
    )
    counts = desk.run(RESPONSES, "responses")
    assert counts["people"] == {"created": 1, "updated": 1}
    assert [one["person_id"] for one in desk.details("Response Recorded")][:2] == ["p1", "p1"]
    assert desk.details("Person Changed")[1] == {"person_id": "p1", "first_name": "Mia"}


def test_loading_a_file_again_changes_nothing(desk):
    desk.run(RESPONSES, "responses")
    before = desk.history.read_bytes()
    assert outcome(desk.run(RESPONSES, "responses")) == (0, 0, 3, 0)
    assert desk.history.read_bytes() == before


def test_the_order_of_the_rows_and_halves_of_a_file_come_to_the_same(desk, tmp_path):
    header, *rows = RESPONSES.splitlines(keepends=True)
    desk.run(RESPONSES, "responses")
    whole = sorted(map(json.dumps, desk.details("Response Recorded")))
    desk.history.unlink()
    for half in (rows[2:], rows[1::-1]):
        desk.run("".join([header, *half]), "responses")
    assert sorted(map(json.dumps, desk.details("Response Recorded"))) == whole


def test_the_same_row_twice_is_one_response_and_is_told(desk):
    counts = desk.run(RESPONSES + RESPONSES.splitlines()[1] + "\n", "responses")
    assert outcome(counts) == (3, 0, 1, 0) and counts["duplicates"] == 1


def test_rows_of_a_source_are_known_by_their_reference(desk):
    first = "source_ref,email,campaign,response_date,member_status\n7,a@x.example,spring,2026-03-01,Sent\n"
    mapping = "source_system: webinar"
    desk.run(first, "responses", mapping=mapping)
    corrected = first.replace("a@x.example", "b@x.example").replace("Sent", "Attended")
    assert outcome(desk.run(corrected, "responses", mapping=mapping)) == (0, 1, 0, 0)
    old, new = desk.details("Response Recorded")
    assert new == {
        **{k: old[k] for k in ("response_id", "person_id", "campaign_id", "responded")},
        "member_status": "Attended",
    }


def test_a_person_is_known_by_number_and_name(desk):
    people = "person_id,first_name,last_name,phone\np1,Mia,Bérg,+49 30 901820\n"
    desk.run(people, "people")
    row = "first_name,last_name,phone,campaign,response_date\nmia,Berg,{},spring,2026-03-01\n"
    mapping = "country: DE"
    desk.run(row.format("030/901820"), "responses", mapping=mapping)
    desk.run(row.format("0043 1 901820"), "responses", mapping=mapping)
    known, other = (one["person_id"] for one in desk.details("Response Recorded"))
    assert known == "p1" and other != "p1"


def test_a_person_is_known_by_the_id_in_another_system(desk):
    desk.run("email\na@x.example\n", "people")
    mapping = "source_system: shop"
    desk.run(
        "person_ref,email,campaign,response_date\n17,A@x.example,spring,2026-03-01\n", "responses", mapping=mapping
    )
    desk.run(
        "person_ref,campaign,response_date\n17,expo,2026-03-02\n18,expo,2026-03-02\n", "responses", mapping=mapping
    )
    first, second, third = (one["person_id"] for one in desk.details("Response Recorded"))
    assert first == second == desk.details("Person Changed")[0]["person_id"]
    assert third == "shop:18"


def test_an_address_of_several_people_is_refused(desk):
    desk.run("person_id,email\np1,a@x.example\np2,a@x.example\n", "people")
    counts = desk.run("email,campaign,response_date\na@x.example,spring,2026-03-01\n", "responses")
    (cause,) = counts["causes"]
    assert cause["code"] == "AMBIGUOUS_PERSON" and "p1, p2" in cause["repair"]


def test_what_is_missing_is_named_by_its_column(desk):
    counts = desk.run("email,Campaign code,response_date\na@x.example,,2026-03-01\nb@x.example,spring,\n", "responses")
    assert [(cause["code"], cause["column"]) for cause in counts["causes"]] == [
        ("MISSING_VALUE", "Campaign code"),
        ("MISSING_VALUE", "response_date"),
    ]
    assert counts["columns"]["Campaign code"] == ["campaign_id"]


def test_an_empty_cell_can_be_given_a_meaning(desk):
    mapping = 'values: {campaign_id: {"": unknown}}'
    desk.run("email,campaign,response_date\na@x.example,,2026-03-01\n", "responses", mapping=mapping)
    assert desk.details("Response Recorded")[0]["campaign_id"] == "unknown"


def test_nothing_is_loaded_where_the_refused_rows_cannot_be_written(desk, monkeypatch, capsys):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr("rekindle.runtime.imports.loading.os.replace", full)
    path = desk.file("file.csv", RESPONSES + "bad,,,\n")
    assert main(["import", str(path), "--kind", "responses", "--history", str(desk.history)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert sorted(one.name for one in desk.folder.iterdir()) == ["file.csv"]


def test_a_row_that_names_nobody_is_refused(desk):
    counts = desk.run("email,campaign,response_date\n,spring,2026-03-01\n", "responses")
    assert counts["causes"][0]["code"] == "NO_PERSON"


def test_merged_people_are_found_as_the_survivor(desk):
    desk.run("person_id,email\np1,a@x.example\np2,b@x.example\n", "people")
    merged = {"survivor_id": "p2", "merged_ids": ["p1"]}
    with desk.history.open("a") as file:
        event = {"source": "t", "detail-type": "People Merged", "time": "2026-05-02T00:00:00Z", "detail": merged}
        file.write(json.dumps(event) + "\n")
    desk.run("person_id,campaign,response_date\np1,spring,2026-03-01\n", "responses")
    assert desk.details("Response Recorded")[0]["person_id"] == "p2"


@pytest.mark.parametrize("kind", ["people", "members"])
def test_no_import_lifts_an_opt_out(desk, kind):
    rows = "person_id,campaign,do_not_contact\np1,spring,{}\n"
    desk.run(
        rows.format("yes"),
        kind,
        *(),
        mapping="" if kind == "members" else "columns: {person_id: person_id, do_not_contact: do_not_contact}",
    )
    desk.run(
        rows.format("no"),
        kind,
        mapping="" if kind == "members" else "columns: {person_id: person_id, do_not_contact: do_not_contact}",
    )
    assert [one.get("do_not_contact") for one in desk.details("Person Changed")] == [True]


def test_a_list_of_responses_fills_in_what_is_not_known_and_corrects_nothing(desk):
    desk.run("person_id,email,first_name\np1,a@x.example,Mia\n", "people")
    desk.run("email,first_name,company,campaign,response_date\na@x.example,M.,Acme,spring,2026-03-01\n", "responses")
    assert desk.details("Person Changed")[1] == {"person_id": "p1", "company": "Acme"}


def test_a_member_who_did_not_respond_is_a_target(desk):
    desk.run("email,campaign,responded\na@x.example,spring,no\n", "members")
    desk.run("email,campaign,responded,responded_at\na@x.example,spring,yes,2026-03-01\n", "members")
    assert outcome(desk.run("email,campaign,responded\na@x.example,spring,no\n", "members")) == (0, 0, 1, 0)
    first, second = desk.details("Response Recorded")
    assert (first["responded"], second["responded"]) == (False, True)
    assert first["response_id"] == second["response_id"]


def test_a_response_by_its_source_code_gets_the_campaign_of_the_code(desk):
    code = {"source_code": "SPR1", "campaign_id": "spring"}
    desk.history.write_text(
        json.dumps(
            {"source": "t", "detail-type": "Source Code Changed", "time": "2026-01-01T00:00:00Z", "detail": code}
        )
    )
    rows = "email,source_code,response_date\na@x.example,SPR1,2026-03-01\nb@x.example,NONE,2026-03-01\n"
    counts = desk.run(rows, "responses")
    assert outcome(counts) == (1, 0, 0, 1) and counts["causes"][0]["code"] == "UNKNOWN_SOURCE_CODE"
    assert desk.details("Response Recorded")[0]["campaign_id"] == "spring"


# --- a whole CRM ---------------------------------------------------------------------------------------------------


def test_a_whole_crm_is_loaded_and_decided_about(desk):
    desk.run("id,name,start date\nspring,Spring webinar,2026-04-01\n", "campaigns")
    desk.run("id,name,email\nu1,Ada,ada@acme.example\n", "users")
    desk.run(
        "id,name,website,team sdr\na1,Acme,https://www.acme.example,u1\n",
        "accounts",
        mapping="columns: {id: account_id, name: name, website: domain, team sdr: team.SDR}",
    )
    desk.run(
        "id,email,account_id,status,score,created date\np1,mia@acme.example,a1,New,70,2026-03-05 12:00\n", "people"
    )
    desk.run("person_id,campaign,responded_at\np1,spring,2026-03-01\n", "members")
    mapping = """
      columns:
        {id: opportunity_id, contact e-mail: email, stage: [stage, is_won, is_closed], created: created_at,
         closed: closed_at, amount: amount}
      values: {is_won: {Won: true, "*": false}, is_closed: {Won: true, Lost: true, "*": false}}
      decimal: ","
    """
    rows = 'id,contact e-mail,stage,created,closed,amount\no1,MIA@acme.example,Won,2026-04-01,2026-04-20,"1.000,5"\n'
    assert outcome(desk.run(rows, "opportunities", mapping=mapping)) == (1, 0, 0, 0)
    opened, won = desk.details("Opportunity Changed")
    assert (opened["is_closed"], won["is_won"], won["amount"], won["person_ids"]) == (False, True, 1000.5, ["p1"])
    assert desk.details("Account Changed") == [
        {"account_id": "a1", "name": "Acme", "domain": "acme.example", "team": {"SDR": "u1"}}
    ]
    activated = [one for one in desk.decisions() if one["outcome"] == "reactivated"]
    assert [(one["person_id"], one["campaign_id"]) for one in activated] == [("p1", "spring")]
    assert outcome(desk.run(rows, "opportunities", mapping=mapping)) == (0, 0, 1, 0)


def test_an_opportunity_of_nobody_who_is_known_is_refused(desk):
    counts = desk.run("id,email,stage\no1,a@x.example,New\n", "opportunities")
    assert counts["causes"][0]["code"] == "UNKNOWN_PERSON"


def test_a_changed_row_changes_what_differs(desk):
    desk.run("id,name,type\nspring,Spring,Webinar\n", "campaigns")
    assert outcome(desk.run("id,name,type\nspring,Spring 2026,Webinar\n", "campaigns")) == (0, 1, 0, 0)
    first, second = desk.events()
    assert first["time"] == "1970-01-01T00:00:00Z" and second["time"] == AT
    assert second["detail"] == {"campaign_id": "spring", "name": "Spring 2026"}


# --- what is wrong -------------------------------------------------------------------------------------------------


def test_dates_of_a_time_zone_and_those_that_are_refused(desk):
    rows = """email,campaign_code,response_date
a@x.example,spring,2026-03-29 02:30
b@x.example,spring,11/01/16
c@x.example,spring,2026-03-31T23:30:00-05:00
d@x.example,spring,00-00-0000
"""
    counts = desk.run(rows, "responses", "--settings", str(desk.file("settings.yaml", SETTINGS)))
    assert outcome(counts) == (2, 0, 0, 2)
    (cause,) = counts["causes"]
    assert (cause["code"], cause["column"], cause["first_lines"]) == ("INVALID_DATE", "response_date", [3, 5])
    dates = [one["responded_at"] for one in desk.details("Response Recorded")]
    assert dates == ["2026-03-29T01:30:00Z", "2026-04-01T04:30:00Z"]


def test_refused_rows_are_mended_and_loaded_without_the_good_ones(desk):
    rows = (
        RESPONSES + 'eve@acme.example,"Eve,spring,2026-03-04\nbad,Bo,spring,2026-03-04\n=1+1@x.example,Cy,spring,soon\n'
    )
    counts = desk.run(rows, "responses")
    assert outcome(counts) == (3, 0, 0, 3)
    exceptions = Path(counts["exceptions"])
    text = exceptions.read_text(encoding="utf-8-sig")
    refused = list(csv.reader(io.StringIO(text)))
    assert refused[0][:5] == list(HEADERS)
    assert [row[:4] for row in refused[1:]] == [
        ["5", "", "BAD_QUOTES", ""],
        ["6", "email", "INVALID_EMAIL", "bad"],
        ["7", "response_date", "INVALID_DATE", "soon"],
    ]
    mended = (
        text.replace('"""Eve"', "Eve")
        .replace("bad", "bo@acme.example")
        .replace("soon", "2026-03-05")
        .replace("'=1+1", "cy")
    )
    again = desk.run(desk.file("mended.csv", mended), "responses")
    assert outcome(again) == (3, 0, 0, 0)
    assert len(desk.details("Response Recorded")) == 6


def test_ragged_rows_are_refused_and_blank_cells_behind_the_last_column_are_not(desk):
    counts = desk.run("email,first_name\na@x.example\nb@x.example,B,extra\nc@x.example,C,,\n,,\n", "people")
    assert outcome(counts) == (1, 0, 0, 2) and counts["ignored"] == 1
    assert counts["causes"][0]["code"] == "WRONG_NUMBER_OF_CELLS"


def test_a_header_without_rows_is_nothing_to_load(desk):
    assert desk.run("email,first_name\n", "people")["read"] == 0
    assert desk.events() == []


@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        ("", "", "empty"),
        ("mia@acme.example,Mia\n", "", "the first line has to be a header"),
        (",".join(f"c{n}" for n in range(5_000)), "", "more than 2,000 columns"),
        ("email,e-mail\n", "", "rename one of them"),
        ("a,b\n", "columns: {a: email, b: email}", "feed one field"),
        ("email\n", "columns: {mail: email}", "no column 'mail'"),
        ("email\n", "set: {kind: robot}", "set.kind"),
        ("email\n", "set: {score: true}", "set.score"),
        ("email,score\n", "values: {score: {high: true}}", "values.score.high"),
        ("name\nM\xfcller\n".encode("cp1252"), "columns: {name: last_name}", "mac_roman"),
    ],
)
def test_a_file_that_cannot_be_loaded_changes_nothing(desk, content, mapping, words):
    assert words in desk.refusal(content, "people", mapping=mapping)


def test_a_dry_run_counts_and_writes_nothing(desk):
    counts = desk.run(RESPONSES + "bad,,,\n", "responses", "--dry-run")
    assert (outcome(counts), counts["state"], counts["exceptions"]) == ((3, 0, 0, 1), "checked", None)
    assert sorted(path.name for path in desk.folder.iterdir()) == ["file.csv"]


def test_a_file_of_mostly_refused_rows_is_not_loaded(desk):
    rows = "email\n" + "good@x.example\n" * 60 + "bad\n" * 40
    counts = desk.run(rows, "people", status=2)
    assert counts["state"] == "aborted" and desk.events() == []
    assert Path(counts["exceptions"]).exists()
    assert desk.run(rows, "people", "--abort-over", "50")["state"] == "finished"


def test_what_happened_in_the_future_is_refused(desk):
    counts = desk.run("person_id,last modified date\np1,2031-01-01\n", "people")
    assert counts["causes"][0]["code"] == "IN_FUTURE"


def test_a_packed_history_stays_packed(desk):
    desk.history = desk.folder / "history.jsonl.gz"
    for content in (RESPONSES, RESPONSES.replace("spring", "autumn")):
        path = desk.file("file.csv", content)
        assert main(["import", str(path), "--kind", "responses", "--history", str(desk.history)]) == 0
    lines = [line for line in gzip.decompress(desk.history.read_bytes()).splitlines() if line]
    assert sum(json.loads(line)["detail-type"] == "Response Recorded" for line in lines) == 5


def test_standard_input_and_output(capfdbinary, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(RESPONSES.encode())))
    assert main(["import", "-", "--kind", "responses", "--history", "-"]) == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 5


def test_a_proposal_is_a_mapping_that_loads(desk, capsys):
    path = desk.file("file.csv", RESPONSES.replace("first_name", "Shoe: size"))
    assert main(["import", str(path), "--kind", "responses", "--propose"]) == 0
    proposal = capsys.readouterr().out
    assert '"Shoe: size": null  # Mia, Tom' in proposal
    assert desk.run(path, "responses", mapping=proposal)["ignored_columns"] == ["Shoe: size"]


ANY_ROWS = st.binary(max_size=120) | st.text(
    st.sampled_from('email,person_id;campaign"\n\r\t @x.example2026-03-01\0ü='), max_size=120
).map(str.encode)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=ANY_ROWS, kind=st.sampled_from(sorted(KINDS)))
def test_any_file_is_loaded_or_refused(desk, capsys, content, kind):
    header = b"email,person_id,campaign_id,responded_at,opportunity_id,account_id,user_id,score\n"
    path = desk.file("any.csv", header + content)
    assert main(["import", str(path), "--kind", kind, "--dry-run"]) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err
