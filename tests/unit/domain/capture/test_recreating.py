"""A member that a CRM deletes and makes anew: what names it by its new id."""

from dataclasses import replace

from rekindle.domain.capture.recreating import _under
from rekindle.domain.people.assignment import Assignment, AssignmentState
from rekindle.domain.people.person import Engagement, Person
from tests.support.builders import a_response, day


def test_engagement_and_assignment_name_the_response_by_its_new_id_and_campaign():
    engagement = Engagement("old", "webinar", 1, day(1), "d1", "score")
    assignment = Assignment("d1", 1, "old", "webinar", AssignmentState.PENDING, day(1))
    after = _under(Person("p1", active=engagement, assignment=assignment), a_response("new", "fair"))
    assert after.active == replace(engagement, response_id="new", campaign_id="fair")
    assert after.assignment == replace(assignment, response_id="new", campaign_id="fair")
    assert _under(Person("p1"), a_response("new")) == Person("p1")
