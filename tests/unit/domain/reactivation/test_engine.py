"""The shared engine: what stops a decision, what it falls back to, and what it changes."""

from dataclasses import replace
from typing import Any

import pytest

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason, Trigger
from rekindle.domain.reactivation.engine import decide
from rekindle.domain.reactivation.fallback import default_campaign
from rekindle.domain.reactivation.search import grouped_by_class
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import NO_ACTION_REQUIRED, OPEN, Response
from rekindle.domain.settings.settings import DefaultCampaign, Scenario, Settings
from tests.support.builders import a_response, campaigns, crossing, day, settings, stamp

WEBINAR = Campaign("webinar", name="Webinar")
WEB = Campaign("web", name="Web Activity", default_responded_status="Visited")
LISTS = Campaign("lists", default_responded_status="Attended")

QUIET = Person("p1", version=3, status="New")
ENGAGED = Engagement("r0", "fair", 1, day(1), "d0", Scenario.RESPONSE)


def world(
    *responses: Response, by: Settings | None = None, repeats: int = 0, known=(WEBINAR, WEB, LISTS)
) -> DecisionContext:
    by = by or settings()
    return DecisionContext(by, campaigns(*known), grouped_by_class(responses, by.classes), lambda _: repeats, day(500))


def decided(
    *responses: Response,
    person: Person | None = QUIET,
    trigger: Trigger | None = None,
    **of_world: Any,
) -> tuple[Decision, Change | None]:
    if person is not None and responses:
        person = replace(person, responses=len(responses))
    return decide(trigger or crossing(), person, world(*responses, **of_world))


def reason(*responses: Response, **given: Any) -> Reason | None:
    decision, change = decided(*responses, **given)
    assert (change is None) == (decision.outcome is Outcome.SKIPPED)
    return decision.reason


def activated(*responses: Response, **given: Any) -> tuple[Decision, Change, Response]:
    decision, change = decided(*responses, **given)
    assert change is not None and change.decision is decision
    return decision, change, change.responses[0]


# --- guards --------------------------------------------------------------------------------------------------------


def test_a_scenario_that_is_switched_off_does_nothing():
    assert reason(a_response(), by=settings(enabled=False)) is Reason.SCENARIO_OFF


def test_a_person_that_is_not_known_is_not_reactivated():
    assert reason(person=None) is Reason.NO_PERSON


def test_a_deleted_person_is_not_reactivated():
    assert reason(a_response(), person=Person("p1", deleted=True)) is Reason.NO_PERSON


def test_a_score_that_did_not_cross_reactivates_nobody():
    assert reason(a_response(), trigger=crossing(previous=60, score=70)) is Reason.NOT_A_CROSSING
    assert reason(a_response(), trigger=crossing(previous=10, score=59)) is Reason.NOT_A_CROSSING
    assert reason(a_response(), trigger=crossing(previous=50, score=None)) is Reason.NOT_A_CROSSING


def test_there_is_never_a_second_active_response():
    assert reason(a_response(), person=Person("p1", active=ENGAGED)) is Reason.ACTIVE_EXISTS


def test_a_person_with_an_open_opportunity_is_not_reactivated():
    assert reason(a_response(), person=Person("p1", opportunities={"o1": day(1)})) is Reason.OPPORTUNITY_OPEN


def test_a_score_respects_the_nurture_timeout_to_its_end():
    assert reason(a_response(), person=Person("p1", nurture_until=day(10.5))) is Reason.NURTURE_TIMEOUT
    assert reason(a_response(), person=Person("p1", nurture_until=day(10))) is None


def test_an_active_status_bypasses_the_nurture_timeout():
    change = stamp(9)
    chosen = Trigger(Scenario.ACTIVE_STATUS, "status:1", "p1", day(10), status_change=change)
    person = Person("p1", nurture_until=day(99), status_activated=change)
    assert reason(a_response(), person=person, trigger=chosen) is None


def test_the_cool_down_lasts_its_days_from_the_last_score_reactivation():
    by = settings(cool_down_days=7)
    assert reason(a_response(), person=Person("p1", score_activated_at=day(3.5)), by=by) is Reason.COOL_DOWN
    assert reason(a_response(), person=Person("p1", score_activated_at=day(3)), by=by) is None
    assert reason(a_response(), person=Person("p1"), by=by) is None


def test_without_a_cool_down_the_last_reactivation_does_not_matter():
    assert reason(a_response(), person=Person("p1", score_activated_at=day(9.9))) is None


def test_no_candidate_and_no_default_is_recorded_with_what_was_considered():
    decision, change = decided(a_response("a", effective_at=-90), a_response("b", effective_at=-80))
    assert (decision.reason, decision.considered_total, change) == (Reason.NO_CANDIDATE, 2, None)
    assert decision.searched


def test_a_default_at_its_repeat_cap_is_not_inserted():
    by = settings({"qualification": {"repeat_cap": 2}}, default_campaign={"single": "web"})
    assert reason(by=by, repeats=2) is Reason.REPEAT_CAP
    assert reason(by=by, repeats=1) is None


_OBSTACLES: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.NO_PERSON, {"deleted": True}),
    (Reason.ACTIVE_EXISTS, {"active": ENGAGED}),
    (Reason.OPPORTUNITY_OPEN, {"opportunities": {"o1": day(1)}}),
    (Reason.NURTURE_TIMEOUT, {"nurture_until": day(99)}),
    (Reason.COOL_DOWN, {"score_activated_at": day(9)}),
]


@pytest.mark.parametrize("first", range(len(_OBSTACLES)), ids=[o[0].value for o in _OBSTACLES])
def test_the_first_guard_that_says_no_is_the_one_that_is_told(first: int):
    person = Person("p1")
    for _, obstacle in _OBSTACLES[first:]:
        person = replace(person, **obstacle)
    assert reason(a_response(), person=person, by=settings(cool_down_days=7)) is _OBSTACLES[first][0]


def test_a_switched_off_scenario_is_told_before_anything_else():
    assert reason(person=None, by=settings(enabled=False)) is Reason.SCENARIO_OFF


def test_an_active_response_is_not_told_of_a_score_that_did_not_cross():
    stays = crossing(previous=70, score=80)
    assert reason(person=Person("p1", active=ENGAGED), trigger=stays) is Reason.NOT_A_CROSSING


def test_a_guard_stops_before_the_search():
    decision, _ = decided(a_response(), person=Person("p1", active=ENGAGED))
    assert (decision.searched, decision.considered_total) == (False, 0)


# --- fallback ------------------------------------------------------------------------------------------------------

BY_ROLE = DefaultCampaign(by="role", map={"SDR": "sdr"}, otherwise="others", single="web")
KNOWN = campaigns(Campaign("sdr"), Campaign("others"), Campaign("web"), Campaign("emea"))


def fallback(default: DefaultCampaign | None, user: User | None = None, among=KNOWN) -> tuple[str, str] | None:
    found = default_campaign(default, user, among).chosen
    return (found.campaign.campaign_id, found.source) if found else None


def test_there_may_be_no_default_campaign():
    assert fallback(None) is None
    assert fallback(DefaultCampaign()) is None


def test_a_single_default_campaign():
    assert fallback(DefaultCampaign(single="web")) == ("web", "single")


def test_a_default_campaign_by_the_user_s_role():
    assert fallback(BY_ROLE, User("u1", role="SDR")) == ("sdr", "role")


def test_a_default_campaign_by_the_user_s_profile():
    default = DefaultCampaign(by="profile", map={"Marketing": "emea"})
    assert fallback(default, User("u1", profile="Marketing")) == ("emea", "profile")


def test_a_default_campaign_by_another_field_of_the_user():
    default = DefaultCampaign(by="field:region", map={"EMEA": "emea"})
    assert fallback(default, User("u1", fields={"region": "EMEA"})) == ("emea", "field:region")


@pytest.mark.parametrize(
    ("value", "key"), [(True, "true"), (False, "false"), (7, "7"), (7.0, "7"), (0.5, "0.5"), ("7.0", "7.0")]
)
def test_a_value_that_is_no_text_is_found_as_a_document_writes_it(value: object, key: str):
    default = DefaultCampaign(by="field:team", map={key: "emea"})
    assert fallback(default, User("u1", fields={"team": value})) == ("emea", "field:team")


def test_a_value_that_the_map_does_not_name_takes_the_other_row():
    assert fallback(BY_ROLE, User("u1", role="CEO")) == ("others", "otherwise")


def test_a_missing_field_or_user_takes_the_other_row():
    assert fallback(BY_ROLE, User("u1")) == ("others", "otherwise")
    assert fallback(BY_ROLE) == ("others", "otherwise")


def test_without_another_row_the_single_default_is_taken():
    assert fallback(replace(BY_ROLE, otherwise=None), User("u1", role="CEO")) == ("web", "single")


def test_no_row_that_fits_means_no_default_campaign():
    assert fallback(DefaultCampaign(by="role", map={"SDR": "sdr"}), User("u1", role="CEO")) is None


@pytest.mark.parametrize(
    "sdr",
    [None, Campaign("sdr", is_active=False), Campaign("sdr", deleted=True)],
    ids=["missing", "inactive", "deleted"],
)
def test_a_default_campaign_that_cannot_take_credit_is_passed_over(sdr: Campaign | None):
    among = campaigns(*(c for c in (sdr, Campaign("web")) if c))
    found = default_campaign(BY_ROLE, User("u1", role="SDR"), among)
    assert found.chosen is not None and (found.chosen.campaign.campaign_id, found.chosen.source) == ("web", "single")
    assert found.passed_over == ("sdr", "others")
    assert default_campaign(BY_ROLE, None, campaigns()).passed_over == ("others", "web")


# --- effects -------------------------------------------------------------------------------------------------------


def test_the_chosen_response_becomes_the_active_one():
    decision, change, response = activated(a_response("r1", effective_at=5))
    assert decision.outcome is Outcome.REACTIVATED
    assert (decision.response_id, decision.campaign_id, decision.cycle) == ("r1", "webinar", 1)
    active = change.person.active
    assert active is not None
    assert (active.response_id, active.campaign_id, active.since, active.stage) == ("r1", "webinar", day(10), "MQL")
    assert active.decision_id == decision.decision_id
    assert (response.state.activated_at, response.state.reactivated_at) == (day(10), day(10))


def test_a_decision_is_about_the_instant_of_its_trigger_and_made_by_the_clock():
    decision, _, _ = activated(a_response())
    assert (decision.as_of, decision.decided_at, decision.activated_at) == (day(10), day(500), day(10))


def test_each_change_takes_the_person_to_the_next_version():
    decision, change, response = activated(a_response())
    assert (decision.person_version, change.read_version, change.person.version) == (3, 3, 4)
    assert [t.version for t in response.trail] == [4]


def test_an_inactive_person_moves_to_the_open_status_and_the_response_mirrors_it():
    decision, change, response = activated(a_response())
    assert (change.person.status, decision.status, response.state.status) == (OPEN, OPEN, OPEN)


def test_an_active_status_is_kept_and_mirrored():
    _, change, response = activated(a_response(), person=Person("p1", status="Working"))
    assert (change.person.status, response.state.status) == ("Working", "Working")


def test_a_status_that_the_settings_do_not_map_is_never_overwritten():
    decision, change, response = activated(a_response(), person=Person("p1", status="Unheard of"))
    assert (change.person.status, response.state.status) == ("Unheard of", OPEN)
    assert (decision.unmapped_status, decision.status_changed) == ("Unheard of", False)


def test_without_person_statuses_the_status_stays_and_the_response_is_open():
    _, change, response = activated(
        a_response(), person=Person("p1", status="Lead"), by=settings({"person_statuses": {}})
    )
    assert (change.person.status, response.state.status) == ("Lead", OPEN)


def test_a_status_told_before_the_activation_cannot_undo_it_by_arriving_late():
    _, change, _ = activated(a_response(), person=Person("p1", status="New", status_stamp=stamp(3)))
    assert change.person.status_stamp is not None and change.person.status_stamp.at == day(10)


def test_a_new_cycle_is_opened_after_the_earlier_ones():
    decision, change, _ = activated(a_response(), person=Person("p1", cycles=4))
    assert (decision.cycle, change.person.cycles) == (5, 5)


def test_the_nurture_timeout_ends_with_the_reactivation():
    _, change, _ = activated(a_response(), person=Person("p1", nurture_until=day(9)))
    assert change.person.nurture_until is None


def test_a_score_reactivation_starts_the_cool_down():
    _, change, _ = activated(a_response())
    assert change.person.score_activated_at == day(10)


def test_another_scenario_does_not_start_the_cool_down():
    _, change, _ = activated(a_response(), trigger=Trigger(Scenario.INVOCABLE, "asked:1", "p1", day(10)))
    assert change.person.score_activated_at is None


def test_a_non_response_takes_its_campaign_s_responded_status():
    by = settings(include_non_responses=True)
    decision, _, response = activated(a_response("r1", "lists", responded=False), by=by)
    assert decision.outcome is Outcome.ACTIVATED_NON_RESPONSE
    assert response.details is not None and response.details.member_status == "Attended"
    assert (response.state.responded, response.state.responded_at) == (True, day(10))


def test_a_default_is_inserted_as_a_response_without_a_reactivation_date():
    by = settings(default_campaign={"single": "web"})
    decision, change, response = activated(a_response("old", effective_at=-90, status=NO_ACTION_REQUIRED), by=by)
    assert decision.outcome is Outcome.INSERTED_DEFAULT
    assert (decision.campaign_id, decision.default_campaign_source) == ("web", "single")
    assert (response.campaign_id, response.state.reactivated_at) == ("web", None)
    assert response.state.activated_at == response.state.responded_at == day(10)
    assert response.details is not None
    assert (response.details.member_status, response.details.inserted_by) == ("Visited", decision.decision_id)
    assert (change.person.responses, decision.considered_total) == (2, 1)


def test_the_same_trigger_names_the_same_decision_and_the_same_inserted_response():
    by = settings(default_campaign={"single": "web"})
    first, second = activated(by=by), activated(by=by)
    assert first[0].decision_id == second[0].decision_id
    assert first[2].response_id == second[2].response_id


def test_another_person_instant_trigger_or_scenario_is_another_decision():
    known = crossing("p1", at=10)
    others = [
        replace(known, person_id="p2"),
        replace(known, as_of=day(11)),
        replace(known, trigger_id="score:other"),
        replace(known, scenario=Scenario.INVOCABLE),
    ]
    assert len({t.decision_id for t in [known, *others]}) == 5


def test_ids_of_one_person_s_decisions_sort_by_their_instants():
    ids = [crossing("p1", at=at).decision_id for at in (1, 2, 10, 400)]
    assert ids == sorted(ids)


@pytest.mark.parametrize(("anchored", "kept"), [(8, 8), (10, None), (None, None)])
def test_an_engagement_keeps_the_anchor_of_its_look_back_where_that_is_another_instant(
    anchored: float | None, kept: float | None
):
    trigger = replace(crossing(at=10), anchored_at=None if anchored is None else day(anchored))
    decision, change, _ = activated(a_response(effective_at=1), trigger=trigger)
    assert change.person.active is not None
    assert change.person.active.anchored_at == (None if kept is None else day(kept))
    assert decision.anchored_at == trigger.anchored_at


@pytest.mark.parametrize(("anchored", "is_found"), [(31, True), (31.001, False), (None, False)])
def test_the_look_back_counts_from_its_anchor(anchored: float | None, is_found: bool):
    trigger = replace(crossing(at=35), anchored_at=None if anchored is None else day(anchored))
    decision, _ = decided(a_response(effective_at=1), trigger=trigger)
    assert decision.activates is is_found


def test_a_decision_says_how_many_responses_were_considered_where_it_searched():
    found, _, _ = activated(a_response("r1"), a_response("r2"))
    nothing, _ = decided(a_response("r1", status=NO_ACTION_REQUIRED), trigger=crossing(at=400))
    stopped, _ = decided(a_response("r1"), person=replace(QUIET, active=ENGAGED))
    assert (found.considered_total, nothing.considered_total, stopped.considered_total) == (2, 1, 0)


def test_a_default_counts_the_responses_that_were_there():
    by = settings(default_campaign={"single": "web"})
    decision, change, _ = activated(a_response("r1"), trigger=crossing(at=400), by=by)
    assert (decision.outcome, decision.considered_total) == (Outcome.INSERTED_DEFAULT, 1)
    assert (change.person.responses, change.person.version, change.read_version) == (2, 4, 3)
