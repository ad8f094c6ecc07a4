"""The metrics of campaigns on the local cloud: counted by the function, shown by the API, checked by the command."""

import json
from datetime import UTC, datetime

import pytest

from rekindle.cli.main import main
from rekindle.domain.measures.books import preceding
from tests.e2e.test_scenarios import as_operator
from tests.local_cloud.stack import Stack


def test_what_the_stack_counts_is_what_a_recount_counts(
    told: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_operator(told, monkeypatch)
    answer = told.cloud.client("lambda").invoke(FunctionName=told.resource("CountCampaignsFunction"), Payload=b"{}")
    assert "FunctionError" not in answer
    capsys.readouterr()
    assert main(["recount", "--stack", told.name, "--check"]) == 0
    assert main(["recount", "--stack", told.name]) == 0
    counted = {line["campaign_id"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert counted
    for campaign_id, line in counted.items():
        shown = told.api.get("campaigns", campaign_id, "metrics").json()
        assert {name: shown[name] for name in line} == line
    assert told.api.get("campaigns", "nowhere", "metrics").status == 404
    shares = told.api.get("attribution", by="month").json()
    assert shares["model"] == "active_response"
    funnel = told.api.get("funnel", by="month", basis="period", beside="2026-01-01").json()
    assert (funnel["basis"], funnel["by"]) == ("period", "month")


def test_what_the_stack_closes_stays(
    told: Stack,
    without_tls: None,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    as_operator(told, monkeypatch)
    month = f"{datetime.now(UTC):%Y-%m}"
    before = preceding(month)
    capsysbinary.readouterr()
    assert main(["close", "--stack", told.name, "--period", before]) == 0
    statement = capsysbinary.readouterr().out
    assert json.loads(statement)["stack"]["records"]["count"] >= 0
    assert told.api.get("books", before).body.encode() == statement
    assert [one["period"] for one in told.api.get("books").json()["items"]] == [before]
    assert told.api.post("books", month, "closing", body={}).status == 409
    assert main(["close", "--stack", told.name, "--period", before]) == 0
    assert capsysbinary.readouterr().out == statement
