"""Where others are always faster, whoever delivered the change hears of it: one that ended in silence would be lost."""

from collections.abc import Callable
from typing import Any

import pytest

from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.core.errors import Conflict
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.queue import QUEUE
from rekindle.domain.records.task import TASK
from rekindle.domain.records.user import USER
from tests.support.builders import (
    Rekindle,
    account_changed,
    account_deleted,
    campaign_changed,
    campaign_deleted,
    opportunity_changed,
    opportunity_deleted,
    people_merged,
    person_changed,
    person_deleted,
    queue_changed,
    requested,
    response_deleted,
    response_recorded,
    task_logged,
    user_changed,
)

SETTINGS: dict[str, Any] = {"assignment": {"rules": [{"owners": ["inbound"], "to": "routing", "fallback": "boss"}]}}
FACTS = {
    "the fields of a person": person_changed("p1", 20, first_name="Ada"),
    "a score": person_changed("p1", 20, score=90),
    "a person who goes": person_deleted("p1", 20),
    "a merge": people_merged("p2", "p1", at=20),
    "a response": response_recorded("r2", "p1", "fair", 20),
    "a response that goes": response_deleted("r1", "p1", 20),
    "a campaign": campaign_changed("fair", 20, name="Fair"),
    "a campaign that goes": campaign_deleted("fair", 20),
    "an account": account_changed("acme", 20, name="Acme"),
    "an account that goes": account_deleted("acme", 20),
    "a queue": queue_changed("q", 20, name="Q"),
    "a user": user_changed("boss", 20, role="SDR"),
    "a task": task_logged("t1", "p1", 20),
    "an opportunity": opportunity_changed("o1", "p1", at=20),
    "an opportunity that goes": opportunity_deleted("o0", 20),
}
COMMANDS: dict[str, Callable[[Rekindle], object]] = {
    "a crossing": lambda rekindle: rekindle.use.reactivate_on_score(*rekindle.memory.crossings[0]),
    "a request": lambda rekindle: rekindle.use.request_reactivation(requested("p2", 20)),
    "an owner's confirmation": lambda rekindle: rekindle.use.complete_assignments("p1", "boss"),
    "a change of the settings": lambda rekindle: rekindle.use.change_settings({}, None),
}


@pytest.fixture
def rekindle(monkeypatch: pytest.MonkeyPatch) -> Rekindle:
    """Two people, one of whom waits for an owner; from now on, everything is written by somebody else first."""
    rekindle = Rekindle()
    rekindle.configure(SETTINGS)
    rekindle.tell(campaign_changed("fair"), account_changed("acme"), queue_changed("q"), user_changed("boss"))
    for person_id in ("p1", "p2"):
        rekindle.tell(person_changed(person_id, 1, status="New", score=10, owner_id="inbound"))
    rekindle.tell(opportunity_changed("o0", "p3", at=1), response_recorded("r1", "p1", "fair", 2))
    rekindle.tell(person_changed("p1", 3, score=70))
    rekindle.deliver()
    rekindle.tell(response_recorded("r0", "p2", "fair", 2), person_changed("p2", 4, score=70))

    def lost(*_: object) -> None:
        raise Conflict("somebody was faster")

    ports = rekindle.use.ports
    monkeypatch.setattr(type(ports.people), "commit", lost)
    for port in (
        ports.scores,
        ports.records(CAMPAIGN),
        ports.records(ACCOUNT),
        ports.records(QUEUE),
        ports.records(USER),
        ports.records(TASK),
        ports.records(OPPORTUNITY),
    ):
        monkeypatch.setattr(type(port), "put", lost)
    monkeypatch.setattr(type(ports.versions), "put", lost)
    return rekindle


@pytest.mark.parametrize("told", FACTS)
def test_a_fact_is_delivered_again(rekindle: Rekindle, told: str):
    with pytest.raises(Conflict, match="in a row"):
        rekindle.tell(FACTS[told])


@pytest.mark.parametrize("command", COMMANDS)
def test_who_asked_hears_of_it(rekindle: Rekindle, command: str):
    with pytest.raises(Conflict, match="in a row"):
        COMMANDS[command](rekindle)
