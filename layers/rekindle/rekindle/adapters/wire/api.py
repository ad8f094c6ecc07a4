"""Bodies of requests as the facts or the requests they hold: the rules of events, and unknown fields refused."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import records, requests
from rekindle.adapters.wire.records import digest, stamp_of
from rekindle.adapters.wire.rules import (
    MOST_FAILURES,
    ConvertibleTo,
    FailureIds,
    FailureLimit,
    Flag,
    Identifier,
    Inputs,
    Naming,
    Note,
    TemplateName,
    TemplateParts,
    Text,
    checked,
    gathered,
    happened_at,
    identifier,
    kind_of,
    no_blank,
    only,
    required,
)
from rekindle.adapters.wire.standards import check_listed
from rekindle.application.ports.people import ListedBy, MemberState
from rekindle.domain.capture.converting import ConversionRequested, ConvertedTo
from rekindle.domain.capture.facts import OpportunityChanged, PersonChanged, RecordChanged, ResponseRecorded
from rekindle.domain.capture.kinds import PERSON, RESPONSE
from rekindle.domain.core.errors import InvalidField, Malformed, Refusal
from rekindle.domain.core.values import replace
from rekindle.domain.failures.failure import FailureState, Selection
from rekindle.domain.notifications.template import PARTS
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.reactivation.request import ReactivationRequested, ResponsePrompted
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.stamps import ChangeStamp


def person_changed(person_id: str, body: bytes, now: datetime) -> PersonChanged:
    return _fact(PERSON, person_id, body, now, records.person_changed)


def opportunity_changed(opportunity_id: str, body: bytes, now: datetime) -> OpportunityChanged:
    return _fact(OPPORTUNITY, opportunity_id, body, now, records.opportunity_changed, _check_amount)


def record_changed(kind: Kind[Any], record_id: str, body: bytes, now: datetime) -> RecordChanged:
    return _fact(kind, record_id, body, now, partial(records.record_changed, kind))


def _fact[F: PersonChanged | OpportunityChanged | RecordChanged](
    kind: Kind[Any],
    record_id: str,
    body: bytes,
    now: datetime,
    read: Callable[[Mapping[str, Any], ChangeStamp, Naming], F],
    *checks: Callable[[Mapping[str, Any]], object],
) -> F:
    """What a body says of the record of the address, with the rules of events; every fault at once. The body may repeat
    the address's identifier, and no other; each may be in either form of Salesforce's."""
    required(Identifier, {kind.id: record_id}, kind.id, str)
    values = object_of(body)
    detail = {**values, kind.id: record_id}
    fact: F
    stamp: ChangeStamp
    fact, stamp, *_ = gathered(
        lambda: read(detail, ChangeStamp(now), str),
        lambda: _stamp(kind.event, detail, now),
        lambda: only({*kind.fields, "occurred_at", "sequence", kind.id}, values, str),
        lambda: check_listed(values, str),
        lambda: _check_repeated(values, kind.id, record_id),
        *(partial(check, values) for check in checks),
    )
    return replace(fact, stamp=stamp)


def _check_repeated(values: Mapping[str, Any], name: str, record_id: str) -> None:
    repeated = values.get(name, record_id)
    if not isinstance(repeated, str) or ids.widened(repeated) != ids.widened(record_id):
        raise InvalidField("it is not the identifier in the address", name)


def _check_amount(values: Mapping[str, Any]) -> None:
    amount = values.get("amount")
    if isinstance(amount, int | float) and amount < 0:
        raise InvalidField("expected a number, 0 or more, got a negative one", "amount")


def _stamp(detail_type: str, detail: dict[str, Any], now: datetime) -> ChangeStamp:
    at: datetime
    at, _ = gathered(lambda: happened_at(detail, now, now, str), lambda: stamp_of(detail_type, detail, now, str))
    return stamp_of(detail_type, detail, at, str)


def reactivations_requested(body: bytes, name: str, now: datetime) -> tuple[list[ReactivationRequested | Refusal], str]:
    """The inputs of a call, what is wrong with one state in its place; and the name of their content."""
    values = object_of(body)
    inputs, _ = gathered(lambda: required(Inputs, values, "inputs", str), lambda: only({"inputs"}, values, str))
    requests = [_input(one, f"{name}-{index}", ChangeStamp(now)) for index, one in enumerate(inputs)]
    return requests, digest("reactivations", values)


def responses_recorded(body: bytes, now: datetime) -> tuple[list[ResponseRecorded | Refusal], str, str]:
    """The responses of a call, one alone or up to 200 under `responses`: what is wrong with one stands in its place.
    And the name of their content, and that of their list, which is empty for one alone."""
    values = object_of(body)
    name, listed = "", [values]
    if "responses" in values:
        name = "responses"
        listed, _ = gathered(lambda: required(Inputs, values, name, str), lambda: only({name}, values, str))
    return [_response(one, now) for one in listed], digest("responses", values), name


def _response(values: Any, now: datetime) -> ResponseRecorded | Refusal:
    try:
        if not isinstance(values, dict):
            raise InvalidField.of([("", f"expected an object, got {kind_of(values)}")])
        fact: ResponseRecorded
        stamp: ChangeStamp
        fact, stamp, *_ = gathered(
            lambda: records.response_recorded(values, ChangeStamp(now), str),
            lambda: _stamp(RESPONSE.event, values, now),
            lambda: only({*RESPONSE.fields, *_IDS, "occurred_at", "sequence"}, values, str),
            *(partial(identifier, values, name, str) for name in ("response_id", "person_id")),
            lambda: records.campaign_of_response(values, str),
            lambda: required(Flag, values, "responded", str),
            lambda: records.response_values(values, str),
        )
        return replace(fact, stamp=stamp)
    except Refusal as refusal:
        return refusal


_IDS = ("response_id", "person_id", "campaign_id")


def _input(values: Any, request_id: str, stamp: ChangeStamp) -> ReactivationRequested | Refusal:
    try:
        if not isinstance(values, dict):
            raise InvalidField.of([("", f"expected an object, got {kind_of(values)}")])
        request: ReactivationRequested
        request, _ = gathered(
            lambda: requests.requested(request_id, values, stamp, str), lambda: only(requests.REQUEST, values, str)
        )
        return request
    except Refusal as refusal:
        return refusal


def response_prompted(body: bytes, name: str, now: datetime) -> tuple[ResponsePrompted, str]:
    values = object_of(body)
    prompt: ResponsePrompted
    prompt, _ = gathered(
        lambda: requests.prompted(name, values, ChangeStamp(now), str), lambda: only(requests.PROMPT, values, str)
    )
    return prompt, digest("response-prompts", values)


def conversion(response_id: str, body: bytes, now: datetime) -> ConversionRequested:
    values = object_of(body)
    checked_values: requests.ConversionValues
    checked_values, to, user_id, opportunity, *_ = gathered(
        lambda: checked(requests.ConversionValues, values, str),
        lambda: required(ConvertibleTo, values, "to", str),
        lambda: required(Identifier, values, "user_id", str),
        lambda: _opened(values.get("opportunity")),
        lambda: only(requests.CONVERSION, values, str),
    )
    if opportunity and to != ConvertedTo.OPPORTUNITY:
        raise InvalidField("there is an opportunity only where the response is converted to one", "opportunity")
    interest = no_blank(checked_values.primary_interest)
    user_id = ids.widened_if(ids.USER, user_id)
    return ConversionRequested(response_id, ConvertedTo(to), user_id, now, interest, opportunity)


def _opened(values: Any) -> Mapping[str, Any]:
    """The fields of the opportunity that is opened."""
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise InvalidField(f"expected an object, got {kind_of(values)}", "opportunity")

    def named(name: str) -> str:
        return f"opportunity.{name}"

    fields: Mapping[str, Any]
    fields, *_ = gathered(
        lambda: records.values_of(OPPORTUNITY, values, named),
        lambda: only(OPPORTUNITY.fields.keys() - {"person_ids"}, values, named),
        lambda: check_listed(values, named),
    )
    return fields


_SOUGHT_BY = {"id": None, "email": ListedBy.MAIL, "phone": ListedBy.PHONE, "name": ListedBy.NAME}


def sought(query: Mapping[str, str]) -> tuple[ListedBy | None, str]:
    """By what people are to be found: a list, or None for an id; and what was typed. Raises InvalidField."""
    parameters = [name for name in _SOUGHT_BY if name in query]
    if len(parameters) != 1:
        raise InvalidField("expected exactly one of id, email, phone and name", parameters[1] if parameters else "id")
    (name,) = parameters
    required(Text, query, name, str)
    return _SOUGHT_BY[name], ids.widened_if(ids.PERSON, query[name]) if name == "id" else query[name]


def assignment_state(state: str | None) -> AssignmentState:
    """The state that is asked for; those who wait, where none is. Raises InvalidField."""
    try:
        return AssignmentState(state or AssignmentState.PENDING)
    except ValueError:
        raise InvalidField(f"expected one of {', '.join(AssignmentState)}", "state") from None


def completion(body: bytes) -> str | None:
    """The owner that is confirmed; None for the one who has the person. An empty body confirms that one, too."""
    values = object_of(body) if body.strip() else {}
    owner_id, _ = gathered(
        lambda: required(Identifier, values, "owner_id", str) if "owner_id" in values else None,
        lambda: only({"owner_id"}, values, str),
    )
    return owner_id and ids.widened_if(ids.OWNER, owner_id)


def preview(body: bytes) -> tuple[str, dict[str, str], str | None]:
    """Which template, what of it is only tried, and whose data it is tried on, if anybody's."""
    values = object_of(body)
    name, template, person_id, *_ = gathered(
        lambda: required(TemplateName, values, "kind", str),
        lambda: _template_parts(values),
        lambda: required(Identifier, values, "person_id", str) if "person_id" in values else None,
        lambda: only({"kind", "template", "person_id"}, values, str),
    )
    return name, template, person_id and ids.widened_if(ids.PERSON, person_id)


def _template_parts(values: Mapping[str, Any]) -> dict[str, str]:
    parts: dict[str, str] = required(TemplateParts, values, "template", str) if "template" in values else {}
    only(PARTS, parts, lambda part: f"template.{part}")
    return parts


def member_state(state: str | None) -> MemberState:
    """Which members are asked for; all of them, where nothing is said. Raises InvalidField."""
    try:
        return MemberState(state or MemberState.TARGETED)
    except ValueError:
        raise InvalidField(f"expected one of {', '.join(MemberState)}", "state") from None


def failure_state(state: str | None) -> FailureState:
    """The state that is asked for; open, where none is. Raises InvalidField."""
    try:
        return FailureState(state or FailureState.OPEN)
    except ValueError:
        raise InvalidField(f"expected one of {', '.join(FailureState)}", "state") from None


def failure_note(body: bytes) -> str:
    values = object_of(body)
    note, _ = gathered(lambda: required(Note, values, "note", str), lambda: only({"note"}, values, str))
    return str(note)


def chosen_failures(body: bytes) -> Selection:
    """Which failures are to be handled. An empty body chooses the newest open ones."""
    values = object_of(body) if body.strip() else {}
    selection: Selection
    selection, _ = gathered(lambda: _selection(values), lambda: only(SELECTION, values, str))
    return selection


def discarded_failures(body: bytes) -> tuple[Selection, str]:
    values = object_of(body)
    selection, note, _ = gathered(
        lambda: _selection(values),
        lambda: required(Note, values, "note", str),
        lambda: only({*SELECTION, "note"}, values, str),
    )
    return selection, note


def _selection(values: dict[str, Any]) -> Selection:
    limit, failure_ids, reason, _ = gathered(
        lambda: required(FailureLimit, values, "limit", str) if "limit" in values else MOST_FAILURES,
        lambda: required(FailureIds, values, "failure_ids", str) if "failure_ids" in values else (),
        lambda: required(Identifier, values, "reason", str) if "reason" in values else None,
        lambda: _check_one_choice(values),
    )
    return Selection(limit=limit, failure_ids=tuple(failure_ids), reason=reason)


def _check_one_choice(values: Mapping[str, Any]) -> None:
    if "failure_ids" in values and "reason" in values:
        raise InvalidField("failures are chosen by their ids or by their reason, not by both", "reason")


SELECTION = frozenset({"failure_ids", "limit", "reason"})


def object_of(body: bytes) -> dict[str, Any]:
    try:
        values = msgspec.json.decode(body)
        json.loads(body, object_pairs_hook=_no_doubles)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Malformed("the body is not JSON") from None
    if not isinstance(values, dict):
        raise Malformed("the body needs to be a JSON object")
    return values


def _no_doubles(pairs: list[tuple[str, Any]]) -> None:
    """Of a name given twice one value would count, and nobody could say which one was meant."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the key {double!r} is there twice")
