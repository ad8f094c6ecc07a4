"""While a person has an open opportunity, nothing is reactivated; and one engagement goes on, or ends, with it."""

from contextlib import suppress
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from rekindle.domain.capture.facts import Fact, OpportunityChanged
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.measures.cycles import Cycle, cycles
from rekindle.domain.notifications.events import events_from
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.settings.settings import Scenario
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    opportunity_changed,
    opportunity_deleted,
    people_merged,
    person_changed,
    prompted,
    requested,
    response_recorded,
    stamp,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(
        campaign_changed("webinar"),
        campaign_changed("prompt", trigger_reactivation=True),
        person_changed("p1", 1, status="New", score=0),
        response_recorded("r1", "p1", "webinar", 2),
        opportunity_changed("o1", "p1", "p2", at=5),
    )
    return rekindle


def ask(rekindle: Rekindle, at: float = 10) -> Decision:
    return rekindle.use.request_reactivation(requested(at=at))


def score_crosses(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, score=70))
    return rekindle.deliver()[0]


def status_activates(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, status="Working"))
    return rekindle.schedule()[0]


@pytest.mark.parametrize(
    "trigger",
    [
        ask,
        score_crosses,
        status_activates,
        lambda rekindle: rekindle.use.request_reactivation.prompt(prompted()),
    ],
    ids=["invocable", "score", "active_status", "response_prompt"],
)
def test_an_open_opportunity_stops_every_scenario(rekindle: Rekindle, trigger: Any):
    assert trigger(rekindle).reason is Reason.OPPORTUNITY_OPEN


@pytest.mark.parametrize(
    "end",
    [
        opportunity_changed("o1", "p1", at=6, is_closed=True, is_won=False),
        opportunity_changed("o1", "p2", at=6),
        opportunity_deleted("o1", 6),
    ],
    ids=["closed", "another's now", "deleted"],
)
def test_when_it_is_over_its_people_can_be_reactivated_again(rekindle: Rekindle, end: Any):
    rekindle.tell(end)
    assert ask(rekindle).outcome is Outcome.REACTIVATED


def test_one_of_two_that_is_closed_leaves_the_other_open(rekindle: Rekindle):
    rekindle.tell(opportunity_changed("o2", "p1", at=6), opportunity_changed("o1", "p1", at=7, is_closed=True))
    assert ask(rekindle).reason is Reason.OPPORTUNITY_OPEN


def test_an_older_fact_does_not_open_it_again(rekindle: Rekindle):
    rekindle.tell(opportunity_changed("o1", "p1", at=8, is_closed=True), opportunity_changed("o1", "p1", at=6))
    assert ask(rekindle).outcome is Outcome.REACTIVATED


def test_an_opportunity_follows_its_lead_to_the_contact(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 6, converted_contact_id="contact"))
    assert ask(rekindle).reason is Reason.OPPORTUNITY_OPEN
    rekindle.tell(opportunity_changed("o1", "contact", at=7, is_closed=True))
    assert rekindle.use.request_reactivation(requested("contact", 11, request_id="q2")).outcome is Outcome.REACTIVATED


def test_it_is_told_of_people_who_are_not_known_yet(rekindle: Rekindle):
    rekindle.tell(opportunity_changed("o3", "p9", at=6), person_changed("p9", 7, status="New"))
    assert rekindle.use.request_reactivation(requested("p9")).reason is Reason.OPPORTUNITY_OPEN


# --- the engagement that it belongs to -------------------------------------------------------------------------------


@pytest.fixture
def engaged() -> Rekindle:
    """p1 and p2 have active responses since day 3 and 4."""
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"), campaign_changed("fair"))
    for person, at in (("p1", 3), ("p2", 4)):
        rekindle.tell(person_changed(person, 1, score=70))
        rekindle.tell(response_recorded(f"r-{person}", person, "webinar", at))
        assert rekindle.active(person) == f"r-{person}"
    return rekindle


def opened(at: float = 5, *people: str, **values: Any) -> Fact:
    return opportunity_changed("o1", *(people or ("p1",)), at=at, amount=100.0, currency="EUR", **values)


def closed(at: float = 8, *, won: bool = True, **values: Any) -> Fact:
    told = {"is_closed": True, "is_won": won, **values}
    return OpportunityChanged("o1", stamp(at, None, told), told)


def the_cycle(rekindle: Rekindle, person_id: str = "p1") -> Cycle:
    """The newest cycle of a person, as a funnel counts it."""
    found = cycles(rekindle.memory.outbox, rekindle.use.ports.reference.campaign_at)
    return [cycle for cycle in found if cycle.person_id == person_id][-1]


def days(cycle: Cycle) -> dict[str, float]:
    return {str(stage): (at - day(0)) / timedelta(days=1) for stage, at in cycle.stages.items()}


def test_an_opportunity_stamps_sql_when_it_was_opened(engaged: Rekindle):
    engaged.tell(opened(5, created_at=day(4.5)))
    person = engaged.person()
    assert person.active is not None
    assert (person.active.stage, person.active.opportunity_id, person.active.amount) == ("SQL", "o1", 100.0)
    assert engaged.status_of("r-p1") == "Qualified - New Opportunity"
    assert days(the_cycle(engaged)) == {"MQL": 3, "SAL": 4.5, "SQL": 4.5}
    assert engaged.use.show_records.record(OPPORTUNITY, "o1").engaged_id == "p1"


@pytest.mark.parametrize(
    ("end", "reason", "status"),
    [
        (closed(), Ended.OPPORTUNITY_WON, "Resolved - Opportunity Won"),
        (closed(won=False), Ended.OPPORTUNITY_LOST, "Resolved - Opportunity Lost"),
        (opportunity_deleted("o1", 8), Ended.OPPORTUNITY_DELETED, "Resolved - Opportunity Deleted"),
    ],
    ids=["won", "lost", "deleted"],
)
def test_its_end_ends_the_cycle_and_frees_the_person(engaged: Rekindle, end: Fact, reason: Ended, status: str):
    engaged.tell(opened(), end)
    assert engaged.active() is None
    assert engaged.status_of("r-p1") == status
    cycle = the_cycle(engaged)
    assert (cycle.ended, cycle.ended_at) == (reason, day(8))
    assert (cycle.opportunity_id, cycle.amount, cycle.currency) == ("o1", 100.0, "EUR")
    assert days(cycle).get("Won") == (8 if reason is Ended.OPPORTUNITY_WON else None)
    # The response itself is no candidate any more, and another one begins a cycle of its own.
    assert ask(engaged, 9).reason is Reason.NO_CANDIDATE
    engaged.tell(response_recorded("r2", "p1", "fair", 10))
    assert engaged.active() == "r2"
    again = the_cycle(engaged)
    assert (days(again), again.opportunity_id, again.amount) == ({"MQL": 10}, None, None)


def test_what_the_settings_say_makes_no_candidate_of_a_response_whose_opportunity_ended(engaged: Rekindle):
    engaged.configure({"response_statuses": {"Resolved - Opportunity Lost": "formerly_engaged"}})
    engaged.tell(opened(), closed(won=False))
    assert ask(engaged, 9).reason is Reason.NO_CANDIDATE


@pytest.mark.parametrize("closed_at", [7, 9], ids=["before it was told", "expected later"])
def test_the_date_of_the_end_is_no_later_than_what_tells_of_it(engaged: Rekindle, closed_at: float):
    engaged.tell(opened(), closed(8, closed_at=day(closed_at)))
    assert the_cycle(engaged).ended_at == day(min(closed_at, 8))


def test_the_status_of_the_engagement_before_says_nothing_of_the_next(engaged: Rekindle):
    engaged.tell(opened(), person_changed("p1", 6, status="Qualified"), closed())
    engaged.tell(response_recorded("r2", "p1", "fair", 10))
    assert (engaged.person().status, engaged.status_of("r2")) == ("Open - Not Contacted", "Open - Not Contacted")
    assert all(explanation.same_again is not False for explanation in engaged.explanations())
    decision = engaged.use.show_records.decision(engaged.person().active.decision_id)  # type: ignore[union-attr]
    assert decision.same_again


def test_a_status_that_a_rep_chose_since_is_kept(engaged: Rekindle):
    engaged.tell(opened(), person_changed("p1", 6, status="Qualified"), closed())
    engaged.tell(person_changed("p1", 9, status="Working"), response_recorded("r2", "p1", "fair", 10))
    assert (engaged.person().status, engaged.status_of("r2")) == ("Working", "Working")


def test_opened_again_the_same_cycle_goes_on(engaged: Rekindle):
    engaged.tell(opened(), closed(won=True))
    before = len(engaged.decisions())
    engaged.tell(opened(9, is_closed=False, is_won=False))
    assert (engaged.active(), engaged.status_of("r-p1")) == ("r-p1", "Qualified - New Opportunity")
    cycle = the_cycle(engaged)
    assert (cycle.ended, "Won" in days(cycle), cycle.cycle) == (None, False, 1)
    assert len(engaged.decisions()) == before
    engaged.tell(closed(12, won=False))
    cycle = the_cycle(engaged)
    assert (cycle.ended, cycle.ended_at, "Won" in days(cycle)) == (Ended.OPPORTUNITY_LOST, day(12), False)


@pytest.mark.parametrize("won", [True, False])
def test_opened_again_after_a_rep_had_ended_the_cycle_it_goes_on_too(engaged: Rekindle, won: bool):
    engaged.tell(opened(), person_changed("p1", 7, status="Disqualified"), closed(8, won=won))
    assert ("Won" in days(the_cycle(engaged))) is won
    engaged.tell(opened(9, is_closed=False, is_won=False))
    assert (engaged.active(), engaged.status_of("r-p1")) == ("r-p1", "Qualified - New Opportunity")
    cycle = the_cycle(engaged)
    assert (cycle.ended, "Won" in days(cycle), days(cycle)["SQL"]) == (None, False, 5)
    engaged.tell(closed(12))
    cycle = the_cycle(engaged)
    assert (cycle.ended, cycle.ended_at, days(cycle)["Won"]) == (Ended.OPPORTUNITY_WON, day(12), 12)
    assert all(explanation.same_again is not False for explanation in engaged.explanations())


def test_what_a_rep_ended_stays_so_while_its_opportunity_is_open(engaged: Rekindle):
    engaged.tell(opened(), person_changed("p1", 7, status="Disqualified"))
    engaged.tell(opportunity_changed("o1", "p1", at=9, stage="Proposal"))
    assert engaged.active() is None
    assert the_cycle(engaged).ended is Ended.STATUS_INACTIVE


def test_opened_again_after_another_cycle_began_it_stays_with_its_own(engaged: Rekindle):
    engaged.tell(opened(), closed(), response_recorded("r2", "p1", "fair", 10))
    engaged.tell(opened(12, is_closed=False, is_won=False))
    active = engaged.person().active
    assert active is not None
    assert (active.response_id, active.opportunity_id) == ("r2", None)


def test_what_was_lost_by_mistake_is_won(engaged: Rekindle):
    engaged.tell(opened(), closed(8, won=False), closed(9, won=True))
    cycle = the_cycle(engaged)
    assert (cycle.ended, cycle.ended_at, days(cycle)["Won"]) == (Ended.OPPORTUNITY_WON, day(9), 9)
    assert engaged.status_of("r-p1") == "Resolved - Opportunity Won"


def test_the_amount_of_the_end_stays_with_the_cycle(engaged: Rekindle):
    changed = [OpportunityChanged("o1", stamp(at, None, at), {"amount": float(at)}) for at in (7, 12)]
    engaged.tell(opened(), changed[0])
    assert engaged.person().active.amount == 7  # type: ignore[union-attr]
    engaged.tell(closed(8), changed[1])
    assert the_cycle(engaged).amount == 7


def test_a_fact_of_before_the_end_is_no_second_end(engaged: Rekindle):
    """Found by the property test of all scenarios: an older fact moves SQL, and said again that the deal was won."""
    engaged.tell(opened(5), closed(8), opened(4, "p1", "p2"))
    assert days(the_cycle(engaged)) == {"MQL": 3, "SAL": 4, "SQL": 4, "Won": 8}
    announced = [event.event_id for record in engaged.memory.outbox for event in events_from(record)]
    assert len(announced) == len(set(announced))


def test_a_second_opportunity_does_not_take_over_the_cycle_of_the_first(engaged: Rekindle):
    engaged.tell(opened(), opportunity_changed("o2", "p1", at=6))
    active = engaged.person().active
    assert active is not None
    assert active.opportunity_id == "o1"
    engaged.tell(opportunity_changed("o2", "p1", at=7, is_closed=True, is_won=True))
    assert engaged.active() == "r-p1"
    engaged.tell(closed())
    assert the_cycle(engaged).opportunity_id == "o1"


# --- whose it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "engaged_id"),
    [(("p1", "p2"), "p1"), (("p2", "p1"), "p2"), (("p9", "p2"), "p2"), (("p9",), None)],
)
def test_it_belongs_to_one_response_the_primary_contact_s_first(
    engaged: Rekindle, people: tuple[str, ...], engaged_id: str | None
):
    engaged.tell(opened(5, *people))
    linked = [p for p in ("p1", "p2") if engaged.person(p).active.opportunity_id == "o1"]  # type: ignore[union-attr]
    assert linked == ([engaged_id] if engaged_id else [])


def test_another_contact_counts_only_where_it_is_of_the_same_account(engaged: Rekindle):
    engaged.tell(person_changed("p2", 2, account_id="other"))
    engaged.tell(opened(5, "p9", "p2", account_id="acme"))
    assert engaged.person("p2").active.opportunity_id is None  # type: ignore[union-attr]


def _linked(rekindle: Rekindle) -> list[str]:
    found = ((one, rekindle.person(one).active) for one in ("p1", "p2"))
    return [person_id for person_id, active in found if active is not None and active.opportunity_id == "o1"]


def test_where_nobody_named_is_active_the_newest_engagement_of_the_account_s_contacts_has_it(engaged: Rekindle):
    for person in ("p1", "p2"):
        engaged.tell(person_changed(person, 2, account_id="acme", kind="contact"))
    engaged.tell(opened(5, "p9", account_id="acme"))
    assert _linked(engaged) == ["p2"]
    engaged.tell(closed(8, account_id="acme"))
    assert the_cycle(engaged, "p2").opportunity_id == "o1" and the_cycle(engaged, "p2").ended is Ended.OPPORTUNITY_WON


def test_an_opportunity_that_names_nobody_is_its_account_s(engaged: Rekindle):
    engaged.tell(person_changed("p1", 2, account_id="acme", kind="contact"))
    told = {"account_id": "acme", "amount": 5.0}
    engaged.tell(OpportunityChanged("o1", stamp(5, None, told), told))
    assert _linked(engaged) == ["p1"]


@pytest.mark.parametrize(
    "values",
    [
        {"account_id": "acme", "kind": "lead"},
        {"account_id": "other", "kind": "contact"},
        {"account_id": None, "kind": "contact"},
    ],
    ids=["a lead", "another account's", "nobody's any more"],
)
def test_only_present_contacts_of_the_account_count(engaged: Rekindle, values: dict[str, Any]):
    engaged.tell(person_changed("p1", 2, account_id="acme", kind="contact"))
    engaged.tell(person_changed("p1", 3, **values))
    engaged.tell(opened(5, "p9", account_id="acme"))
    assert _linked(engaged) == []


# --- a default where nobody is active --------------------------------------------------------------------------------


@pytest.fixture
def defaulting() -> Rekindle:
    """Nobody is active, and the settings name a campaign for opportunities that nobody's response is of."""
    rekindle = Rekindle()
    rekindle.tell(campaign_changed("webinar"), campaign_changed("sales"))
    rekindle.configure({"reactivation": {"opportunity": {"default_campaign": {"single": "sales"}}}})
    rekindle.tell(person_changed("p1", 1, status="New", score=0), response_recorded("r1", "p1", "webinar", 2))
    return rekindle


def test_a_default_is_inserted_for_the_primary_contact_and_the_opportunity_is_its_own(defaulting: Rekindle):
    decision = defaulting.tell(opened(5, "p1", "p2")).decision
    assert decision is not None
    assert (decision.scenario, decision.outcome, decision.campaign_id, decision.default_campaign_source) == (
        Scenario.OPPORTUNITY,
        Outcome.INSERTED_DEFAULT,
        "sales",
        "single",
    )
    active = defaulting.person().active
    assert active is not None and (active.opportunity_id, active.response_id) == ("o1", decision.response_id)
    explained = defaulting.use.show_records.decision(decision.decision_id)
    assert explained.sentence == (
        "The default campaign sales got the credit when an opportunity was opened on 06 Jan 2026 00:00 UTC: "
        "nobody whose it can be had an active response."
    )
    assert explained.same_again is True and explained.considered == ()
    defaulting.tell(closed())
    cycle = the_cycle(defaulting)
    assert (cycle.campaign_id, cycle.ended, cycle.amount) == ("sales", Ended.OPPORTUNITY_WON, 100.0)


def test_the_same_opportunity_again_inserts_no_second_default(defaulting: Rekindle):
    first = defaulting.tell(opened()).decision
    assert defaulting.tell(opened()).decision is None
    defaulting.tell(opened(6, stage="Proposal"))
    assert [one.decision_id for one in decided(defaulting)] == [first.decision_id if first else None]


def decided(rekindle: Rekindle) -> list[Decision]:
    found = rekindle.use.ports.ledger.decisions("p1", 10).items
    return [one for one in found if one.scenario is Scenario.OPPORTUNITY]


def test_no_default_is_inserted_beside_an_active_response(defaulting: Rekindle):
    defaulting.tell(opened(), opportunity_changed("o2", "p1", at=6), opportunity_changed("o2", "p1", at=7, stage="x"))
    assert [(one.outcome, one.reason) for one in decided(defaulting)] == [
        (Outcome.SKIPPED, Reason.ACTIVE_EXISTS),
        (Outcome.INSERTED_DEFAULT, None),
    ]


def test_a_default_at_its_repeat_cap_is_explained_and_comes_out_the_same(defaulting: Rekindle):
    defaulting.configure(
        {
            "qualification": {"repeat_cap": 1},
            "reactivation": {"opportunity": {"default_campaign": {"single": "webinar"}}},
        }
    )
    decision = defaulting.tell(opened()).decision
    assert decision is not None and decision.reason is Reason.REPEAT_CAP
    assert defaulting.use.show_records.decision(decision.decision_id).same_again is True


def test_without_the_setting_nothing_is_decided(rekindle: Rekindle):
    assert decided(rekindle) == []


def test_an_opportunity_that_is_over_gets_no_default(defaulting: Rekindle):
    assert defaulting.tell(closed(5, person_ids=("p1",))).decision is None


def test_a_response_that_became_active_after_it_was_closed_is_not_its_own(engaged: Rekindle):
    engaged.tell(opportunity_changed("o1", "p1", at=2, is_closed=True, is_won=True))
    assert engaged.active() == "r-p1"


@pytest.mark.parametrize("dies_after", [1, 2, 3])
def test_a_delivery_that_died_is_finished_by_the_next(engaged: Rekindle, dies_after: int):
    engaged.faults.writes, engaged.faults.fails = 0, lambda write: write == dies_after
    with suppress(Unavailable):
        engaged.tell(opened())
    engaged.tell(opened())
    assert engaged.person().active.opportunity_id == "o1"  # type: ignore[union-attr]
    assert engaged.person().has_open_opportunity


# --- order of arrival ------------------------------------------------------------------------------------------------

STORY = (opened(), opportunity_changed("o1", "p1", at=6, stage="Proposal"), closed(8), opportunity_deleted("o1", 20))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_whatever_the_order_of_its_facts_the_cycle_is_the_same(count: int):
    found = set()
    for order in permutations(STORY[:count]):
        rekindle = Rekindle()
        rekindle.configure()
        rekindle.tell(campaign_changed("webinar"), person_changed("p1", 1, score=70))
        rekindle.tell(response_recorded("r1", "p1", "webinar", 3), *order, *order)
        cycle = the_cycle(rekindle)
        person = rekindle.person()
        found.add((str(days(cycle)), cycle.ended, cycle.ended_at, cycle.amount, rekindle.status_of("r1")))
        assert person.has_open_opportunity == (count == 2)
    assert len(found) == 1


def test_a_response_of_before_that_arrives_after_it_gets_the_opportunity(engaged: Rekindle):
    engaged.tell(opened(5, "p3"), person_changed("p3", 1, score=70))
    engaged.deliver()
    engaged.tell(response_recorded("r3", "p3", "webinar", 4))
    assert engaged.status_of("r3", "p3") == "Qualified - New Opportunity"
    assert days(the_cycle(engaged, "p3")) == {"MQL": 4, "SAL": 5, "SQL": 5}


def test_a_response_of_after_it_was_opened_is_left(engaged: Rekindle):
    engaged.tell(opened(5, "p3"), person_changed("p3", 1, score=70), response_recorded("r3", "p3", "webinar", 6))
    assert (engaged.active("p3"), engaged.status_of("r3", "p3")) == (None, "Resolved - Existing Opportunity")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_crm_s_own_status_for_the_won_person_may_come_first(engaged: Rekindle, order: tuple[int, ...]):
    engaged.tell(opened())
    facts = (closed(8), person_changed("p1", 8, status="Disqualified"))
    engaged.tell(*(facts[place] for place in order))
    cycle = the_cycle(engaged)
    assert (cycle.ended, days(cycle)["Won"]) == (Ended.OPPORTUNITY_WON, 8)
    assert engaged.status_of("r-p1") == "Resolved - Opportunity Won"


def test_a_merge_takes_the_opportunity_along(engaged: Rekindle):
    engaged.tell(opened(), people_merged("p9", "p1", at=6), closed(8))
    assert engaged.active("p9") is None
    assert the_cycle(engaged, "p9").ended is Ended.OPPORTUNITY_WON


def test_others_hear_of_it(engaged: Rekindle):
    engaged.tell(opened(), closed(8), opened(9, is_closed=False, is_won=False))
    engaged.announce()
    published = [event for event in engaged.bus.published if event.person_id == "p1"]
    assert [(e.detail_type, e.detail.get("stage") or e.detail.get("reason")) for e in published][-5:] == [
        ("Stage Reached", "SAL"),
        ("Stage Reached", "SQL"),
        ("Stage Reached", "Won"),
        ("Response Deactivated", "OPPORTUNITY_WON"),
        ("Response Resumed", "OPPORTUNITY_WON"),
    ]
    assert published[-2].detail["amount"] == 100.0
