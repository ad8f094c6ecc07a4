"""The settings' defaults, and what their values mean."""

from datetime import timedelta

import pytest

from rekindle.domain.core.errors import InvalidSettings
from rekindle.domain.responses.response import ALREADY_ENGAGED, OPEN, WORKING
from rekindle.domain.settings.settings import PersonStatus, Scenario, ScenarioSettings, Settings, duration
from tests.support.builders import DOCUMENT, FORMERLY_ENGAGED, NEVER_ENGAGED, NEW, NON_RESPONSE, settings


def test_every_key_but_the_statuses_has_a_working_default():
    by = Settings.of({"person_statuses": {}}, 3)
    score = by.scenario(Scenario.SCORE)
    assert (by.version, by.threshold, by.repeat_cap, by.mode) == (3, 60, 25, "hybrid")
    assert (score.enabled, score.lookback_days, score.cool_down_days) == (True, 30, 0)
    assert (score.include_non_responses, score.require_prior_mql, score.default_campaign) == (False, False, None)
    assert score.order == (NEW, NEVER_ENGAGED, FORMERLY_ENGAGED)


def test_no_default_campaign_means_none():
    assert settings(default_campaign=None).scenario(Scenario.SCORE).default_campaign is None


def test_statuses_of_the_document_are_classed_beside_the_shipped_ones():
    by = settings({"response_statuses": {"Dormant": "formerly_engaged", ALREADY_ENGAGED: None}})
    assert by.classes["Dormant"] is FORMERLY_ENGAGED
    assert by.classes[ALREADY_ENGAGED] is None
    assert by.classes["Nurture"] is FORMERLY_ENGAGED


def test_another_map_from_status_to_class_has_another_name():
    assert settings().class_map == settings({"response_statuses": {"Unused": None}}).class_map
    assert settings().class_map != settings({"response_statuses": {"Dormant": "new"}}).class_map


def test_a_reactivated_person_moves_to_the_status_whose_responses_are_open():
    assert settings().open_status == OPEN


def test_where_no_status_is_open_the_first_active_one_is_taken():
    statuses = {"Cold": {"active": False}, "Hot": {"active": True}, "Warm": {"active": True}}
    assert settings({"person_statuses": statuses}).open_status == "Hot"
    assert settings({"person_statuses": {}}).open_status is None


@pytest.mark.parametrize(
    ("status", "closing"),
    [
        (PersonStatus(False, "Parked"), "Parked"),
        (PersonStatus(False, kind="nurture"), "Nurture"),
        (PersonStatus(False, kind="disqualified"), "Disqualified"),
        (PersonStatus(False), "Resolved - No Action Required"),
    ],
)
def test_an_inactive_status_says_how_a_response_is_closed(status: PersonStatus, closing: str):
    assert status.closing_status == closing


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        ({"kind": "open"}, OPEN),
        ({"kind": "working"}, WORKING),
        ({"kind": "qualified"}, "Qualified - New Opportunity"),
        ({"kind": "working", "response_status": "In touch"}, "In touch"),
        ({}, WORKING),
    ],
)
def test_the_kind_of_an_active_status_says_which_status_the_response_takes(status: dict[str, str], taken: str):
    by = settings({"person_statuses": {"Hot": {"active": True}, "Ours": {"active": True, **status}}})
    meaning = by.status("Ours")
    assert meaning is not None and meaning.response_status == taken
    assert by.open_status == ("Ours" if taken == OPEN else "Hot")
    assert by.status("Hot") == PersonStatus(True, WORKING if taken == OPEN else OPEN)


def test_a_status_that_is_not_listed_means_nothing():
    by = settings()
    assert by.status("Unheard of") is None and by.status(None) is None
    assert by.status("New") == PersonStatus(**DOCUMENT["person_statuses"]["New"])


def test_non_responses_come_last_unless_the_priority_names_them():
    assert ScenarioSettings(include_non_responses=True).order[-1] is NON_RESPONSE
    assert ScenarioSettings(include_non_responses=True, priority=(NON_RESPONSE, NEW)).order == (NON_RESPONSE, NEW)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("PT30M", timedelta(minutes=30)),
        ("P1D", timedelta(days=1)),
        ("P1DT2H", timedelta(days=1, hours=2)),
        ("P2W", timedelta(weeks=2)),
        ("PT90S", timedelta(seconds=90)),
    ],
)
def test_a_duration_is_read(written: str, meant: timedelta):
    assert duration(written) == meant


@pytest.mark.parametrize("written", ["", "P", "PT", "30M", "P1M", "PT-1M", "pt30m", "P1DT"])
def test_what_is_no_duration_is_refused(written: str):
    with pytest.raises(ValueError, match="duration"):
        duration(written)


def test_a_priority_is_the_order_of_the_search():
    by = settings(priority=["never_engaged", "new"]).scenario(Scenario.SCORE)
    assert by.priority == (NEVER_ENGAGED, NEW)
    assert by.order == (NEVER_ENGAGED, NEW)


@pytest.mark.parametrize(("count", "words"), [(1, "1 fault"), (2, "2 faults")])
def test_faults_of_a_document_are_counted(count: int, words: str):
    refused = InvalidSettings([(f"path{n}", "wrong") for n in range(count)])
    assert (refused.message, refused.field) == (f"the settings document has {words}", "path0")
