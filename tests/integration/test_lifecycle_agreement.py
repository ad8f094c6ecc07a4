"""A history through the deployed functions, and through the simulator: the same lifecycles, and the same clocks."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.answer_handoffs.app import handler as handoffs
from functions.change_settings.app import handler as change
from functions.process_due_actions.app import handler as process_due_actions
from functions.put_facts.app import handler as put_facts
from functions.reactivate_on_score.app import handler as on_score
from functions.record_crm_changes.app import handler as record
from functions.schedule_reactivation.app import handler as schedule
from functions.show_records.app import handler as show
from rekindle.adapters.wire.views import lifecycle as shown
from rekindle.domain.core import times
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, batch, call, event, failed
from tests.unit.application.lifecycle.test_update_lifecycle import DOCUMENT, YEAR, histories, play

SETTINGS: dict[str, Any] = {name: value for name, value in DOCUMENT.items() if name != "assignment"}
PEOPLE = 10
LONGEST = timedelta(seconds=50)
"""After what is due the functions look at it, at the latest."""


class Stack:
    """The deployed functions, on a clock that the test moves."""

    def __init__(self, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
        self.aws, self.now = aws, YEAR
        self.read: defaultdict[str, int] = defaultdict(int)
        monkeypatch.setattr(root, "now", lambda: self.now)

    def take(self, envelope: dict[str, Any]) -> None:
        self.advance_to(times.instant(envelope["time"]))
        assert failed(record(batch(envelope), CONTEXT)) == []
        on_score(self.news(self.aws.names.scores, "ReactivateOnScoreFunction"), CONTEXT)
        schedule(self.news(self.aws.names.people, "ScheduleReactivationFunction"), CONTEXT)

    def advance_to(self, until: datetime) -> None:
        """Each minute the clocks are looked at; the minutes in which nothing is due are left out."""
        while (due := self.next_due()) is not None and due <= until:
            self.now = max(self.now, min(due + LONGEST, until))
            process_due_actions(event("process_due_actions"), CONTEXT)
        self.now = max(self.now, until)

    def next_due(self) -> datetime | None:
        found = root.use_cases().ports.people.due(times.LAST, 1).items
        return found[0].lifecycle.due_at if found and found[0].lifecycle is not None else None

    def news(self, table: str, function: str) -> dict[str, Any]:
        records = self.aws.stream(table, function)["Records"]
        fresh = records[self.read[function] :]
        self.read[function] = len(records)
        return {"Records": fresh}


def told(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As the bus tells it: of each an id."""
    (shape,) = event("record_crm_changes")["Records"][:1]
    assert shape
    return [{"id": f"e-{number}", "account": "111122223333", **one} for number, one in enumerate(events)]


def test_the_functions_and_the_simulator_agree(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    events = told([one for one in histories(21, PEOPLE) if one["detail-type"] != "People Merged"])
    stack = Stack(aws, monkeypatch)
    for user in ("boss", "second"):
        assert call(put_facts, "PUT", "users", user, body={"name": user}).status == 200
    assert call(put_facts, "PUT", "campaigns", "drip", body={"is_active": True}).status == 200
    assert call(change, "PUT", "settings", body=SETTINGS).status == 200
    for one in events:
        stack.take(one)
    simulation = play(events, SETTINGS)
    ways: defaultdict[str, list[Any]] = defaultdict(list)
    for _, entry in simulation.happened or ():
        ways[entry.person_id].append(shown.of_timeline(entry))
    clocks: defaultdict[str, list[Any]] = defaultdict(list)
    for whose, handoff, clock in simulation.clocks():
        clocks[whose].append(shown.clock(whose, handoff, clock))
    assert any(ways.values())
    for person_id in simulation.memory.people:
        items = call(show, "GET", "people", person_id, "timeline", query={"limit": "100"}).body["items"]
        stored = [one for one in reversed(items) if one["kind"] in ("transition", "touch_due")]
        assert sorted(stored, key=str) == sorted(ways[person_id], key=str), person_id
        newest = call(handoffs, "GET", "people", person_id, "clocks").body["items"]
        kept = [{name: one[name] for name in clocks[person_id][0]} for one in newest]
        wanted = [one for one in clocks[person_id] if kept and one["cycle"] == kept[0]["cycle"]]
        assert sorted(kept, key=str) == sorted(wanted, key=str), person_id
