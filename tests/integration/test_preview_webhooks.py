"""What a mapping makes of a body, without storing anything."""

import pytest

from functions.preview_webhooks.app import handler as preview
from tests.integration.conftest import Aws, answered, call, event
from tests.integration.test_receive_webhooks import changed, configured


@pytest.fixture
def known(aws: Aws) -> Aws:
    return configured(aws)


def test_the_event_shows_the_facts_of_a_form(known: Aws) -> None:
    (item,) = answered(preview, event("preview_webhooks")).body["items"]
    assert [fact["detail-type"] for fact in item["facts"]] == ["Person Changed", "Response Recorded"]
    assert len({fact["detail"]["person_id"] for fact in item["facts"]}) == 1


def test_a_preview_says_why_an_item_would_fail_and_stores_nothing(known: Aws) -> None:
    before = known.items()
    body = [changed("email", "a@example.com"), changed("hubspotscore", "many"), changed("other", "x")]
    good, bad, ignored = call(preview, "POST", "webhooks", "hubspot", "previews", body=body).body["items"]
    assert good["facts"][0]["detail-type"] == "Person Changed"
    assert bad["fault"]["field"] == "detail.score"
    assert ignored == {"facts": [], "ignored": True, "fault": None}
    assert call(preview, "POST", "webhooks", "hubspot", "previews", body="{").refusal == (400, "MALFORMED", None)
    assert (known.items(), known.messages(known.queues["WEBHOOKS_QUEUE_URL"])) == (before, [])
