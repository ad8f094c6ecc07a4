"""Books on a stack: a statement stays, and with its adjustments it adds up to a recount, whatever is learned later."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.wire import books
from rekindle.domain.capture.facts import Fact
from rekindle.domain.core.errors import Conflict, NotClosable, Unavailable
from rekindle.domain.measures.attribution import shares
from rekindle.domain.measures.books import (
    DecisionsDigest,
    SettingsInForce,
    Statement,
    StoredState,
    postings,
    totals_by_month,
    with_adjustments,
)
from rekindle.domain.measures.metrics import CountedAs
from rekindle.domain.measures.points import models_of
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    opportunity_changed,
    opportunity_deleted,
    people_merged,
    person_changed,
    person_deleted,
    person_erased,
    response_deleted,
    response_recorded,
)

MODELS: dict[str, Any] = {"attribution": {"models": {"even": {"preset": "linear"}}}}
FIRST = 59
"""The first day of March 2026."""


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def engaged(person: str, campaign: str, on: float) -> list[Fact]:
    """Somebody who responds with a score that is high enough."""
    return [
        person_changed(person, on - 1, score=70, email=f"{person}@example.com"),
        response_recorded(f"r-{person}", person, campaign, on),
    ]


def won(name: str, *people: str, on: float, amount: float) -> list[Fact]:
    return [
        opportunity_changed(name, *people, at=on, amount=amount, currency="EUR"),
        opportunity_changed(name, *people, at=on + 1, is_closed=True, is_won=True),
    ]


@pytest.fixture
def rekindle() -> Rekindle:
    """Three people in March, one of whom bought."""
    rekindle = Rekindle()
    rekindle.clock.now = day(FIRST + 30)
    rekindle.configure(MODELS)
    rekindle.tell(
        campaign_changed("hook", name="Webinar"),
        campaign_changed("fair"),
        *engaged("p1", "hook", FIRST + 1),
        *engaged("p2", "hook", FIRST + 2),
        *engaged("p3", "fair", FIRST + 3),
        *won("o1", "p1", on=FIRST + 5, amount=100.01),
    )
    return rekindle


def closed(rekindle: Rekindle, month: str) -> dict[str, Any]:
    rekindle.use.close_books(month)
    return statement(rekindle, month)


def statement(rekindle: Rekindle, month: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body_of(rekindle, month))
    return found


def body_of(rekindle: Rekindle, month: str) -> bytes:
    body = rekindle.use.ports.books.statement(month)
    assert body is not None
    return body


def test_a_statement_counts_what_is_stored(rekindle: Rekindle):
    rekindle.clock.now = at("2026-04-02T09:00:00")
    march = closed(rekindle, "2026-03")
    assert march["volumes"] == {"MQL": 3, "SAL": 1, "SQL": 1, "Won": 1}
    assert march["credit"] == [{"campaign_id": "fair", "credit": 1}, {"campaign_id": "hook", "credit": 2}]
    share = {"campaign_id": "hook", "currency": "EUR", "amount": 100.01}
    assert march["shares"] == [{"model": "active_response", **share}, {"model": "even", **share}]
    assert march["history"] is None
    assert march["stack"]["records"]["count"] == 4
    assert [one["version"] for one in march["settings"]] == [1]
    assert (march["previous"], march["adjustments"]) == (None, [])


def test_a_closed_month_stays_as_it_is(rekindle: Rekindle):
    rekindle.clock.now = at("2026-04-02T09:00:00")
    closed(rekindle, "2026-03")
    body = body_of(rekindle, "2026-03")
    rekindle.tell(*engaged("p9", "fair", FIRST + 4))
    rekindle.use.close_books("2026-03")
    assert body_of(rekindle, "2026-03") == body
    known = StoredState(day(91), 0, "")
    another = Statement(
        "2026-03", day(59), day(90), "UTC", known, (SettingsInForce(1, ""),), DecisionsDigest(0, ""), {}
    )
    with pytest.raises(Conflict):
        rekindle.use.ports.books.put(another, [], str)
    assert body_of(rekindle, "2026-03") == body


LATE: list[tuple[str, Callable[[Rekindle], object], set[str]]] = [
    ("nothing", lambda rekindle: None, set()),
    (
        "a late response",
        lambda rekindle: rekindle.tell(*engaged("p9", "fair", FIRST + 4)),
        {"response recorded on 2026-03-05, told late; decided on 2026-04-05"},
    ),
    ("an erasure", lambda rekindle: rekindle.tell(person_erased("p1", 96)), set()),
    (
        "a merge",
        lambda rekindle: rekindle.tell(people_merged("p1", "p3", at=97)),
        {"people merged on 2026-04-08"},
    ),
    (
        "a deal that was opened again",
        lambda rekindle: rekindle.tell(opportunity_changed("o1", "p1", at=80, is_closed=False, is_won=False)),
        {"opportunity changed on 2026-03-22, told late"},
    ),
    (
        "another amount",
        lambda rekindle: rekindle.tell(opportunity_changed("o1", "p1", at=64.5, amount=7)),
        {"opportunity changed on 2026-03-06, told late"},
    ),
    ("a deal deleted", lambda rekindle: rekindle.tell(opportunity_deleted("o1", 95)), set()),
    ("a person deleted", lambda rekindle: rekindle.tell(person_deleted("p1", 95)), set()),
    (
        "other settings",
        lambda rekindle: rekindle.configure({"attribution": {"models": {}}}),
        {"the settings were changed since"},
    ),
]


@pytest.mark.parametrize(("late", "causes"), [one[1:] for one in LATE], ids=[one[0] for one in LATE])
def test_what_is_learned_later_is_an_adjustment_with_its_cause(
    rekindle: Rekindle, late: Callable[[Rekindle], object], causes: set[str]
):
    rekindle.clock.now = at("2026-04-02T09:00:00")
    closed(rekindle, "2026-03")
    before = body_of(rekindle, "2026-03")
    rekindle.clock.now = at("2026-04-05T09:00:00")
    late(rekindle)
    rekindle.clock.now = at("2026-05-02T09:00:00")
    april = closed(rekindle, "2026-04")
    assert {one["cause"] for one in april["adjustments"]} == causes
    assert body_of(rekindle, "2026-03") == before
    assert april["previous"]["sha256"] == sha256(before).hexdigest()
    adds_up(rekindle, "2026-04")


def adds_up(rekindle: Rekindle, month: str) -> None:
    """Whether the closed months with their adjustments are a recount of what is stored."""
    previous = books.previous(body_of(rekindle, month))
    settings = rekindle.use.ports.reference.settings()
    found = rekindle.use.count_measures(CountedAs.of(settings.document))
    posted = postings(found.cycles, shares(found.deals, models_of(settings.document)), settings.zone)
    assert previous.closed == totals_by_month(posted, previous.closed)
    stated = books.previous_of(body_of(rekindle, month))
    adjustments = books.adjustments_of(body_of(rekindle, month))
    standing = with_adjustments(stated.closed, adjustments) if stated is not None else {}
    assert standing == {name: totals for name, totals in previous.closed.items() if name != month}


def test_a_backfill_and_its_undo_are_adjustments(rekindle: Rekindle):
    rekindle.tell(
        person_changed("p4", FIRST, score=10),
        response_recorded("r-p4", "p4", "fair", FIRST + 1),
        person_changed("p4", FIRST + 2, score=45),
    )
    rekindle.deliver()
    rekindle.clock.now = at("2026-04-02T09:00:00")
    closed(rekindle, "2026-03")
    rekindle.configure({**MODELS, "qualification": {"threshold": 40}})
    rekindle.clock.now = at("2026-04-20T09:00:00")
    list(rekindle.use.backfill_crossings("b1", dry_run=False))
    rekindle.clock.now = at("2026-05-02T09:00:00")
    april = closed(rekindle, "2026-04")
    assert {one["cause"] for one in april["adjustments"]} == {"backfilled on 2026-04-20"}
    assert [one["version"] for one in april["settings"]] == [1, 2]
    rekindle.clock.now = at("2026-05-20T09:00:00")
    list(rekindle.use.undo_backfill("b1", dry_run=False))
    rekindle.clock.now = at("2026-06-02T09:00:00")
    may = closed(rekindle, "2026-05")
    assert {one["cause"] for one in may["adjustments"]} == {"backfill undone on 2026-05-20"}
    assert [(one["before"], one["after"]) for one in may["adjustments"] if one["measure"] == "volume"] == [(4, 3)]
    adds_up(rekindle, "2026-05")


@pytest.mark.parametrize(
    ("now", "month", "said"),
    [
        ("2026-03-31T23:59:59", "2026-03", "2026-03 is not over"),
        ("2026-05-02T00:00:00", "2026-05", "the month to be closed next is 2026-04"),
        ("2026-07-02T00:00:00", "2026-02", "the month to be closed next is 2026-04"),
    ],
)
def test_months_are_closed_when_they_are_over_and_in_their_order(rekindle: Rekindle, now: str, month: str, said: str):
    if month != "2026-03":
        rekindle.clock.now = at("2026-04-02T00:00:00")
        closed(rekindle, "2026-03")
    rekindle.clock.now = at(now)
    with pytest.raises(NotClosable, match=said):
        rekindle.use.close_books(month)


@pytest.mark.parametrize(
    ("day_of_month", "now", "first", "due"),
    [
        (None, "2026-06-20T00:00:00", True, []),
        (5, "2026-06-04T23:00:00", False, []),
        (5, "2026-06-05T00:00:00", False, ["2026-05"]),
        # Whoever missed a month closes it before the next one.
        (5, "2026-06-05T00:00:00", True, ["2026-04", "2026-05"]),
        (5, "2026-06-04T23:00:00", True, ["2026-04"]),
        (5, "2026-04-20T00:00:00", True, []),
        (5, "2027-01-05T00:00:00", False, ["2026-12"]),
    ],
)
def test_the_day_of_the_settings_closes_the_months_before(
    rekindle: Rekindle, day_of_month: int | None, now: str, first: bool, due: list[str]
):
    if first:
        rekindle.clock.now = at("2026-04-02T00:00:00")
        closed(rekindle, "2026-03")
    rekindle.configure({"books": {"close_on_day": day_of_month}})
    rekindle.clock.now = at(now)
    assert rekindle.use.close_books.due() == due


def test_the_day_is_one_of_the_settings_time_zone(rekindle: Rekindle):
    rekindle.configure({"books": {"close_on_day": 5}, "time_zone": "America/Los_Angeles"})
    rekindle.clock.now = at("2026-06-05T03:30:00")
    assert rekindle.use.close_books.due() == []
    rekindle.clock.now = at("2026-06-06T03:30:00")
    assert rekindle.use.close_books.due() == ["2026-05"]


def test_a_closing_and_its_adjustments_are_announced_with_the_same_ids_each_time(rekindle: Rekindle):
    bus: Any = rekindle.use.ports.bus
    rekindle.clock.now = at("2026-04-02T09:00:00")
    closed(rekindle, "2026-03")
    rekindle.tell(people_merged("p1", "p3", at=91))
    rekindle.clock.now = at("2026-05-02T09:00:00")
    closed(rekindle, "2026-04")
    # March is told of first; of April the bus takes two events of three.
    bus.refusals.extend([set(), {1}, {0}, {0}])
    with pytest.raises(Unavailable):
        rekindle.use.announce_books()
    rekindle.use.announce_books()
    (march, *first), again = bus.published[:3], bus.published[3:]
    assert march.body()["period"] == "2026-03"
    assert {event.event_id for event in first} < {event.event_id for event in again}
    first = again
    assert [event.detail_type for event in first] == ["Books Closed", *["Adjustment Recorded"] * 2]
    assert first[0].body()["sha256"] == sha256(body_of(rekindle, "2026-04")).hexdigest()
    assert first[1].body()["text"] == "2026-03, fair, even, EUR 0.0 → 50.0: people merged on 2026-04-02"
    count = len(bus.published)
    rekindle.use.announce_books()
    assert len(bus.published) == count


def test_what_is_kept_for_the_next_closing_names_nobody(rekindle: Rekindle):
    rekindle.clock.now = at("2026-04-02T09:00:00")
    closed(rekindle, "2026-03")
    previous = rekindle.use.ports.books.previous("2026-03")
    kept = str(list(rekindle.use.ports.books.kept(previous))) + body_of(rekindle, "2026-03").decode()
    assert not any(name in kept for name in ("p1", "r-p1", "example.com"))


PEOPLE = ["p1", "p2", "p3"]
days = st.integers(60, 180)
people = st.sampled_from(PEOPLE)
facts = st.one_of(
    st.builds(
        lambda on, name, campaign: [response_recorded(f"r{name}", PEOPLE[name % 3], campaign, on)],
        days,
        st.integers(0, 5),
        st.sampled_from(["hook", "fair"]),
    ),
    st.builds(lambda on, who, score: [person_changed(who, on, score=score)], days, people, st.sampled_from([10, 70])),
    st.builds(
        lambda on, who, status: [person_changed(who, on, status=status)],
        days,
        people,
        st.sampled_from(["New", "Open - Not Contacted", "Working", "Nurture"]),
    ),
    st.builds(
        lambda on, who, cents: won(f"o-{who}", who, on=on, amount=cents / 100), days, people, st.integers(0, 10**6)
    ),
    st.builds(lambda on, who: [opportunity_deleted(f"o-{who}", on)], days, people),
    st.builds(lambda on, one, other: [people_merged(one, other, at=on)], days, people, people),
    st.builds(lambda on, who: [person_erased(who, on)], days, people),
    st.builds(lambda on, name: [response_deleted(f"r{name}", PEOPLE[name % 3], on)], days, st.integers(0, 5)),
)


@given(st.lists(st.lists(facts, max_size=6), min_size=4, max_size=4))
def test_closed_months_with_their_adjustments_are_always_a_recount(arrived: list[list[list[Fact]]]):
    rekindle = Rekindle()
    rekindle.configure(MODELS)
    rekindle.tell(campaign_changed("hook"), campaign_changed("fair"))
    for months, batch in enumerate(arrived):
        rekindle.clock.now = at(f"2026-{months + 4:02}-01T00:00:00") + timedelta(days=1)
        for told in batch:
            rekindle.tell(*(fact for fact in told if fact.stamp.at <= rekindle.clock.now))
            rekindle.deliver()
        month = f"2026-{months + 3:02}"
        closed(rekindle, month)
        adds_up(rekindle, month)
