"""The routes of the API, as OpenAPI describes them."""

from rekindle.adapters.wire.describe.book_paths import book_paths
from rekindle.adapters.wire.describe.duplicate_paths import duplicate_paths
from rekindle.adapters.wire.describe.handoff_paths import handoff_paths
from rekindle.adapters.wire.describe.import_paths import import_paths
from rekindle.adapters.wire.describe.link_paths import link_paths
from rekindle.adapters.wire.describe.operations import (
    ASSIGNMENT_STATE,
    ATTRIBUTION,
    FAILURE_REASON,
    FAILURE_STATE,
    FUNNEL,
    HTML,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    MEMBER_STATE,
    OF_PERSON,
    PAGING,
    RECYCLING,
    SOUGHT,
    body,
    collection,
    erasing,
    in_path,
    operation,
    put,
    settings_body,
    unsigned,
    versioned,
)
from rekindle.adapters.wire.describe.schemas import Json
from rekindle.adapters.wire.describe.target_paths import target_paths
from rekindle.adapters.wire.describe.webhook_paths import webhook_paths
from rekindle.adapters.wire.rules import MOST_INPUTS
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.capture.kinds import KINDS, PERSON


def paths() -> Json:
    return {
        **webhook_paths(),
        **link_paths(),
        **import_paths(),
        **handoff_paths(),
        **book_paths(),
        **target_paths(),
        **duplicate_paths(),
        "/people": {
            "get": operation(
                "find_people",
                "People",
                "People by exactly one of id, e-mail address, telephone number and beginning of the name",
                "PersonPage",
                [*SOUGHT, *PAGING],
                ["Invalid"],
            ),
        },
        "/people/{person_id}": {
            "get": operation(
                "get_person", "People", "A person as it stands", "Person", [OF_PERSON], ["NotFound", "Invalid"]
            ),
            "put": put(PERSON),
            "delete": erasing(
                operation(
                    "erase_person",
                    "People",
                    "Erase a person, and those merged into it, from every place; a second call has the same answer",
                    "Erasure",
                    [OF_PERSON],
                    ["NotFound", "Invalid", "Conflict"],
                )
            ),
        },
        "/people/{person_id}/export": {
            "get": operation(
                "export_person",
                "People",
                "Everything that is stored about a person",
                "Export",
                [OF_PERSON],
                ["NotFound", "Invalid", "TooLarge"],
            ),
        },
        "/people/{person_id}/responses": {
            "get": collection("get_responses", "A person's responses, newest first", "Response", OF_PERSON),
        },
        "/people/{person_id}/decisions": {
            "get": collection("get_decisions", "A person's decisions, newest first", "Decision", OF_PERSON),
        },
        "/people/{person_id}/timeline": {
            "get": collection("get_timeline", "What happened to a person, newest first", "TimelineEntry", OF_PERSON),
        },
        "/decisions/{decision_id}": {
            "get": operation(
                "get_decision",
                "People",
                "One decision, with its whole explanation",
                "Decision",
                [in_path("decision_id", "As it stands in decisions and events."), *PAGING[1:]],
                ["NotFound", "Invalid"],
            ),
        },
        **{
            f"/{kind.path}/{{{kind.id}}}": {"put": put(kind)}
            for kind in KINDS
            if kind.path and kind not in (PERSON, CAMPAIGN)
        },
        "/campaigns": {
            "get": collection("get_campaigns", "Campaigns, newest first", "Campaign", None, tag="Campaigns"),
        },
        "/campaigns/{campaign_id}": {
            "get": operation(
                "get_campaign",
                "Campaigns",
                "A campaign as it stands, also one that was deleted",
                "Campaign",
                [in_path("campaign_id", "")],
                ["NotFound", "Invalid"],
            ),
            "put": put(CAMPAIGN),
        },
        "/campaigns/{campaign_id}/members": {
            "get": collection(
                "get_campaign_members",
                "The responses of a campaign's members, newest first",
                "Response",
                in_path("campaign_id", ""),
                tag="Campaigns",
                more=[MEMBER_STATE],
            ),
        },
        "/reactivations": {
            "post": operation(
                "request_reactivations",
                "Reactivation",
                f"Reactivate up to {MOST_INPUTS} people, or the people of tasks, each by itself",
                "Results",
                [IDEMPOTENCY_KEY],
                ["Malformed", "Invalid"],
                body("Reactivations"),
            ),
        },
        "/responses": {
            "post": operation(
                "record_responses",
                "Facts",
                f"Record one response, or up to {MOST_INPUTS}, each by itself; each is evaluated as it arrives",
                "Results",
                [IDEMPOTENCY_KEY],
                ["Malformed", "Invalid"],
                body("Responses"),
            ),
        },
        "/responses/{response_id}/conversions": {
            "post": operation(
                "convert_response",
                "Facts",
                "Make a lead, a contact or an opportunity of a response, once; a second call has the same answer",
                "Conversion",
                [in_path("response_id", "As the CRM, or whoever recorded it, named it.")],
                ["Malformed", "NotFound", "Invalid", "Conflict"],
                body("ConversionRequest"),
            ),
        },
        "/response-prompts": {
            "post": operation(
                "prompt_response",
                "Reactivation",
                "Begin to work a person from a response prompt campaign, or from a past response in lieu of it",
                "Decision",
                [IDEMPOTENCY_KEY],
                ["Malformed", "Invalid", "Conflict"],
                body("ResponsePrompt"),
            ),
        },
        "/assignments": {
            "get": collection(
                "get_assignments",
                "People by the state of their newest assignment: of those who wait, what is due first comes first",
                "Assignment",
                ASSIGNMENT_STATE,
                tag="Assignment",
            ),
        },
        "/assignments/{person_id}/completion": {
            "post": operation(
                "complete_assignment",
                "Assignment",
                "Confirm the owner that was found, also where that is who has the person already",
                "Assignment",
                [OF_PERSON],
                ["Malformed", "NotFound", "Invalid", "Conflict"],
                {**body("Completion"), "required": False},
            ),
        },
        "/campaigns/{campaign_id}/metrics": {
            "get": operation(
                "get_campaign_metrics",
                "Measures",
                "What a campaign brought, as it was counted last: targets, responses, stages, won amounts and costs",
                "Metrics",
                [in_path("campaign_id", "")],
                ["NotFound", "Invalid"],
            ),
        },
        "/attribution": {
            "get": operation(
                "get_attribution",
                "Measures",
                "Shares of won deals by a model of the settings, added up, as they were counted last",
                "Attribution",
                ATTRIBUTION,
                ["NotFound", "Invalid"],
            ),
        },
        "/funnel": {
            "get": operation(
                "get_funnel",
                "Measures",
                "Volumes, conversion and velocity between the stages, as they were counted last; the largest 1,000 "
                "groups of a period are shown",
                "Funnel",
                FUNNEL,
                ["NotFound", "Invalid"],
            ),
        },
        "/recycling": {
            "get": operation(
                "get_recycling",
                "Measures",
                "What became of the leads that went back to marketing, as it was counted last",
                "Recycling",
                RECYCLING,
                ["NotFound", "Invalid"],
            ),
        },
        "/notifications/previews": {
            "post": operation(
                "preview_notification",
                "Assignment",
                "What a notification would say, by a template that is only tried or by that of the settings",
                "NotificationText",
                [],
                ["Malformed", "NotFound", "Invalid"],
                body("NotificationPreview"),
            ),
        },
        "/settings": {
            "get": versioned(operation("get_settings", "Settings", "The current settings", "SettingsVersion")),
            "put": versioned(
                operation(
                    "put_settings",
                    "Settings",
                    "Store a document as the next version; the same document again is no new version",
                    "SettingsVersion",
                    [IF_MATCH],
                    ["Malformed", "Invalid", "PreconditionFailed"],
                    settings_body(),
                )
            ),
        },
        "/settings/schema": {
            "get": operation(
                "get_settings_schema",
                "Settings",
                "What a document may hold, as JSON Schema",
                None,
                example={"type": "object", "properties": {"qualification": {"type": "object"}}},
            ),
        },
        "/settings/validations": {
            "post": operation(
                "validate_settings",
                "Settings",
                "Every fault of a document, without storing it",
                "Validation",
                [],
                ["Malformed"],
                settings_body(),
            ),
        },
        "/settings/versions": {
            "get": collection("get_settings_versions", "All versions, newest first", "StoredVersion", None),
        },
        "/settings/versions/{version}": {
            "get": operation(
                "get_settings_version",
                "Settings",
                "One version; 0 are the built-in defaults",
                "SettingsVersion",
                [in_path("version", "", {"type": "integer", "minimum": 0})],
                ["NotFound"],
            ),
        },
        "/simulations": {
            "post": operation(
                "simulate_settings",
                "Simulation",
                "The decisions that settings lead to over a history, and the credit by campaign; nothing is stored",
                "Simulation",
                [],
                ["Malformed", "NotFound", "TooLarge", "Invalid"],
                body("SimulationRequest"),
            ),
        },
        "/failures": {
            "get": collection(
                "get_failures",
                "What could not be processed, newest first",
                "Failure",
                FAILURE_STATE,
                tag="Failures",
                more=[FAILURE_REASON],
            ),
        },
        "/failures/resend": {
            "post": operation(
                "resend_failures",
                "Failures",
                "Send open failures to where they belong: some by their ids, or the newest, all or of one reason",
                "HandledFailures",
                [],
                ["Malformed", "Invalid"],
                {**body("FailureSelection"), "required": False},
            ),
        },
        "/failures/discard": {
            "post": operation(
                "discard_failures",
                "Failures",
                "Discard open failures, chosen in the same way",
                "HandledFailures",
                [],
                ["Malformed", "Invalid"],
                body("FailureDiscard"),
            ),
        },
        "/failures/{failure_id}/resend": {
            "post": operation(
                "resend_failure",
                "Failures",
                "Send an open failure to where it belongs; of two callers one does",
                "HandledFailure",
                [in_path("failure_id", "")],
                ["NotFound", "Invalid", "Conflict"],
            ),
        },
        "/failures/{failure_id}/discard": {
            "post": operation(
                "discard_failure",
                "Failures",
                "Discard an open failure; the note says why",
                "Failure",
                [in_path("failure_id", "")],
                ["Malformed", "NotFound", "Invalid", "Conflict"],
                body("Discard"),
            ),
        },
        "/health": {
            "get": unsigned(operation("get_health", "Service", "Whether the service answers", "Health")),
        },
        "/openapi.json": {
            "get": operation("get_openapi", "Service", "This document", None, example={"openapi": "3.1.0"}),
        },
        "/docs": {
            "get": unsigned(
                operation(
                    "get_docs", "Service", "This document as a page to read", None, media="text/html", example=HTML
                )
            ),
        },
    }
