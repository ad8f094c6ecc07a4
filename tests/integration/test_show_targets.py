"""`POST /target-lists`, `GET /target-lists/{id}` and `POST /target-lists/{id}/campaigns/{campaign_id}`."""

from functions.draw_targets.app import handler as draw
from functions.show_targets.app import handler
from tests.integration.conftest import CONTEXT, Aws, answered, call, event, invoked
from tests.integration.test_draw_targets import CAMPAIGN, known


def test_the_event_shows_how_many_and_who_they_are(aws: Aws) -> None:
    known()
    calls = invoked()
    answer = call(handler, "POST", "target-lists", body={"list_id": "dormant", "population": "dormant", "days": 0})
    assert (answer.status, answer.body["state"]) == (202, "drawing")
    assert calls == [("rekindle-draw-targets", {"list_id": "dormant"})]
    refused = call(handler, "POST", "target-lists", "dormant", "campaigns", CAMPAIGN)
    assert (refused.status, refused.body["code"]) == (409, "NOT_DRAWN")
    draw(event("draw_targets"), CONTEXT)
    found = answered(handler, event("show_targets")).body
    assert (found["state"], found["counts"], found["sample"]) == ("drawn", {"targets": 1, "left_out": {}}, ["p1"])
    targeted = call(handler, "POST", "target-lists", "dormant", "campaigns", CAMPAIGN)
    assert (targeted.status, targeted.body["targeted"][0]["campaign_id"]) == (202, CAMPAIGN)
    assert calls[-1] == ("rekindle-draw-targets", {"list_id": "dormant", "campaign_id": CAMPAIGN})


def test_what_is_not_there_or_no_query_is_refused(aws: Aws) -> None:
    assert call(handler, "GET", "target-lists", "nowhere").status == 404
    answer = call(handler, "POST", "target-lists", body={"where": {"person": {"nickname": "x"}}})
    assert answer.refusal == (422, "INVALID_FIELD", "where.person.nickname")
