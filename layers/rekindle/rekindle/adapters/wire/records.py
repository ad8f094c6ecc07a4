"""The `detail` of an event, or the body of a request, as the fact it holds.

Each function takes the detail, the change's stamp, and how the caller names a field where one is refused. A
field that the detail does not have is not in a fact's values; one that is null there is None.
"""

import hashlib
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.forms import Form, cut, form_of, rule_of
from rekindle.adapters.wire.rules import (
    LONGEST_IDENTIFIER,
    Flag,
    Merged,
    Naming,
    Sequence,
    checked,
    fitting_fields,
    gathered,
    identifier,
    required,
)
from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
    UserDeleted,
)
from rekindle.domain.capture.kinds import PERSON, RESPONSE
from rekindle.domain.core.errors import Fault, InvalidField, Malformed
from rekindle.domain.people import naming
from rekindle.domain.people.score import HIGHEST, LOWEST
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.stamps import ChangeStamp, event_digest
from rekindle.domain.records.user import USER

_DIGEST_BYTES = 8
_ORDERED = msgspec.json.Encoder(order="deterministic")

Reader = Callable[[Mapping[str, Any], ChangeStamp, Naming], Fact]


_PERSON, _RESPONSE = form_of(PERSON), form_of(RESPONSE)


def stamp_of(
    detail_type: str, detail: Mapping[str, Any], at: datetime, naming: Naming, event_id: object = None
) -> ChangeStamp:
    """The stamp of a change of an instant, with the sequence it may have, and named by its event's id, else by its
    content."""
    sequence = detail.get("sequence")
    if sequence is not None:
        sequence = required(Sequence, detail, "sequence", naming)
    content = digest(detail_type, detail)
    return ChangeStamp(at, sequence, 0, (event_digest(event_id) if event_id and type(event_id) is str else content,))


def digest(detail_type: str, detail: Mapping[str, Any]) -> str:
    """A short name of a fact's whole content, whatever the order of its fields."""
    try:
        content = _ORDERED.encode((detail_type, detail))
    except (UnicodeEncodeError, RecursionError):
        raise Malformed("it is nested too deep, or holds half a character") from None
    return hashlib.blake2s(content, digest_size=_DIGEST_BYTES).hexdigest()


def values_of(kind: Kind[Any], detail: Mapping[str, Any], naming: Naming) -> dict[str, Any]:
    """The fields that the detail has, under the rules that the kind declares."""
    special = _VALUES_OF.get(kind.name)
    return _values(form_of(kind), detail, naming) if special is None else special(detail, naming)


def person_values(detail: Mapping[str, Any], naming: Naming) -> dict[str, Any]:
    score: Any = detail.get("score")
    if len(detail) == 2 and "person_id" in detail and type(score) in (int, float) and LOWEST <= score <= HIGHEST:
        return {"score": cut(float(score))}  # As most facts, and to ask the whole form costs several times as much.
    return _values(_PERSON, _blank_score_cleared(detail), naming)


def response_values(detail: Mapping[str, Any], naming: Naming) -> dict[str, Any]:
    return _values(_RESPONSE, _blank_score_cleared(detail), naming)


def _account_values(detail: Mapping[str, Any], naming: Naming) -> dict[str, Any]:
    values: dict[str, Any]
    values, _ = gathered(lambda: _values(form_of(ACCOUNT), detail, naming), lambda: _check_domain(detail, naming))
    if values.get("domain") is not None:
        from rekindle.domain.people.mail_domains import company_domain

        values["domain"] = company_domain(values["domain"]) or None
    return values


def _check_domain(detail: Mapping[str, Any], path_of: Naming) -> None:
    domain = detail.get("domain")
    if isinstance(domain, str) and domain.strip() and not naming.web_host(domain):
        raise InvalidField("expected a domain, as acme.com", path_of("domain"))


_VALUES_OF: Mapping[str, Callable[[Mapping[str, Any], Naming], dict[str, Any]]] = {
    "person": person_values,
    "response": response_values,
    "account": _account_values,
}
"""Kinds of which a value has a rule that its field cannot declare."""


def record_changed(kind: Kind[Any], detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> RecordChanged:
    record_id = _id_of(kind, detail, naming)
    for name, declared in kind.fields.items():
        if declared.required:
            required(rule_of(declared), detail, name, naming)
    return RecordChanged(kind, record_id, stamp, values_of(kind, detail, naming))


def record_deleted(kind: Kind[Any], detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> RecordDeleted:
    return RecordDeleted(kind, _id_of(kind, detail, naming), stamp)


def person_changed(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> PersonChanged:
    return PersonChanged(_id(ids.PERSON, detail, "person_id", naming), stamp, person_values(detail, naming))


def person_deleted(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> PersonDeleted:
    erase = bool(detail.get("erase") is not None and required(Flag, detail, "erase", naming))
    return PersonDeleted(_id(ids.PERSON, detail, "person_id", naming), stamp, erase)


def user_deleted(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> UserDeleted:
    return UserDeleted(_id_of(USER, detail, naming), stamp)


def people_merged(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> PeopleMerged:
    survivor = _id(ids.PERSON, detail, "survivor_id", naming)
    merged_ids = required(Merged, detail, "merged_ids", naming)
    merged = tuple(dict.fromkeys(ids.widened_if(ids.PERSON, one) for one in merged_ids))
    if survivor in merged:
        raise InvalidField("a person cannot be merged into itself", naming("merged_ids"))
    return PeopleMerged(survivor, merged, stamp)


def response_recorded(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> ResponseRecorded:
    response_id = _id(ids.RESPONSE, detail, "response_id", naming)
    person_id = _id(ids.PERSON, detail, "person_id", naming)
    campaign_id = campaign_of_response(detail, naming)
    if not isinstance(detail.get("responded"), bool):
        required(Flag, detail, "responded", naming)
    return ResponseRecorded(response_id, stamp, person_id, campaign_id, response_values(detail, naming))


def campaign_of_response(detail: Mapping[str, Any], naming: Naming) -> str | None:
    """The campaign; None where a source code is there instead."""
    if detail.get("campaign_id") is None and detail.get("source_code"):
        return None
    # Few campaigns are named by very many responses: each name is held in memory once.
    return sys.intern(_id(ids.CAMPAIGN, detail, "campaign_id", naming))


def response_deleted(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> ResponseDeleted:
    response_id = _id(ids.RESPONSE, detail, "response_id", naming)
    return ResponseDeleted(response_id, stamp, _id(ids.PERSON, detail, "person_id", naming))


def opportunity_changed(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> OpportunityChanged:
    opportunity_id = _id(ids.OPPORTUNITY, detail, "opportunity_id", naming)
    return OpportunityChanged(opportunity_id, stamp, values_of(OPPORTUNITY, detail, naming))


def opportunity_deleted(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> OpportunityDeleted:
    return OpportunityDeleted(_id(ids.OPPORTUNITY, detail, "opportunity_id", naming), stamp)


def _values(form: Form, detail: Mapping[str, Any], naming: Naming) -> dict[str, Any]:
    faults: list[Fault] = []
    try:
        checked_values = checked(form.struct, detail, naming)
    except InvalidField as refusal:
        # What else is wrong is reported with it.
        faults += refusal.faults
        detail = fitting_fields(form.struct, detail)
        checked_values = checked(form.struct, detail, naming)
    values = {name: getattr(checked_values, name) for name in detail if name in form.names}
    for name, read in form.readers:
        value = values.get(name)
        if value is not None:
            try:
                values[name] = read(value, naming(name))
            except InvalidField as refusal:
                faults += refusal.faults
    if faults:
        raise InvalidField.of(faults)
    return values


def _id_of(kind: Kind[Any], detail: Mapping[str, Any], naming: Naming) -> str:
    return _id(ids.prefixes_of(kind.name), detail, kind.id, naming)


def _id(prefixes: tuple[str, ...], detail: Mapping[str, Any], name: str, naming: Naming) -> str:
    text = detail.get(name)
    if type(text) is not str or not 0 < len(text) <= LONGEST_IDENTIFIER or not text.isprintable():
        # Nearly all pass, each event names several, and to ask the rule costs ten times as much.
        text = identifier(detail, name, naming)
    return ids.widened_if(prefixes, text) if len(text) == ids.SHORT else text


def _blank_score_cleared(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """Some CRMs send a blank text for a score that was cleared."""
    score = detail.get("score")
    return {**detail, "score": None} if isinstance(score, str) and not score.strip() else detail
