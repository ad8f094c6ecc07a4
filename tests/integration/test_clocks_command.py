"""`rekindle clocks recompute`: nothing but that moves a running clock, or a stay on a track."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from rekindle.cli.main import main
from rekindle.runtime.use_cases import UseCases
from tests.integration.conftest import deployed_stack
from tests.support.builders import campaign_changed, person_changed, response_recorded, user_changed
from tests.unit.application.lifecycle.test_handoffs import STATUSES, at, lifecycle
from tests.unit.application.lifecycle.test_nurture import BUDGET, REASONS

Command = Callable[..., list[dict[str, Any]]]


def document(accept: str, guide: str) -> dict[str, Any]:
    touches = [{"after": guide, "name": "guide"}, {"after": "P300D", "name": "later"}]
    section = {
        **lifecycle(accept=accept),
        "recycle": {"reasons": REASONS},
        "tracks": {"budget": {**BUDGET, "touches": touches}},
    }
    return {"lifecycle": section, "person_statuses": STATUSES, "qualification": {"threshold": 60}}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[UseCases]:
    """p1 was handed over on Monday at ten, p2 recycled at eleven; then the settings change."""
    from rekindle.runtime import aws

    monkeypatch.setattr(aws, "now", lambda: datetime(2026, 1, 5, 11, 0, 1, tzinfo=UTC))
    with deployed_stack(monkeypatch) as use:
        use.ports.versions.put(document("PT8H", "P7D"), 0, datetime(2026, 1, 1, tzinfo=UTC))
        facts = [campaign_changed("web"), campaign_changed("drip"), user_changed("owner"), user_changed("second")]
        for person_id in ("p1", "p2"):
            facts.append(person_changed(person_id, at("mon 09:00"), status="New", owner_id="owner", score=80))
            facts.append(response_recorded(f"r-{person_id}", person_id, "web", at("mon 10:30")))
        back = {"status": "Back", "fields": {"recycle_reason": "no_budget"}}
        for fact in (*facts, person_changed("p2", at("mon 11:00"), **back)):
            use.record_crm_changes(fact)
        use.ports.versions.put(document("PT6H", "P1D"), 1, datetime(2026, 1, 5, tzinfo=UTC))
        yield use


def test_a_dry_run_shows_what_moves_and_the_command_moves_it(
    stack: UseCases, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*more: str) -> dict[str, tuple[str, str]]:
        assert main(["clocks", "recompute", "--stack", "rekindle-dev", "--format", "jsonl", *more]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return {one["person_id"]: (one["due_at"], one["due_at_after"]) for one in lines}

    def due(person_id: str) -> datetime | None:
        person = stack.ports.people.get(person_id)
        assert person is not None
        assert person.lifecycle is not None
        return person.lifecycle.due_at

    before = due("p1"), due("p2")
    moved = run("--dry-run")
    assert moved["p2"] == ("2026-01-12T11:00:00Z", "2026-01-06T11:00:00Z")
    assert set(moved) == {"p1", "p2"}
    assert (due("p1"), due("p2")) == before
    assert run() == moved
    assert due("p2") == datetime(2026, 1, 6, 11, tzinfo=UTC)
    assert run("--dry-run") == {}
    person = stack.ports.people.get("p1")
    assert person is not None
    assert person.lifecycle is not None
    assert person.lifecycle.handoff is not None
    accept = person.lifecycle.handoff.clocks[0]
    # Half an hour of six hours was consumed; Tuesday is a holiday.
    assert (accept.target.amount, accept.due_at) == (6 * 3600, datetime(2026, 1, 5, 16, 30, tzinfo=UTC))
