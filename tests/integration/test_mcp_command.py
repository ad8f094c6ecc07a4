"""`rekindle mcp --stack`: the tools read what a stack has stored."""

import io
import json
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from rekindle.cli.main import main
from tests.integration.conftest import deployed_stack
from tests.support.builders import DOCUMENT, campaign_changed, person_changed, response_recorded


def test_the_tools_read_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    with deployed_stack(monkeypatch) as use:
        use.ports.versions.put(DOCUMENT, 0, datetime(2026, 1, 1, tzinfo=UTC))
        for fact in (
            campaign_changed("fair", name="Fair"),
            person_changed("p1", 1, status="New", score=0, email="ada@example.com"),
            response_recorded("r1", "p1", "fair", 2),
        ):
            use.record_crm_changes(fact)
        use.count_campaigns()
        (decision,) = use.ports.ledger.decisions("p1", 5).items
        asked: list[tuple[str, dict[str, Any]]] = [
            ("find", {"text": "ada@example.com"}),
            ("person", {"person_id": "p1"}),
            ("why_not", {"decision_id": decision.decision_id, "response_id": "r1"}),
            ("metrics", {"campaign_id": "fair"}),
            ("simulate", {"history": []}),
        ]
        lines = [
            json.dumps(
                {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
            )
            for name, arguments in asked
        ]
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["mcp", "--stack", "rekindle-dev"]) == 0
    answers = [json.loads(line)["result"] for line in out.buffer.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert not any(one["isError"] for one in answers), answers
    found, person, why_not, metrics, simulated = (one["structuredContent"] for one in answers)
    assert [one["person_id"] for one in found["items"]] == ["p1"]
    assert [one["response_id"] for one in person["responses"]] == ["r1"]
    assert [way[0]["path"] for way in why_not["ways"]] == [
        "responses.r1.score",
        "people.p1.score",
        "campaigns.fair.response_prompt",
        "qualification.threshold",
    ]
    assert metrics["campaign_id"] == "fair"
    assert simulated["counts"]["events"] == 0
