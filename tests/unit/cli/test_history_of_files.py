"""What is imported into a history is decided about as what is loaded into a stack: files, a webhook, interactions."""

import io
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rekindle.adapters.wire.events import facts_of
from rekindle.cli.main import main
from rekindle.domain.core import times
from rekindle.domain.imports.kinds import KINDS
from rekindle.domain.imports.mapping import FileMapping
from rekindle.runtime.imports import on_stack
from rekindle.runtime.imports.loading import Loading
from rekindle.runtime.imports.on_stack import StackImport
from tests.support.builders import DOCUMENT, Rekindle

AT = times.instant("2026-05-01T00:00:00Z")
ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rekindle/webhooks/hubspot-AbCdEf"
HUBSPOT = {
    "scheme": "hubspot_v3",
    "secret": ARN,
    "address": "https://api.example.com/dev/webhooks/hubspot",
    "mapping": "hubspot",
}
SETTINGS = {
    **DOCUMENT,
    "time_zone": "Europe/Berlin",
    "reactivation": {
        "score": {"lookback_days": 60, "default_campaign": {"single": "spring"}},
        "active_status": {"delay": "PT30M", "lookback_days": 60, "default_campaign": {"single": "expo"}},
    },
    "webhooks": {"hubspot": HUBSPOT},
}
PEOPLE = "person_id,email,status,occurred_at\n" + "".join(f"{n},q{n}@acme.example,New,2026-02-01\n" for n in range(9))
RESPONSES = "response_id,person_id,campaign_id,responded_at\n" + "".join(
    f"r{n},{n % 7},{('spring', 'expo')[n % 2]},2026-02-{2 + n:02}\n" for n in range(12)
)
LATER = "person_id,status,score,occurred_at\n" + "".join(
    f"{n},{('Working', 'New')[n % 2]},{55 + 3 * n},2026-03-01\n" for n in range(6)
)
FILES = (
    ("campaigns", "campaign_id,occurred_at\nspring,2026-01-01\nexpo,2026-01-01\n"),
    ("people", PEOPLE),
    ("responses", RESPONSES),
    ("people", LATER),
)
SCORES = [
    {
        "subscriptionType": "contact.propertyChange",
        "objectId": person,
        "occurredAt": 1772355600000 + 60_000 * person,
        "propertyName": "hubspotscore",
        "propertyValue": str(50 + 2 * person),
    }
    for person in (5, 6, 7, 8)
]
INTERACTIONS = [
    {
        "detail-type": "Interaction Logged",
        "source": "calls",
        "time": f"2026-03-0{2 + n}T10:00:00Z",
        "detail": {"interaction_id": f"i{n}", "person_id": str(n), "channel": "phone", "direction": "outbound"},
    }
    for n in range(3)
]


def settled(app: Rekindle) -> list[Any]:
    """All that the streams and the clocks of a stack decide."""
    decided = []
    while app.memory.crossings or app.memory.activations or app.memory.timers:
        decided += [*app.deliver(), *app.schedule()]
        if app.memory.timers:
            app.clock.now = max(app.clock.now, app.timers()[0].due)
        decided += app.fire()
    return decided


def test_a_simulation_decides_what_the_stack_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(on_stack, "at_the_same_time", lambda handle, values: [handle(value) for value in values])
    settings, history, body = tmp_path / "settings.json", tmp_path / "crm.jsonl", tmp_path / "body.json"
    settings.write_text(json.dumps(SETTINGS), encoding="utf-8")
    body.write_text(json.dumps(SCORES), encoding="utf-8")
    app = Rekindle()
    app.use.ports.versions.put(SETTINGS, 0, times.instant("2026-01-01T00:00:00Z"))
    app.clock.now = AT
    for number, (kind, content) in enumerate(FILES):
        path = tmp_path / f"{number}.csv"
        path.write_text(content, encoding="utf-8")
        options = ["--kind", kind, "--settings", str(settings), "--at", times.text(AT), "--history", str(history)]
        assert main(["import", str(path), *options]) == 0
        loading = Loading(KINDS[kind], FileMapping(), ZoneInfo("Europe/Berlin"), AT)
        loaded = StackImport(loading, app.use)(io.BytesIO(content.encode()), tmp_path / "exceptions.csv").report
        assert loaded.shown()["refused"] == 0
        settled(app)
    capsysbinary.readouterr()
    assert main(["webhook", "--settings", str(settings), "--source", "hubspot", "--preview", str(body)]) == 0
    items = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    sent = [{"source": "hubspot", **fact} for item in items for fact in item["facts"]]
    assert len(sent) == len(SCORES)
    for envelope in [*sent, *INTERACTIONS]:
        app.tell(*facts_of(envelope))
        settled(app)
        with history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(envelope) + "\n")
    assert main(["simulate", "--settings", str(settings), str(history)]) == 0
    simulated = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    stored = app.memory.decisions.values()
    of_stack = {
        (one.decision_id, one.person_id, str(one.scenario), str(one.outcome), one.campaign_id, one.response_id)
        for one in stored
    }
    names = ("decision_id", "person_id", "scenario", "outcome", "campaign_id", "response_id")
    assert {tuple(one[name] for name in names) for one in simulated} == of_stack
    assert {one[2] for one in of_stack} == {"score", "active_status", "response"} and len(of_stack) >= 8
