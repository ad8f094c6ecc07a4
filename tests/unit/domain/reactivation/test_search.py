"""Which past response gets the credit, and by which rule each of the others lost."""

from datetime import timedelta
from itertools import pairwise

import pytest

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.reactivation.search import Excluded, SearchRules, exclusion, explain_search
from rekindle.domain.responses.response import ALREADY_ENGAGED, EXISTING_OPPORTUNITY, NO_ACTION_REQUIRED, Response
from tests.support.builders import (
    FORMERLY_ENGAGED,
    NEVER_ENGAGED,
    NEW,
    NON_RESPONSE,
    a_response,
    campaigns,
    day,
    rules,
    winner_of,
)

WEBINAR = Campaign("webinar", type="Webinar")
ORDINARY = campaigns(WEBINAR, Campaign("fair", type="Trade Show"))


def excluded(response: Response, by: SearchRules, campaign: Campaign | None = WEBINAR) -> Excluded | None:
    return exclusion(response, campaign, by)


def won(*responses: Response, by: SearchRules | None = None, among=ORDINARY) -> str | None:
    winner, considered = explain_search(responses, among, by or rules())
    assert winner_of(considered) == (winner.response_id if winner else None)
    return winner_of(considered)


def verdicts(*responses: Response, by: SearchRules | None = None, among=ORDINARY) -> dict[str, Excluded | None]:
    return {c.response_id: c.excluded for c in explain_search(responses, among, by or rules())[1]}


# --- the rules of exclusion, in the order of the contract -----------------------------------------------------------


def test_an_ordinary_past_response_is_a_candidate():
    assert excluded(a_response(effective_at=5), rules(10)) is None


def test_a_response_of_exactly_the_lookback_is_inside():
    assert excluded(a_response(effective_at=0), rules(30, lookback_days=30)) is None


def test_a_response_a_millisecond_older_than_the_lookback_is_outside():
    older = a_response(effective_at=day(0) - timedelta(milliseconds=1))
    assert excluded(older, rules(30, lookback_days=30)) is Excluded.OUTSIDE_LOOKBACK


def test_a_response_at_the_very_instant_is_a_candidate():
    assert excluded(a_response(effective_at=10), rules(10)) is None


def test_a_response_dated_after_the_instant_is_in_the_future():
    later = a_response(effective_at=day(10) + timedelta(milliseconds=1))
    assert excluded(later, rules(10)) is Excluded.IN_FUTURE


def test_a_response_is_reactivated_at_most_once():
    assert excluded(a_response(effective_at=5, reactivated=7), rules(10)) is Excluded.ALREADY_REACTIVATED


def test_a_campaign_may_be_excluded_from_reactivation():
    campaign = Campaign("webinar", exclude_from_reactivation=True)
    assert excluded(a_response(), rules(), campaign) is Excluded.CAMPAIGN_EXCLUDED


def test_an_inactive_campaign_takes_no_credit():
    assert excluded(a_response(), rules(), Campaign("webinar", is_active=False)) is Excluded.CAMPAIGN_INACTIVE


def test_only_listed_campaign_types_are_eligible_where_some_are_listed():
    by = rules(only_types=frozenset({"Trade Show"}))
    assert excluded(a_response(), by) is Excluded.CAMPAIGN_TYPE
    assert excluded(a_response(), by, Campaign("fair", type="Trade Show")) is None


def test_a_campaign_without_a_type_is_not_among_the_listed():
    by = rules(only_types=frozenset({"Trade Show"}))
    assert excluded(a_response(), by, Campaign("webinar")) is Excluded.CAMPAIGN_TYPE


def test_excepted_campaign_types_are_not_eligible():
    assert excluded(a_response(), rules(except_types=frozenset({"Webinar"}))) is Excluded.CAMPAIGN_TYPE


def test_a_deleted_campaign_takes_no_credit():
    assert excluded(a_response(), rules(), Campaign("webinar", deleted=True)) is Excluded.CAMPAIGN_DELETED


def test_a_campaign_that_is_not_known_counts_as_deleted():
    assert excluded(a_response(), rules(), None) is Excluded.CAMPAIGN_DELETED


def test_a_status_without_a_class_is_not_eligible():
    assert excluded(a_response(status=EXISTING_OPPORTUNITY), rules()) is Excluded.STATUS_NOT_ELIGIBLE


def test_a_class_that_the_priority_leaves_out_is_not_eligible():
    assert excluded(a_response(status="Nurture"), rules(priority=(NEW,))) is Excluded.STATUS_NOT_ELIGIBLE


def test_a_non_response_is_left_out_unless_included():
    assert excluded(a_response(responded=False), rules()) is Excluded.NON_RESPONSE_OFF


def test_a_priority_that_names_non_responses_does_not_include_them_by_itself():
    by = rules(priority=(NON_RESPONSE, NEW))
    assert excluded(a_response(responded=False), by) is Excluded.NON_RESPONSE_OFF


def test_a_non_response_needs_a_responded_status_of_its_campaign():
    by = rules(include_non_responses=True)
    assert excluded(a_response(responded=False), by) is Excluded.NO_RESPONDED_STATUS
    assert excluded(a_response(responded=False), by, Campaign("webinar", default_responded_status="Attended")) is None


def test_a_response_that_was_no_mql_before_loses_where_that_is_required():
    by = rules(require_prior_mql=True)
    assert excluded(a_response(), by) is Excluded.PRIOR_MQL_REQUIRED
    assert excluded(a_response(status="Nurture", activated=3), by) is None


def test_the_prompted_campaign_is_no_candidate():
    assert excluded(a_response(), rules(prompted="webinar")) is Excluded.PROMPTED_CAMPAIGN
    assert excluded(a_response(), rules(prompted="fair")) is None


def test_a_lower_class_loses_to_a_higher_one_whatever_its_date():
    assert verdicts(a_response("new", effective_at=1), a_response("newer", effective_at=9, status=ALREADY_ENGAGED)) == {
        "new": None,
        "newer": Excluded.LOWER_CLASS,
    }


def test_an_older_response_loses_to_a_newer_one_of_its_class():
    assert verdicts(a_response("older", effective_at=1), a_response("newer", effective_at=9)) == {
        "newer": None,
        "older": Excluded.OLDER,
    }


_EVERY_FAULT = a_response(effective_at=0, responded=False, reactivated=1)
_REMEDIES = [
    (Excluded.OUTSIDE_LOOKBACK, {"effective_at": 6.5}, {}),
    (Excluded.ALREADY_REACTIVATED, {"reactivated": None}, {}),
    (Excluded.CAMPAIGN_EXCLUDED, {}, {"exclude_from_reactivation": False}),
    (Excluded.CAMPAIGN_INACTIVE, {}, {"is_active": True}),
    (Excluded.CAMPAIGN_TYPE, {}, {"type": "Webinar"}),
    (Excluded.CAMPAIGN_DELETED, {}, {"deleted": False}),
    (Excluded.NO_RESPONDED_STATUS, {}, {"default_responded_status": "Attended"}),
    (Excluded.PRIOR_MQL_REQUIRED, {"activated": 6}, {}),
    (Excluded.PROMPTED_CAMPAIGN, {}, {}),
]


@pytest.mark.parametrize("mended", range(len(_REMEDIES)), ids=[r[0].value for r in _REMEDIES])
def test_the_first_rule_in_the_contract_s_order_is_the_one_that_is_told(mended: int):
    """A response with every fault; mend them one after the other, and the next one is told."""
    response: dict = {"effective_at": 0, "responded": False, "reactivated": 1}
    campaign: dict = {"exclude_from_reactivation": True, "is_active": False, "type": "Spam", "deleted": True}
    for _, of_response, of_campaign in _REMEDIES[:mended]:
        response |= of_response
        campaign |= of_campaign
    by = rules(
        10,
        prompted="webinar",
        lookback_days=5,
        include_non_responses=True,
        require_prior_mql=True,
        only_types=frozenset({"Webinar"}),
    )
    assert excluded(a_response(**response), by, Campaign("webinar", **campaign)) is _REMEDIES[mended][0]


def test_the_codes_stand_in_the_contract_s_order():
    told = [remedy[0] for remedy in _REMEDIES]
    order = list(Excluded)
    assert all(order.index(first) < order.index(second) for first, second in pairwise(told))


# --- classes and priority ------------------------------------------------------------------------------------------


def test_a_response_is_classed_by_its_own_status():
    classes = rules().classes
    assert a_response().state.classified(classes) is NEW
    assert a_response(status=ALREADY_ENGAGED).state.classified(classes) is NEVER_ENGAGED
    assert a_response(status=NO_ACTION_REQUIRED).state.classified(classes) is NEVER_ENGAGED
    assert a_response(status="Nurture").state.classified(classes) is FORMERLY_ENGAGED
    assert a_response(responded=False, status="Nurture").state.classified(classes) is NON_RESPONSE
    assert a_response(status="Resolved - Opportunity Won").state.classified(classes) is None


ONE_OF_EACH = (
    a_response("new", effective_at=1),
    a_response("never", effective_at=2, status=ALREADY_ENGAGED),
    a_response("formerly", effective_at=3, status="Nurture"),
    a_response("silent", "lists", effective_at=4, responded=False),
)
WITH_LISTS = campaigns(WEBINAR, Campaign("lists", default_responded_status="Attended"))


def test_the_strict_order_is_new_then_never_engaged_then_formerly_engaged():
    assert won(*ONE_OF_EACH) == "new"
    assert won(*ONE_OF_EACH[1:]) == "never"
    assert won(*ONE_OF_EACH[2:]) == "formerly"
    assert won(*ONE_OF_EACH[3:]) is None


def test_the_priority_can_be_turned_round():
    assert won(*ONE_OF_EACH, by=rules(priority=(FORMERLY_ENGAGED, NEVER_ENGAGED, NEW))) == "formerly"


def test_non_responses_come_last_where_they_are_included():
    by = rules(include_non_responses=True)
    assert won(*ONE_OF_EACH[2:], by=by, among=WITH_LISTS) == "formerly"
    assert won(*ONE_OF_EACH[3:], by=by, among=WITH_LISTS) == "silent"


def test_a_priority_may_put_non_responses_first():
    by = rules(include_non_responses=True, priority=(NON_RESPONSE, NEW))
    assert won(*ONE_OF_EACH, by=by, among=WITH_LISTS) == "silent"


def test_the_next_class_is_searched_where_the_first_has_no_candidate():
    used = a_response("used", effective_at=9, reactivated=9)
    assert won(used, a_response("never", effective_at=2, status=ALREADY_ENGAGED)) == "never"


def test_the_next_response_is_taken_where_the_newest_is_not_eligible():
    among = campaigns(WEBINAR, Campaign("gone", deleted=True))
    assert won(a_response("newest", "gone", effective_at=9), a_response("next", effective_at=3), among=among) == "next"


def test_nobody_wins_where_there_is_no_response():
    assert won() is None


# --- ties ----------------------------------------------------------------------------------------------------------


def test_the_most_recent_response_wins():
    assert won(a_response("a", effective_at=1), a_response("b", effective_at=3), a_response("c", effective_at=2)) == "b"


def test_of_one_date_the_latest_received_wins():
    assert won(a_response("a", effective_at=1, received=2), a_response("b", effective_at=1, received=3)) == "b"


def test_of_one_instant_the_campaign_with_the_lower_precedence_wins():
    among = campaigns(Campaign("first", precedence=1), Campaign("second", precedence=2), Campaign("none"))
    assert won(a_response("a", "none"), a_response("b", "second"), a_response("c", "first"), among=among) == "c"


def test_a_campaign_without_precedence_comes_after_those_with_one():
    among = campaigns(Campaign("some", precedence=99), Campaign("none"))
    assert won(a_response("a", "none"), a_response("b", "some"), among=among) == "b"


def test_the_lowest_id_decides_last():
    assert won(a_response("b"), a_response("a"), a_response("c")) == "a"


def test_the_loser_of_a_tie_is_told_as_older():
    assert verdicts(a_response("a"), a_response("b")) == {"a": None, "b": Excluded.OLDER}


def test_a_non_response_goes_by_the_date_it_was_received():
    by = rules(include_non_responses=True)
    early, late = a_response("a", "lists", 1, responded=False), a_response("b", "lists", 2, responded=False)
    assert won(early, late, by=by, among=WITH_LISTS) == "b"


# --- the explanation's list ----------------------------------------------------------------------------------------


def test_the_winner_stands_first_then_those_it_beat_then_the_excluded():
    by = rules(10, lookback_days=5)
    listed = explain_search(
        [
            a_response("outside", effective_at=1),
            a_response("lower", effective_at=9, status="Nurture"),
            a_response("older", effective_at=6),
            a_response("winner", effective_at=8),
        ],
        ORDINARY,
        by,
    )[1]
    assert [c.response_id for c in listed] == ["winner", "older", "lower", "outside"]


def test_a_deleted_response_is_not_considered():
    assert verdicts(a_response("gone", deleted=True), a_response("here", effective_at=1)) == {"here": None}
