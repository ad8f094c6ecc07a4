"""How an operation of the API is described: its parameters, its body and its answers."""

from collections.abc import Sequence
from typing import Any

from rekindle.adapters.wire.describe.problems import ALWAYS, GATEWAY, PROBLEMS
from rekindle.adapters.wire.describe.schemas import Json, ref
from rekindle.adapters.wire.rules import LONGEST_IDENTIFIER
from rekindle.application.ports.people import MemberState
from rekindle.domain.capture.kinds import PERSON
from rekindle.domain.failures.failure import FailureState
from rekindle.domain.measures.funnel import By, FunnelBasis
from rekindle.domain.measures.points import ACTIVE_RESPONSE
from rekindle.domain.measures.recycling import RecycledBy
from rekindle.domain.measures.shared_days import SharedBy
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.records.kind import Kind

HTML = '<!doctype html><html lang="en"><title>Rekindle API</title></html>'


def operation(
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
    schema = ref(answers) if answers else {"type": "string" if media.startswith("text/") else "object"}
    shown = {"example": example} if example is not None else {}
    answered = {"200": {"description": summary, "content": {media: {"schema": schema, **shown}}}}
    named = {**GATEWAY, **PROBLEMS}
    refused = {named[p][0]: {"$ref": f"#/components/responses/{p}"} for p in [*GATEWAY, *(problems or []), *ALWAYS]}
    described = {"operationId": name, "tags": [tag], "summary": summary, "parameters": parameters or []}
    return {**described, **({"requestBody": body} if body else {}), "responses": {**answered, **refused}}


def unsigned(operation: Json) -> Json:
    """For everybody: nobody is turned away."""
    answers = {status: answer for status, answer in operation["responses"].items() if status != "403"}
    return {**operation, "responses": answers, "security": []}


def with_status(status: str, operation: Json) -> Json:
    """With another status than 200."""
    answers = operation["responses"]
    return {**operation, "responses": {status: answers["200"], **{s: a for s, a in answers.items() if s != "200"}}}


def put(kind: Kind[Any]) -> Json:
    name = kind.name.capitalize()
    where = OF_PERSON if kind is PERSON else in_path(kind.id, "")
    problems = ["Malformed", "NotFound", "Invalid", "Conflict"]
    parameters = [where, IDEMPOTENCY_KEY]
    return operation(f"put_{kind.name}", "Facts", kind.summary, name, parameters, problems, body(f"{name}Change"))


def body(schema: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": ref(schema)}}}


def erasing(operation: Json) -> Json:
    """202 where a large history takes longer than one call."""
    operation["responses"]["202"] = {**operation["responses"]["200"], "description": "The erasure goes on."}
    return operation


def collection(
    name: str, summary: str, of: str, where: Json | None, tag: str | None = None, more: Sequence[Json] = ()
) -> Json:
    in_path = where is not None and where["in"] == "path"
    problems = ["NotFound", "Invalid"] if in_path else ["Invalid"]
    tag = tag or ("People" if in_path else "Settings")
    return operation(name, tag, summary, f"{of}Page", [*([where] if where else []), *more, *PAGING], problems)


def settings_body() -> Json:
    content = {"schema": ref("Settings")}
    return {"required": True, "content": {"application/json": content, "application/yaml": content}}


def versioned(operation: Json) -> Json:
    header = {"description": "The version, for If-Match.", "schema": {"type": "string", "examples": ['"7"']}}
    operation["responses"]["200"]["headers"] = {"ETag": header}
    return operation


def in_path(name: str, description: str, schema: Json | None = None) -> Json:
    rule = schema or {"type": "string", "minLength": 1, "maxLength": LONGEST_IDENTIFIER}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": rule}


OF_PERSON = in_path("person_id", "A lead or a contact. A former id leads to the person it became.")
ASSIGNMENT_STATE = {
    "name": "state",
    "in": "query",
    "description": "Which assignments.",
    "schema": {"enum": [state.value for state in AssignmentState], "default": AssignmentState.PENDING.value},
}
MEMBER_STATE = {
    "name": "state",
    "in": "query",
    "description": "Which members: all (targeted); those who responded; those who have not within the settings' "
    "`responses.dark_after_days`; those whose active response is of the campaign.",
    "schema": {"enum": [state.value for state in MemberState], "default": MemberState.TARGETED.value},
}
FAILURE_STATE = {
    "name": "state",
    "in": "query",
    "description": "Which failures.",
    "schema": {"enum": [state.value for state in FailureState], "default": FailureState.OPEN.value},
}
FAILURE_REASON = {
    "name": "reason",
    "in": "query",
    "description": "Only failures with this reason.",
    "schema": {"type": "string"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The version that the change was made from; without it any will do.",
    "schema": {"type": "string", "examples": ['"7"']},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes the request safe to send again: for a day, the same body under the same key of the same "
    "caller is the same request. It changes nothing any more, is answered by the same decisions or by the record as it "
    "stands, and another request under the key is refused.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_IDENTIFIER},
}
_DAY = {"type": "string", "format": "date"}
_PERIOD = (
    ("from", "The first day, of the settings' time zone. Absent: a year before `to`.", _DAY),
    ("to", "The day after the last. Absent: tomorrow.", _DAY),
)
ATTRIBUTION = [
    {"name": name, "in": "query", "description": description, "schema": schema}
    for name, description, schema in (
        ("model", "A model of the settings.", {"type": "string", "default": ACTIVE_RESPONSE}),
        *_PERIOD,
        ("by", "What is added up.", {"type": "string", "enum": list(SharedBy), "default": SharedBy.CAMPAIGN}),
    )
]
RECYCLING = [
    {"name": name, "in": "query", "description": description, "schema": schema}
    for name, description, schema in (
        *_PERIOD,
        ("by", "What is added up.", {"type": "string", "enum": list(RecycledBy), "default": RecycledBy.REASON}),
    )
]
FUNNEL = [
    {"name": name, "in": "query", "description": description, "schema": schema}
    for name, description, schema in (
        *_PERIOD,
        ("by", "What to group by. Absent: all in one, and no items.", {"type": "string", "enum": list(By)}),
        (
            "basis",
            "The cycles that began in the period, however much later they reached a stage, or the stages that were "
            "reached in it, whenever their cycles began.",
            {"type": "string", "enum": list(FunnelBasis), "default": FunnelBasis.COHORT},
        ),
        ("beside", "The first day of another period, as long as the first, to be shown beside it.", _DAY),
    )
]
SOUGHT = [
    {"name": name, "in": "query", "description": description, "schema": {"type": "string", "minLength": 1}}
    for name, description in (
        ("id", "Any id of the person, also one that the person had before a merge or a conversion."),
        ("email", "An e-mail address, in any spelling of upper and lower case."),
        ("phone", "A telephone number, with or without the code of the country."),
        ("name", "The beginning of the last name, or the last name and the beginning of the first name."),
    )
]
PAGING = [
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
