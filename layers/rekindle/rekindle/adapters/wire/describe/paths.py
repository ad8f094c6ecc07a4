"""The routes of the API, as OpenAPI describes them."""

from collections.abc import Sequence
from typing import Any

from rekindle.adapters.wire.describe.problems import ALWAYS, GATEWAY, PROBLEMS
from rekindle.adapters.wire.describe.schemas import Json, ref
from rekindle.adapters.wire.rules import LONGEST_IDENTIFIER, MOST_INPUTS
from rekindle.domain.capture.kinds import KINDS, PERSON
from rekindle.domain.failures.failure import FailureState
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.records.kind import Kind


def paths() -> Json:
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
                "get_person", "People", "A person as it stands", "Person", [_PERSON], ["NotFound", "Invalid"]
            ),
            "put": _put(PERSON),
            "delete": _erasing(
                _operation(
                    "erase_person",
                    "People",
                    "Erase a person, and those merged into it, from every place; a second call has the same answer",
                    "Erasure",
                    [_PERSON],
                    ["NotFound", "Invalid", "Conflict"],
                )
            ),
        },
        "/people/{person_id}/export": {
            "get": _operation(
                "export_person",
                "People",
                "Everything that is stored about a person",
                "Export",
                [_PERSON],
                ["NotFound", "Invalid", "TooLarge"],
            ),
        },
        "/people/{person_id}/responses": {
            "get": _collection("get_responses", "A person's responses", "Response", _PERSON),
        },
        "/people/{person_id}/decisions": {
            "get": _collection("get_decisions", "A person's decisions, newest first", "Decision", _PERSON),
        },
        "/people/{person_id}/timeline": {
            "get": _collection("get_timeline", "What happened to a person, newest first", "TimelineEntry", _PERSON),
        },
        "/decisions/{decision_id}": {
            "get": _operation(
                "get_decision",
                "People",
                "One decision, with its whole explanation",
                "Decision",
                [_in_path("decision_id", "As it stands in decisions and events."), *_PAGING[1:]],
                ["NotFound", "Invalid"],
            ),
        },
        **{f"/{kind.path}/{{{kind.id}}}": {"put": _put(kind)} for kind in KINDS if kind.path and kind is not PERSON},
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
                [_PERSON],
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
            "get": _operation(
                "get_settings_schema",
                "Settings",
                "What a document may hold, as JSON Schema",
                None,
                example={"type": "object", "properties": {"qualification": {"type": "object"}}},
            ),
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
        "/failures": {
            "get": _collection(
                "get_failures",
                "What could not be processed, newest first",
                "Failure",
                _FAILURE_STATE,
                tag="Failures",
                more=[_FAILURE_REASON],
            ),
        },
        "/failures/resend": {
            "post": _operation(
                "resend_failures",
                "Failures",
                "Send open failures to where they belong: some by their ids, or the newest, all or of one reason",
                "HandledFailures",
                [],
                ["Malformed", "Invalid"],
                {**_body("FailureSelection"), "required": False},
            ),
        },
        "/failures/discard": {
            "post": _operation(
                "discard_failures",
                "Failures",
                "Discard open failures, chosen in the same way",
                "HandledFailures",
                [],
                ["Malformed", "Invalid"],
                _body("FailureDiscard"),
            ),
        },
        "/failures/{failure_id}/resend": {
            "post": _operation(
                "resend_failure",
                "Failures",
                "Send an open failure to where it belongs; of two callers one does",
                "HandledFailure",
                [_in_path("failure_id", "")],
                ["NotFound", "Invalid", "Conflict"],
            ),
        },
        "/failures/{failure_id}/discard": {
            "post": _operation(
                "discard_failure",
                "Failures",
                "Discard an open failure; the note says why",
                "Failure",
                [_in_path("failure_id", "")],
                ["Malformed", "NotFound", "Invalid", "Conflict"],
                _body("Discard"),
            ),
        },
        "/health": {
            "get": _unsigned(_operation("get_health", "Service", "Whether the service answers", "Health")),
        },
        "/openapi.json": {
            "get": _operation("get_openapi", "Service", "This document", None, example={"openapi": "3.1.0"}),
        },
        "/docs": {
            "get": _unsigned(
                _operation(
                    "get_docs", "Service", "This document as a page to read", None, media="text/html", example=_HTML
                )
            ),
        },
    }


_HTML = '<!doctype html><html lang="en"><title>Rekindle API</title></html>'


def _operation(
    name: str,
    tag: str,
    summary: str,
    answers: str | None,
    parameters: list[Json] | None = None,
    problems: list[str] | None = None,
    body: Json | None = None,
    media: str = "application/json",
    example: Any = None,
) -> Json:
    schema = ref(answers) if answers else {"type": "string" if media == "text/html" else "object"}
    shown = {"example": example} if example is not None else {}
    told = {"200": {"description": summary, "content": {media: {"schema": schema, **shown}}}}
    named = {**GATEWAY, **PROBLEMS}
    refused = {named[p][0]: {"$ref": f"#/components/responses/{p}"} for p in [*GATEWAY, *(problems or []), *ALWAYS]}
    described = {"operationId": name, "tags": [tag], "summary": summary, "parameters": parameters or []}
    return {**described, **({"requestBody": body} if body else {}), "responses": {**told, **refused}}


def _unsigned(operation: Json) -> Json:
    """For everybody: nobody is turned away."""
    answers = {status: told for status, told in operation["responses"].items() if status != "403"}
    return {**operation, "responses": answers, "security": []}


def _put(kind: Kind[Any]) -> Json:
    name = kind.name.capitalize()
    where = _PERSON if kind is PERSON else _in_path(kind.id, "")
    problems = ["Malformed", "Invalid", "Conflict"]
    parameters = [where, _IDEMPOTENCY_KEY]
    return _operation(f"put_{kind.name}", "Facts", kind.summary, name, parameters, problems, _body(f"{name}Change"))


def _body(schema: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": ref(schema)}}}


def _erasing(operation: Json) -> Json:
    """202 where a large history takes longer than one call."""
    operation["responses"]["202"] = {**operation["responses"]["200"], "description": "The erasure goes on."}
    return operation


def _collection(
    name: str, summary: str, of: str, where: Json | None, tag: str | None = None, more: Sequence[Json] = ()
) -> Json:
    in_path = where is not None and where["in"] == "path"
    problems = ["NotFound", "Invalid"] if in_path else ["Invalid"]
    tag = tag or ("People" if in_path else "Settings")
    return _operation(name, tag, summary, f"{of}Page", [*([where] if where else []), *more, *_PAGING], problems)


def _settings_body() -> Json:
    held = {"schema": ref("Settings")}
    return {"required": True, "content": {"application/json": held, "application/yaml": held}}


def _versioned(operation: Json) -> Json:
    header = {"description": "The version, for If-Match.", "schema": {"type": "string", "examples": ['"7"']}}
    operation["responses"]["200"]["headers"] = {"ETag": header}
    return operation


def _in_path(name: str, description: str, schema: Json | None = None) -> Json:
    rule = schema or {"type": "string", "minLength": 1, "maxLength": LONGEST_IDENTIFIER}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": rule}


_PERSON = _in_path("person_id", "A lead or a contact. A former id leads to the person it became.")
_ASSIGNMENT_STATE = {
    "name": "state",
    "in": "query",
    "description": "Which assignments.",
    "schema": {"enum": [state.value for state in AssignmentState], "default": AssignmentState.PENDING.value},
}
_FAILURE_STATE = {
    "name": "state",
    "in": "query",
    "description": "Which failures.",
    "schema": {"enum": [state.value for state in FailureState], "default": FailureState.OPEN.value},
}
_FAILURE_REASON = {
    "name": "reason",
    "in": "query",
    "description": "Only failures with this reason.",
    "schema": {"type": "string"},
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
