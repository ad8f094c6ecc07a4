"""One value of what a decision was made from, and another value in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core import times
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.decision import DecisionBasis
from rekindle.domain.reactivation.replay import Inputs
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Details, Response, ResponseClass
from rekindle.domain.settings.settings import Settings, path_of


class Of(StrEnum):
    """What a value belongs to, by how many other decisions rest on it: those of one response first."""

    RESPONSE = "responses"
    PERSON = "people"
    REQUEST = "request"
    USER = "users"
    CAMPAIGN = "campaigns"
    SCENARIO = "scenario"
    """A setting of one scenario."""
    SETTINGS = "settings"
    """A setting of all scenarios."""


_FIELDS: Mapping[Of, Sequence[str]] = {
    Of.RESPONSE: (
        *("responded_at", "received_at", "responded", "response_status", "activated_at", "reactivated_at", "score"),
    ),
    Of.PERSON: (
        *("score", "previous_score", "nurture_until", "score_activated_at", "status_at", "status_activated"),
        *("opportunity_open", "active_response_id"),
    ),
    Of.REQUEST: ("lookback_days", "priority", "include_non_responses", "bypass_nurture_timeout"),
    Of.USER: ("mode",),
    Of.CAMPAIGN: (
        *("exclude_from_reactivation", "is_active", "type", "deleted", "default_responded_status", "precedence"),
        *("trigger_reactivation", "response_prompt", "bypass_nurture_timeout"),
    ),
    Of.SCENARIO: (
        *("lookback_days", "cool_down_days", "campaign_types.only", "campaign_types.except", "priority"),
        *("include_non_responses", "require_prior_mql", "enabled"),
    ),
    Of.SETTINGS: ("qualification", "response_statuses", "person_statuses", "mode_overrides", "mode"),
}
"""The values that a change may name, in the order of their size."""


@dataclass(frozen=True, slots=True)
class SingleChange:
    """Another value of one setting or of one field of a record."""

    of: Of
    path: tuple[str, ...]
    """In the settings' document; of a record its id and the field; of a request the parameter alone."""
    before: Any
    after: Any
    amount: float = 1
    """How far the two are apart, in days, seconds, points, entries of a list or places in an order."""

    @property
    def size(self) -> tuple[int, int, float, str]:
        """The fewer decisions rest on the value, the smaller is a change of it; then by field; then by amount."""
        return list(Of).index(self.of), _FIELDS[self.of].index(self.field), self.amount, self.name

    @property
    def field(self) -> str:
        if self.of is Of.SCENARIO:
            return ".".join(self.path[2:])
        return self.path[0] if self.of in (Of.SETTINGS, Of.REQUEST) else self.path[-1]

    @property
    def name(self) -> str:
        """Its path in words that a document or a record goes by, such as `reactivation.score.lookback_days` or
        `campaigns.webinar.type`."""
        return path_of(self.path if self.is_setting else (self.of.value, *self.path))

    @property
    def is_setting(self) -> bool:
        return self.of in (Of.SCENARIO, Of.SETTINGS)


def changed(inputs: Inputs, change: SingleChange) -> Inputs:
    """What a decision is made from, with one value replaced."""
    match change.of:
        case Of.SCENARIO | Of.SETTINGS:
            document = _with(inputs.settings.document, change.path, change.after)
            return replace(inputs, settings=Settings.of(document, inputs.settings.version))
        case Of.REQUEST:
            value: Any = tuple(map(ResponseClass, change.after)) if change.field == "priority" else change.after
            overrides = replace(inputs.decision.overrides, **{change.field: value})
            return replace(inputs, decision=replace(inputs.decision, overrides=overrides))
        case Of.PERSON:
            return _of_person(inputs, change)
        case Of.CAMPAIGN:
            return _of_campaign(inputs, change)
        case Of.USER:
            return _of_user(inputs, change)
        case Of.RESPONSE:
            return _of_response(inputs, change)


def _with(document: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**document, name: _with(document.get(name) or {}, rest, value) if rest else value}


def _of_person(inputs: Inputs, change: SingleChange) -> Inputs:
    decision, basis, value = inputs.decision, inputs.decision.basis or DecisionBasis(), change.after
    match change.field:
        case "score" | "previous_score":
            return replace(inputs, decision=replace(decision, **{change.field: value}))
        case "active_response_id":
            basis = replace(basis, active=None)
        case _:
            basis = replace(basis, **{change.field: value})
    return replace(inputs, decision=replace(decision, basis=basis))


def _of_campaign(inputs: Inputs, change: SingleChange) -> Inputs:
    campaign_id, read = change.path[0], inputs.campaign_of
    known = read(campaign_id) or Campaign(campaign_id)
    other = replace(known, **{change.field: change.after})
    return replace(inputs, campaign_of=lambda name: other if name == campaign_id else read(name))


def _of_user(inputs: Inputs, change: SingleChange) -> Inputs:
    user_id, read = change.path[0], inputs.user_of
    other = replace(read(user_id) or User(user_id), mode=change.after)
    return replace(inputs, user_of=lambda name: other if name == user_id else read(name))


def _of_response(inputs: Inputs, change: SingleChange) -> Inputs:
    def other(response: Response) -> Response:
        if response.response_id != change.path[0]:
            return response
        if change.field == "score":
            return replace(response, details=replace(response.details or Details(), score=change.after))
        name = "status" if change.field == "response_status" else change.field
        return replace(response, state=replace(response.state, **{name: change.after}))

    arriving = other(inputs.arriving) if inputs.arriving is not None else None
    return replace(inputs, responses=[other(one) for one in inputs.responses], arriving=arriving)


def in_json(value: Any) -> Any:
    """A value as documents and answers write it."""
    if isinstance(value, ChangeStamp):
        value = value.at
    return times.text(value) if isinstance(value, datetime) else value
