"""The schemas of the OpenAPI document: of requests by the rules they are held to, of answers by their types."""

from typing import Any

import msgspec

from rekindle.adapters.wire.describe import schemas
from rekindle.adapters.wire.describe.book_paths import BOOKS
from rekindle.adapters.wire.describe.examples import EXAMPLES, example
from rekindle.adapters.wire.describe.handoff_paths import HANDOFF_BODIES
from rekindle.adapters.wire.describe.import_paths import IMPORT_BODIES
from rekindle.adapters.wire.describe.schemas import COMPONENTS, Json, array, not_null, nullable, readable, ref
from rekindle.adapters.wire.describe.target_paths import TARGET_BODIES, TARGETS
from rekindle.adapters.wire.duplicates import DismissalValues, UnionValues
from rekindle.adapters.wire.forms import form_of
from rekindle.adapters.wire.links import LinkValues
from rekindle.adapters.wire.links import People as LinkPeople
from rekindle.adapters.wire.requests import ConversionValues, PromptValues, RequestValues
from rekindle.adapters.wire.rules import (
    LARGEST_ANSWER,
    LARGEST_SIMULATION,
    LONGEST_TEMPLATE,
    MOST_EVENTS,
    MOST_INPUTS,
    FailureIds,
    FailureLimit,
    Identifier,
    Note,
    Sequence,
    TemplateName,
    Time,
)
from rekindle.adapters.wire.settings.schema import SCHEMA
from rekindle.domain.capture.kinds import KINDS, PERSON, RESPONSE
from rekindle.domain.notifications.template import PARTS
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.opportunity import OPPORTUNITY


def components() -> Json:
    described = _described()
    for name, values in {**EXAMPLES, **BOOKS, **TARGETS}.items():
        described[name]["examples"] = [example(described[name], values, described)]
    for kind in _SHOWN:
        schema = described[_name(kind)]
        schema["examples"] = [example(schema, {kind.id: f"{kind.name}-1", **kind.example}, described)]
    for of in _PAGED:
        described[f"{of}Page"]["examples"] = [{"items": described[of]["examples"], "next": None}]
    return described


def _described() -> Json:
    return {
        **{f"{_name(kind)}Change": _change(kind) for kind in KINDS if kind.path},
        "Reactivations": {
            "type": "object",
            "properties": {
                "inputs": {
                    **array(ref("ReactivationInput")),
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
            "anyOf": [_one_alone("person_id", "task_id"), _one_alone("task_id", "person_id")],
        },
        "ResponsePrompt": _request(PromptValues, ["person_id", "campaign_id", "user_id", "intent"], _PROMPT_EXAMPLE),
        "ConversionRequest": _conversion(),
        "Responses": {
            "oneOf": [
                ref("ResponseRecorded"),
                {
                    "type": "object",
                    "properties": {
                        "responses": {
                            **array(ref("ResponseRecorded")),
                            "minItems": 1,
                            "maxItems": MOST_INPUTS,
                            "description": "A response that breaks a rule fails alone: the others are recorded.",
                        }
                    },
                    "required": ["responses"],
                    "additionalProperties": False,
                },
            ],
            "examples": [RESPONSE.example],
        },
        "ResponseRecorded": _response_recorded(),
        "SimulationRequest": _SIMULATION_REQUEST,
        "Settings": {**{key: value for key, value in SCHEMA.items() if key != "$schema"}, "examples": [_SETTINGS]},
        **{name: schemas.inline(answer) for answer, name in COMPONENTS.items()},
        **{_name(kind): schemas.record(kind) for kind in _SHOWN},
        "Completion": {
            "type": "object",
            "properties": {
                "owner_id": {
                    **_rule(Identifier),
                    "description": "The user or queue that was found. Absent: whoever has the person.",
                }
            },
            "additionalProperties": False,
            "examples": [{"owner_id": "user-7"}],
        },
        "NotificationPreview": {
            "type": "object",
            "properties": {
                "kind": {**_rule(TemplateName), "description": "Which template."},
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
                    **_rule(Identifier),
                    "description": "Whose newest assignment it is tried on. Absent: made-up people.",
                },
            },
            "required": ["kind"],
            "additionalProperties": False,
            "examples": [{"kind": "assigned", "template": {"subject": "For you: {{ person.name }}"}}],
        },
        "LinkRequest": _request(LinkValues, ["destination"], _LINK_EXAMPLE),
        "LinkTokensRequest": {
            "type": "object",
            "properties": {
                "person_ids": _rule(LinkPeople),
                "sent_at": {**_rule(Time), "description": "When the message goes out; without it, now."},
                "expires_at": {**_rule(Time), "description": "Until when the links hold; without it, a year."},
            },
            "required": ["person_ids"],
            "additionalProperties": False,
            "examples": [{"person_ids": ["00Q5e00000A1b2CEAR"], "sent_at": "2026-03-01T12:00:00Z"}],
        },
        **HANDOFF_BODIES,
        **TARGET_BODIES,
        "Union": _request(UnionValues, [], {"survivor_id": "0035e00000A1b2CEAR", "user_id": "user-7"}),
        "Dismissal": _request(DismissalValues, [], {"user_id": "user-7"}),
        **IMPORT_BODIES,
        "FailureSelection": _chosen({}),
        "FailureDiscard": _chosen({"note": _rule(Note)}),
        "Discard": {
            "type": "object",
            "properties": {"note": _rule(Note)},
            "required": ["note"],
            "additionalProperties": False,
            "examples": [{"note": "sent by a test system"}],
        },
        **{f"{of}Page": schemas.page(of) for of in _PAGED},
    }


_SHOWN = [kind for kind in KINDS if kind.path and kind is not PERSON]
"""Kinds whose records are shown as they are stored."""
_PAGED = (
    *("Campaign", "Person", "Response", "Assignment", "HandoffState", "Duplicate"),
    *("Decision", "TimelineEntry", "StoredVersion", "Failure", "ClosedMonth"),
    *("ImportSummary", "ColumnMapping"),
)


def _chosen(more: Json) -> Json:
    """Which failures, and what else a request says of them."""
    rules = {"failure_ids": _rule(FailureIds), "reason": _rule(Identifier), "limit": _rule(FailureLimit)}
    return {
        "type": "object",
        "description": "By their ids or by their reason; with neither, the newest open failures.",
        "properties": {**rules, **more},
        "not": {"properties": {"failure_ids": {}, "reason": {}}, "required": ["failure_ids", "reason"]},
        "required": [*more],
        "additionalProperties": False,
        "examples": [{"reason": "UNKNOWN_CAMPAIGN", "limit": 100} | ({"note": "a test"} if more else {})],
    }


def _name(kind: Kind[Any]) -> str:
    return kind.name.capitalize()


def _change(kind: Kind[Any]) -> Json:
    """A record's fields under their rules, none of which is required: what is absent is unchanged."""
    sequence = {**nullable(_rule(Sequence)), "description": _SEQUENCE}
    occurred_at = {**nullable(_rule(Time)), "description": _OCCURRED_AT}
    ordered = {"occurred_at": occurred_at, "sequence": sequence}
    fields = {kind.id: _rule(Identifier), **ordered, **_fields_of(form_of(kind).struct)}
    for name, declared in kind.fields.items():
        if declared.sentence:
            fields[name]["description"] = declared.sentence
    return {"type": "object", "properties": fields, "additionalProperties": False, "examples": [kind.example]}


def _response_recorded() -> Json:
    change = _change(RESPONSE)
    ids = {name: _rule(Identifier) for name in ("person_id", "campaign_id")}
    required = ["response_id", "person_id", "responded"]
    ids["campaign_id"]["description"] = "Needed where there is no `source_code`, which leads to a campaign."
    return {**change, "properties": {**ids, **change["properties"]}, "required": required}


_OCCURRED_AT = "When the change happened in the source; without it, when the request arrives."
_SEQUENCE = "Orders the changes of one record, where the order of the requests does not."


def _rule(rule: Any) -> Json:
    schema: Json = readable(msgspec.json.schema(rule))
    return schema


def _fields_of(form: type[msgspec.Struct]) -> Json:
    _, described = msgspec.json.schema_components([form])
    properties: Json = readable(described[form.__name__]["properties"])
    return properties


def _conversion() -> Json:
    described = _request(ConversionValues, ["to", "user_id"], _CONVERSION_EXAMPLE)
    opportunity = {name: one for name, one in _fields_of(form_of(OPPORTUNITY).struct).items() if name != "person_ids"}
    described["properties"]["opportunity"] = {
        "type": "object",
        "description": "What is known of the opportunity that is opened.",
        "properties": opportunity,
        "additionalProperties": False,
    }
    return described


_CONVERSION_EXAMPLE = {"to": "opportunity", "user_id": "0055e000001AbCdAAK", "primary_interest": "Webinar platform"}


def _request(form: type[msgspec.Struct], required: list[str], example: Json) -> Json:
    fields = _fields_of(form)
    for name in fields.keys() & _ASKED.keys():
        fields[name]["description"] = _ASKED[name]
    for name in required:
        fields[name] = not_null(fields[name])
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
    "survivor_id": "Which of the two goes on. Absent: a contact before a lead, then what is known better.",
    "intent": "What the user is about to do.",
}


def _one_alone(one: str, other: str) -> Json:
    """One of two fields, which excludes the other: that may still be there as null."""
    return {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}


_INPUT_EXAMPLE = {"person_id": "00Q5e00000A1b2CEAR", "user_id": "0055e000001AbCdAAK"}
_SETTINGS = {
    "qualification": {"threshold": 60},
    "person_statuses": {
        "New": {"active": False},
        "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
    },
}
_PROMPT_EXAMPLE = {
    "person_id": "00Q5e00000A1b2CEAR",
    "campaign_id": "sdr-prompt",
    "user_id": "0055e000001AbCdAAK",
    "intent": "convert",
}


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
        "settings": ref("Settings"),
        "settings_version": {**_VERSION, "description": "Instead of settings."},
        "against": ref("Settings"),
        "against_version": {**_VERSION, "description": "Instead of against."},
        "history": {
            **array(_EVENT),
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
_LINK_EXAMPLE = {
    "link_id": "webinar-invitation",
    "destination": "https://www.example.com/events/webinar",
    "campaign_id": "spring-webinar",
    "channel": "email",
}
