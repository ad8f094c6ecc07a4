"""Messages of the failure queue: what each is about, why it is there, and what of it is about a person."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rekindle.adapters.wire.links import is_click
from rekindle.adapters.wire.webhooks import is_webhook
from rekindle.domain.core import times
from rekindle.domain.failures.failure import Failure

Json = dict[str, Any]

OWN_SOURCE = "rekindle"
WAIT = {"person_id", "assignment_id", "due"}
"""What one has that says that the time of an assignment has come."""
_RECORDS = {
    "Person": "person",
    "People": "person",
    "Campaign": "campaign",
    "Response": "response",
    "Task": "task",
    "Opportunity": "opportunity",
    "Account": "account",
    "User": "user",
    "Queue": "queue",
    "Source Code": "source_code",
    "Interaction": "interaction",
    "Case": "case",
}
"""The kinds of records, by the beginning of the detail-type of their events."""
_ENTITIES = {"Lead": "person", "Contact": "person", "CampaignMember": "response"}
"""The kinds of Salesforce's records that have another name here."""
_PEOPLE_OF_ENTITY = ("LeadId", "ContactId", "WhoId", "ConvertedContactId")
_WITHOUT_TEXTS = {"People Merged", "Opportunity Changed"}
"""Events that name several people, and hold no text about any."""


def failure_of(message: Mapping[str, Any]) -> Failure:
    """A message as Lambda delivers it from a queue."""
    attributes = {n: a.get("stringValue", "") for n, a in message.get("messageAttributes", {}).items()}
    system = message["attributes"]
    content = content_of(message["body"])
    return Failure(
        failure_id=message["messageId"],
        failed_at=datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(system["SentTimestamp"])),
        reason=_reason(attributes, content),
        body=message["body"],
        record=_record(content),
        record_id=_record_id(content),
        event_id=_text(content.get("id")) or _text(_detail(content).get("event_id")),
        event_at=_event_at(content),
        source=_source(attributes, system, content),
        message=attributes.get("message") or attributes.get("ERROR_MESSAGE") or None,
        field=attributes.get("field") or None,
        person_ids=tuple(dict.fromkeys(_people(content))),
    )


def content_of(body: str) -> Json:
    """What a message holds; nothing where it is no JSON object."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def is_own_event(content: Mapping[str, Any]) -> bool:
    """Whether it is an event out, which a rule's target did not take: the CRM, for one."""
    return content.get("source") == OWN_SOURCE


def is_due(content: Mapping[str, Any]) -> bool:
    """Whether it is of the queue of what is due: a delay that is over, a response whose date is reached, a crossing
    that was put off, or the next run of an index that is written anew."""
    keys = content.keys()
    return keys == {"person_id"} or (keys >= {"person_id", "due"} and "assignment_id" not in keys)


def is_routing(content: Mapping[str, Any]) -> bool:
    """Whether it asks the router for the owner of a lead for which nobody was at work."""
    return content.keys() == {"detail"}


def concerns(failure: Failure, person_ids: Collection[str], has_response: Callable[[str], bool]) -> bool:
    """Whether a failure is about a person, who has these ids and these responses."""
    if any(one in person_ids for one in failure.person_ids):
        return True
    # Also in a message that cannot be read.
    if any(json.dumps(one, ensure_ascii=False) in failure.body for one in person_ids):
        return True
    return failure.record == "response" and failure.record_id is not None and has_response(failure.record_id)


def body_without(failure: Failure, person_ids: Collection[str]) -> str | None:
    """The message without a person; None where nothing of it is about anybody else."""
    content = content_of(failure.body)
    if content.get("detail-type") in _WITHOUT_TEXTS:
        return failure.body
    header = _header(content)
    left = [one for one in header.get("recordIds", ()) if one not in person_ids] if header else []
    if not left or len(left) == len(header["recordIds"]):
        return None
    header["recordIds"] = left
    return json.dumps(content, ensure_ascii=False)


def _reason(attributes: Mapping[str, str], content: Json) -> str:
    code = attributes.get("code") or attributes.get("ERROR_CODE") or _context(content).get("condition")
    return _text(code) or "RETRIES_EXHAUSTED"


def _record(content: Json) -> str:
    if content.get("source") == "aws.s3":
        return "stream_records"
    if "requestPayload" in content:
        return "invocation"
    if is_due(content):
        return "delay"
    if content.keys() >= WAIT or is_routing(content):
        return "assignment"
    if is_own_event(content):
        return "event"
    if is_webhook(content):
        return "webhook"
    if is_click(content):
        return "click"
    header = _header(content)
    if header:
        entity = _text(header.get("entityName")) or "record"
        return _ENTITIES.get(entity, entity.lower())
    detail_type = _text(content.get("detail-type")) or ""
    kinds = [kind for beginning, kind in _RECORDS.items() if detail_type.startswith(f"{beginning} ")]
    if kinds and "Prompted" not in detail_type:
        return kinds[0]
    return "request" if detail_type in ("Reactivation Requested", "Response Prompted") else "message"


def _record_id(content: Json) -> str | None:
    record, detail = _record(content), _detail(content)
    match record:
        case "stream_records":
            return _text(detail.get("object", {}).get("key"))
        case "invocation":
            return _text(_context(content).get("functionArn", "").rpartition(":function:")[2])
        case "delay":
            return _text(content["person_id"])
        case "assignment":
            return _text(content.get("assignment_id") or detail.get("assignment_id"))
        case "event":
            return _text(detail.get("person_id"))
    header = _header(content)
    if header:
        ids = header.get("recordIds")
        return _text(ids[0]) if isinstance(ids, list) and ids else None
    return _text(detail.get("survivor_id") or detail.get(f"{record}_id") or detail.get("request_id"))


def _people(content: Json) -> Iterator[str]:
    header, detail = _header(content), _detail(content)
    people: list[Any] = content["person_ids"] if is_webhook(content) and _is_list(content, "person_ids") else []
    people += [content.get("person_id"), detail.get("person_id"), detail.get("survivor_id")]
    for several in (detail.get("merged_ids"), detail.get("person_ids")):
        people += several if isinstance(several, list) else []
    if header:
        if header.get("entityName") in ("Lead", "Contact") and isinstance(header.get("recordIds"), list):
            people += header["recordIds"]
        payload = detail.get("payload")
        values = payload if isinstance(payload, dict) else detail
        people += [values.get(name) for name in _PEOPLE_OF_ENTITY]
    yield from (one for one in people if isinstance(one, str) and one)


def _event_at(content: Json) -> datetime | None:
    for written in (_detail(content).get("occurred_at"), content.get("time"), content.get("received_at")):
        try:
            if isinstance(written, str):
                return times.instant(written)
        except (ValueError, OverflowError):
            continue
    return None


def _source(attributes: Mapping[str, str], system: Mapping[str, str], content: Json) -> str | None:
    """Who sent the event; of a message that is no event, the queue that it was in, or the function that failed."""
    queue = system.get("DeadLetterQueueSourceArn", "").rpartition(":")[2] or attributes.get("source")
    function = _context(content).get("functionArn", "").rpartition(":function:")[2]
    webhook = f"webhook.{content['webhook']}" if is_webhook(content) else None
    return _text(content.get("source")) or webhook or queue or function or None


def _is_list(content: Json, name: str) -> bool:
    return isinstance(content.get(name), list)


def _detail(content: Json) -> Json:
    detail = content.get("detail")
    return detail if isinstance(detail, dict) else {}


def _header(content: Json) -> Json:
    detail = _detail(content)
    payload = detail.get("payload")
    header = (payload if isinstance(payload, dict) else detail).get("ChangeEventHeader")
    return header if isinstance(header, dict) else {}


def _context(content: Json) -> Json:
    context = content.get("requestContext")
    return context if isinstance(context, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
