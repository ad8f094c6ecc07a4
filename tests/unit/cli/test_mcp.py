"""`rekindle mcp`: the tools over a history, asked over standard input and output."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from rekindle.adapters.wire.mcp import Server
from rekindle.cli.main import main
from tests.unit.cli.test_simulate import HISTORY, SETTINGS, event, written

OLDER = event(3, "Response Recorded", response_id="r0", person_id="p1", campaign_id="web", responded=True)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the messages are answered with, each a line."""
    settings = tmp_path / "settings.yaml"
    settings.write_text(SETTINGS, encoding="utf-8")
    history = written(tmp_path / "history.jsonl", *HISTORY[:3], OLDER, *HISTORY[3:])

    def ask(*messages: Any) -> list[Any]:
        lines = [one if isinstance(one, str) else json.dumps({"jsonrpc": "2.0", **one}) for one in messages]
        written_out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
            patched.setattr(sys, "stdout", written_out)
            assert main(["mcp", "--settings", str(settings), str(history)]) == 0
        return [json.loads(line) for line in written_out.buffer.getvalue().splitlines()]  # type: ignore[attr-defined]

    return ask


def call(number: int, name: str, **arguments: Any) -> dict[str, Any]:
    return {"id": number, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


def test_a_client_opens_a_session_and_lists_the_tools(asked: Any) -> None:
    opened, ping, listed = asked(
        {"id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}}},
        {"method": "notifications/initialized"},
        {"id": "two", "method": "ping"},
        {"id": 3, "method": "tools/list"},
    )
    assert opened["result"]["protocolVersion"] == "2025-06-18"
    assert opened["result"]["serverInfo"]["name"] == "rekindle"
    assert ping == {"jsonrpc": "2.0", "id": "two", "result": {}}
    names = [tool["name"] for tool in listed["result"]["tools"]]
    assert names == ["find", "person", "explain_credit", "why_not", "metrics", "funnel", "simulate"]
    assert all(tool["annotations"]["readOnlyHint"] for tool in listed["result"]["tools"])


def test_the_tools_answer_what_the_history_leads_to(asked: Any) -> None:
    (explained,) = asked(call(1, "explain_credit", person_id="p1"))
    (decision, *_) = explained["result"]["structuredContent"]["decisions"]
    assert (decision["outcome"], decision["campaign_id"]) == ("reactivated", "web")
    assert json.loads(explained["result"]["content"][0]["text"]) == explained["result"]["structuredContent"]
    answers = asked(
        call(1, "find", text="p1"),
        call(2, "person", person_id="p1"),
        call(3, "why_not", decision_id=decision["decision_id"], response_id="r1"),
        call(4, "metrics", campaign_id="web"),
        call(5, "funnel", **{"from": "2026-01-01", "to": "2026-02-01", "by": "campaign"}),
        call(
            6, "simulate", settings={"person_statuses": {"New": {"active": False}}, "qualification": {"threshold": 90}}
        ),
    )
    found, person, why_not, metrics, funnel, simulated = (one["result"]["structuredContent"] for one in answers)
    assert [one["person_id"] for one in found["items"]] == ["p1"]
    assert person["decisions"][0]["explanation"] == decision["explanation"]
    assert why_not["sentence"].startswith("It would have got the credit if responses.r1.")
    assert metrics["stages"]["MQL"] == 1
    assert (funnel["basis"], funnel["total"]["volumes"]["MQL"]) == ("cohort", 1)
    assert simulated["counts"]["decisions"] == 2


def test_what_is_refused_names_the_code_and_the_argument(asked: Any) -> None:
    unknown, missing, mistyped, nobody = asked(
        call(1, "no_such_tool"),
        call(2, "why_not", decision_id="d"),
        call(3, "find", text=5, more="x"),
        call(4, "person", person_id="nobody"),
    )
    assert unknown["error"]["code"] == -32602
    results = [one["result"] for one in (missing, mistyped, nobody)]
    assert all(one["isError"] for one in results)
    assert [one["structuredContent"]["code"] for one in results] == ["INVALID_FIELD", "INVALID_FIELD", "NOT_FOUND"]
    assert {one["path"] for one in results[1]["structuredContent"]["errors"]} == {"text", "more"}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", -32700),
        ("[]", -32600),
        ('{"jsonrpc": "2.0", "id": 1}', -32600),
        ('{"jsonrpc": "2.0", "id": 1, "method": "server/discover"}', -32601),
        ('{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": 5}', -32602),
        ('{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "find", "arguments": 5}}', -32602),
    ],
)
def test_what_is_no_request_is_answered_with_its_code(line: str, code: int) -> None:
    answer = Server("1", "", ()).answer(line)
    assert answer is not None
    error = json.loads(answer)["error"]
    assert error["code"] == code


def test_a_notification_and_an_empty_line_are_not_answered() -> None:
    server = Server("1", "", ())
    assert server.answer("\n") is None
    assert server.answer('{"jsonrpc": "2.0", "method": "notifications/cancelled"}') is None


def test_neither_a_history_nor_a_stack_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp"]) == 2
    assert "--stack" in capsys.readouterr().err
