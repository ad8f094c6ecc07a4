"""Simulations over the API: what the command line says of the same history, within what one answer can carry."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from functions.change_settings.app import handler as change_settings
from functions.put_facts.app import handler as put_facts
from functions.simulate_settings.app import handler
from rekindle.adapters.wire import rules as limits
from rekindle.cli.main import main
from tests.integration.conftest import Answer, Aws, answered, call, event

ASKED: dict[str, Any] = json.loads(event("simulate_settings")["body"])
HISTORY: list[dict[str, Any]] = ASKED["history"]
MONTH, THREE_DAYS = ASKED["settings"], ASKED["against"]


def simulate(**body: Any) -> Answer:
    return call(handler, "POST", "simulations", body={"history": HISTORY, **body})


def credited(answer: Answer) -> dict[str, int]:
    assert answer.status == 200, answer.text
    found: dict[str, int] = answer.body["credit"]
    return found


def test_the_event_compares_two_settings(aws: Aws) -> None:
    before = aws.items()
    answer = answered(handler, event("simulate_settings"))
    assert [one["reason"] or one["campaign_id"] for one in answer.body["decisions"]] == [
        "BELOW_THRESHOLD",
        "trade-fair",
    ]
    assert answer.body["credit"] == {"trade-fair": 1, "web-activity": 0}
    assert answer.body["difference"] == [
        {"campaign_id": "trade-fair", "name": "Trade fair", "credit": 1, "against": 0, "change": -1},
        {"campaign_id": "web-activity", "name": "Web activity", "credit": 0, "against": 1, "change": 1},
    ]
    assert answer.body["counts"] == {
        "events": 5,
        "decisions": 2,
        "refused": 0,
        "applied": 6,  # Status and score of a person are applied each by itself.
        "older": 0,
        "duplicate": 0,
    }
    assert aws.items() == before


def test_the_command_line_decides_the_same(aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(MONTH), encoding="utf-8")
    (tmp_path / "history.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in HISTORY), encoding="utf-8")
    main(["simulate", "--settings", str(tmp_path / "settings.json"), str(tmp_path / "history.jsonl")])
    decided = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    answer = simulate(settings=MONTH)
    assert answer.body["decisions"] == decided
    assert "difference" not in answer.body
    assert simulate(settings=MONTH).text == answer.text
    assert simulate(settings=MONTH, history=HISTORY[::-1]).body["credit"] == answer.body["credit"]


def test_stored_settings_are_simulated_by_their_version(aws: Aws) -> None:
    for campaign in ("web-activity", "trade-fair"):
        call(put_facts, "PUT", "campaigns", campaign, body={})
    for document in (MONTH, THREE_DAYS):
        assert call(change_settings, "PUT", "settings", body=document).status == 200
    assert credited(simulate()) == {"web-activity": 1}, "the current ones"
    assert credited(simulate(settings_version=1)) == {"trade-fair": 1}
    compared = simulate(settings_version=1, against_version=2)
    assert [row["change"] for row in compared.body["difference"]] == [-1, 1]
    assert credited(simulate(settings_version=0)) == {"trade-fair": 1}, "the built-in defaults"
    assert simulate(settings_version=3).refusal == (404, "NOT_FOUND", None)
    assert simulate(settings_version=1, against_version=3).refusal == (404, "NOT_FOUND", None)


def test_what_is_refused_stands_beside_the_decisions_by_its_place(aws: Aws) -> None:
    unknown = {**HISTORY[3], "detail": {**HISTORY[3]["detail"], "response_id": "r-2", "campaign_id": "nobody"}}
    nameless = {**HISTORY[2], "detail": {"person_id": ""}}
    foreign = {**HISTORY[0], "detail-type": "Person Painted"}
    answer = simulate(settings=MONTH, history=[*HISTORY, unknown, nameless, foreign])
    assert answer.body["credit"] == {"trade-fair": 1}
    assert sorted((r["line"], r["code"], r["field"]) for r in answer.body["refused"]) == [
        (6, "UNKNOWN_CAMPAIGN", "detail.campaign_id"),
        (7, "INVALID_FIELD", "detail.person_id"),
        (8, "UNKNOWN_EVENT", "detail-type"),
    ]
    assert answer.body["counts"]["refused"] == 3


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"setings": MONTH}, (422, "INVALID_FIELD", "setings")),
        ({"settings": MONTH, "settings_version": 1}, (422, "INVALID_FIELD", "settings")),
        ({"against": MONTH, "against_version": 1}, (422, "INVALID_FIELD", "against")),
        ({"settings": None}, (422, "INVALID_FIELD", "settings")),
        ({"against_version": "1"}, (422, "INVALID_FIELD", "against_version")),
        ({"settings_version": -1}, (422, "INVALID_FIELD", "settings_version")),
        ({"history": None}, (422, "INVALID_FIELD", "history")),
        ({"history": [*HISTORY, "x"]}, (422, "INVALID_FIELD", "history[5]")),
        ({"history": [*HISTORY, {}]}, (422, "INVALID_FIELD", "history[5]")),
        ({"history": [HISTORY[0], {**HISTORY[0], "time": "noon"}]}, (422, "INVALID_FIELD", "history[1]")),
    ],
)
def test_a_request_that_is_wrong_names_its_field(aws: Aws, body: dict[str, Any], refusal: Sequence[Any]) -> None:
    assert simulate(**body).refusal == refusal


@pytest.mark.parametrize("body", [None, "", "{", "[]", '{"history": [], "history": []}'])
def test_what_cannot_be_read_is_malformed(aws: Aws, body: str | None) -> None:
    assert call(handler, "POST", "simulations", body=body).refusal[:2] == (400, "MALFORMED")


def test_all_faults_of_both_documents_are_told_by_path(aws: Aws) -> None:
    answer = simulate(settings={"mode": "x"}, against={**MONTH, "qualification": {"threshold": "high"}})
    assert answer.refusal == (422, "INVALID_SETTINGS", "settings.mode")
    assert [fault["path"] for fault in answer.body["errors"]] == [
        "settings.mode",
        "settings.person_statuses",
        "against.qualification.threshold",
    ]


def test_the_campaigns_of_a_document_are_those_of_the_history(aws: Aws) -> None:
    call(put_facts, "PUT", "campaigns", "stored", body={})
    other = {**MONTH, "reactivation": {"score": {"default_campaign": {"single": "stored"}}}}
    answer = simulate(settings=MONTH, against=other)
    assert answer.refusal == (422, "INVALID_SETTINGS", "against.reactivation.score.default_campaign.single")
    assert answer.body["errors"][0]["message"] == "campaign 'stored' is not known"


@pytest.mark.parametrize(
    ("detail_type", "detail"), [("Campaign Changed", {"is_active": False}), ("Campaign Deleted", {})]
)
def test_a_default_campaign_may_be_over_at_the_end_of_the_history(
    aws: Aws, detail_type: str, detail: dict[str, Any]
) -> None:
    over = {"source": "crm", "detail-type": detail_type, "time": "2030-01-01T00:00:00Z"}
    ended = {**over, "detail": {"campaign_id": "web-activity", **detail}}
    assert credited(simulate(settings=THREE_DAYS, history=[*HISTORY, ended])) == {"web-activity": 1}


def test_what_is_too_large_is_told_with_the_larger_way(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [HISTORY[0]] * (limits.MOST_EVENTS + 1)
    for answer in (
        simulate(settings=MONTH, history=many),
        call(handler, "POST", "simulations", body=" " * (limits.LARGEST_SIMULATION + 1)),
    ):
        assert answer.refusal[:2] == (413, "CALL_TOO_LARGE")
        assert "rekindle partition" in answer.body["detail"]
    assert simulate(settings=MONTH, history=many[1:]).status == 200
    monkeypatch.setattr("rekindle.runtime.simulation.requests.LARGEST_ANSWER", 1_500)
    assert simulate(settings=MONTH).refusal == (413, "CALL_TOO_LARGE", "history")
