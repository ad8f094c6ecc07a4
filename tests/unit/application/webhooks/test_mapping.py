"""What is made of the bodies of webhooks, item by item."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.sources.webhooks.expressions import fault_of
from rekindle.adapters.sources.webhooks.mapper import mapped
from rekindle.adapters.sources.webhooks.ready_made import READY_MADE, rules_of
from rekindle.adapters.wire.events import facts_of
from rekindle.domain.capture.facts import PeopleMerged, PersonChanged, PersonDeleted
from rekindle.domain.core.errors import Malformed, Refusal
from rekindle.domain.webhooks.item import Item, RawWebhook
from rekindle.domain.webhooks.webhook import Webhook, webhook_of

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MILLIS = 1772355600000
"""The same instant."""


def webhook(mapping: str | None = None, **section: Any) -> Webhook:
    return webhook_of("tool", {"scheme": "hmac", "secret": "arn", "mapping": mapping, **section})


def items(webhook: Webhook, body: Any, content_type: str = "application/json") -> list[Item]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return mapped(webhook, RawWebhook("tool", raw, AT, content_type), lambda address: f"who has {address}")


def told(webhook: Webhook, body: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(event["detail-type"], event["detail"]) for item in items(webhook, body) for event in item.events]


def refused(webhook: Webhook, body: Any) -> list[tuple[str, str | None]]:
    return [(item.refusal.code, item.refusal.field) for item in items(webhook, body) if item.refusal is not None]


def of_hubspot(kind: str = "contact.propertyChange", **values: Any) -> dict[str, Any]:
    return {
        "eventId": 1,
        "subscriptionType": kind,
        "objectId": 1246965,
        "occurredAt": MILLIS,
        "attemptNumber": 0,
        **values,
    }


def changed(name: str, value: str, kind: str = "contact.propertyChange", **more: Any) -> dict[str, Any]:
    return of_hubspot(kind, propertyName=name, propertyValue=value, **more)


HUBSPOT = webhook("hubspot")

# --- HubSpot ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("lifecyclestage", "customer", {"status": "customer"}),
        ("email", "ada@example.com", {"email": "ada@example.com"}),
        ("hubspotscore", "64", {"score": 64}),
        ("hubspotscore", "0", {"score": 0}),
        ("hubspotscore", "", {"score": ""}),
        ("hs_email_optout", "true", {"do_not_contact": True}),
        ("hs_email_optout", "false", {"do_not_contact": False}),
        ("hubspot_owner_id", "77", {"owner_id": "77"}),
    ],
)
def test_a_changed_property(name: str, value: str, detail: dict[str, Any]) -> None:
    assert told(HUBSPOT, [changed(name, value)]) == [("Person Changed", {"person_id": "1246965", **detail})]
    of_objects = changed(name, value, "object.propertyChange", objectTypeId="0-1")
    assert told(HUBSPOT, [of_objects]) == told(HUBSPOT, [changed(name, value)])


def test_the_properties_may_feed_other_fields() -> None:
    own = webhook("hubspot", properties={"hs_lead_status": "status", "region": "fields.region"})
    assert told(own, [changed("hs_lead_status", "OPEN"), changed("region", "EMEA")]) == [
        ("Person Changed", {"person_id": "1246965", "status": "OPEN"}),
        ("Person Changed", {"person_id": "1246965", "fields": {"region": "EMEA"}}),
    ]


def test_a_form_submission_is_a_response_by_source_code() -> None:
    (item,) = items(HUBSPOT, [changed("recent_conversion_event_name", "Home: Contact us")])
    (event,) = item.events
    assert (event["detail-type"], event["time"]) == ("Response Recorded", "2026-03-01T09:00:00Z")
    assert event["detail"] == {
        "person_id": "1246965",
        "response_id": f"hubspot-1246965-{MILLIS}",
        "source_code": "Home: Contact us",
        "responded": True,
        "channel": "web",
        "response_type": "Form Submission",
    }
    assert len(item.decision_ids) == 1


@pytest.mark.parametrize(
    "merge",
    [
        {"primaryObjectId": 1, "mergedObjectIds": [2, 3], "newObjectId": 9, "objectId": 1},
        {"primaryObjectId": 1, "mergedObjectIds": [1, 2, 3], "newObjectId": 9, "objectId": 9},
    ],
)
def test_a_merge_may_make_a_new_contact(merge: dict[str, Any]) -> None:
    ((kind, detail),) = told(HUBSPOT, [of_hubspot("contact.merge", **merge)])
    assert (kind, detail["survivor_id"], set(detail["merged_ids"])) == ("People Merged", "9", {"1", "2", "3"})


def test_a_merge_into_the_primary_contact() -> None:
    merge = of_hubspot("contact.merge", primaryObjectId=1, mergedObjectIds=[2], newObjectId=None, objectId=1)
    (item,) = items(HUBSPOT, [merge])
    (fact,) = facts_of(item.events[0])
    assert isinstance(fact, PeopleMerged) and (fact.survivor_id, fact.merged_ids) == ("1", ("2",))


@pytest.mark.parametrize(("kind", "erase"), [("contact.deletion", False), ("contact.privacyDeletion", True)])
def test_a_deletion_for_privacy_erases(kind: str, erase: bool) -> None:
    (item,) = items(HUBSPOT, [of_hubspot(kind)])
    (fact,) = facts_of(item.events[0])
    assert isinstance(fact, PersonDeleted) and (fact.person_id, fact.erase) == ("1246965", erase)


@pytest.mark.parametrize(
    "item",
    [
        changed("favourite_colour", "red"),
        of_hubspot("contact.associationChange"),
        of_hubspot("company.creation"),
        changed("amount", "5", "deal.propertyChange"),
        changed("email", "a@example.com", "object.propertyChange", objectTypeId="0-2"),
    ],
)
def test_what_is_none_of_our_business_is_passed_over(item: dict[str, Any]) -> None:
    (one,) = items(HUBSPOT, [item])
    assert (one.events, one.refusal) == ((), None)


def test_of_a_batch_that_is_half_bad_the_good_half_is_told() -> None:
    batch = [changed("hubspotscore", "64"), changed("hubspotscore", "many"), changed("email", "a@example.com"), 7]
    assert [detail for _, detail in told(HUBSPOT, batch)] == [
        {"person_id": "1246965", "score": 64},
        {"person_id": "1246965", "email": "a@example.com"},
    ]
    assert refused(HUBSPOT, batch) == [("INVALID_FIELD", "detail.score"), ("UNKNOWN_EVENT", None)]
    (bad, _) = (one for one in items(HUBSPOT, batch) if one.refusal)
    assert bad.person_ids == ("1246965",)


def test_a_second_attempt_is_the_same_fact() -> None:
    """An id of an event is not unique, and an attempt is counted in the body: what names the fact is its content."""
    first, second = (items(HUBSPOT, [changed("email", "a@example.com", attemptNumber=n)])[0] for n in (0, 1))
    assert first.events == second.events
    (one,) = facts_of(first.events[0])
    assert isinstance(one, PersonChanged) and one.stamp.at == AT


# --- Marketo, Google Ads ---------------------------------------------------------------------------------------------


def test_marketo_tells_scores_statuses_and_programs() -> None:
    marketo = webhook("marketo")
    assert told(marketo, {"type": "score", "lead_id": 41, "score": "72", "email": "a@example.com"}) == [
        ("Person Changed", {"person_id": "41", "score": 72, "email": "a@example.com"})
    ]
    assert told(marketo, {"type": "status", "lead_id": 41, "status": "Working"}) == [
        ("Person Changed", {"person_id": "41", "status": "Working"})
    ]
    progress = {"type": "program_status", "lead_id": 41, "program_id": 1010, "program_status": "Attended"}
    response = {"response_id": "marketo-1010-41", "person_id": "41", "campaign_id": "1010", "member_status": "Attended"}
    for success in (True, "true", False, None):
        ((kind, detail),) = told(marketo, {**progress, "success": success})
        assert (kind, detail) == ("Response Recorded", {**response, "responded": success in (True, "true")})


def test_rows_of_marketos_activities() -> None:
    def row(kind: int, value_id: int | None = None, value: str | None = None, **attributes: Any) -> dict[str, Any]:
        return {
            "id": 1,
            "leadId": 41,
            "activityDate": "2026-03-01T08:00:00Z",
            "activityTypeId": kind,
            "primaryAttributeValueId": value_id,
            "primaryAttributeValue": value,
            "attributes": [{"name": n.replace("_", " "), "value": v} for n, v in attributes.items()],
        }

    rows = [
        row(22, 3, "Demographic", New_Value=72, Old_Value=10),
        row(13, 4, "Lead Status", New_Value="Working"),
        row(104, 1010, "Webinar", New_Status="Attended", Success=True),
    ]
    marketo = webhook("marketo", ignore="activityTypeId == `1`")
    assert told(marketo, {"success": True, "result": [*rows, row(1)]}) == [
        ("Person Changed", {"person_id": "41", "score": 72}),
        ("Person Changed", {"person_id": "41", "status": "Working"}),
        (
            "Response Recorded",
            {
                "response_id": "marketo-1010-41",
                "person_id": "41",
                "campaign_id": "1010",
                "responded": True,
                "member_status": "Attended",
            },
        ),
    ]
    assert refused(webhook("marketo"), [row(1)]) == [("UNKNOWN_EVENT", None)]


def test_a_lead_form_of_google_ads() -> None:
    columns = {"FULL_NAME": "Ada Lovelace", "EMAIL": "ada@example.com", "COMPANY_NAME": "Analytical Engines"}
    lead = {
        "lead_id": "TeSter-123",
        "user_column_data": [{"column_id": n, "string_value": v, "column_name": n} for n, v in columns.items()],
        "api_version": "1.0",
        "form_id": 40000000000,
        "campaign_id": 123,
        "gcl_id": "abc",
        "is_test": False,
    }
    google = webhook("google_ads")
    (person, response) = told(google, lead)
    assert person == (
        "Person Changed",
        {
            "person_id": "who has ada@example.com",
            "email": "ada@example.com",
            "last_name": "Ada Lovelace",
            "company": "Analytical Engines",
        },
    )
    assert response[1]["response_id"] == "google-ads-TeSter-123"
    assert response[1]["source_code"] == "google-ads-123"
    ((_, nameless), _) = told(google, {**lead, "user_column_data": []})
    assert nameless == {"person_id": "google-ads-TeSter-123"}
    (test,) = items(google, {**lead, "is_test": True})
    assert (test.events, test.refusal) == ((), None)


# --- mappings of one's own -------------------------------------------------------------------------------------------

OWN = webhook(
    items="events",
    ignore="kind == 'ping'",
    facts=[
        {
            "event": "Person Changed",
            "when": "kind == 'person'",
            "time": "at",
            "person_by_email": "mail",
            "detail": {"email": "mail", "fields.region": "region"},
        },
        {"event": "Person Deleted", "when": "kind == 'gone'", "detail": {"person_id": "id"}},
    ],
)


@pytest.mark.parametrize(
    ("at", "time"),
    [
        (MILLIS, "2026-03-01T09:00:00Z"),
        (MILLIS // 1000, "2026-03-01T09:00:00Z"),
        ("2026-02-01T10:00:00+01:00", "2026-02-01T10:00:00+01:00"),
        (None, "2026-03-01T09:00:00Z"),
    ],
)
def test_a_time_is_a_text_or_a_number(at: Any, time: str) -> None:
    (item,) = items(OWN, {"events": [{"kind": "person", "mail": "a@example.com", "at": at, "region": "EMEA"}]})
    assert item.events[0]["time"] == time
    detail = {"person_id": "who has a@example.com", "email": "a@example.com", "fields": {"region": "EMEA"}}
    assert item.events[0]["detail"] == detail


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ({"kind": "other"}, ("UNKNOWN_EVENT", None)),
        ({"kind": "gone"}, ("INVALID_FIELD", "detail.person_id")),
        ({"kind": "gone", "id": 7}, ("INVALID_FIELD", "detail.person_id")),
        ({"kind": "person", "mail": "nobody"}, ("INVALID_FIELD", "detail.person_id")),
        ({"kind": "person", "mail": "a@b.example", "at": "soon"}, ("INVALID_FIELD", "time")),
        ({"kind": "person", "mail": "a@b.example", "at": [1]}, ("MAPPING_FAILED", "facts[0].time")),
        ({"kind": "person", "mail": "a@b.example", "at": 9e99}, ("MAPPING_FAILED", "facts[0].time")),
        ({"kind": "person", "mail": "a@b.example", "at": MILLIS + 301_000}, ("IN_FUTURE", "time")),
        ({"kind": "person", "mail": "a@b.example", "region": {"a": 1}}, ("INVALID_FIELD", "detail.fields.region")),
    ],
)
def test_an_item_that_breaks_a_rule_is_refused_by_its_field(item: Any, fault: tuple[str, str]) -> None:
    assert refused(OWN, {"events": [item, {"kind": "ping"}]}) == [fault]


def test_a_refused_item_is_mapped_again_by_itself() -> None:
    raw = RawWebhook("tool", json.dumps({"kind": "gone", "id": "p"}).encode(), AT, is_item=True)
    (item,) = mapped(OWN, raw, str)
    assert item.events[0]["detail"] == {"person_id": "p"}


def test_a_form_is_an_object_of_texts() -> None:
    own = webhook(facts=[{"event": "Person Changed", "detail": {"person_id": "id", "score": "to_number(score)"}}])
    (item,) = items(own, b"id=p+1&score=64", "application/x-www-form-urlencoded; charset=utf-8")
    assert item.events[0]["detail"] == {"person_id": "p 1", "score": 64}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1e999]", b"[" * 5000])
def test_a_body_that_cannot_be_read_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(Malformed):
        items(OWN, body)


@pytest.mark.parametrize("mapping", READY_MADE)
def test_every_expression_that_is_ready_made_is_one(mapping: str) -> None:
    for path, rule in rules_of(webhook(mapping)):
        for expression in (*rule.detail.values(), *filter(None, (rule.when, rule.time, rule.person_by_email))):
            assert fault_of(expression) is None, path


# --- whatever anybody sends ------------------------------------------------------------------------------------------

_plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_json = st.recursive(_plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)
_KNOWN = [
    *("subscriptionType", "objectId", "occurredAt", "propertyName", "propertyValue", "newObjectId", "mergedObjectIds"),
    *("lead_id", "type", "score", "program_id", "leadId", "activityTypeId", "attributes", "activityDate", "result"),
    *("user_column_data", "campaign_id", "is_test", "kind", "mail", "at", "id", "events"),
]
_values = _json | st.sampled_from(
    [
        "contact.propertyChange",
        "contact.merge",
        "object.deletion",
        "0-1",
        "email",
        "hubspotscore",
        "program_status",
        22,
        104,
    ]
)
_bodies = st.dictionaries(st.sampled_from(_KNOWN), _values, max_size=8)


@given(st.sampled_from([*READY_MADE, None]), _bodies | st.lists(_bodies | _json, max_size=4) | _json)
def test_whatever_is_sent_is_told_or_refused_cleanly(mapping: str | None, body: Any) -> None:
    own = webhook(
        mapping, facts=[{"event": "Person Changed", "when": "at", "time": "at", "detail": {"person_id": "id"}}]
    )
    try:
        found = items(own, json.dumps(body).encode(errors="replace"))
    except Refusal:
        return
    for item in found:
        for event in item.events:
            assert facts_of(event)


@given(st.sampled_from([*READY_MADE, None]), st.binary())
def test_any_bytes_are_read_or_refused_cleanly(mapping: str | None, body: bytes) -> None:
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        try:
            items(webhook(mapping, facts=OWN.facts and []), body, content_type)
        except Refusal:
            continue


_FUNCTIONS = [
    *("abs", "avg", "ceil", "contains", "ends_with", "floor", "from_millis", "from_seconds", "join", "keys", "length"),
    *("map", "max", "max_by", "merge", "min", "min_by", "not_null", "reverse", "sort", "sort_by", "starts_with"),
    *("sum", "to_array", "to_number", "to_string", "type", "values", "without", "unheard_of"),
]
_arguments = st.lists(st.sampled_from(["@", "a", "&a", "'x'", "`1`", "a[*]", "a.b", '`[1, "a"]`']), max_size=3)
_calls = st.builds(lambda name, of: f"{name}({', '.join(of)})", st.sampled_from(_FUNCTIONS), _arguments)


@given(_calls | st.text(max_size=20), st.dictionaries(st.sampled_from(["a", "b", "id"]), _json))
def test_any_expression_is_a_fault_of_the_settings_or_fails_cleanly(expression: str, item: Any) -> None:
    if fault_of(expression) is not None:
        return
    own = webhook(facts=[{"event": "Person Changed", "detail": {"person_id": "id", "fields.x": expression}}])
    items(own, json.dumps(item).encode())
