"""`rekindle recount` and `rekindle funnel --stack`: what a stack has stored is counted as in memory."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from rekindle.adapters.wire.views import measures
from rekindle.cli.main import main
from rekindle.domain.capture.facts import PersonDeleted
from rekindle.domain.measures.metrics import CountedAs
from rekindle.runtime import deployed
from tests.contract.test_census import PEOPLE, facts
from tests.integration.conftest import deployed_stack
from tests.support.builders import DOCUMENT, Rekindle, response_recorded

REGION = "eu-central-1"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SETTINGS = {**DOCUMENT, "attribution": {"models": {"even": {"preset": "linear"}}}}

FACTS = [fact for fact in facts() if not isinstance(fact, PersonDeleted)]
"""An erasure looks for failures, too, which are in a table of their own."""

Command = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    with deployed_stack(monkeypatch) as use:
        use.ports.versions.put(SETTINGS, 0, NOW)
        for fact in FACTS:
            use.record_crm_changes(fact)

        def run(command: str, *more: str) -> list[dict[str, Any]]:
            assert main([command, "--stack", "rekindle-dev", "--format", "jsonl", *more]) == 0
            return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

        yield run


def test_the_metrics_of_every_campaign(operator: Command) -> None:
    fair, mail = operator("recount")
    assert (fair["campaign_id"], fair["name"], fair["type"], fair["cost"]) == ("fair", "Trade fair", "Event", 100.0)
    assert (fair["targeted"], fair["stages"]["Won"], fair["cost_per"]["Won"]) == (PEOPLE - 2, 1, 100.0)
    assert fair["won_amount"] == [{"currency": "EUR", "amount": 99.99}]
    assert (mail["hard_bounces"], mail["response_rate"]) == (PEOPLE - 1, None)


def test_the_shares_of_every_model(operator: Command) -> None:
    found = operator("recount", "--records", "share")
    assert [(one["record"], one["model"], one["response_id"], one["amount"]) for one in found] == [
        ("share", "active_response", "r-p00", 99.99),
        ("share", "even", "r-p00", 99.99),
    ]


def test_the_funnel(operator: Command) -> None:
    (found,) = operator("funnel", "--from", "2026-01-01", "--to", "2026-02-01", "--by", "campaign")
    assert (found["key"], found["name"], found["basis"]) == ("fair", "Trade fair", "cohort")
    assert found["volumes"] == {"MQL": PEOPLE, "SAL": 1, "SQL": 1, "Won": 1}


def test_it_is_what_the_use_cases_count_in_memory(operator: Command) -> None:
    rekindle = Rekindle()
    rekindle.configure(SETTINGS)
    rekindle.tell(*FACTS)
    counted = rekindle.use.count_measures(CountedAs.of(SETTINGS))
    named = [(one, counted.campaigns[one.campaign_id]) for one in counted.metrics]
    assert operator("recount") == [measures.metric(one, held.name, held.type) for one, held in named]


def test_check_compares_with_what_was_counted_last(
    operator: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = ["recount", "--stack", "rekindle-dev", "--check"]
    assert main(check) == 1
    out, err = capsys.readouterr()
    assert [json.loads(line)["campaign_id"] for line in out.splitlines()] == ["fair", "mail"]
    assert err == "fair: not counted yet\nmail: not counted yet\n"
    with deployed.use_cases_of("rekindle-dev") as use:
        use.count_campaigns()
        assert main(check) == 0
        assert capsys.readouterr() == ("", "")
    with deployed.use_cases_of("rekindle-dev") as use:
        use.record_crm_changes(response_recorded("late", "p09", "mail", 20))
    assert main(check) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["responses"]["gross"] == 1
    assert err.startswith("mail: counted otherwise at 2")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["recount", "--stack", "s", "--records", "metrics"], "there is no kind of record 'metrics'"),
        (["funnel", "--stack", "s", "history.jsonl"], "--stack: a stack has its own history and settings"),
        (["funnel", "history.jsonl"], "a history with its --settings is needed, or --stack"),
        (["funnel", "--settings", "settings.yaml"], "a history with its --settings is needed, or --stack"),
    ],
)
def test_what_cannot_be_asked(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
