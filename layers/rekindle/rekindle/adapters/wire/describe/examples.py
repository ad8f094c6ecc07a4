"""An example of each answer: the values named here, and null for its other fields."""

from typing import Any

from rekindle.adapters.wire.describe.import_paths import IMPORT_EXAMPLES
from rekindle.adapters.wire.describe.measure_examples import MEASURE_EXAMPLES
from rekindle.adapters.wire.describe.schemas import Json

_PERSON, _USER, _CAMPAIGN = "00Q5e00000A1b2CEAR", "0055e000001AbCdAAK", "spring-webinar"
_DECISION = "1f0c7a5233a1-063871234567890-5c7d4be9d001"
_AT, _LATER = "2026-03-01T12:00:00Z", "2026-03-01T12:20:00Z"

_CLOCK = {
    "record": "clock",
    "person_id": _PERSON,
    "cycle": 1,
    "policy": "hot",
    "kind": "accept",
    "started_at": "2026-03-02T10:00:00Z",
    "due_at": "2026-03-02T12:00:00Z",
    "warned_at": None,
    "breached_at": None,
    "met_at": None,
    "paused_seconds": 0,
    "state": "running",
}
_ACTIVE = {
    "response_id": "r-17",
    "campaign_id": _CAMPAIGN,
    "cycle": 1,
    "stage": "MQL",
    "activated_at": _AT,
    "scenario": "score",
    "decision_id": _DECISION,
    "opportunity_id": None,
    "amount": None,
    "currency": None,
}
_OF_PERSON = {
    "person_id": _PERSON,
    "kind": "lead",
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Byron",
    "status": "Open - Not Contacted",
    "score": 64,
    "owner_id": _USER,
    "active_response": _ACTIVE,
    "cycles": 1,
    "responses": 2,
}
_OF_FAILURE = {
    "record": "failure",
    "failure_id": "01JNQ4W8K2-4f2c1ab0",
    "state": "open",
    "reason": "UNKNOWN_CAMPAIGN",
    "message": "campaign 'spring-webinar' is not known",
    "field": "detail.campaign_id",
    "record_kind": "response",
    "record_id": "r-17",
    "event_id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "event_at": _AT,
    "source": "my.crm",
    "failed_at": _LATER,
    "age_seconds": 1200,
}
_OF_DECISION: Json = {
    "record": "decision",
    "decision_id": _DECISION,
    "person_id": _PERSON,
    "scenario": "score",
    "outcome": "reactivated",
    "response_id": "r-17",
    "campaign_id": _CAMPAIGN,
    "decided_at": "2026-03-01T12:00:01Z",
    "as_of": _AT,
    "trigger_id": "5c7d4be9d001",
    "settings_version": 7,
    "considered": [
        {
            "response_id": "r-17",
            "campaign_id": _CAMPAIGN,
            "class": "never_engaged",
            "responded_at": "2026-02-20T09:30:00Z",
            "excluded": None,
        },
        {
            "response_id": "r-09",
            "campaign_id": "autumn-fair",
            "class": "never_engaged",
            "responded_at": "2025-10-02T10:00:00Z",
            "excluded": "OUTSIDE_LOOKBACK",
            "why": "it is older than the look-back of 30 days",
        },
    ],
    "considered_total": 2,
    "score": 64,
    "previous_score": 48,
    "activated_at": _AT,
    "cycle": 1,
    "status": "Open - Not Contacted",
    "explanation": "Spring webinar got the credit when the score went from 48 to 64 (threshold 60) on "
    "2026-03-01T12:00:00Z: its response is the newest never engaged one within 30 days; 1 other response lost "
    "to it.",
    "replay": "identical",
    "next": None,
}
_REFUSED_INPUT = {
    "is_success": False,
    "decision": None,
    "error": {
        "code": "INVALID_FIELD",
        "message": "this field is required",
        "field": "inputs[1].user_id",
        "errors": [{"path": "inputs[1].user_id", "message": "this field is required"}],
    },
}

EXAMPLES: dict[str, Json] = {
    **MEASURE_EXAMPLES,
    "Person": _OF_PERSON,
    "Response": {
        "response_id": "r-17",
        "person_id": _PERSON,
        "campaign_id": _CAMPAIGN,
        "responded": True,
        "responded_at": "2026-02-20T09:30:00Z",
        "received_at": "2026-02-20T09:30:05Z",
        "response_status": "Open - Not Contacted",
        "activated_at": _AT,
        "reactivated_at": _AT,
        "member_status": "Registered",
        "channel": "web",
    },
    "HandoffState": {
        "record": "handoff",
        "person_id": _PERSON,
        "cycle": 1,
        "state": "handed_off",
        "since": "2026-03-02T10:00:00Z",
        "owner_id": _USER,
        "passed_at": "2026-03-02T10:00:00Z",
        "policy": "hot",
        "settings_version": 7,
        "due_at": "2026-03-02T12:00:00Z",
        "clocks": [_CLOCK],
    },
    "Clocks": {
        "person_id": _PERSON,
        "items": [
            {
                **_CLOCK,
                "target": 7200,
                "unit": "seconds",
                "consumed": 0,
                "counted_at": "2026-03-02T10:00:00Z",
                "settings_version": 7,
                "calendar": "emea",
                "time_zone": "Europe/Berlin",
                "due_local": "Mon 2026-03-02 13:00",
                "windows": [{"opens": "2026-03-02T10:00:00Z", "closes": "2026-03-02T12:00:00Z", "seconds": 7200}],
                "holidays": [],
            }
        ],
    },
    "Assignment": {
        "record": "assignment",
        "person_id": _PERSON,
        "assignment_id": "5c7d4be9d001",
        "response_id": "r-17",
        "campaign_id": _CAMPAIGN,
        "cycle": 1,
        "state": "assigned",
        "owner_id": _USER,
        "first_owner_id": _USER,
        "first_owner_type": "user",
        "activated_at": _AT,
        "assigned_at": _LATER,
        "system_delay_seconds": 1200,
    },
    "Decision": _OF_DECISION,
    "Results": {"results": [{"is_success": True, "decision": _OF_DECISION, "error": None}, _REFUSED_INPUT]},
    "TimelineEntry": {
        "kind": "stage_reached",
        "at": _AT,
        "response_id": "r-17",
        "campaign_id": _CAMPAIGN,
        "cycle": 1,
        "stage": "MQL",
        "opportunity_id": None,
        "amount": None,
        "currency": None,
    },
    "SettingsVersion": {"version": 7, "settings": {"qualification": {"threshold": 60}}},
    "StoredVersion": {"version": 7, "stored_at": _AT, "comment": "Less noise", "published_by": "ada@example.com"},
    "Validation": {
        "valid": False,
        "faults": [{"path": "qualification.threshold", "message": "must be a number"}],
    },
    "Simulation": {
        "decisions": [_OF_DECISION],
        "credit": {_CAMPAIGN: 1},
        "counts": {"events": 3, "decisions": 1, "refused": 0, "applied": 3, "older": 0, "duplicate": 0},
    },
    "NotificationText": {"subject": "For you: Ada Byron", "body": "Ada Byron responded to Spring webinar."},
    "Health": {"status": "ok", "build": "4f2c1ab", "time": _AT},
    "Problem": {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "code": "INVALID_FIELD",
        "detail": "email: expected a text of at most 255 characters, got a number; scor: there is no such field",
        "field": "email",
        "errors": [
            {"path": "email", "message": "expected a text of at most 255 characters, got a number"},
            {"path": "scor", "message": "there is no such field"},
        ],
    },
    "Conversion": {
        "response_id": "r-17",
        "person_id": _PERSON,
        "to": "opportunity",
        "opportunity_id": "opportunity-6a0c7c5b1f0f3f5f9d11",
        "user_id": _USER,
        "primary_interest": "Webinar platform",
        "converted_at": _AT,
    },
    "Erasure": {
        "record": "erasure",
        "person_id": _PERSON,
        "state": "erased",
        "requested_at": _AT,
        "erased_at": _AT,
        "people": 1,
        "responses": 2,
    },
    "Link": {
        "link_id": "webinar-invitation",
        "destination": "https://www.example.com/events/webinar",
        "campaign_id": _CAMPAIGN,
        "channel": "email",
        "response_type": "Click-thru",
        "opts_out": False,
        "created_at": _AT,
    },
    "LinkTokens": {
        "tokens": [
            {
                "person_id": _PERSON,
                "token": "WyJ3ZWJpbmFyIl0.c2lnbmF0dXJl",
                "url": "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/prod/r/WyJ3ZWJpbmFyIl0.c2lnbmF0dXJl",
            }
        ]
    },
    "Duplicate": {
        "record": "duplicate",
        "duplicate_id": "5a1f0c7be2d94f6a83b1",
        "person_ids": ["0035e00000A1b2CEAR", _PERSON],
        "grounds": "EMAIL",
        "likely": True,
        "found_at": _AT,
        "state": "open",
        "people": [
            {"person_id": "0035e00000A1b2CEAR", "kind": "contact", "email": "ada@example.com"},
            {"person_id": _PERSON, "kind": "lead", "email": "ada@example.com"},
        ],
    },
    **IMPORT_EXAMPLES,
    "WebhookReceived": {"record": "webhook", "source": "hubspot", "received_at": _AT},
    "WebhookPreview": {
        "record": "webhook_preview",
        "items": [
            {
                "facts": [
                    {
                        "detail-type": "Person Changed",
                        "source": "webhook.hubspot",
                        "time": _AT,
                        "detail": {"person_id": "1246978"},
                    }
                ],
                "ignored": False,
                "fault": None,
            }
        ],
    },
    "Export": {"record": "export", "person": _OF_PERSON},
    "Failure": _OF_FAILURE,
    "HandledFailure": {**_OF_FAILURE, "state": "resent", "handled_at": _LATER, "handled_by": "ops@example.com"},
    "HandledFailures": {"results": [{**_OF_FAILURE, "state": "resent", "handled_at": _LATER, "handled_by": "ops"}]},
}
"""Values of the fields, by the name of the answer's schema."""


def example(schema: Json, values: Json, components: Json) -> Any:
    """An example of a schema with these values. A field that is required and not among them has no value: null, or an
    empty list or object."""
    if "$ref" in schema:
        return example(components[schema["$ref"].rpartition("/")[2]], values, components)
    if "properties" not in schema:
        return values
    filled = {name: _nothing(schema["properties"][name]) for name in schema["required"] if name not in values}
    inner = {name: _inner(schema["properties"][name], value, components) for name, value in values.items()}
    return {name: {**filled, **inner}[name] for name in schema["properties"] if name in filled or name in inner}


def _inner(schema: Json, value: Any, components: Json) -> Any:
    if isinstance(value, list):
        return [_inner(schema.get("items", {}), one, components) for one in value]
    return example(_shape(schema), value, components) if isinstance(value, dict) else value


def _shape(schema: Json) -> Json:
    """Of a schema that allows null, the other one."""
    shape: Json = schema["anyOf"][0] if "anyOf" in schema else schema
    return shape


def _nothing(schema: Json) -> Any:
    if "anyOf" in schema or "null" in schema.get("type", ()):
        return None
    return {"array": [], "object": {}, "boolean": False, "integer": 0}[schema["type"]]
