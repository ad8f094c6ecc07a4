"""Two records of one person become one: a converted lead and its contact, or the people of a merge."""

from contextlib import suppress

import pytest

from rekindle.application.capture.merge_people import BATCH
from rekindle.domain.capture.facts import Fact
from rekindle.domain.core.errors import Conflict, Unavailable
from rekindle.domain.lifecycle.journey import Deactivated, Ended
from rekindle.domain.measures.cycles import cycles
from rekindle.domain.reactivation.decision import Outcome, Reason
from rekindle.domain.reactivation.search import Excluded
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    opportunity_changed,
    people_merged,
    person_changed,
    person_deleted,
    prompted,
    requested,
    response_changed,
    response_deleted,
    response_recorded,
    winner_of,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(*(campaign_changed(c) for c in ("webinar", "fair")))
    return rekindle


def engage(rekindle: Rekindle, person: str, response: str, at: float, campaign: str = "webinar") -> None:
    rekindle.tell(response_recorded(response, person, campaign, at - 1))
    rekindle.tell(person_changed(person, at - 0.5, score=0), person_changed(person, at, score=70))
    rekindle.deliver()
    assert rekindle.active(person) == response


def convert(rekindle: Rekindle, at: float = 20) -> None:
    rekindle.tell(person_changed("lead", at, converted_contact_id="contact"))


# --- conversion ----------------------------------------------------------------------------------------------------


def test_a_converted_lead_s_history_is_the_contact_s(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    rekindle.tell(response_recorded("r2", "contact", "fair", 4))
    convert(rekindle)
    assert rekindle.active("contact") == rekindle.active("lead") == "r1"
    assert list(rekindle.responses("contact")) == ["r2", "r1"]
    assert rekindle.person("lead").person_id == "contact"


@pytest.mark.parametrize("converted", [9, 10])
def test_a_crossing_that_overtook_the_conversion_is_answered_by_the_lead_s_response(rekindle: Rekindle, converted: int):
    """Salesforce tells of a conversion in several events: the contact's score may be decided about before the lead is
    known to be that contact."""
    rekindle.tell(response_recorded("r1", "lead", "webinar", 3))
    rekindle.tell(person_changed("contact", 10, score=70))
    rekindle.deliver()
    assert rekindle.decisions("contact")[-1].reason is Reason.NO_CANDIDATE
    convert(rekindle, converted)
    assert rekindle.active("contact") == "r1"
    assert rekindle.person("contact").active.since == day(10)
    told = rekindle.use.show_records.decision(rekindle.person("contact").active.decision_id)
    assert told.sentence.startswith("webinar got the credit as of 11 Jan 2026 00:00 UTC, when the score had crossed")
    assert told.same_again
    convert(rekindle, converted)
    assert len(rekindle.responses("contact")) == 1


def test_a_crossing_of_before_the_conversion_stays_as_it_was_decided(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "lead", "webinar", 3))
    rekindle.tell(person_changed("contact", 10, score=70))
    rekindle.deliver()
    convert(rekindle, 11)
    assert rekindle.active("contact") is None


@pytest.mark.parametrize(
    "fact",
    [
        opportunity_changed("o1", "lead", at=5),
        person_changed("lead", 5, status="Nurture"),
        person_changed("contact", 10.5, status="New"),
    ],
    ids=["an open opportunity", "in nurture", "closed since"],
)
def test_what_would_have_kept_the_crossing_from_anything_still_does(rekindle: Rekindle, fact: Fact):
    rekindle.tell(response_recorded("r1", "lead", "webinar", 3))
    rekindle.tell(person_changed("contact", 10, score=70))
    rekindle.deliver()
    rekindle.tell(fact)
    convert(rekindle, 10)
    assert rekindle.active("contact") is None


def test_a_contact_that_is_not_known_yet_is_made(rekindle: Rekindle):
    rekindle.tell(person_changed("lead", 1, email="ada@example.org", owner_id="u1", status="New"))
    convert(rekindle)
    contact = rekindle.person("contact")
    assert (contact.kind, contact.owner_id, contact.status) == ("contact", "u1", "New")
    assert contact.profile is not None and contact.profile.email == "ada@example.org"


def test_what_the_crm_says_of_the_contact_itself_goes_before(rekindle: Rekindle):
    rekindle.tell(person_changed("lead", 5, email="lead@b.c"), person_changed("contact", 1, email="contact@b.c"))
    convert(rekindle)
    profile = rekindle.person("contact").profile
    assert profile is not None and profile.email == "contact@b.c"


def test_a_conversion_told_twice_is_one(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    convert(rekindle)
    before = rekindle.person("contact")
    convert(rekindle)
    assert rekindle.person("contact") == before


def test_a_conversion_may_be_told_before_anything_else(rekindle: Rekindle):
    convert(rekindle)
    rekindle.tell(response_recorded("r1", "lead", "webinar", 3), person_changed("lead", 4, score=70))
    rekindle.deliver()
    assert rekindle.active("contact") == "r1"


def test_of_two_active_responses_the_earlier_stays(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    engage(rekindle, "contact", "r2", 5, "fair")
    convert(rekindle)
    assert rekindle.active("contact") == "r1"
    assert rekindle.status_of("r2", "contact") == "Resolved - Already Engaged"
    ends = [(e.response_id, e.reason) for e in rekindle.memory.outbox if isinstance(e, Deactivated)]
    assert ends == [("r2", Ended.MERGED)]


def test_the_contact_s_earlier_active_response_stays(rekindle: Rekindle):
    engage(rekindle, "contact", "r2", 3, "fair")
    engage(rekindle, "lead", "r1", 5)
    convert(rekindle)
    assert rekindle.active("contact") == "r2"
    assert rekindle.status_of("r1", "contact") == "Resolved - Already Engaged"


@pytest.mark.parametrize("sql", [{"status": "Qualified"}, None], ids=["by its stage", "open"])
@pytest.mark.parametrize(("tied", "other"), [("contact", "lead"), ("lead", "contact")])
def test_of_two_active_responses_the_one_with_an_opportunity_stays(
    rekindle: Rekindle, tied: str, other: str, sql: dict[str, str] | None
):
    engage(rekindle, other, "earlier", 3)
    engage(rekindle, tied, "won", 5, "fair")
    rekindle.tell(person_changed(tied, 6, **sql) if sql else opportunity_changed("deal", tied, at=6))
    convert(rekindle)
    assert rekindle.active("contact") == "won"
    assert rekindle.status_of("earlier", "contact") == "Resolved - Already Engaged"


def test_of_two_active_responses_with_opportunities_the_earlier_stays(rekindle: Rekindle):
    engage(rekindle, "contact", "r2", 3, "fair")
    engage(rekindle, "lead", "r1", 5)
    rekindle.tell(opportunity_changed("one", "contact", at=6), opportunity_changed("two", "lead", at=6))
    convert(rekindle)
    assert rekindle.active("contact") == "r2"


@pytest.mark.parametrize(("is_closed", "stays"), [(False, "chosen"), (True, None)])
def test_a_response_that_an_opportunity_hangs_on_gives_way_to_no_other(
    rekindle: Rekindle, is_closed: bool, stays: str | None
):
    rekindle.tell(response_recorded("better", "lead", "fair", 9.2))
    engage(rekindle, "contact", "chosen", 10)
    rekindle.tell(opportunity_changed("deal", "contact", at=11, is_closed=is_closed))
    convert(rekindle)
    assert rekindle.active("contact") == stays


def test_cycles_go_on_counting_over_both_histories(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    rekindle.tell(person_changed("lead", 4, status="Disqualified"))
    engage(rekindle, "contact", "r2", 5, "fair")
    rekindle.tell(person_changed("contact", 6, status="Disqualified"))
    convert(rekindle)
    decision = rekindle.tell(response_recorded("r3", "contact", "fair", 30)).decision
    assert decision is not None and (decision.outcome, decision.cycle) == (Outcome.ACTIVATED, 3)


def test_the_cool_down_is_over_both_histories(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    convert(rekindle, 4)
    assert rekindle.person("contact").score_activated_at == day(3)


def test_duplicates_by_campaign_and_date_are_dropped(rekindle: Rekindle):
    same = {"responded_at": day(1)}
    rekindle.tell(response_recorded("r1", "lead", "webinar", 2, **same))
    rekindle.tell(response_recorded("r2", "contact", "webinar", 3, **same))
    convert(rekindle)
    assert list(rekindle.responses("contact")) == ["r2"]
    assert rekindle.person("contact").responses == 1


def test_a_duplicate_that_was_dropped_stays_so_when_it_is_told_of_again(rekindle: Rekindle):
    same = {"responded_at": day(1)}
    dropped = response_recorded("r1", "lead", "webinar", 2, **same)
    rekindle.tell(dropped, response_recorded("r2", "contact", "webinar", 3, **same))
    convert(rekindle)
    rekindle.tell(dropped)
    assert list(rekindle.responses("contact")) == ["r2"]
    assert rekindle.person("contact").responses == 1


def test_of_duplicates_the_one_that_came_further_stays(rekindle: Rekindle):
    same = {"responded_at": day(1)}
    rekindle.tell(response_recorded("r1", "lead", "webinar", 2, **same))
    rekindle.tell(person_changed("lead", 3, score=70))
    rekindle.deliver()
    rekindle.tell(response_recorded("r2", "contact", "webinar", 4, **same))
    convert(rekindle)
    assert list(rekindle.responses("contact")) == ["r1"]
    assert rekindle.active("contact") == "r1"


def test_a_duplicate_of_the_two_is_dropped_and_repeats_of_the_one_are_kept(rekindle: Rekindle):
    same = {"responded_at": day(1)}
    rekindle.tell(*(response_recorded(r, "lead", "webinar", 2, **same) for r in ("r1", "r3")))
    rekindle.tell(response_recorded("r2", "contact", "webinar", 4, **same))
    convert(rekindle)
    assert rekindle.person("contact").responses == len(rekindle.responses("contact")) == 2


def test_repeats_of_one_date_move_whole_with_the_active_one_last(rekindle: Rekindle):
    """Compared with each other, the first would be written twice in one transaction, which no table takes."""
    same = {"responded_at": day(2)}
    rekindle.tell(response_recorded("rb", "lead", "webinar", 2, **same), person_changed("lead", 3, score=70))
    rekindle.deliver()
    rekindle.tell(response_recorded("ra", "lead", "webinar", 4, **same), people_merged("contact", "lead", at=5))
    assert rekindle.active("contact") == "rb"
    assert sorted(rekindle.responses("contact")) == ["ra", "rb"]
    assert rekindle.person("contact").merging_ids == ()


def test_a_default_chosen_before_the_two_were_one_gives_way_to_the_lead_s_response():
    rekindle = Rekindle()
    rekindle.configure(default_campaign={"single": "web"})
    rekindle.tell(campaign_changed("webinar"), campaign_changed("web"))
    rekindle.tell(response_recorded("r1", "lead", "webinar", 5), person_changed("contact", 10, score=85))
    rekindle.deliver()
    assert rekindle.credited("contact") == "web"
    convert(rekindle, 10)
    assert rekindle.credited("contact") == "webinar"
    convert(rekindle, 10)
    assert rekindle.credited("contact") == "webinar"


def test_the_converting_update_s_own_status_closes_nothing(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    rekindle.tell(person_changed("lead", 6, status="Disqualified", converted_contact_id="contact"))
    assert rekindle.active("contact") == "r1"


def test_whoever_is_inactive_and_takes_over_an_active_response_is_opened(rekindle: Rekindle):
    rekindle.tell(person_changed("contact", 1, status="New"))
    engage(rekindle, "lead", "r1", 3)
    convert(rekindle)
    assert (rekindle.active("contact"), rekindle.person("contact").status) == ("r1", "Open - Not Contacted")


def test_whoever_was_closed_after_the_other_s_response_became_active_stays_closed(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    rekindle.tell(person_changed("contact", 9, status="Disqualified"))
    convert(rekindle)
    assert (rekindle.active("contact"), rekindle.person("contact").status) == (None, "Disqualified")


def test_a_survivor_that_was_itself_merged_away_in_this_moment_is_not_taken(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    rekindle.use.merge_people._link("contact", "other", day(6), None)
    with pytest.raises(Conflict):
        rekindle.use.merge_people._link("other", "lead", day(6), None)


def test_a_survivor_that_is_merged_away_while_it_takes_over_has_the_rest_move_to_its_survivor(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    meanwhile = (lambda: None, lambda: rekindle.tell(people_merged("golden", "contact", at=21)))
    rekindle.faults.meanwhile.extend(meanwhile)
    with pytest.raises(Conflict):
        convert(rekindle)
    convert(rekindle)
    golden = rekindle.person("contact")
    assert (golden.person_id, golden.merging_ids, rekindle.active("lead")) == ("golden", (), "r1")
    assert set(rekindle.responses("golden")) == {"r1"}


@pytest.mark.parametrize("converted", [True, False])
def test_who_became_whom_is_told_once_when_it_is_done(rekindle: Rekindle, converted: bool):
    engage(rekindle, "lead", "r1", 3)
    rekindle.announce()
    rekindle.bus.published.clear()
    rekindle.faults.fails = lambda write: write == rekindle.faults.writes  # Each write succeeds and then fails.
    fact = person_changed("lead", 20, converted_contact_id="contact") if converted else None
    for _ in range(10):
        with suppress(Unavailable):
            rekindle.tell(fact or people_merged("contact", "lead", at=20))
        rekindle.announce()
    (event,) = rekindle.bus.published
    assert event.detail_type == "Person Merged"
    assert event.body() == {
        "event_id": event.event_id,
        "occurred_at": "2026-01-21T00:00:00Z",
        "person_id": "contact",
        "settings_version": 1,
        "schema_version": 1,
        "merged_id": "lead",
        "converted": converted,
    }


def test_later_facts_of_the_lead_are_the_contact_s(rekindle: Rekindle):
    convert(rekindle)
    rekindle.tell(person_changed("lead", 21, phone="1", score=70), response_recorded("r1", "lead", "webinar", 22))
    contact = rekindle.person("contact")
    assert contact.profile is not None and contact.profile.phone == "1"
    assert list(rekindle.responses("contact")) == ["r1"]
    assert rekindle.memory.scores["contact"].value == 70


def test_a_second_delivery_of_an_old_fact_of_the_lead_brings_nothing_back(rekindle: Rekindle):
    old = person_changed("lead", 1, status="Disqualified", phone="1", score=99)
    rekindle.tell(old, person_changed("lead", 2, status="Working", phone="2", score=10))
    engage(rekindle, "lead", "r1", 5)
    convert(rekindle)
    assert rekindle.tell(old).applied == 0
    contact = rekindle.person("contact")
    assert (rekindle.active("contact"), contact.status) == ("r1", "Working")
    assert contact.profile is not None and contact.profile.phone == "2"
    assert rekindle.memory.scores["contact"].value == 70


def test_an_old_score_of_the_lead_makes_no_crossing_for_the_contact(rekindle: Rekindle):
    old = person_changed("lead", 5, score=70)
    rekindle.tell(person_changed("contact", 1, score=10), old)
    rekindle.deliver()
    convert(rekindle)
    rekindle.tell(old)
    assert not rekindle.memory.crossings


def test_taking_over_a_score_is_no_crossing(rekindle: Rekindle):
    rekindle.tell(person_changed("lead", 1, score=70))
    rekindle.deliver()
    convert(rekindle)
    assert rekindle.memory.scores["contact"].value == 70
    assert not rekindle.memory.crossings


def test_a_crossing_that_waits_during_the_conversion_is_decided_for_the_contact(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "contact", "webinar", 1), person_changed("lead", 3, score=70))
    convert(rekindle)
    assert [(d.person_id, d.response_id) for d in rekindle.deliver()] == [("contact", "r1")]


def test_a_crossing_that_was_decided_for_the_lead_is_not_decided_again_for_the_contact(rekindle: Rekindle):
    rekindle.tell(person_changed("lead", 3, score=70))
    ((person_id, crossing),) = rekindle.memory.crossings
    before = rekindle.use.reactivate_on_score(person_id, crossing)
    rekindle.tell(response_recorded("r1", "contact", "webinar", 1))
    convert(rekindle)
    assert rekindle.use.reactivate_on_score(person_id, crossing) == before
    assert rekindle.active("contact") is None


def test_a_past_decision_of_the_lead_can_still_be_explained(rekindle: Rekindle):
    rekindle.tell(response_recorded("r0", "lead", "fair", 1))
    engage(rekindle, "lead", "r1", 3)
    convert(rekindle)
    rekindle.tell(response_recorded("r9", "contact", "fair", 30))
    (explanation,) = [e for e in rekindle.explanations("contact") if e.decision.outcome is Outcome.REACTIVATED]
    assert sorted(c.response_id for c in explanation.considered) == ["r0", "r1"]
    assert winner_of(explanation.considered) == "r1"


def test_a_long_history_moves_in_batches(rekindle: Rekindle):
    rekindle.tell(*(response_recorded(f"r{n:03}", "lead", "webinar", n / 10) for n in range(2 * BATCH + 1)))
    convert(rekindle)
    contact = rekindle.person("contact")
    assert contact.responses == len(rekindle.responses("contact")) == 2 * BATCH + 1
    assert contact.merging_ids == ()


# --- what is interrupted -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("died_after", range(1, 7))
def test_an_interrupted_conversion_is_finished_by_the_next_delivery(rekindle: Rekindle, died_after: int):
    engage(rekindle, "lead", "r1", 3)
    rekindle.faults.writes = 0
    rekindle.faults.fails = lambda write: write == died_after
    try:
        convert(rekindle)
    except Unavailable:
        convert(rekindle)
    contact = rekindle.person("contact")
    assert (rekindle.active("contact"), contact.merging_ids, contact.responses) == ("r1", (), 1)


@pytest.fixture
def interrupted(rekindle: Rekindle) -> Rekindle:
    """The records are linked, and the active response is still on its way."""
    engage(rekindle, "lead", "r1", 3)
    rekindle.tell(person_changed("contact", 4, status="Working"))
    rekindle.faults.writes = 0
    rekindle.faults.fails = lambda write: write == 2
    with pytest.raises(Unavailable):
        convert(rekindle)
    rekindle.faults.fails = lambda _: False
    assert rekindle.person("contact").merging_ids == ("lead",)
    return rekindle


def test_nothing_is_decided_for_a_person_that_is_being_merged(interrupted: Rekindle):
    interrupted.tell(person_changed("contact", 21, score=0), person_changed("contact", 22, score=70))
    with pytest.raises(Conflict):
        interrupted.deliver()
    with pytest.raises(Conflict):
        interrupted.tell(response_recorded("r2", "contact", "fair", 23))


def test_a_status_that_would_end_the_active_response_waits_until_it_is_there(interrupted: Rekindle):
    ending = person_changed("contact", 21, status="Disqualified")
    with pytest.raises(Conflict):
        interrupted.tell(ending)
    convert(interrupted)
    interrupted.tell(ending)
    assert interrupted.active("contact") is None


def test_a_deletion_waits_until_the_active_response_is_there(interrupted: Rekindle):
    with pytest.raises(Conflict):
        interrupted.tell(person_deleted("contact", 21))
    convert(interrupted)
    interrupted.tell(person_deleted("contact", 21))
    assert interrupted.person("contact").active is None


def test_a_conversion_that_was_interrupted_before_a_second_one_is_still_finished(interrupted: Rekindle):
    interrupted.tell(people_merged("survivor", "contact", at=25))
    assert interrupted.person("survivor").merging_ids == ("lead",)
    convert(interrupted)
    assert (interrupted.active("survivor"), interrupted.person("survivor").merging_ids) == ("r1", ())


# --- merges --------------------------------------------------------------------------------------------------------


def test_people_of_a_merge_become_the_survivor(rekindle: Rekindle):
    rekindle.tell(*(response_recorded(f"r{n}", f"p{n}", "webinar", n) for n in (1, 2, 3)))
    rekindle.tell(people_merged("p1", "p2", "p3", at=10))
    assert sorted(rekindle.responses("p1")) == ["r1", "r2", "r3"]
    assert rekindle.person("p3").person_id == "p1"


def test_merges_can_follow_each_other(rekindle: Rekindle):
    engage(rekindle, "p1", "r1", 3)
    rekindle.tell(people_merged("p2", "p1", at=10), people_merged("p3", "p2", at=11))
    assert rekindle.active("p1") == rekindle.active("p3") == "r1"
    assert set(rekindle.person("p3").merged_ids) == {"p1", "p2"}


def test_a_merge_into_one_that_was_merged_away_goes_to_its_survivor(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 1), people_merged("p3", "p2", at=10))
    rekindle.tell(people_merged("p2", "p1", at=11))
    assert list(rekindle.responses("p3")) == ["r1"]


def test_a_merge_of_a_person_into_itself_changes_nothing(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 1), people_merged("p1", "p1", at=2))
    rekindle.tell(people_merged("p2", "p1", at=3), people_merged("p1", "p2", at=4))
    assert rekindle.person("p1").person_id == "p2"
    assert list(rekindle.responses("p2")) == ["r1"]


def test_the_deletion_of_the_record_that_was_merged_away_deletes_nobody(rekindle: Rekindle):
    engage(rekindle, "p1", "r1", 3)
    rekindle.tell(people_merged("p2", "p1", at=10), person_deleted("p1", 11))
    assert not rekindle.person("p2").deleted and rekindle.active("p2") == "r1"


def test_a_deleted_survivor_takes_over_no_active_response(rekindle: Rekindle):
    engage(rekindle, "p1", "r1", 3)
    rekindle.tell(person_deleted("p2", 5), people_merged("p2", "p1", at=10))
    assert rekindle.person("p2").deleted and rekindle.active("p2") is None


# --- a response given to another person ----------------------------------------------------------------------------


def test_a_response_told_of_the_contact_before_the_conversion_is_moved_not_doubled(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 3)
    rekindle.tell(response_recorded("r1", "contact", "webinar", 19))
    assert (rekindle.active("contact"), rekindle.active("lead")) == ("r1", None)
    convert(rekindle)
    assert list(rekindle.responses("contact")) == ["r1"]
    assert rekindle.active("contact") == "r1"


def test_a_response_given_to_somebody_engaged_earlier_ends(rekindle: Rekindle):
    engage(rekindle, "lead", "r1", 5)
    engage(rekindle, "contact", "r2", 3, "fair")
    rekindle.tell(response_recorded("r1", "contact", "webinar", 19))
    assert (rekindle.active("contact"), rekindle.active("lead")) == ("r2", None)
    assert rekindle.status_of("r1", "contact") == "Resolved - Already Engaged"
    ends = [(e.person_id, e.response_id) for e in rekindle.memory.outbox if isinstance(e, Deactivated)]
    assert ends == [("lead", "r1")]


def test_a_late_fact_does_not_give_a_response_back(rekindle: Rekindle):
    first = response_recorded("r1", "lead", "webinar", 1)
    rekindle.tell(first, response_recorded("r1", "contact", "webinar", 5), first)
    rekindle.tell(response_recorded("r1", "lead", "webinar", 4, channel="web"))
    assert list(rekindle.responses("contact")) == ["r1"]
    assert rekindle.responses("lead") == {}


def test_a_change_that_names_no_person_keeps_a_response_where_it_is(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "lead", "webinar", 1), response_changed("r1", 5, channel="web"))
    rekindle.tell(response_recorded("r1", "contact", "webinar", 3))
    assert list(rekindle.responses("contact")) == ["r1"]


def test_a_deletion_finds_a_response_that_was_given_away(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "lead", "webinar", 1), response_recorded("r1", "contact", "webinar", 5))
    rekindle.tell(response_deleted("r1", "lead", 6))
    assert rekindle.responses("contact") == {}


# --- a response of the one, and a search that chose for the other --------------------------------------------------


def asked(rekindle: Rekindle, **overrides: object) -> None:
    """The contact had an old response only; the lead had the better one before the contact's search chose."""
    rekindle.tell(*(campaign_changed(c) for c in ("default", "caller")))
    rekindle.tell(person_changed("contact", 1, status="New"), response_recorded("old", "lead", "fair", 2))
    decision = rekindle.use.request_reactivation(
        requested("contact", 10, default_campaign_id="caller", **overrides)  # type: ignore[arg-type]
    )
    assert decision.outcome is Outcome.INSERTED_DEFAULT


def test_a_response_takes_the_place_of_a_default_that_the_call_would_not_have_needed(rekindle: Rekindle):
    asked(rekindle)
    convert(rekindle)
    assert rekindle.active("contact") == "old"


def test_what_a_call_asked_for_counts_when_two_people_become_one(rekindle: Rekindle):
    asked(rekindle, lookback_days=7)
    before = rekindle.active("contact")
    convert(rekindle)
    assert rekindle.active("contact") == before


def test_the_prompted_campaign_is_not_its_own_candidate_when_two_people_become_one(rekindle: Rekindle):
    rekindle.tell(campaign_changed("prompt", trigger_reactivation=True))
    rekindle.tell(person_changed("contact", 1, status="New"), response_recorded("old", "lead", "prompt", 2))
    kept = rekindle.use.request_reactivation.prompt(prompted("contact"))
    convert(rekindle)
    assert (kept.outcome, rekindle.active("contact")) == (Outcome.KEPT_PROMPTED, kept.response_id)


def test_an_earlier_engagement_of_the_survivor_s_own_does_not_outrank_its_class(rekindle: Rekindle):
    rekindle.tell(person_changed("contact", 8, score=70), response_recorded("worked", "contact", "webinar", 9))
    rekindle.tell(person_changed("contact", 10, status="Nurture"))
    rekindle.tell(response_recorded("fresh", "contact", "fair", 10.5, responded_at=day(5)))
    chosen = rekindle.use.request_reactivation(requested("contact", 11, bypass_nurture_timeout=True))
    assert chosen.response_id == "fresh", "never engaged goes before formerly engaged"
    convert(rekindle)
    assert rekindle.active("contact") == "fresh"


def test_a_kept_default_does_not_take_its_own_place(rekindle: Rekindle):
    rekindle.configure({"response_statuses": {"Working": "never_engaged"}})
    rekindle.tell(campaign_changed("prompt", trigger_reactivation=True), person_changed("contact", 1, status="New"))
    kept = rekindle.use.request_reactivation.prompt(prompted("contact"))
    rekindle.tell(person_changed("contact", 11, status="Working"))
    convert(rekindle)
    assert rekindle.active("contact") == kept.response_id


# --- reactivated at most once ----------------------------------------------------------------------------------------


def merge_replaces(rekindle: Rekindle) -> None:
    """`chosen` is reactivated for b; a merge brings `better`, which that search would have preferred."""
    rekindle.tell(response_recorded("better", "a", "fair", 9.2))
    engage(rekindle, "b", "chosen", 10)
    rekindle.tell(people_merged("b", "a", at=11))
    assert rekindle.active("b") == "better"


def test_what_a_merge_put_another_in_the_place_of_is_not_reactivated_again(rekindle: Rekindle):
    merge_replaces(rekindle)
    assert rekindle.responses("b")["chosen"].state.reactivated_at == day(10)
    rekindle.tell(person_changed("b", 12, status="Disqualified"))
    decision = rekindle.use.request_reactivation(requested("b", 13))
    assert decision.reason is Reason.NO_CANDIDATE
    explained = rekindle.use.show_records.decision(decision.decision_id)
    assert explained.same_again
    assert {c.excluded for c in explained.considered} == {Excluded.ALREADY_REACTIVATED}


def test_what_only_arrived_late_leaves_the_other_as_if_it_never_had_been_chosen(rekindle: Rekindle):
    engage(rekindle, "b", "chosen", 10)
    rekindle.tell(response_recorded("better", "b", "fair", 9.2))
    assert rekindle.active("b") == "better"
    assert rekindle.responses("b")["chosen"].state.reactivated_at is None


@pytest.mark.parametrize("survivor", ["a", "b"])
def test_a_twin_of_what_was_reactivated_counts_as_reactivated(rekindle: Rekindle, survivor: str):
    same = {"responded_at": day(9)}
    rekindle.tell(response_recorded("ra", "a", "webinar", 9, **same))
    rekindle.tell(person_changed("a", 9.5, score=0), person_changed("a", 10, score=70))
    rekindle.deliver()
    rekindle.tell(person_changed("a", 10.5, status="Nurture"))
    rekindle.tell(response_recorded("rb", "b", "webinar", 9, score=60, **same))
    assert rekindle.active("b") == "rb"
    rekindle.tell(people_merged(survivor, "b" if survivor == "a" else "a", at=11))
    (response,) = rekindle.responses(survivor).values()
    assert response.state.reactivated_at == day(10)


# --- what a rep works on stays ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "stays"), [("Working", "chosen"), ("Open - Not Contacted", "better")])
def test_a_merge_moves_no_credit_once_a_rep_works_on_it(rekindle: Rekindle, status: str, stays: str):
    rekindle.tell(response_recorded("better", "a", "fair", 9.2))
    engage(rekindle, "b", "chosen", 10)
    rekindle.tell(person_changed("b", 10.5, status=status), people_merged("b", "a", at=11))
    assert rekindle.active("b") == stays


@pytest.mark.parametrize(("status", "stays"), [("Working", "chosen"), ("Open - Not Contacted", "better")])
def test_nor_does_a_response_that_arrives_late(rekindle: Rekindle, status: str, stays: str):
    engage(rekindle, "b", "chosen", 10)
    rekindle.tell(person_changed("b", 10.5, status=status), response_recorded("better", "b", "fair", 9.2))
    assert rekindle.active("b") == stays
    assert all(one.same_again is not False for one in rekindle.explanations("b"))


@pytest.mark.parametrize(("worked", "survivor"), [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")])
def test_of_two_active_responses_the_one_that_is_worked_stays(rekindle: Rekindle, worked: str, survivor: str):
    engage(rekindle, "a", "ra", 3)
    engage(rekindle, "b", "rb", 4)
    rekindle.tell(person_changed(worked, 5, status="Working"))
    rekindle.tell(people_merged(survivor, "b" if survivor == "a" else "a", at=6))
    assert rekindle.active(survivor) == f"r{worked}"


def test_of_two_that_began_in_one_instant_the_survivor_s_stays(rekindle: Rekindle):
    engage(rekindle, "a", "ra", 3)
    engage(rekindle, "b", "rb", 3)
    rekindle.tell(people_merged("b", "a", at=6))
    assert rekindle.active("b") == "rb"


@pytest.mark.parametrize(("closed", "active"), [(3, "ra"), (3.1, None)], ids=["in that instant", "after it"])
def test_a_survivor_that_was_closed_is_so_only_after_the_other_s_response_began(
    rekindle: Rekindle, closed: float, active: str | None
):
    rekindle.tell(person_changed("b", closed, status="Disqualified"))
    engage(rekindle, "a", "ra", 3)
    rekindle.tell(people_merged("b", "a", at=6))
    assert rekindle.active("b") == active


def test_a_deleted_response_that_moves_is_not_counted(rekindle: Rekindle):
    rekindle.tell(*(response_recorded(r, "a", "webinar", n) for n, r in enumerate(("r1", "r2"))))
    rekindle.tell(response_deleted("r1", "a", 5), people_merged("b", "a", at=6))
    assert (rekindle.person("b").responses, list(rekindle.responses("b"))) == (1, ["r2"])


# --- what the stricter of two says -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("merged", "survivor"), [(True, False), (True, None), (False, True), (None, True)])
def test_the_stricter_word_wins(rekindle: Rekindle, merged: bool | None, survivor: bool | None):
    rekindle.tell(person_changed("a", 1, do_not_contact=merged), person_changed("b", 2, do_not_contact=survivor))
    rekindle.tell(people_merged("b", "a", at=5))
    assert rekindle.person("b").profile.do_not_contact is True  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fact", "opted_out"),
    [
        (person_changed("b", 6, do_not_contact=False), False),
        (person_changed("b", 4, do_not_contact=False), True),
        (person_changed("a", 6, do_not_contact=False), True),
    ],
    ids=["a later word about the survivor", "an earlier one that arrives late", "one about the other record"],
)
def test_only_a_later_word_about_the_survivor_lifts_it(rekindle: Rekindle, fact: Fact, opted_out: bool):
    rekindle.tell(person_changed("a", 1, do_not_contact=True), person_changed("b", 2, do_not_contact=False))
    rekindle.tell(people_merged("b", "a", at=5), fact, fact)
    assert rekindle.person("b").profile.do_not_contact is opted_out  # type: ignore[union-attr]


@pytest.mark.parametrize(("lifted", "opted_out"), [(4, True), (6, False)])
def test_an_opt_out_of_the_other_record_that_arrives_late_counts_as_of_the_merge(
    rekindle: Rekindle, lifted: float, opted_out: bool
):
    rekindle.tell(person_changed("b", lifted, do_not_contact=False), people_merged("b", "a", at=5))
    rekindle.tell(person_changed("a", 3, do_not_contact=True, phone="1"))
    profile = rekindle.person("b").profile
    assert profile is not None
    assert (profile.do_not_contact, profile.phone) == (opted_out, "1")


def test_a_merge_that_arrives_after_a_later_word_about_the_survivor_leaves_that(rekindle: Rekindle):
    rekindle.tell(person_changed("a", 1, do_not_contact=True), person_changed("b", 9, do_not_contact=False))
    rekindle.tell(people_merged("b", "a", at=5))
    assert rekindle.person("b").profile.do_not_contact is False  # type: ignore[union-attr]


def test_an_opt_out_survives_a_deletion_that_was_the_merge_s_own(rekindle: Rekindle):
    rekindle.tell(person_changed("a", 1, do_not_contact=True, email="ada@acme.com"), person_deleted("a", 4))
    rekindle.tell(people_merged("b", "a", at=4))
    profile = rekindle.person("b").profile
    assert profile is not None
    assert (profile.do_not_contact, profile.email) == (True, None)


def test_a_blank_text_blocks_nothing(rekindle: Rekindle):
    rekindle.tell(person_changed("a", 1, company="Acme", phone="1", status="New", fields={"tier": "gold"}))
    rekindle.tell(person_changed("b", 1, company="", phone="  ", status=" ", fields={"tier": " "}))
    rekindle.tell(people_merged("b", "a", at=5))
    person = rekindle.person("b")
    assert person.profile is not None
    assert (person.profile.company, person.profile.phone, person.status) == ("Acme", "1", "New")
    assert person.profile.fields == {"tier": "gold"}


# --- the timeout of nurture ------------------------------------------------------------------------------------------


def test_a_rep_who_takes_a_person_up_ends_the_nurture_timeout(rekindle: Rekindle):
    rekindle.tell(person_changed("a", 1, status="Nurture"))
    assert rekindle.person("a").nurture_until is not None
    rekindle.tell(person_changed("a", 2, status="Working"))
    assert rekindle.person("a").nurture_until is None


def test_nobody_who_is_active_has_the_other_s_nurture_timeout(rekindle: Rekindle):
    rekindle.tell(person_changed("a", 1, status="Nurture"))
    engage(rekindle, "b", "rb", 3)
    rekindle.tell(people_merged("b", "a", at=5))
    assert rekindle.person("b").nurture_until is None


# --- a merge that is told after the deletion -------------------------------------------------------------------------


def test_a_merge_told_after_the_deletion_of_the_other_carries_its_active_response_over(rekindle: Rekindle):
    engage(rekindle, "a", "ra", 3)
    rekindle.tell(person_changed("a", 4, status="Working"), person_deleted("a", 5))
    assert rekindle.status_of("ra", "a") == "Resolved - No Action Required"
    merged = people_merged("b", "a", at=5)
    rekindle.tell(merged, merged)
    active = rekindle.person("b").active
    assert active is not None
    assert (active.response_id, active.stage, active.since) == ("ra", "SAL", day(3))
    assert rekindle.status_of("ra", "b") == "Working"
    (cycle,) = cycles(rekindle.memory.outbox, rekindle.use.ports.reference.campaign_at)
    assert (cycle.person_id, cycle.ended, set(cycle.stages)) == ("b", None, {"MQL", "SAL"})


def test_a_merge_told_after_the_deletion_leaves_an_earlier_engagement_of_the_survivor(rekindle: Rekindle):
    engage(rekindle, "b", "rb", 2)
    engage(rekindle, "a", "ra", 3)
    rekindle.tell(person_deleted("a", 5), people_merged("b", "a", at=5))
    assert rekindle.active("b") == "rb"
    assert rekindle.status_of("ra", "b") == "Resolved - Already Engaged"


def test_what_a_rep_ended_before_the_deletion_stays_ended(rekindle: Rekindle):
    engage(rekindle, "a", "ra", 3)
    rekindle.tell(person_changed("a", 4, status="Nurture"), person_deleted("a", 5), people_merged("b", "a", at=5))
    assert rekindle.active("b") is None
    assert rekindle.status_of("ra", "b") == "Nurture"


def test_an_opportunity_that_is_opened_again_after_a_merge_goes_on_with_the_survivor(rekindle: Rekindle):
    engage(rekindle, "a", "ra", 3)
    rekindle.tell(opportunity_changed("o1", "a", at=4), opportunity_changed("o1", "a", at=5, is_closed=True))
    rekindle.tell(people_merged("b", "a", at=6), opportunity_changed("o1", "a", at=7, is_closed=False))
    assert rekindle.active("b") == "ra"
