"""Decisions of all people: how many by outcome and reason, and each of them, page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from rekindle.adapters.memory import Memory, MemoryLedger
from rekindle.application.reactivation import show_decisions
from rekindle.application.reactivation.show_decisions import DecisionQuery, ShowDecisions
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason, decision_id
from rekindle.domain.settings.settings import Scenario

NOW, DAY = datetime(2026, 3, 1, 12, tzinfo=UTC), timedelta(days=1)
MADE, LOST = (Outcome.REACTIVATED, None), (Outcome.SKIPPED, Reason.NO_CANDIDATE)
DEFAULT, BELOW = (Outcome.INSERTED_DEFAULT, None), (Outcome.SKIPPED, Reason.BELOW_THRESHOLD)


@pytest.fixture
def show() -> ShowDecisions:
    """Two of each kind, an hour apart."""
    ledger = MemoryLedger(Memory())
    for number, (outcome, reason) in enumerate((MADE, LOST, DEFAULT, BELOW) * 2):
        at, person = NOW + timedelta(hours=number), f"p{number}"
        name = decision_id(person, Scenario.SCORE, "t", at)
        ledger.add(Decision(name, person, Scenario.SCORE, outcome, reason, "t", at, at, 1, 1))
    return ShowDecisions(ledger)


def people(show: ShowDecisions, query: DecisionQuery, limit: int = 100) -> list[str]:
    found, start = list[str](), None
    while True:
        page = show.listed(query, limit, start)
        assert len(page.items) <= limit
        found += [one.person_id for one in page.items]
        start = page.next
        if start is None:
            return found


def test_those_that_were_skipped_are_hidden_at_first(show: ShowDecisions) -> None:
    query = DecisionQuery(NOW, NOW + DAY)
    assert people(show, query) == people(show, query, 1) == ["p6", "p4", "p2", "p0"]
    assert show.counts(query) == ({MADE: 2, DEFAULT: 2}, False)
    skipped = DecisionQuery(NOW, NOW + DAY, Outcome.SKIPPED)
    assert people(show, skipped, 3) == ["p7", "p5", "p3", "p1"]
    assert show.counts(skipped) == ({LOST: 2, BELOW: 2}, False)


def test_an_outcome_a_reason_and_a_period_narrow_the_list(show: ShowDecisions) -> None:
    assert people(show, DecisionQuery(NOW, NOW + DAY, Outcome.INSERTED_DEFAULT), 1) == ["p6", "p2"]
    assert people(show, DecisionQuery(NOW, NOW + DAY, reason=Reason.NO_CANDIDATE), 1) == ["p5", "p1"]
    assert people(show, DecisionQuery(NOW, NOW + timedelta(hours=2))) == ["p0"]
    assert people(show, DecisionQuery(NOW + timedelta(hours=2), NOW + timedelta(hours=3))) == ["p2"]


def test_the_newest_of_many_are_counted(show: ShowDecisions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show_decisions, "MOST", 3)
    counts, more = show.counts(DecisionQuery(NOW, NOW + DAY))
    assert (sum(counts.values()), more) == (3, True)
