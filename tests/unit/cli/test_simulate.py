"""`rekindle simulate` and `rekindle explain`: what they write, where, and with which exit status."""

import codecs
import gzip
import io
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unicodedata import combining, east_asian_width

import pytest

from rekindle.cli.main import main
from rekindle.cli.play import settings_of
from rekindle.runtime.simulation.simulator import Simulation

SETTINGS = """\
person_statuses:
  New: {active: false}
  Open - Not Contacted: {active: true, response_status: Open - Not Contacted}
reactivation:
  score: {lookback_days: 30, default_campaign: {single: web}}
"""
SHORTER = SETTINGS.replace("lookback_days: 30", "lookback_days: 1")


def event(day: int, kind: str, **detail: Any) -> dict[str, Any]:
    return {"source": "crm", "detail-type": kind, "time": f"2026-01-{day:02d}T00:00:00Z", "detail": detail}


HISTORY = [
    event(1, "Campaign Changed", campaign_id="web", name="Web activity"),
    event(1, "Campaign Changed", campaign_id="fair", name="Trade fair"),
    event(2, "Person Changed", person_id="p1", status="New", score=10),
    event(3, "Response Recorded", response_id="r1", person_id="p1", campaign_id="fair", responded=True),
    event(9, "Person Changed", person_id="p1", score=70),
]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return written(tmp_path / "history.jsonl", *HISTORY)


def written(path: Path, *lines: dict[str, Any] | str) -> Path:
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def simulated(settings: Path, history: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[str, str]:
    assert main(["simulate", "--settings", str(settings), str(history), *more]) == 0
    return capsys.readouterr()


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_one_line_for_each_decision_in_the_order_decided(settings, history, capsys):
    out, err = simulated(settings, history, capsys)
    first, second = (json.loads(line) for line in out.splitlines())
    assert (first["record"], first["scenario"], first["reason"]) == ("decision", "response", "BELOW_THRESHOLD")
    assert (second["outcome"], second["campaign_id"], second["response_id"]) == ("reactivated", "fair", "r1")
    assert [line.split() for line in err.splitlines()] == [
        ["campaign", "credit"],
        ["Trade", "fair", "1"],
        ["total", "1"],
    ]


@pytest.mark.parametrize("score", [0, 0.000001, 0.00005, 0.0001, 59.999999, 59])
def test_a_line_is_compact_json_that_keeps_every_score_and_letter(settings, tmp_path, capsys, score):
    told = [
        *HISTORY[:2],
        event(2, "Person Changed", person_id="p1", status="New", score=score),
        HISTORY[3],
        event(4, "Response Recorded", response_id='é"/', person_id="p1", campaign_id="web", responded=True),
    ]
    out, _ = simulated(settings, written(tmp_path / "h.jsonl", *told), capsys)
    lines = out.splitlines()
    assert [json.loads(line)["score"] for line in lines] == [score, score]
    assert json.loads(lines[1])["trigger_id"] == 'response:é"/:responded'
    assert not any(": " in line.partition('"explanation"')[0] for line in lines)


def test_two_runs_print_the_same_bytes(settings, history, capsys):
    assert simulated(settings, history, capsys) == simulated(settings, history, capsys)


def test_a_history_out_of_order_is_played_in_order_of_time(settings, history, tmp_path, capsys):
    backwards = written(tmp_path / "backwards.jsonl", *HISTORY[2:][::-1], *HISTORY[:2])
    assert simulated(settings, backwards, capsys) == simulated(settings, history, capsys)


def test_a_packed_history_is_read_as_a_plain_one(settings, history, tmp_path, capsys):
    packed = tmp_path / "history.jsonl.gz"
    packed.write_bytes(gzip.compress(history.read_bytes()))
    assert simulated(settings, packed, capsys) == simulated(settings, history, capsys)


def test_a_mark_of_the_byte_order_is_passed_over(settings, history, tmp_path, capsys):
    marked = tmp_path / "marked.jsonl"
    marked.write_bytes(codecs.BOM_UTF8 + history.read_bytes())
    backwards = written(tmp_path / "backwards.jsonl", *HISTORY[::-1])
    backwards.write_bytes(codecs.BOM_UTF8 + backwards.read_bytes())
    expected = simulated(settings, history, capsys)
    assert simulated(settings, marked, capsys) == expected
    assert simulated(settings, backwards, capsys) == expected


def test_a_second_delivery_changes_nothing(settings, history, tmp_path, capsys):
    twice = written(tmp_path / "twice.jsonl", *(event for event in HISTORY for _ in range(2)))
    assert simulated(settings, twice, capsys) == simulated(settings, history, capsys)


def test_other_settings_are_compared_by_the_credit_of_each_campaign(settings, history, tmp_path, capsys):
    other = tmp_path / "other.yaml"
    other.write_text(SHORTER, encoding="utf-8")
    _, err = simulated(settings, history, capsys, "--against", str(other))
    rows = {line.rsplit(maxsplit=3)[0].strip(): line.split()[-3:] for line in err.splitlines()[1:]}
    assert rows == {"Trade fair": ["1", "0", "-1"], "Web activity": ["0", "1", "+1"], "total": ["1", "1", "+0"]}


def test_a_table_fits_a_terminal(settings, history, capsys):
    out, _ = simulated(settings, history, capsys, "--format", "table")
    head, *rows = out.splitlines()
    assert head.split("  ")[0] == "as of (UTC)"
    assert [row.split() for row in rows] == [
        ["2026-01-03", "00:00", "p1", "skipped", "BELOW_THRESHOLD"],
        ["2026-01-09", "00:00", "p1", "reactivated", "Trade", "fair"],
    ]
    assert all(len(line) <= 80 for line in out.splitlines())


NAMES = ["Messe Köln", "東京ウェビナー二〇二六年春季キャンペーン", "Cafe\u0301 👩\u200d💻", "a\nb\x1b[31mc", "Q" * 255]


def named(tmp_path: Path) -> Path:
    """Campaigns with all kinds of names, a reactivation each, of a member who had not responded in the last."""
    told = [event(1, "Campaign Changed", campaign_id=f"c{n}", name=name) for n, name in enumerate(NAMES)]
    told[-1]["detail"]["default_responded_status"] = "Attended"
    for n in range(len(NAMES)):
        person, responded = f"0035e00000B7c8DAA{n}", n < len(NAMES) - 1
        response = {"response_id": f"r{n}", "person_id": person, "campaign_id": f"c{n}", "responded": responded}
        told += [event(3, "Response Recorded", **response), event(9, "Person Changed", person_id=person, score=70)]
    return written(tmp_path / "named.jsonl", *told)


def columns(line: str) -> int:
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in line)


def test_columns_stand_below_each_other_whatever_campaigns_are_called(settings, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    settings.write_text(SETTINGS.replace("{lookback_days: 30", "{include_non_responses: true"), encoding="utf-8")
    out, err = simulated(settings, named(tmp_path), capsys, "--format", "table")
    rows = [line for line in out.splitlines() if "activated" in line]
    assert {row[36:58].strip() for row in rows} == {"reactivated", "activated_non_response"}
    assert [row[58:] for row in rows] == [
        *(" Messe Köln", " 東京ウェビナー二〇二…", " Cafe\u0301 👩💻", " a b[31mc"),
        f" {'Q' * 20}…",
    ]
    table = err.splitlines()
    assert len({columns(line) for line in table[:7]}) == 1
    assert {line.split()[-1] for line in table[1:6]} == {"1"}
    assert all(columns(line) <= 80 for line in out.splitlines())


def test_names_are_cut_on_a_terminal_only(settings, tmp_path, capsys):
    settings.write_text(SETTINGS.replace("{lookback_days: 30", "{include_non_responses: true"), encoding="utf-8")
    out, err = simulated(settings, named(tmp_path), capsys, "--format", "table")
    assert "…" not in out + err


def test_campaigns_of_one_name_are_told_apart_by_their_ids(settings, tmp_path, capsys):
    told = [event(1, "Campaign Changed", campaign_id=one, name="Newsletter") for one in ("may", "june")]
    for one in ("may", "june"):
        about = {"response_id": f"r-{one}", "person_id": f"p-{one}", "campaign_id": one, "responded": True}
        told += [event(2, "Response Recorded", **about), event(3, "Person Changed", person_id=f"p-{one}", score=70)]
    _, err = simulated(settings, written(tmp_path / "h.jsonl", *told), capsys)
    assert [line.split()[:-1] for line in err.splitlines()[1:3]] == [["june", "(Newsletter)"], ["may", "(Newsletter)"]]


def test_a_default_campaign_that_is_never_told_of_is_named(settings, history, tmp_path, capsys):
    other = tmp_path / "other.yaml"
    other.write_text(SETTINGS.replace("single: web", "single: wep"), encoding="utf-8")
    _, err = simulated(settings, history, capsys, "--against", str(other))
    told = f"{other}: reactivation.score.default_campaign.single: campaign 'wep' is not known"
    assert [line for line in err.splitlines() if "default_campaign" in line] == [told]


@pytest.mark.parametrize("locale", ["ascii", "latin-1"])
def test_decisions_are_utf_8_whatever_the_machine_speaks(settings, tmp_path, locale):
    history = named(tmp_path)
    command = [sys.executable, "-m", "rekindle.cli.main", "simulate", "--settings", str(settings), str(history)]
    told = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": locale})
    assert "東京ウェビナー" in told.stdout.decode()


def test_an_empty_history_gives_no_credit(settings, tmp_path, capsys):
    out, err = simulated(settings, written(tmp_path / "empty.jsonl"), capsys)
    assert (out, err.splitlines()[0]) == ("", "No campaign got credit.")


def test_a_fact_that_is_refused_is_told_with_its_line(settings, tmp_path, capsys):
    lost = event(3, "Response Recorded", response_id="r9", person_id="p9", campaign_id="nobody", responded=True)
    _, err = simulated(settings, written(tmp_path / "h.jsonl", *HISTORY, lost), capsys)
    assert err.splitlines()[-1] == "refused, line 6: campaign 'nobody' is not known (detail.campaign_id)"


def test_many_refusals_are_counted(settings, tmp_path, capsys):
    lost = event(3, "Person Changed", score=1)
    _, err = simulated(settings, written(tmp_path / "h.jsonl", *HISTORY, *[lost] * 1234), capsys)
    assert err.count("refused, line") == 100
    assert err.splitlines()[-1] == "refused: 1,134 more"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "this is not JSON"),
        ("[]", "this is no event"),
        (json.dumps(HISTORY[0]) * 2, "this is not JSON: more stands behind the event"),
        (json.dumps(HISTORY[0]).replace('"Web activity"', "1e400"), "this is no event: Number out of range"),
        ('{"detail-type": "Person Changed", "detail": {"fields": ' + "[" * 50_000, "this is nested too deep"),
        ({"detail-type": "Person Changed", "detail": {"person_id": "p1"}}, "this is no event: it has no time"),
        ('{"detail-type": "Person Changed", "time": "2026-01-01T00:00:00Z"}', "this is no event"),
        (event(1, "Person Changed", person_id="p1") | {"time": "yesterday"}, "'yesterday': expected a time with"),
        (
            event(1, "Person Changed", person_id="p1") | {"time": "9999-12-31T00:00:00Z"},
            "'9999-12-31T00:00:00Z': expected a time from 1900-01-01 to 9000-01-01",
        ),
    ],
)
def test_a_bad_line_is_named_by_its_number(settings, tmp_path, capsys, line, why):
    bad = written(tmp_path / "bad.jsonl", HISTORY[0], "", line)
    err = refused(["simulate", "--settings", str(settings), str(bad)], capsys)
    assert err.startswith(f"rekindle: line 3: {why}")


@pytest.mark.parametrize("turned", [1, -1])
def test_as_many_events_as_lines_are_not_taken_for_one_on_each(settings, tmp_path, capsys, turned):
    first, *rest = (json.dumps(told) for told in HISTORY[::turned])
    spread = written(tmp_path / "spread.jsonl", first.replace("{", "{\n", 1), rest[0] + rest[1], *rest[2:])
    assert refused(["simulate", "--settings", str(settings), str(spread)], capsys).startswith("rekindle: line 1: ")
    joined = written(tmp_path / "joined.jsonl", "", first + rest[0], *rest[1:])
    assert refused(["simulate", "--settings", str(settings), str(joined)], capsys).startswith("rekindle: line 2: ")


@pytest.mark.parametrize("kept", [slice(-20), slice(12), slice(-4)])
@pytest.mark.parametrize("more", [b"", b"\0\0\0\0"])
def test_a_damaged_packed_history_is_refused(settings, history, tmp_path, capsys, kept, more):
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(gzip.compress(history.read_bytes())[kept] + more)
    err = refused(["simulate", "--settings", str(settings), str(damaged)], capsys)
    assert err == "rekindle: line 1: the packed file is damaged\n"


def test_a_line_that_is_not_utf_8_is_named_by_its_number(settings, tmp_path, capsys):
    bad = tmp_path / "latin.jsonl"
    bad.write_bytes(json.dumps(HISTORY[0]).encode().replace(b"Web", b"W\xe9b"))
    err = refused(["simulate", "--settings", str(settings), str(bad)], capsys)
    assert err == "rekindle: line 1: this is not UTF-8\n"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("turned", [1, -1])
def test_a_history_that_comes_through_a_pipe_is_read_whole(settings, history, tmp_path, packed, turned):
    told = b"".join(history.read_bytes().splitlines(keepends=True)[::turned])
    command = [sys.executable, "-m", "rekindle.cli.main", "simulate", "--settings", str(settings), "/dev/stdin"]
    piped = subprocess.run(command, input=gzip.compress(told) if packed else told, capture_output=True, check=True)
    named = subprocess.run([*command[:-1], str(history)], capture_output=True, check=True)
    assert (piped.stdout, piped.stderr) == (named.stdout, named.stderr)
    assert len(piped.stdout.splitlines()) == 2


def test_what_others_say_on_the_bus_is_passed_over_and_told(settings, tmp_path, capsys):
    """An archive of the bus holds it, and the functions never see it."""
    others = [event(4, "Person Painted", person_id="p1"), event(4, "Order_Event__e", payload={"CreatedDate": 1})]
    out, err = simulated(settings, written(tmp_path / "h.jsonl", *HISTORY, *others), capsys)
    assert len(out.splitlines()) == 2
    assert err.splitlines()[-2:] == [
        f"refused, line {line}: there is no such detail-type (detail-type)" for line in (6, 7)
    ]


def test_a_reader_that_has_seen_enough_ends_it_in_silence(settings, history):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "rekindle.cli.main", "simulate", "--settings", str(settings), str(history)]
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (ended.returncode, "Traceback" in ended.stderr, "rror" in ended.stderr) == (0, False, False)


def test_a_file_that_is_not_there_is_named(settings, tmp_path, capsys):
    missing = tmp_path / "missing.jsonl"
    err = refused(["simulate", "--settings", str(settings), str(missing)], capsys)
    assert err == f"rekindle: {missing}: No such file or directory\n"


def test_settings_with_a_fault_are_refused_by_its_path(history, tmp_path, capsys):
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(SETTINGS.replace("lookback_days: 30", "lookback_days: -1"), encoding="utf-8")
    err = refused(["simulate", "--settings", str(faulty), str(history)], capsys)
    assert err.startswith(f"rekindle: {faulty}: reactivation.score.lookback_days: ")


def test_settings_that_cannot_be_read_are_refused_by_the_path_too(history, tmp_path, capsys):
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text("qualification: {threshold: 060}\n", encoding="utf-8")
    err = refused(["simulate", "--settings", str(faulty), str(history)], capsys)
    assert err.startswith(f"rekindle: {faulty}: qualification.threshold: the document is not YAML: the number 060")


def test_many_faults_are_told_in_a_line_each(history, tmp_path, capsys):
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text("mode: x\nqualification: {threshold: many}\n", encoding="utf-8")
    err = refused(["simulate", "--settings", str(faulty), str(history)], capsys)
    head, *rest = err.splitlines()
    assert head == f"rekindle: {faulty}: 3 faults"
    assert [line.partition(": ")[0] for line in rest] == ["  mode", "  person_statuses", "  qualification.threshold"]


def test_a_kind_of_record_that_does_not_exist_is_refused(settings, history, capsys):
    err = refused(["simulate", "--settings", str(settings), str(history), "--records", "decisions"], capsys)
    assert "there is no kind of record 'decisions'" in err


# --- transactions of Salesforce -----------------------------------------------------------------------------------

LEAD, CONTACT, CAMPAIGN, MEMBER = "00Q5e00000A1b2CEAR", "0035e00000B7c8DAAR", "7015e000000F5g6AAC", "00v5e00000C3d4EAAR"


def committed(day: int, place: int, entity: str, record: str, /, kind: str = "UPDATE", **fields: Any) -> dict[str, Any]:
    at = f"2026-01-{day:02d}T00:00:00Z"
    header = {
        "entityName": entity,
        "recordIds": [record],
        "changeType": kind,
        "transactionKey": f"t-{day}",
        "sequenceNumber": place,
        "commitTimestamp": int(datetime.fromisoformat(at).timestamp() * 1000),
        "commitNumber": 7000 + day,
        "changedFields": [*fields] if kind == "UPDATE" else [],
    }
    detail = {"ChangeEventHeader": header, **fields}
    return {
        "source": "aws.partner/salesforce.com/x",
        "detail-type": f"{entity}ChangeEvent",
        "time": at,
        "detail": detail,
    }


BEFORE = [
    event(1, "Campaign Changed", campaign_id="web", name="Web activity"),
    committed(1, 1, "Campaign", CAMPAIGN, "CREATE", Name="Fair", IsActive=True),
    committed(2, 1, "Lead", LEAD, "CREATE", Status="New", Score__c=10.0),
    committed(3, 1, "CampaignMember", MEMBER, "CREATE", CampaignId=CAMPAIGN, LeadId=LEAD, HasResponded=True),
]
CONVERSION = [
    committed(4, 1, "Contact", CONTACT, "CREATE", LastName="Holm", Score__c=70.0),
    committed(4, 2, "Lead", LEAD, Status="Qualified", ConvertedContactId=CONTACT),
    committed(4, 3, "CampaignMember", MEMBER, ContactId=CONTACT),
    # Of somebody else, at the very same instant.
    event(4, "Person Changed", person_id="p9", score=80),
]


@pytest.mark.parametrize("order", [*permutations(range(len(CONVERSION)))], ids=str)
def test_what_one_transaction_tells_is_decided_about_when_all_of_it_is_known(settings, tmp_path, capsys, order):
    """Otherwise the contact, which brings its score along, would get a default campaign before it is known whom the
    lead became."""
    history = written(tmp_path / "h.jsonl", *BEFORE, *(CONVERSION[place] for place in order))
    out, _ = simulated(settings, history, capsys)
    decided = [json.loads(line) for line in out.splitlines()]
    assert sorted((d["person_id"], d["outcome"], d["campaign_id"], d["as_of"][:10]) for d in decided) == [
        (CONTACT, "reactivated", CAMPAIGN, "2026-01-04"),
        (LEAD, "skipped", None, "2026-01-03"),
        ("p9", "inserted_default", "web", "2026-01-04"),
    ]


def test_an_opportunity_that_a_conversion_opened_keeps_its_contact_until_it_is_closed(settings, tmp_path, capsys):
    opportunity = "0065e00000E7f8GAAR"
    told = [
        *BEFORE,
        committed(4, 1, "Contact", CONTACT, "CREATE", LastName="Holm", Score__c=10.0),
        committed(4, 2, "Lead", LEAD, ConvertedContactId=CONTACT, ConvertedOpportunityId=opportunity),
        committed(4, 3, "Opportunity", opportunity, "CREATE", StageName="Prospecting", IsClosed=False, IsWon=False),
        committed(5, 1, "Contact", CONTACT, Score__c=70.0),
        committed(6, 1, "Opportunity", opportunity, StageName="Closed Lost", IsClosed=True),
        committed(7, 1, "Contact", CONTACT, Score__c=10.0),
        committed(8, 1, "Contact", CONTACT, Score__c=80.0),
    ]
    out, _ = simulated(settings, written(tmp_path / "h.jsonl", *told), capsys)
    decided = [json.loads(line) for line in out.splitlines()]
    assert [(d["outcome"], d["reason"], d["campaign_id"]) for d in decided[1:]] == [
        ("skipped", "OPPORTUNITY_OPEN", None),
        ("reactivated", None, CAMPAIGN),
    ]


def test_settings_may_choose_the_field_of_the_score(settings, tmp_path, capsys):
    """What would have been the credit, had we gone by the other score?"""
    history = written(tmp_path / "h.jsonl", *BEFORE, committed(5, 1, "Lead", LEAD, Score__c=80.0, Rating__c=20.0))
    other = tmp_path / "other.yaml"
    other.write_text(f"{SETTINGS}crm_fields: {{salesforce: {{Lead: {{score: [Rating__c]}}}}}}\n", encoding="utf-8")
    _, err = simulated(settings, history, capsys, "--against", str(other))
    assert err.splitlines()[1].split() == ["Fair", "1", "0", "-1"]


def test_a_task_of_salesforce_leads_a_request_to_its_person(settings, tmp_path, capsys):
    task = "00T5e00000D5e6FEAR"
    asked = event(5, "Reactivation Requested", request_id="q1", task_id=task, user_id="u1")
    told = [*BEFORE, committed(4, 1, "Task", task, "CREATE", WhoId=LEAD, Status="Completed", TaskSubtype="Call"), asked]
    out, _ = simulated(settings, written(tmp_path / "h.jsonl", *told), capsys)
    last = json.loads(out.splitlines()[-1])
    assert (last["person_id"], last["outcome"], last["campaign_id"]) == (LEAD, "reactivated", CAMPAIGN)


def explained(settings: Path, history: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    assert main(["explain", "--settings", str(settings), str(history), *more]) == 0
    out: str = capsys.readouterr().out
    return out.splitlines()


def test_explain_says_who_got_the_credit_and_why(settings, history, capsys):
    told = explained(settings, history, capsys, "--person", "p1")
    assert told[0] == (
        "Nothing was done when the response to Trade fair arrived on 03 Jan 2026 00:00 UTC: "
        "the score of 10 was below the threshold of 60."
    )
    assert told[1].startswith("Trade fair got the credit when the score went from 10 to 70 (threshold 60)")
    assert told[2] == "  Trade fair (r1, never engaged, 2026-01-03T00:00:00Z) - got the credit"


@pytest.mark.parametrize("asked", ["p1", "p2", "p3"])
def test_explain_tells_all_of_a_person_by_any_of_its_ids(settings, tmp_path, capsys, asked):
    told = [
        *HISTORY,
        event(11, "Person Changed", person_id="p1", status="New"),
        event(12, "Person Changed", person_id="p1", converted_contact_id="p2"),
        event(13, "People Merged", survivor_id="p3", merged_ids=["p2"]),
        event(14, "Person Changed", person_id="p3", score=10),
        event(15, "Person Changed", person_id="p3", score=80),
    ]
    lines = explained(settings, written(tmp_path / "h.jsonl", *told), capsys, "--person", asked)
    decided = [line.split(":")[0] for line in lines if not line.startswith("  ")]
    assert decided == ["p1", "p1", "p3"]


def test_explain_takes_a_salesforce_id_in_its_short_form(settings, tmp_path, capsys):
    scored = event(9, "Person Changed", person_id="00Q5e00000A1b2CEAR", score=70)
    history = written(tmp_path / "h.jsonl", scored)
    told = explained(settings, history, capsys, "--person", "00Q5e00000A1b2C")
    assert told == explained(settings, history, capsys, "--person", "00Q5e00000A1b2CEAR") != []


def test_explain_up_to_a_day_holds_that_day(settings, history, capsys):
    for at, decisions in (("2026-01-02", 0), ("2026-01-03", 1), ("2026-01-08", 1), ("2026-01-09", 2)):
        told = explained(settings, history, capsys, "--person", "p1", "--at", at)
        assert sum(not line.startswith("  ") for line in told) == decisions


def test_explain_says_from_when_on_there_is_nothing(settings, history, capsys):
    arguments = ["explain", "--settings", str(settings), str(history), "--person", "p1", "--at", "2026-01-02"]
    assert main(arguments) == 0
    assert capsys.readouterr().err == "There is no decision about 'p1' up to 2026-01-02.\n"


def test_explain_stops_at_an_instant(settings, history, capsys):
    told = explained(settings, history, capsys, "--person", "p1", "--at", "2026-01-05T00:00:00Z")
    assert len(told) == 1 and "below the threshold" in told[0]


def test_explain_refuses_an_instant_without_an_offset(settings, history, capsys):
    arguments = ["explain", "--settings", str(settings), str(history), "--person", "p1", "--at", "2026-01-05T08:00:00"]
    assert refused(arguments, capsys).startswith(
        "rekindle: --at: expected a day such as 2025-03-31, or a time with an offset"
    )


def test_explain_says_where_there_is_nobody(settings, history, capsys):
    assert main(["explain", "--settings", str(settings), str(history), "--person", "p9"]) == 1
    assert capsys.readouterr().err == "rekindle: nobody in this history has the id 'p9'\n"


def test_explain_writes_decisions_as_lines(settings, history, capsys):
    assert main(["explain", "--settings", str(settings), str(history), "--person", "p1", "--format", "jsonl"]) == 0
    decisions = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {decision["record"] for decision in decisions} == {"decision"}
    assert all("campaign_name" in one for decision in decisions for one in decision["considered"])
    assert any(one["excluded"] is None for decision in decisions for one in decision["considered"])


def test_a_dash_is_standard_input(settings, history, capsys, monkeypatch):
    expected = simulated(settings, history, capsys)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(history.read_bytes())))
    assert simulated(settings, "-", capsys) == expected
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(settings.read_bytes())))
    assert simulated("-", history, capsys) == expected


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"rekindle {version('rekindle')}\n"


@pytest.mark.parametrize("command", ["simulate", "explain", "funnel", "partition", "backfill", "undo"])
def test_help_ends_with_examples(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    told, _, examples = capsys.readouterr().out.partition("examples:")
    assert told and f"  rekindle {command}" in examples


# --- assignments ---------------------------------------------------------------------------------------------------

ROUTED = (
    SETTINGS.replace(", default_campaign: {single: web}", "")
    + """\
assignment:
  rules:
    - {owners: [q-in], to: q-routing, deadline: P2D, fallback: u-manager}
"""
)


@pytest.fixture
def routed(tmp_path: Path) -> Path:
    path = tmp_path / "routed.yaml"
    path.write_text(ROUTED, encoding="utf-8")
    return path


@pytest.fixture
def owned(tmp_path: Path) -> Path:
    """Four leads: one gets an owner in time, one too late, one is closed, one still waits."""
    leads = ("p1", "p2", "p3", "p4")
    activated = [
        told
        for lead in leads
        for told in (
            event(2, "Person Changed", person_id=lead, status="New", score=70, owner_id="q-in"),
            event(
                9 if lead == "p4" else 3,
                "Response Recorded",
                response_id=f"r-{lead}",
                person_id=lead,
                campaign_id="fair",
                responded=True,
            ),
        )
    ]
    later = [
        event(4, "Person Changed", person_id="p1", owner_id="u-1"),
        event(4, "Person Changed", person_id="p3", status="New"),
        event(7, "Person Changed", person_id="p2", owner_id="u-2"),
    ]
    events = sorted([*HISTORY[:2], *activated, *later], key=lambda one: str(one["time"]))
    return written(tmp_path / "owned.jsonl", *events)


def test_assignments_are_told_in_their_last_state(routed, owned, capsys):
    out, _ = simulated(routed, owned, capsys, "--records", "assignment")
    lines = [json.loads(line) for line in out.splitlines()]
    names = ("person_id", "state", "reason", "temporary_owner_id", "owner_id", "first_owner_id", "late_owner_id")
    assert [tuple(line[name] for name in names) for line in lines] == [
        ("p1", "assigned", "OWNER_CHANGED", "q-routing", "u-1", "u-1", None),
        ("p2", "timed_out", "DEADLINE", "q-routing", "u-2", "u-manager", "u-2"),
        ("p3", "cancelled", "STATUS_INACTIVE", "q-routing", "q-routing", None, None),
        ("p4", "pending", "WAITS_FOR_OWNER", "q-routing", "q-routing", None, None),
    ]
    assert {line["record"] for line in lines} == {"assignment"}
    (first, *_) = lines
    assert {name: first[name] for name in ("response_id", "cycle", "activated_at", "assigned_at", "worked_at")} == {
        "response_id": "r-p1",
        "cycle": 1,
        "activated_at": "2026-01-03T00:00:00Z",
        "assigned_at": "2026-01-04T00:00:00Z",
        "worked_at": None,
    }
    assert first["system_delay_seconds"] == 86400


def test_a_wait_that_a_merge_ends_is_told_in_its_last_state_too(routed, tmp_path, capsys):
    """The survivor takes over the earlier wait in the very change that cancels its own."""
    leads = [
        told
        for day, lead in ((3, "p1"), (4, "p2"))
        for told in (
            event(2, "Person Changed", person_id=lead, status="New", score=70, owner_id="q-in"),
            event(
                day, "Response Recorded", response_id=f"r-{lead}", person_id=lead, campaign_id="fair", responded=True
            ),
        )
    ]
    merge = event(4, "People Merged", survivor_id="p2", merged_ids=["p1"])
    history = written(tmp_path / "merged.jsonl", *HISTORY[:2], *leads, {**merge, "time": "2026-01-04T00:01:00Z"})
    out, _ = simulated(routed, history, capsys, "--records", "assignment")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["response_id"], line["person_id"], line["state"], line["reason"]) for line in lines] == [
        ("r-p1", "p2", "pending", "WAITS_FOR_OWNER"),
        ("r-p2", "p2", "cancelled", "MERGED"),
    ]


def test_decisions_come_before_assignments_where_both_are_asked_for(routed, owned, capsys):
    out, _ = simulated(routed, owned, capsys, "--records", "assignment,decision")
    assert [json.loads(line)["record"] for line in out.splitlines()] == ["decision"] * 8 + ["assignment"] * 4
    alone, _ = simulated(routed, owned, capsys)
    assert out.startswith(alone)


def test_assignments_as_a_table_fit_a_terminal(routed, owned, capsys):
    out, _ = simulated(routed, owned, capsys, "--records", "assignment", "--format", "table")
    lines = out.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert lines[0].split("  ")[0] == "activated (UTC)"
    assert lines[1].split() == ["2026-01-03", "00:00", "p1", "assigned", "u-1", "u-1"]
    assert lines[2].split() == ["2026-01-03", "00:00", "p2", "timed_out", "u-2", "u-manager"]


def test_two_runs_tell_assignments_in_the_same_bytes(routed, owned, capsys):
    first = simulated(routed, owned, capsys, "--records", "assignment")
    assert simulated(routed, owned, capsys, "--records", "assignment") == first


def test_a_kind_of_record_that_there_is_not_is_refused(routed, owned, capsys):
    assert "'owner'" in refused(["simulate", "--settings", str(routed), str(owned), "--records", "owner"], capsys)


def test_without_an_assignment_nothing_is_written(settings, tmp_path, capsys):
    history = written(tmp_path / "none.jsonl", *HISTORY[:4])
    out, _ = simulated(settings, history, capsys, "--records", "assignment", "--format", "table")
    assert out == ""


# --- the handbook --------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[3]
COMMANDS = re.findall(
    r"^\.venv/bin/rekindle ((?:simulate|explain|funnel) .*)$",
    (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_handbook_does_what_it_says(tmp_path, monkeypatch, capsys, command):
    (tmp_path / "events").symlink_to(ROOT / "events")
    shorter = (
        (ROOT / "events" / "settings.yaml").read_text(encoding="utf-8").replace("lookback_days: 30", "lookback_days: 5")
    )
    (tmp_path / "other.yaml").write_text(shorter, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(command.split()) == 0
    out, err = capsys.readouterr()
    assert "White paper on data" in out and "not known" not in err


def test_the_handbook_has_a_command_of_each_kind():
    assert {command.split()[0] for command in COMMANDS} == {"simulate", "explain", "funnel"}


def test_what_is_passed_over_and_what_no_setting_maps_is_counted(settings, tmp_path, capsys):
    told = [
        event(1, "Campaign Changed", campaign_id="web"),
        event(2, "Person Changed", person_id="p1", status="Dreaming"),
        event(3, "Person Changed", person_id="p1", score=70),
        event(4, "Person Changed", person_id="p2", status="Dreaming"),
        event(5, "User Changed", user_id="u1", time_zone="Mars"),
        event(6, "Invoice Paid"),
    ]
    out, err = simulated(settings, written(tmp_path / "history.jsonl", *told), capsys)
    assert json.loads(out)["unmapped_status"] == "Dreaming"
    assert "status that the settings do not map, 'Dreaming': 2" in err
    assert "passed over, NOT_A_TIME_ZONE: 1" in err
    assert "refused, line 6: there is no such detail-type (detail-type)" in err


def test_a_response_dated_beyond_the_history_is_not_evaluated(settings, tmp_path, capsys):
    dated = {"responded_at": "2026-01-20T00:00:00Z", "score": 90}
    told = [
        event(1, "Campaign Changed", campaign_id="fair"),
        event(2, "Response Recorded", response_id="r1", person_id="p1", campaign_id="fair", responded=True, **dated),
        event(21, "Person Changed", person_id="p2", status="New"),
    ]
    reached = simulated(settings, written(tmp_path / "history.jsonl", *told), capsys)[0].splitlines()
    assert [json.loads(line)["reason"] for line in reached] == ["NO_CANDIDATE", None]
    before = simulated(settings, written(tmp_path / "history.jsonl", *told[:2]), capsys)[0].splitlines()
    assert [json.loads(line)["reason"] for line in before] == ["NO_CANDIDATE"]


def test_a_merged_company_fills_a_blank_one(settings, tmp_path):
    told = [
        event(1, "Person Changed", person_id="a", company="Acme", phone="1"),
        event(1, "Person Changed", person_id="b", company="", phone="  "),
        event(2, "People Merged", survivor_id="b", merged_ids=["a"]),
    ]
    simulation = Simulation(settings_of(settings))
    for number, one in enumerate(told):
        list(simulation.play(number, one))
    profile = simulation.memory.people["b"].profile
    assert profile is not None and (profile.company, profile.phone) == ("Acme", "1")
