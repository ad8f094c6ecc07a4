"""What a CRM tells of a person: fields, status, score, deletion, in whatever order it arrives."""

import pytest

from rekindle.domain.lifecycle.journey import Deactivated, Ended, StageReached
from rekindle.domain.reactivation.decision import Reason
from tests.support.builders import Rekindle, campaign_changed, day, person_changed, person_deleted, response_recorded


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar", name="Webinar"))
    return rekindle


@pytest.fixture
def engaged(rekindle: Rekindle) -> Rekindle:
    """`p1` has an active response since day 3."""
    rekindle.tell(
        response_recorded("r1", "p1", "webinar", 1),
        person_changed("p1", 2, score=20, status="New", owner_id="u1"),
        person_changed("p1", 3, score=70),
    )
    rekindle.deliver()
    assert rekindle.active() == "r1"
    return rekindle


def journey(rekindle: Rekindle) -> list[str]:
    """What became of the active response, the oldest first."""
    entries = reversed(rekindle.use.show_records.timeline("p1", 100, None).items)
    return [
        e.stage.value if isinstance(e, StageReached) else e.reason.value
        for e in entries
        if isinstance(e, StageReached | Deactivated)
    ]


# --- fields --------------------------------------------------------------------------------------------------------


def test_a_person_is_known_by_its_first_fact(rekindle: Rekindle):
    recorded = rekindle.tell(person_changed("p1", 1, email="ada@example.org", kind="contact"))
    assert recorded.applied == 1
    person = rekindle.person()
    assert (person.kind, person.version) == ("contact", 1)
    assert person.profile is not None and person.profile.email == "ada@example.org"


def test_what_a_fact_does_not_name_is_unchanged(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, email="a@b.c", phone="1"), person_changed("p1", 2, phone="2"))
    profile = rekindle.person().profile
    assert profile is not None and (profile.email, profile.phone) == ("a@b.c", "2")


def test_what_a_fact_clears_is_cleared(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, email="a@b.c", kind="contact"))
    rekindle.tell(person_changed("p1", 2, email=None, kind=None))
    person = rekindle.person()
    assert person.profile is not None and person.profile.email is None
    assert person.kind == "lead"


def test_an_older_fact_is_dropped_and_counted(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 2, email="new@b.c"))
    recorded = rekindle.tell(person_changed("p1", 1, email="old@b.c"))
    assert (recorded.applied, recorded.older, recorded.duplicate) == (0, 1, 0)


def test_a_second_delivery_is_dropped_and_counted(rekindle: Rekindle):
    fact = person_changed("p1", 1, email="a@b.c")
    rekindle.tell(fact)
    before = rekindle.person()
    recorded = rekindle.tell(fact)
    assert (recorded.applied, recorded.older, recorded.duplicate) == (0, 0, 1)
    assert rekindle.person() == before


def test_a_late_fact_fills_in_the_fields_that_nobody_told_since(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 2, email="new@b.c"), person_changed("p1", 1, email="old@b.c", phone="1"))
    profile = rekindle.person().profile
    assert profile is not None and (profile.email, profile.phone) == ("new@b.c", "1")


def test_named_values_are_ordered_each_by_itself(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 2, fields={"region": "EMEA"}))
    rekindle.tell(person_changed("p1", 1, fields={"region": "US", "tier": "A"}))
    profile = rekindle.person().profile
    assert profile is not None and profile.fields == {"region": "EMEA", "tier": "A"}


def test_clearing_all_named_values_does_not_clear_what_was_told_later(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 3, fields={"region": "EMEA"}), person_changed("p1", 2, fields=None))
    rekindle.tell(person_changed("p1", 1, fields={"tier": "A"}))
    profile = rekindle.person().profile
    assert profile is not None and profile.fields == {"region": "EMEA"}


# --- scores --------------------------------------------------------------------------------------------------------


def test_a_change_of_the_score_alone_does_not_touch_the_person(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, score=10))
    before = rekindle.person()
    rekindle.tell(person_changed("p1", 2, score=20), person_changed("p1", 3, score=90))
    assert rekindle.person() == before


def test_a_score_makes_its_person_known(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, score=70))
    assert [d.reason for d in rekindle.deliver()] == [Reason.NO_CANDIDATE]
    assert rekindle.person().person_id == "p1"


def test_a_crossing_is_on_the_stream_once_however_often_it_is_told(rekindle: Rekindle):
    fact = person_changed("p1", 1, score=70)
    rekindle.tell(fact, fact, fact)
    assert len(rekindle.memory.crossings) == 1


def test_a_late_score_makes_no_crossing(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 5, score=10), person_changed("p1", 4, score=90))
    assert not rekindle.memory.crossings


def test_a_changed_threshold_makes_no_crossing_in_retrospect(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, score=50))
    rekindle.configure({"qualification": {"threshold": 40}})
    rekindle.tell(person_changed("p1", 2, score=55))
    assert not rekindle.memory.crossings


# --- statuses ------------------------------------------------------------------------------------------------------


def test_the_active_response_mirrors_an_active_status(engaged: Rekindle):
    engaged.tell(person_changed("p1", 4, status="Working"))
    assert engaged.status_of("r1") == "Working"
    assert journey(engaged) == ["SAL"]


def test_a_skipped_stage_is_reached_with_the_next(engaged: Rekindle):
    engaged.tell(person_changed("p1", 4, status="Qualified"))
    assert sorted(journey(engaged)) == ["SAL", "SQL"]


def test_a_stage_is_reached_once_in_a_cycle(engaged: Rekindle):
    for at, status in ((4, "Working"), (5, "Open - Not Contacted"), (6, "Working")):
        engaged.tell(person_changed("p1", at, status=status))
    assert journey(engaged) == ["SAL"]


def test_an_inactive_status_ends_the_active_response(engaged: Rekindle):
    engaged.tell(person_changed("p1", 4, status="Disqualified"))
    assert engaged.active() is None
    assert engaged.status_of("r1") == "Disqualified"
    assert journey(engaged) == [Ended.STATUS_INACTIVE.value]


def test_nurture_sets_its_timeout_from_the_instant_of_the_status(engaged: Rekindle):
    engaged.tell(person_changed("p1", 4, status="Nurture"))
    assert engaged.person().nurture_until == day(94)
    assert engaged.status_of("r1") == "Nurture"


def test_a_score_that_crosses_inside_the_nurture_timeout_does_nothing(engaged: Rekindle):
    engaged.tell(person_changed("p1", 4, status="Nurture"))
    engaged.tell(person_changed("p1", 93, score=0), person_changed("p1", 93.5, score=70))
    assert [d.reason for d in engaged.deliver()] == [Reason.NURTURE_TIMEOUT]


def test_after_the_nurture_timeout_a_formerly_engaged_response_of_another_campaign_comes_back(engaged: Rekindle):
    engaged.configure(lookback_days=365)
    engaged.tell(response_recorded("r2", "p1", "webinar", 3.5), person_changed("p1", 4, status="Nurture"))
    engaged.tell(person_changed("p1", 95, score=0), person_changed("p1", 95.5, score=70))
    assert [d.response_id for d in engaged.deliver()] == ["r2"]


def test_a_status_that_the_settings_do_not_know_changes_nothing_of_the_active_response(engaged: Rekindle):
    engaged.tell(person_changed("p1", 4, status="Unheard of"))
    assert (engaged.active(), engaged.person().status) == ("r1", "Unheard of")
    assert journey(engaged) == []


def test_the_same_status_again_does_not_prolong_the_nurture_timeout(engaged: Rekindle):
    engaged.tell(person_changed("p1", 4, status="Nurture"), person_changed("p1", 10, status="Nurture"))
    assert engaged.person().nurture_until == day(94)


def test_a_status_from_before_the_activation_does_not_end_it_by_arriving_late(engaged: Rekindle):
    recorded = engaged.tell(person_changed("p1", 2.5, status="Disqualified"))
    assert recorded.older == 1
    assert engaged.active() == "r1"


# --- deletion ------------------------------------------------------------------------------------------------------


def test_a_deleted_person_has_no_name_and_no_active_response(engaged: Rekindle):
    engaged.tell(person_changed("p1", 4, email="ada@example.org"), person_deleted("p1", 5))
    person = engaged.person()
    assert person.deleted and person.active is None
    assert person.profile is not None and person.profile.email is None
    assert journey(engaged) == [Ended.PERSON_DELETED.value]


def test_the_credit_of_a_deleted_person_stays_on_record(engaged: Rekindle):
    engaged.tell(person_deleted("p1", 5))
    assert [d.campaign_id for d in engaged.decisions() if d.activates] == ["webinar"]


def test_a_deletion_is_told_once(engaged: Rekindle):
    engaged.tell(person_deleted("p1", 5))
    before = engaged.person()
    assert engaged.tell(person_deleted("p1", 5)).applied == 0
    assert engaged.person() == before


def test_a_fact_from_before_the_deletion_does_not_bring_the_person_back(engaged: Rekindle):
    engaged.tell(person_deleted("p1", 5), person_changed("p1", 4, email="ada@example.org"))
    person = engaged.person()
    assert person.deleted and person.profile is not None and person.profile.email is None


def test_a_fact_from_after_the_deletion_restores_the_person(engaged: Rekindle):
    engaged.tell(person_deleted("p1", 5), person_changed("p1", 6, email="ada@example.org"))
    assert not engaged.person().deleted


def test_a_deletion_that_arrives_after_the_restoring_fact_is_dropped(engaged: Rekindle):
    engaged.tell(person_changed("p1", 6, email="ada@example.org"))
    assert engaged.tell(person_deleted("p1", 5)).older == 1
    assert not engaged.person().deleted and engaged.active() == "r1"


def test_a_person_may_be_deleted_before_anything_else_is_known(rekindle: Rekindle):
    rekindle.tell(person_deleted("p1", 5), person_changed("p1", 4, status="New"))
    assert rekindle.person().deleted


def test_a_score_that_crosses_for_a_deleted_person_does_nothing(engaged: Rekindle):
    engaged.tell(person_deleted("p1", 5), person_changed("p1", 6, score=0), person_changed("p1", 7, score=70))
    assert [d.reason for d in engaged.deliver()] == [Reason.NO_PERSON]
