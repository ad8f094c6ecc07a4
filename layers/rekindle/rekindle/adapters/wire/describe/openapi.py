"""The API described as OpenAPI 3.1. What a request may hold comes from the very rules that requests are held to."""

from typing import Any

import msgspec

from rekindle.adapters.wire.records import (
    AccountValues,
    CampaignValues,
    OpportunityValues,
    PersonValues,
    QueueValues,
    ResponseValues,
    UserValues,
)
from rekindle.adapters.wire.requests import PromptValues, RequestValues
from rekindle.adapters.wire.rules import (
    LARGEST_ANSWER,
    LARGEST_SIMULATION,
    LONGEST_IDENTIFIER,
    LONGEST_TEMPLATE,
    MOST_EVENTS,
    MOST_INPUTS,
    Identifier,
    Sequence,
    TemplateName,
    Time,
)
from rekindle.adapters.wire.settings.schema import SCHEMA
from rekindle.domain.assignment.routing_result import By, Passed, Unrouted
from rekindle.domain.lifecycle.journey import Ended, Stage
from rekindle.domain.notifications.template import PARTS
from rekindle.domain.people.assignment import AssignmentState, Step
from rekindle.domain.reactivation.decision import Outcome, Reason
from rekindle.domain.reactivation.search import Excluded
from rekindle.domain.responses.response import ResponseClass
from rekindle.domain.settings.settings import Scenario

Json = dict[str, Any]

_ABOUT = """\
Watches people change in a CRM, decides which campaign response is the active one, and can explain every credit.

**Callers** sign their requests with AWS Signature Version 4; `GET /health` alone needs no signature.

**Fields** are in snake_case, times are RFC 3339 in UTC. In a `PUT`, a field that is absent stays as it is, `null` \
clears it, and a field that is not known is refused.

**Errors** are RFC 9457 problems with a stable `code`. An answer of 4xx changed nothing.

**Collections** come a page at a time: `next` of one answer is the `next` of the following request.
"""


def document(build: str) -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rekindle",
            "version": build,
            "summary": "One active response, and every credit explained.",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ".", "description": "Where this document is"}],
        "security": [{"sigv4": []}],
        "tags": [
            {"name": "People", "description": "Where a person stands, and why."},
            {"name": "Reactivation", "description": "Ask for a past response to become the active one."},
            {"name": "Assignment", "description": "What waits for an owner."},
            {"name": "Facts", "description": "What a CRM tells, for callers without an event bus."},
            {"name": "Settings", "description": "One document; each change of it is a version."},
            {"name": "Simulation", "description": "What settings would have made of a history."},
            {"name": "Service", "description": "The service itself."},
        ],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "responses": _problems(), "securitySchemes": {"sigv4": _SIGV4}},
    }


_SIGV4 = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "description": "AWS Signature Version 4 for the service execute-api.",
    "x-amazon-apigateway-authtype": "awsSigv4",
}

# --- paths -----------------------------------------------------------------------------------------------------------


def _paths() -> Json:
    person = _in_path("person_id", "A lead or a contact. A former id leads to the person it became.")
    return {
        "/people": {
            "get": _operation(
                "find_people",
                "People",
                "People by exactly one of id, e-mail address, telephone number and beginning of the name",
                "PersonPage",
                [*_SOUGHT, *_PAGING],
                ["Invalid"],
            ),
        },
        "/people/{person_id}": {
            "get": _operation(
                "get_person", "People", "A person as it stands", "Person", [person], ["NotFound", "Invalid"]
            ),
            "put": _put("put_person", "Tell what changed of a person", "Person", person),
        },
        "/people/{person_id}/responses": {
            "get": _collection("get_responses", "A person's responses", "Response", person),
        },
        "/people/{person_id}/decisions": {
            "get": _collection("get_decisions", "A person's decisions, newest first", "Decision", person),
        },
        "/people/{person_id}/timeline": {
            "get": _collection("get_timeline", "What happened to a person, newest first", "TimelineEntry", person),
        },
        "/decisions/{decision_id}": {
            "get": _operation(
                "get_decision",
                "People",
                "One decision, with its whole explanation",
                "Decision",
                [_in_path("decision_id", "As it stands in decisions and events.")],
                ["NotFound", "Invalid"],
            ),
        },
        "/campaigns/{campaign_id}": {
            "put": _put("put_campaign", "Tell what changed of a campaign", "Campaign", _in_path("campaign_id", "")),
        },
        "/accounts/{account_id}": {
            "put": _put("put_account", "Tell what changed of an account", "Account", _in_path("account_id", "")),
        },
        "/opportunities/{opportunity_id}": {
            "put": _put(
                "put_opportunity",
                "Tell what changed of an opportunity: while it is open, its people are not reactivated",
                "Opportunity",
                _in_path("opportunity_id", ""),
            ),
        },
        "/queues/{queue_id}": {
            "put": _put("put_queue", "Tell what changed of a queue", "Queue", _in_path("queue_id", "")),
        },
        "/users/{user_id}": {
            "put": _put("put_user", "Tell what changed of a user", "User", _in_path("user_id", "")),
        },
        "/reactivations": {
            "post": _operation(
                "request_reactivations",
                "Reactivation",
                f"Reactivate up to {MOST_INPUTS} people, or the people of tasks, each by itself",
                "Results",
                [_IDEMPOTENCY_KEY],
                ["Malformed", "Invalid"],
                _body("Reactivations"),
            ),
        },
        "/responses": {
            "post": _operation(
                "record_responses",
                "Facts",
                f"Record one response, or up to {MOST_INPUTS}, each by itself; each is evaluated as it arrives",
                "Results",
                [_IDEMPOTENCY_KEY],
                ["Malformed", "Invalid"],
                _body("Responses"),
            ),
        },
        "/response-prompts": {
            "post": _operation(
                "prompt_response",
                "Reactivation",
                "Begin to work a person from a response prompt campaign, or from a past response in lieu of it",
                "Decision",
                [_IDEMPOTENCY_KEY],
                ["Malformed", "Invalid", "Conflict"],
                _body("ResponsePrompt"),
            ),
        },
        "/assignments": {
            "get": _collection(
                "get_assignments",
                "People by the state of their newest assignment: of those who wait, what is due first comes first",
                "Assignment",
                _ASSIGNMENT_STATE,
                tag="Assignment",
            ),
        },
        "/assignments/{person_id}/completion": {
            "post": _operation(
                "complete_assignment",
                "Assignment",
                "Confirm the owner that was found, also where that is who has the person already",
                "Assignment",
                [person],
                ["Malformed", "NotFound", "Invalid", "Conflict"],
                {**_body("Completion"), "required": False},
            ),
        },
        "/notifications/previews": {
            "post": _operation(
                "preview_notification",
                "Assignment",
                "What a notification would say, by a template that is only tried or by that of the settings",
                "NotificationText",
                [],
                ["Malformed", "NotFound", "Invalid"],
                _body("NotificationPreview"),
            ),
        },
        "/settings": {
            "get": _versioned(_operation("get_settings", "Settings", "The current settings", "SettingsVersion")),
            "put": _versioned(
                _operation(
                    "put_settings",
                    "Settings",
                    "Store a document as the next version; the same document again is no new version",
                    "SettingsVersion",
                    [_IF_MATCH],
                    ["Malformed", "Invalid", "PreconditionFailed"],
                    _settings_body(),
                )
            ),
        },
        "/settings/schema": {
            "get": _operation("get_settings_schema", "Settings", "What a document may hold, as JSON Schema", None),
        },
        "/settings/validations": {
            "post": _operation(
                "validate_settings",
                "Settings",
                "Every fault of a document, without storing it",
                "Validation",
                [],
                ["Malformed"],
                _settings_body(),
            ),
        },
        "/settings/versions": {
            "get": _collection("get_settings_versions", "All versions, newest first", "StoredVersion", None),
        },
        "/settings/versions/{version}": {
            "get": _operation(
                "get_settings_version",
                "Settings",
                "One version; 0 are the built-in defaults",
                "SettingsVersion",
                [_in_path("version", "", {"type": "integer", "minimum": 0})],
                ["NotFound"],
            ),
        },
        "/simulations": {
            "post": _operation(
                "simulate_settings",
                "Simulation",
                "The decisions that settings lead to over a history, and the credit by campaign; nothing is stored",
                "Simulation",
                [],
                ["Malformed", "NotFound", "TooLarge", "Invalid"],
                _body("SimulationRequest"),
            ),
        },
        "/health": {
            "get": _unsigned(_operation("get_health", "Service", "Whether the service answers", "Health")),
        },
        "/openapi.json": {
            "get": _operation("get_openapi", "Service", "This document", None),
        },
        "/docs": {
            "get": _operation("get_docs", "Service", "This document as a page to read", None, media="text/html"),
        },
    }


def _operation(
    name: str,
    tag: str,
    summary: str,
    answers: str | None,
    parameters: list[Json] | None = None,
    problems: list[str] | None = None,
    body: Json | None = None,
    media: str = "application/json",
) -> Json:
    schema = _ref(answers) if answers else {"type": "string" if media == "text/html" else "object"}
    told = {"200": {"description": summary, "content": {media: {"schema": schema}}}}
    refused = {"403": {"$ref": "#/components/responses/Forbidden"}}
    refused |= {_PROBLEMS[p][0]: {"$ref": f"#/components/responses/{p}"} for p in [*(problems or []), *_ALWAYS]}
    described = {"operationId": name, "tags": [tag], "summary": summary, "parameters": parameters or []}
    return {**described, **({"requestBody": body} if body else {}), "responses": {**told, **refused}}


def _unsigned(operation: Json) -> Json:
    """For everybody: nobody is turned away."""
    answers = {status: told for status, told in operation["responses"].items() if status != "403"}
    return {**operation, "responses": answers, "security": []}


def _put(name: str, summary: str, record: str, where: Json) -> Json:
    problems = ["Malformed", "Invalid", "Conflict"]
    return _operation(name, "Facts", summary, record, [where, _IDEMPOTENCY_KEY], problems, _body(f"{record}Change"))


def _body(schema: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": _ref(schema)}}}


def _collection(name: str, summary: str, of: str, where: Json | None, tag: str | None = None) -> Json:
    in_path = where is not None and where["in"] == "path"
    problems = ["NotFound", "Invalid"] if in_path else ["Invalid"]
    tag = tag or ("People" if in_path else "Settings")
    return _operation(name, tag, summary, f"{of}Page", [*([where] if where else []), *_PAGING], problems)


def _settings_body() -> Json:
    held = {"schema": _ref("Settings")}
    return {"required": True, "content": {"application/json": held, "application/yaml": held}}


def _versioned(operation: Json) -> Json:
    header = {"description": "The version, for If-Match.", "schema": {"type": "string", "examples": ['"7"']}}
    operation["responses"]["200"]["headers"] = {"ETag": header}
    return operation


def _in_path(name: str, description: str, schema: Json | None = None) -> Json:
    rule = schema or {"type": "string", "minLength": 1, "maxLength": LONGEST_IDENTIFIER}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": rule}


_ASSIGNMENT_STATE = {
    "name": "state",
    "in": "query",
    "description": "Which assignments.",
    "schema": {"enum": [state.value for state in AssignmentState], "default": AssignmentState.PENDING.value},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The version that the change was made from; without it any will do.",
    "schema": {"type": "string", "examples": ['"7"']},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes the request safe to send again: for a day, the same body under the same key of the same "
    "caller is the same request. It changes nothing any more, is answered by the same decisions or by the record as it "
    "stands, and another request under the key is refused.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_IDENTIFIER},
}
_SOUGHT = [
    {"name": name, "in": "query", "description": description, "schema": {"type": "string", "minLength": 1}}
    for name, description in (
        ("id", "Any id of the person, also one that the person had before a merge or a conversion."),
        ("email", "An e-mail address, in any spelling of upper and lower case."),
        ("phone", "A telephone number, with or without the code of the country."),
        ("name", "The beginning of the last name, or the last name and the beginning of the first name."),
    )
]
_PAGING = [
    {
        "name": "limit",
        "in": "query",
        "description": "How many at most.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    },
    {
        "name": "next",
        "in": "query",
        "description": "What the page before answered as next.",
        "schema": {"type": "string"},
    },
]

# --- answers ---------------------------------------------------------------------------------------------------------


_LISTED = ("Person", "Response", "Assignment", "Decision", "TimelineEntry", "StoredVersion")
"""What comes a page at a time."""


def _schemas() -> Json:
    return {
        "PersonChange": _change(PersonValues, "person_id", _PERSON_EXAMPLE),
        "CampaignChange": _change(CampaignValues, "campaign_id", {"name": "Spring webinar", "type": "Webinar"}),
        "AccountChange": _change(
            AccountValues,
            "account_id",
            {"name": "Acme Corp.", "domain": "acme.com", "owner_id": "u-1", "team": {"SDR": "u-2"}},
        ),
        "OpportunityChange": _change(
            OpportunityValues,
            "opportunity_id",
            {"person_ids": ["00Q5e00000A1b2CEAR"], "stage": "Proposal", "amount": 12000, "currency": "EUR"},
        ),
        "QueueChange": _change(QueueValues, "queue_id", {"name": "Inbound", "member_ids": ["u-1", "u-2"]}),
        "UserChange": _change(
            UserValues, "user_id", {"name": "Ada Byron", "role": "SDR", "fields": {"region": "EMEA"}}
        ),
        "Reactivations": {
            "type": "object",
            "properties": {
                "inputs": {
                    **_list(_ref("ReactivationInput")),
                    "minItems": 1,
                    "maxItems": MOST_INPUTS,
                    "description": "An input that is wrong fails alone: it may break the rules that stand here.",
                }
            },
            "required": ["inputs"],
            "additionalProperties": False,
            "examples": [{"inputs": [_INPUT_EXAMPLE]}],
        },
        "ReactivationInput": {
            **_request(RequestValues, ["user_id"], _INPUT_EXAMPLE),
            "oneOf": [_one_alone("person_id", "task_id"), _one_alone("task_id", "person_id")],
        },
        "ResponsePrompt": _request(PromptValues, ["person_id", "campaign_id", "user_id", "intent"], _PROMPT_EXAMPLE),
        "Responses": {
            "oneOf": [
                _ref("ResponseRecorded"),
                {
                    "type": "object",
                    "properties": {
                        "responses": {
                            **_list(_ref("ResponseRecorded")),
                            "minItems": 1,
                            "maxItems": MOST_INPUTS,
                            "description": "A response that breaks a rule fails alone: the others are recorded.",
                        }
                    },
                    "required": ["responses"],
                    "additionalProperties": False,
                },
            ],
            "examples": [_RESPONSE_EXAMPLE],
        },
        "ResponseRecorded": _response_recorded(),
        "Results": {
            "type": "object",
            "description": "One result for each input, in the inputs' order.",
            "properties": {"results": _list(_RESULT)},
            "required": ["results"],
            "additionalProperties": False,
        },
        "SimulationRequest": _SIMULATION_REQUEST,
        "Simulation": _SIMULATION,
        "Settings": {key: value for key, value in SCHEMA.items() if key != "$schema"},
        "Person": _PERSON,
        "Campaign": _record(
            "campaign_id name? type? status? is_active starts_on? ends_on? cost? precedence? exclude_from_reactivation "
            "default_responded_status? response_prompt trigger_reactivation bypass_nurture_timeout track? deleted"
        ),
        "Account": _record("account_id name? domain? owner_id? team parent_id? type? deleted"),
        "Opportunity": _record(
            "opportunity_id person_ids account_id? stage? is_closed is_won amount? currency? created_at? closed_at? "
            "product? deleted",
            person_ids=_list({"type": "string"}),
            stage={"type": "string"},
        ),
        "Queue": _record("queue_id name? member_ids"),
        "User": _record("user_id name? email? role? profile? mode? is_active time_zone? fields"),
        "Response": _record(
            "response_id person_id campaign_id responded responded_at? received_at response_status? activated_at? "
            "reactivated_at? member_status? channel? response_type? source_code? click_url? score? fields inserted_by?"
        ),
        "Assignment": _record(f"record {_ASSIGNMENT}", record={"type": "string", "const": "assignment"}),
        "Completion": {
            "type": "object",
            "properties": {
                "owner_id": {
                    **_readable(msgspec.json.schema(Identifier)),
                    "description": "The user or queue that was found. Absent: whoever has the person.",
                }
            },
            "additionalProperties": False,
            "examples": [{"owner_id": "user-7"}],
        },
        "NotificationPreview": {
            "type": "object",
            "properties": {
                "kind": {**_readable(msgspec.json.schema(TemplateName)), "description": "Which template."},
                "template": {
                    "type": "object",
                    "properties": {
                        part: {
                            "type": "string",
                            "minLength": 1,
                            "maxLength": LONGEST_TEMPLATE,
                            "description": "Absent: as it stands in the settings.",
                        }
                        for part in PARTS
                    },
                    "additionalProperties": False,
                },
                "person_id": {
                    **_readable(msgspec.json.schema(Identifier)),
                    "description": "Whose newest assignment it is tried on. Absent: made-up people.",
                },
            },
            "required": ["kind"],
            "additionalProperties": False,
            "examples": [{"kind": "assigned", "template": {"subject": "For you: {{ person.name }}"}}],
        },
        "NotificationText": _record("subject body"),
        "Decision": _DECISION,
        "TimelineEntry": _TIMELINE,
        "SettingsVersion": _record("version settings"),
        "StoredVersion": _record("version stored_at"),
        "Validation": {
            **_record("valid"),
            "required": ["valid", "faults", "warnings"],
            "properties": {"valid": {"type": "boolean"}, "faults": _list(_FAULT), "warnings": _list(_FAULT)},
        },
        "Health": _record("status settings_version build time"),
        "Problem": _PROBLEM,
        **{
            f"{of}Page": _page(of)
            for of in ("Person", "Response", "Assignment", "Decision", "TimelineEntry", "StoredVersion")
        },
    }


def _change(form: type[msgspec.Struct], id_name: str, example: Json) -> Json:
    """A record's fields under their rules, none of which is required: what is absent is unchanged."""
    (_,), schemas = msgspec.json.schema_components([form])
    sequence = _nullable(_readable(msgspec.json.schema(Sequence)))
    occurred_at = _nullable(_readable(msgspec.json.schema(Time)))
    extra = {id_name: _readable(msgspec.json.schema(Identifier)), "occurred_at": occurred_at, "sequence": sequence}
    fields = {**extra, **_readable(schemas[form.__name__]["properties"])}
    for name in fields.keys() & _MEANINGS.keys():
        fields[name]["description"] = _MEANINGS[name]
    return {"type": "object", "properties": fields, "additionalProperties": False, "examples": [example]}


def _response_recorded() -> Json:
    change = _change(ResponseValues, "response_id", _RESPONSE_EXAMPLE)
    ids = {name: change["properties"]["response_id"] for name in ("person_id", "campaign_id")}
    required = ["response_id", "person_id", "campaign_id", "responded"]
    return {**change, "properties": {**ids, **change["properties"]}, "required": required}


def _request(form: type[msgspec.Struct], required: list[str], example: Json) -> Json:
    (_,), schemas = msgspec.json.schema_components([form])
    fields = _readable(schemas[form.__name__]["properties"])
    for name in fields.keys() & _ASKED.keys():
        fields[name]["description"] = _ASKED[name]
    for name in required:
        fields[name] = _not_null(fields[name])
    return {
        "type": "object",
        "properties": fields,
        "required": required,
        "additionalProperties": False,
        "examples": [example],
    }


_ASKED = {
    "task_id": "A task or an event: it leads to its lead or contact.",
    "user_id": "Who acts: whose mode counts, and whose role, profile or field may choose the default campaign.",
    "default_campaign_id": "Instead of the default campaign of the settings.",
    "lookback_days": "Instead of the look-back of the settings.",
    "priority": "Instead of the priority of the settings: classes, the first to be searched first.",
    "include_non_responses": "Instead of the settings.",
    "bypass_nurture_timeout": "Whether to reactivate a person who is to be left alone for a while.",
    "fallback": "Whether to fall back to a campaign where the search finds nothing, or to do nothing.",
    "dry_run": "Answer the decision, and store nothing.",
    "campaign_id": "The response prompt campaign.",
    "intent": "What the user is about to do.",
}

_MEANINGS = {
    "occurred_at": "When the change happened in the source; without it, when the request arrives.",
    "sequence": "Orders the changes of one record, where the order of the requests does not.",
    "score": "The person's score; the settings say from where on it qualifies.",
    "status": "As the CRM names it.",
    "converted_contact_id": "The contact that the lead became: the history of both is then the contact's.",
    "changed_by": "The user who made the change.",
    "fields": "Further values by name, numbers, texts, true, false or null.",
    "precedence": "Between responses of one instant the campaign with the lower number goes first.",
    "exclude_from_reactivation": "Whether the campaign's past responses are passed over.",
    "default_responded_status": "The member status of a non-response that is brought back.",
    "response_prompt": "Whether users add people to the campaign to begin working them.",
    "trigger_reactivation": "Whether that begins with a search for a past response.",
    "bypass_nurture_timeout": "Whether a response qualifies while its person is to be left alone.",
    "mode": "The user's own mode, before that of the profile and of the settings.",
    "time_zone": "Such as Europe/Oslo.",
    "domain": "The account's own e-mail domain, or the address of its website: leads are matched by it. A page on a "
    "host that others share is not kept.",
    "team": "Roles, each with its user. A team is told as a whole.",
    "parent_id": "The account that this one is part of.",
    "person_ids": "The people it is about, told as a whole.",
    "stage": "As the CRM names it.",
    "member_ids": "The users who take what the queue owns, told as a whole.",
}


def _readable(schema: Any) -> Any:
    """The same without defaults, which an absent field does not get, and without the words of refusals, which say what
    the rule says; with patterns as JSON Schema has them."""
    if isinstance(schema, list):
        return [_readable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _readable(value) for key, value in schema.items() if key not in ("default", "description")}
    match kept:
        case {"anyOf": [{"type": str()} | {"enum": _} as rule, {"type": "null"}]}:
            return _nullable({"type": "string", **rule})
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = kept["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    return kept


def _one_alone(one: str, other: str) -> Json:
    return {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}


def _each(fields: str, rule: Json) -> dict[str, Json]:
    return {name: rule for name in fields.split()}


_TYPES: dict[str, Json] = {
    **_each("score previous_score cost amount system_delay_seconds human_delay_seconds", {"type": "number"}),
    **_each("cycle cycles responses settings_version version precedence considered_total", {"type": "integer"}),
    **_each(
        "deleted do_not_contact dry_run exclude_from_reactivation is_active is_closed is_won responded response_prompt "
        "trigger_reactivation bypass_nurture_timeout valid outside_queue",
        {"type": "boolean"},
    ),
    **_each(
        "activated_at again_at as_of assigned_at at closed_at created_at deadline decided_at nurture_until "
        "reactivated_at received_at responded_at stored_at time worked_at",
        {"type": "string", "format": "date-time"},
    ),
    **_each("starts_on ends_on", {"type": "string", "format": "date"}),
    **_each("fields settings", {"type": "object"}),
    "team": {"type": "object", "additionalProperties": {"type": "string"}},
    "member_ids": {"type": "array", "items": {"type": "string"}},
    "scenario": {"type": "string", "enum": [one.value for one in Scenario]},
    "outcome": {"type": "string", "enum": [one.value for one in Outcome]},
    "stage": {"type": "string", "enum": [one.value for one in Stage]},
    "state": {"type": "string", "enum": [one.value for one in AssignmentState]},
    "first_owner_type": {"type": "string", "enum": ["user", "queue"]},
    "class": {"type": "string", "enum": [one.value for one in ResponseClass]},
    "excluded": {
        "type": "string",
        "enum": [one.value for one in Excluded],
        "description": "Why it lost: of several reasons the first in this order.",
    },
}


def _record(fields: str, **special: Json) -> Json:
    """An answer with all of its fields; the ones with a question stamp may be null."""
    properties = {}
    for field in fields.split():
        name = field.removesuffix("?")
        rule = special.get(name) or _TYPES.get(name, {"type": "string"})
        properties[name] = _nullable(rule) if field != name else rule
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _nullable(rule: Json) -> Json:
    if "$ref" in rule or "properties" in rule:
        return {"anyOf": [rule, {"type": "null"}]}
    values = {"enum": [*rule["enum"], None]} if "enum" in rule else {}
    return {**rule, "type": [rule["type"], "null"], **values}


def _not_null(rule: Json) -> Json:
    values = {"enum": [value for value in rule["enum"] if value is not None]} if "enum" in rule else {}
    (kind,) = (kind for kind in rule["type"] if kind != "null")
    return {**rule, "type": kind, **values}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(of: str) -> Json:
    return {
        "type": "object",
        "properties": {"items": _list(_ref(of)), "next": {"type": ["string", "null"]}},
        "required": ["items", "next"],
        "additionalProperties": False,
    }


_PERSON_EXAMPLE = {"kind": "lead", "email": "ada@example.com", "status": "New", "score": 64}
_PERSON = {
    **_record(
        "person_id kind email? first_name? last_name? company? phone? status? score? owner_id? account_id? "
        "record_type? do_not_contact? changed_by? fields active_response? assignment? cycles responses nurture_until? "
        "former_ids deleted",
        former_ids=_list({"type": "string"}),
        assignment=_ref("Assignment"),
        active_response=_record("response_id campaign_id cycle stage activated_at scenario decision_id"),
    ),
}
_RESPONSE_EXAMPLE = {
    "response_id": "form-19",
    "person_id": "00Q5e00000A1b2CEAR",
    "campaign_id": "spring-webinar",
    "responded": True,
    "member_status": "Registered",
    "channel": "web",
}
_INPUT_EXAMPLE = {"person_id": "00Q5e00000A1b2CEAR", "user_id": "0055e000001AbCdAAK"}
_PROMPT_EXAMPLE = {
    "person_id": "00Q5e00000A1b2CEAR",
    "campaign_id": "sdr-prompt",
    "user_id": "0055e000001AbCdAAK",
    "intent": "convert",
}
_CONSIDERED = {
    **_record("response_id campaign_id class? responded_at? excluded? why"),
    "required": ["response_id", "campaign_id", "class", "responded_at", "excluded"],
    "description": "The winner, and only the winner, has null as excluded.",
}
_REASON = {"type": "string", "enum": [one.value for one in Reason]}
_DECIDED = (
    "record decision_id person_id scenario outcome reason? response_id? campaign_id? decided_at as_of trigger_id "
    "settings_version dry_run considered considered_total default_campaign_source? score? previous_score? "
    "activated_at? cycle? status? replaced_response_id? explanation"
)
_DECISION = {
    **_record(
        f"{_DECIDED} replay? batch_id passed_over unmapped_status",
        record={"type": "string", "const": "decision"},
        reason=_REASON,
        considered=_list(_CONSIDERED),
        replay={
            "type": "string",
            "description": "Only of one decision: what came of making it again from what is stored; null where that is "
            "not all there.",
            "enum": ["identical", "different"],
        },
        batch_id={"type": "string", "description": "The backfill it was made in; absent on any other."},
        unmapped_status={
            "type": "string",
            "description": "The person's status, where the settings do not map it; absent where they do. It stays as "
            "it is.",
        },
        passed_over={
            **_list({"type": "string"}),
            "description": "The default campaigns that were to get the credit and could not, since they are not known, "
            "deleted or inactive; absent where there is none.",
        },
    ),
    "required": [name.removesuffix("?") for name in _DECIDED.split()],
    "examples": [
        {
            "record": "decision",
            "decision_id": "1f0c7a5233a1-063871234567890-5c7d4be9d001",
            "person_id": "00Q5e00000A1b2CEAR",
            "scenario": "score",
            "outcome": "reactivated",
            "reason": None,
            "response_id": "r-17",
            "campaign_id": "spring-webinar",
            "decided_at": "2026-03-01T12:00:01Z",
            "as_of": "2026-03-01T12:00:00Z",
            "trigger_id": "5c7d4be9d001",
            "settings_version": 7,
            "dry_run": False,
            "considered": [
                {
                    "response_id": "r-17",
                    "campaign_id": "spring-webinar",
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
            "default_campaign_source": None,
            "score": 64,
            "previous_score": 48,
            "activated_at": "2026-03-01T12:00:00Z",
            "cycle": 1,
            "status": "Open - Not Contacted",
            "replaced_response_id": None,
            "explanation": "Spring webinar got the credit when the score went from 48 to 64 (threshold 60) on "
            "2026-03-01T12:00:00Z: its response is the newest never engaged one within 30 days; 1 other response lost "
            "to it.",
            "replay": "identical",
        }
    ],
}
_ASSIGNMENT = (
    "person_id assignment_id response_id campaign_id cycle state reason? temporary_owner_id? owner_id? "
    "first_owner_id? first_owner_type? first_queue_id? late_owner_id? outside_queue activated_at assigned_at? "
    "worked_at? deadline? system_delay_seconds? human_delay_seconds?"
)
_TIMELINE = {
    "oneOf": [
        _record(
            "kind at decision_id scenario outcome reason? response_id? campaign_id? cycle? score?",
            kind={"type": "string", "const": "decision"},
            reason=_REASON,
        ),
        _record(
            f"kind at {_ASSIGNMENT}",
            kind={"type": "string", "enum": [f"assignment_{step}" for step in Step if step is not Step.STARTED]},
        ),
        _record(
            "kind at assignment_id owner_id? reason? by? account_id? matched_by? unmatched? suggested pool? passed "
            "again_at? explanation",
            kind={"type": "string", "enum": ["routed", "not_routed"]},
            reason={"type": "string", "enum": [one.value for one in Unrouted]},
            by={"type": "string", "enum": [one.value for one in By]},
            suggested=_list({"type": "string"}),
            passed={"type": "object", "additionalProperties": {"enum": [one.value for one in Passed]}},
        ),
        _record(
            "kind at response_id campaign_id cycle stage",
            kind={"type": "string", "const": "stage_reached"},
        ),
        _record(
            "kind at response_id campaign_id cycle reason",
            kind={"type": "string", "const": "deactivated"},
            reason={"type": "string", "enum": [one.value for one in Ended]},
        ),
        _record(
            "kind at merged_id converted",
            kind={"type": "string", "const": "merged"},
            converted={"type": "boolean", "description": "Whether it was a lead that became this contact."},
        ),
    ]
}

_RESULT = _record(
    "is_success decision? error?",
    is_success={"type": "boolean"},
    decision=_ref("Decision"),
    error=_record(
        "code message field?",
        code={
            "type": "string",
            "enum": ["INVALID_FIELD", "UNKNOWN_CAMPAIGN", "TOO_LARGE", "CONFLICT", "UNAVAILABLE"],
        },
    ),
)

# --- simulations -----------------------------------------------------------------------------------------------------

_VERSION = {"type": "integer", "minimum": 0}
_EVENT = {
    "type": "object",
    "description": "An event in the envelope of the bus, as an archive of it holds it.",
    "properties": {
        "source": {"type": "string"},
        "detail-type": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "detail": {"type": "object"},
    },
    "required": ["detail-type", "time", "detail"],
}
_SIMULATION_REQUEST = {
    "type": "object",
    "description": "Settings, or else the number of a stored version, or else the current ones; with `against` or "
    "`against_version`, the credit that other settings give is set beside it. The campaigns that a document names are "
    f"those of the history. At most {MOST_EVENTS:,} events, {LARGEST_SIMULATION:,} bytes, and an answer of "
    f"{LARGEST_ANSWER:,} bytes of decisions: what is larger is answered with 413, and is simulated in parts "
    "(`rekindle partition`).",
    "properties": {
        "settings": _ref("Settings"),
        "settings_version": {**_VERSION, "description": "Instead of settings."},
        "against": _ref("Settings"),
        "against_version": {**_VERSION, "description": "Instead of against."},
        "history": {
            **_list(_EVENT),
            "maxItems": MOST_EVENTS,
            "description": "In time order or not: it is played in order of time, delays included.",
        },
    },
    "required": ["history"],
    "additionalProperties": False,
    "examples": [
        {
            "settings_version": 7,
            "against_version": 8,
            "history": [
                {
                    "source": "my.crm",
                    "detail-type": "Campaign Changed",
                    "time": "2026-01-01T09:00:00Z",
                    "detail": {"campaign_id": "spring-webinar", "name": "Spring webinar"},
                }
            ],
        }
    ],
}
_COUNT = {"type": "integer"}
_SIMULATION = {
    **_record(
        "decisions credit difference refused passed_over unmapped_statuses counts",
        decisions={
            **_list(_ref("Decision")),
            "description": "In the order decided. Their settings_version is 1: a simulation knows one document.",
        },
        credit={
            "type": "object",
            "additionalProperties": _COUNT,
            "description": "By campaign, the responses that became active and were not replaced.",
        },
        difference={
            **_list(_record("campaign_id name credit against change", **_each("credit against change", _COUNT))),
            "description": "There where other settings were asked for; most credit first.",
        },
        refused={
            **_list(_record("line code detail field?", line=_COUNT)),
            "description": "What would have gone to the failure queue, by its place in the history, from 1.",
        },
        passed_over={
            "type": "object",
            "additionalProperties": _COUNT,
            "description": "By reason, the parts of events that change nothing; the rest of each event is applied.",
        },
        unmapped_statuses={
            "type": "object",
            "additionalProperties": _COUNT,
            "description": "The statuses that the settings do not map, by how often the history gives one to a person.",
        },
        counts=_record(
            "events decisions refused applied older duplicate",
            **_each("events decisions refused applied older duplicate", _COUNT),
        ),
    ),
    "required": ["decisions", "credit", "refused", "passed_over", "unmapped_statuses", "counts"],
}

# --- problems --------------------------------------------------------------------------------------------------------

_FAULT = _record("path message")
_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "In words, for people."},
        "field": {"type": "string", "description": "The field at fault, as the caller wrote it."},
        "faults": {**_list(_FAULT), "description": "Every fault of a settings document."},
    },
    "required": ["type", "title", "status", "code", "detail"],
    "additionalProperties": False,
}
_PROBLEMS: dict[str, tuple[str, str, list[str]]] = {
    "Malformed": ("400", "The body cannot be read.", ["MALFORMED"]),
    "NotFound": ("404", "There is no such record.", ["NOT_FOUND"]),
    "Conflict": (
        "409",
        "The record was changed at the same moment again and again: try again. Or nobody is waited for any more.",
        ["CONFLICT", "NOT_PENDING"],
    ),
    "TooLarge": ("413", "The request or its answer is larger than one call can carry.", ["CALL_TOO_LARGE"]),
    "PreconditionFailed": ("412", "Another version is current.", ["PRECONDITION_FAILED"]),
    "Invalid": (
        "422",
        "A field is unknown, of a wrong type or out of range; the change is dated in the future; it names a campaign "
        "or a response that nobody knows; the settings have faults; the key came with another request; or the record "
        "is full.",
        [
            "INVALID_FIELD",
            "IN_FUTURE",
            "INVALID_SETTINGS",
            "UNKNOWN_CAMPAIGN",
            "UNKNOWN_RESPONSE",
            "IDEMPOTENCY_KEY_REUSED",
            "TOO_LARGE",
        ],
    ),
    "Failed": ("500", "Something went wrong here.", ["INTERNAL"]),
    "Unavailable": ("503", "The store did not answer. Try again later.", ["UNAVAILABLE"]),
}
_ALWAYS = ["Failed", "Unavailable"]


_FORBIDDEN = {
    "description": "The request is not signed, or its signer is not allowed to. API Gateway answers, in its own form.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {"message": {"type": "string"}},
                "examples": [{"message": "Missing Authentication Token"}],
            }
        }
    },
}


def _problems() -> Json:
    problems = {
        name: {
            "description": description,
            "content": {
                "application/problem+json": {
                    "schema": {**_ref("Problem"), "properties": {"code": {"enum": codes}}},
                    "examples": {
                        code: {"value": {"type": "about:blank", "status": int(status), "code": code}} for code in codes
                    },
                }
            },
        }
        for name, (status, description, codes) in _PROBLEMS.items()
    }
    return {"Forbidden": _FORBIDDEN, **problems}
