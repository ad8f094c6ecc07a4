"""Decisions and journeys: every field comes back, one decision an id, newest first, page by page."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.dynamodb.ledger import DynamoDBLedger
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.adapters.dynamodb.retention import Retention
from rekindle.domain.lifecycle.journey import (
    Deactivated,
    Ended,
    Interacted,
    Merged,
    ResponseRenamed,
    Resumed,
    Stage,
    StageReached,
    entry_id,
)
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason, decision_id
from rekindle.domain.reactivation.request import REMEMBERED, Call
from rekindle.domain.responses.member_change import MemberChange
from rekindle.domain.settings.settings import Scenario
from tests.contract.stores import NOW, Stores, Tables
from tests.contract.values import every_field, fresh, quickly


def a_decision(person_id: str, trigger_id: str = "t", *, days: float = 0, **values: object) -> Decision:
    at = NOW + timedelta(days=days)
    decision = Decision(
        decision_id=decision_id(person_id, Scenario.SCORE, trigger_id, at),
        person_id=person_id,
        scenario=Scenario.SCORE,
        outcome=Outcome.SKIPPED,
        reason=Reason.ACTIVE_EXISTS,
        trigger_id=trigger_id,
        as_of=at,
        decided_at=NOW,
        settings_version=1,
        person_version=1,
    )
    return replace(decision, **values)  # type: ignore[arg-type]


def a_stage(person_id: str, *, days: float, stage: Stage = Stage.SAL) -> StageReached:
    return StageReached(person_id, "r", "c", 1, stage, NOW + timedelta(days=days), 1)


def test_decisions_of_all_people_are_listed_by_when_they_were_made(stores: Stores) -> None:
    """Those of other tests are of another year."""
    first = datetime(2031, 3, 1, tzinfo=NOW.tzinfo)
    people = [fresh(f"p{number}") for number in range(4)]
    made = [
        a_decision(one, outcome=Outcome.REACTIVATED, reason=None, decided_at=first + timedelta(hours=hours))
        for hours, one in enumerate(people)
    ]
    skipped = a_decision(people[0], "other", decided_at=first)
    for one in (*made, skipped):
        stores.ledger.add(one)
    until = first + timedelta(hours=3)
    found, start = [], None
    while True:
        page = stores.ledger.decided(first, until, 2, start)
        found += page.items
        start = page.next
        if start is None:
            break
    assert found == [made[2], made[1], made[0]]
    assert list(stores.ledger.decided(first, until, 5, skipped=True).items) == [skipped]
    assert list(stores.ledger.decided(until, until + timedelta(days=1), 5).items) == [made[3]]


@quickly
@given(st.data())
def test_every_field_of_a_decision_comes_back(stores: Stores, data: st.DataObject) -> None:
    decision = data.draw(every_field(Decision))
    person_id = fresh(decision.person_id)
    named = decision_id(person_id, decision.scenario, decision.trigger_id, decision.as_of)
    decision = replace(decision, person_id=person_id, decision_id=named)

    assert stores.ledger.add(decision) == decision

    assert stores.ledger.get(named) == decision
    assert stores.ledger.decisions(person_id, 10).items == [decision]
    assert stores.ledger.timeline(person_id, 10).items == [decision]


@quickly
@given(st.data())
def test_every_field_of_a_journey_comes_back(stores: Stores, data: st.DataObject) -> None:
    person_id = fresh()
    entry = data.draw(every_field(StageReached) | every_field(Deactivated) | every_field(Merged))
    entry = replace(entry, person_id=person_id)

    stores.people.commit(Change(Person(person_id, 1), 0, entries=(entry,)))

    assert stores.ledger.timeline(person_id, 10).items == [entry]
    assert stores.ledger.decisions(person_id, 10).items == []
    assert stores.ledger.get(entry_id(entry)) is None


def test_a_decision_that_was_never_made_is_none(stores: Stores) -> None:
    for unknown in ("", "-", "nothing", decision_id("p", Scenario.SCORE, "t", NOW)):
        assert stores.ledger.get(unknown) is None


def test_the_first_decision_of_an_id_stays(stores: Stores) -> None:
    first = a_decision("p")
    stores.ledger.add(first)

    assert stores.ledger.add(replace(first, reason=Reason.COOL_DOWN)) == first

    assert stores.ledger.get(first.decision_id) == first
    assert stores.ledger.decisions("p", 10).items == [first]


def test_decisions_come_newest_first_in_pages(stores: Stores) -> None:
    decisions = [a_decision("p", days=-n) for n in range(7)]
    stages = [a_stage("p", days=-n - 0.5) for n in range(6)]
    stores.people.commit(Change(Person("p", 1), 0, entries=tuple(stages)))
    for decision in decisions:
        stores.ledger.add(decision)
    stores.ledger.add(a_decision("another"))
    everything = [record for pair in zip(decisions, stages, strict=False) for record in pair] + decisions[6:]

    for limit in range(1, 15):
        for read, expected in ((stores.ledger.decisions, decisions), (stores.ledger.timeline, everything)):
            found, start, pages = [], None, 0
            while pages == 0 or start is not None:
                page = read("p", limit, start)
                found.extend(page.items)
                start, pages = page.next, pages + 1
            assert found == expected
            assert pages == -(-len(expected) // limit)


def test_nobody_has_no_decisions(stores: Stores) -> None:
    assert stores.ledger.decisions("nobody", 10).items == []
    assert stores.ledger.timeline("nobody", 10).next is None


def test_a_call_that_is_repeated_is_the_first(stores: Stores) -> None:
    first = Call("key", "content", NOW)
    assert stores.ledger.remember(first) == first

    assert stores.ledger.remember(Call("key", "another", NOW + timedelta(hours=23))) == first
    another = Call("another key", "content", NOW + timedelta(hours=1))
    assert stores.ledger.remember(another) == another


def test_a_call_is_forgotten_after_a_day(stores: Stores) -> None:
    stores.ledger.remember(Call("key", "content", NOW))
    later = Call("key", "another", NOW + REMEMBERED + timedelta(seconds=1))
    assert stores.ledger.remember(later) == later
    assert stores.ledger.remember(replace(later, at=later.at + timedelta(hours=1))) == later


def test_a_call_without_a_lifetime_is_never_forgotten(stores: Stores) -> None:
    first = Call("key", "", NOW, lifetime=None)
    stores.ledger.remember(first)
    assert stores.ledger.remember(replace(first, at=NOW + timedelta(days=4000))) == first


def test_a_call_stands_in_nobody_s_timeline_and_expires(tables: Tables) -> None:
    tables.ledger.remember(Call("key", "content", NOW))
    (item,) = tables.client.scan(TableName=tables.names.ledger)["Items"]
    assert int(item["expires"]["N"]) == int((NOW + REMEMBERED).timestamp())
    assert "announce" not in item and "key" not in item.values()


def test_the_stream_can_tell_what_is_to_be_announced_by_one_string(tables: Tables) -> None:
    told = a_decision("p", "activated", outcome=Outcome.ACTIVATED, reason=None, response_id="r", campaign_id="c")
    untold = a_decision("p", "skipped")
    dry = a_decision("p", "dry", outcome=Outcome.ACTIVATED, reason=None, response_id="r", dry_run=True)
    ended = Deactivated("p", "r", "c", 1, Ended.REPLACED, NOW, 1)
    tables.people.commit(Change(Person("p", 1), 0, decision=told, entries=(a_stage("p", days=1), ended)))
    tables.ledger.add(untold)
    tables.ledger.add(dry)

    items = tables.client.scan(TableName=tables.names.ledger)["Items"]

    announced = {i["entry"]["S"]: i.get("announce", {}).get("S") for i in items}
    assert announced == {
        told.decision_id: "yes",
        entry_id(a_stage("p", days=1)): "yes",
        entry_id(ended): "yes",
        untold.decision_id: None,
        dry.decision_id: None,
    }


@quickly
@given(st.data())
def test_an_interaction_is_shown_once_as_it_is_now(stores: Stores, data: st.DataObject) -> None:
    person_id = fresh("p")
    before = replace(data.draw(every_field(Interacted)), person_id=person_id, interaction_id="i")
    now = replace(data.draw(every_field(Interacted)), person_id=person_id, interaction_id="i")
    stores.ledger.put_interaction(before, None)
    assert stores.ledger.timeline(person_id, 10).items == [before]
    for _ in range(2):
        stores.ledger.put_interaction(now, before)
        assert stores.ledger.timeline(person_id, 10).items == [now]


def expiry_of(tables: Tables, kind: str) -> list[int | None]:
    """When the items of a kind expire, None where they never do."""
    items = tables.client.scan(TableName=tables.names.ledger)["Items"]
    return [int(one["expires"]["N"]) if "expires" in one else None for one in items if one["kind"]["S"] == kind]


@pytest.mark.parametrize(("kept", "expires"), [(None, None), (timedelta(days=9), NOW + timedelta(days=9))])
def test_decisions_and_journeys_are_kept_as_long_as_is_said(
    tables: Tables, kept: timedelta | None, expires: datetime | None
) -> None:
    retention = Retention(decisions=kept, clock=lambda: NOW)
    connection = cast("DynamoDBLedger", tables.ledger).connection
    DynamoDBLedger(connection, retention).add(a_decision("p1"))
    ended = Deactivated("p2", "r", "c", 1, Ended.MERGED, NOW - timedelta(days=900), 1)
    change = Change(Person("p2", 1), 0, decision=a_decision("p2"), entries=(ended,))
    DynamoDBPeople(connection, retention).commit(change)
    seconds = None if expires is None else int(expires.timestamp())
    assert expiry_of(tables, "decision") == [seconds] * 2
    assert expiry_of(tables, "deactivated") == [seconds]


def test_calls_are_kept_as_long_as_is_said(tables: Tables) -> None:
    connection = cast("DynamoDBLedger", tables.ledger).connection
    retention = Retention(requests=timedelta(days=3), event_requests=timedelta(days=5))
    ledger = DynamoDBLedger(connection, retention)
    ledger.remember(Call("api", "c", NOW))
    ledger.remember(Call("bus", "c", NOW, lifetime=None))
    days = [int((NOW + timedelta(days=number)).timestamp()) for number in (3, 5)]
    assert sorted(filter(None, expiry_of(tables, "call"))) == days


@quickly
@given(st.data())
def test_every_field_of_a_resumed_engagement_comes_back(stores: Stores, data: st.DataObject) -> None:
    person_id = fresh()
    entry = replace(data.draw(every_field(Resumed) | every_field(ResponseRenamed)), person_id=person_id)
    stores.people.commit(Change(Person(person_id, version=1), 0, entries=(entry,)))
    assert stores.ledger.timeline(person_id, 10).items == [entry]


def test_the_members_of_a_transaction_are_kept_by_campaign(stores: Stores) -> None:
    transaction = fresh("t")
    made = MemberChange(transaction, "c1", "r1", False, NOW, NOW)
    gone = MemberChange(transaction, "c1", "r2", True, NOW)
    for change in (made, gone, replace(made, campaign_id="c2"), replace(made, transaction=fresh("t")), made):
        stores.ledger.add_member_change(change)
    assert sorted(stores.ledger.member_changes(transaction, "c1"), key=lambda one: one.response_id) == [made, gone]
    assert stores.ledger.member_changes(transaction, "c3") == []
