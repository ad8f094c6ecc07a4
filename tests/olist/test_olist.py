"""A real funnel through the functions' own handlers: the credits are those of an independent count, in any order of
arrival, twice, and with crashes after the write."""

import sqlite3
from collections import Counter
from typing import Any

import pytest

from tests.olist import convert
from tests.olist.replay import Replay, twice_and_shuffled_within_days
from tests.olist.table import Wins, wins

pytestmark = pytest.mark.skipif(
    not convert.is_there(), reason=f"Olist's marketing funnel is not at {convert.DATA} (it is not part of the project)"
)

COUNT = """
SELECT lead.origin, responded.day <= won.at AND responded.day >= datetime(won.at, :window) AS kept, count(*)
FROM won
JOIN lead ON lead.id = won.lead
JOIN responded ON responded.lead = won.lead
GROUP BY 1, 2
"""


@pytest.fixture(scope="module")
def leads() -> list[convert.Lead]:
    return convert.leads()


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return convert.history()


def counted_in_sql(lookback_days: int) -> Wins:
    """The same question, put to sqlite over the files themselves."""
    database = sqlite3.connect(":memory:")
    database.executescript(
        "CREATE TABLE lead (id, origin); CREATE TABLE responded (lead, day); CREATE TABLE won (lead, at)"
    )
    for lead in convert.leads():
        database.execute("INSERT INTO lead VALUES (?, ?)", (lead.lead_id, lead.origin))
        database.execute("INSERT INTO responded VALUES (?, datetime(?))", (lead.lead_id, str(lead.contacted_at)[:19]))
    for deal in convert.deals():
        database.execute("INSERT INTO won VALUES (?, datetime(?))", (deal.lead_id, str(deal.won_at)[:19]))
    found = Wins(Counter(), Counter())
    for origin, kept, number in database.execute(COUNT, {"window": f"-{lookback_days} days"}):
        (found.kept if kept else found.default)[origin] += number
    database.close()
    return found


@pytest.mark.parametrize("days", convert.LOOKBACKS)
def test_credits_are_those_of_an_independent_count(
    days: int, events: list[dict[str, Any]], leads: list[convert.Lead]
) -> None:
    replay = Replay(convert.settings(days))
    replay.play(events)
    found = wins(replay.decisions, leads)
    assert found == counted_in_sql(days)
    assert found.kept.total() + found.default.total() == 842
    assert not replay.queue.refused


@pytest.mark.parametrize("days", convert.LOOKBACKS)
def test_credits_are_the_same_delivered_twice_and_shuffled_within_each_day(
    days: int, events: list[dict[str, Any]], leads: list[convert.Lead]
) -> None:
    replay = Replay(convert.settings(days))
    replay.play(twice_and_shuffled_within_days(events, seed=days))
    assert wins(replay.decisions, leads) == counted_in_sql(days)
    assert not replay.queue.refused


@pytest.mark.parametrize("days", convert.LOOKBACKS)
def test_credits_are_the_same_with_every_tenth_call_crashing_after_its_write(
    days: int, events: list[dict[str, Any]], leads: list[convert.Lead]
) -> None:
    replay = Replay(convert.settings(days), crash_every=10)
    replay.play(events)
    assert wins(replay.decisions, leads) == counted_in_sql(days)
    assert not replay.queue.refused
