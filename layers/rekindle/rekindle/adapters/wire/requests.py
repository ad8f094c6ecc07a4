"""Requests for a reactivation, from an event or the API, in the same words."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.rules import (
    Classes,
    ConvertibleTo,
    Days,
    Fallback,
    Flag,
    Identifier,
    Intent,
    Naming,
    PromptFallback,
    Text,
    checked,
    gathered,
    required,
)
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.reactivation.request import ReactivationRequested, ResponsePrompted
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import ResponseClass
from rekindle.domain.settings.settings import Overrides


class RequestValues(msgspec.Struct, gc=False):
    person_id: Identifier | None = None
    task_id: Identifier | None = None
    user_id: Identifier | None = None
    default_campaign_id: Identifier | None = None
    lookback_days: Days | None = None
    priority: Classes | None = None
    include_non_responses: Flag | None = None
    bypass_nurture_timeout: Flag | None = None
    fallback: Fallback | None = None
    dry_run: Flag | None = None


class PromptValues(msgspec.Struct, gc=False):
    person_id: Identifier | None = None
    campaign_id: Identifier | None = None
    user_id: Identifier | None = None
    intent: Intent | None = None
    fallback: PromptFallback | None = None


class ConversionValues(msgspec.Struct, gc=False):
    to: ConvertibleTo | None = None
    user_id: Identifier | None = None
    primary_interest: Text | None = None
    opportunity: Any = None


REQUEST, PROMPT, CONVERSION = (
    frozenset(form.__struct_fields__) for form in (RequestValues, PromptValues, ConversionValues)
)


def reactivation_requested(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> ReactivationRequested:
    return requested(required(Identifier, detail, "request_id", naming), detail, stamp, naming)


def requested(request_id: str, detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> ReactivationRequested:
    """One input: a person or a task, and what is to be different from the settings."""
    values: RequestValues
    values, user_id, *_ = gathered(
        lambda: checked(RequestValues, detail, naming),
        lambda: required(Identifier, detail, "user_id", naming),
        lambda: _check_one_of_both(detail, naming),
        lambda: _check_each_once(detail, naming),
    )
    priority = tuple(ResponseClass(name) for name in values.priority) if values.priority else None
    return ReactivationRequested(
        request_id,
        stamp,
        person_id=ids.widened_if(ids.PERSON, values.person_id) if values.person_id else None,
        task_id=ids.widened_if(ids.TASK, values.task_id) if values.task_id else None,
        user_id=ids.widened_if(ids.USER, user_id),
        overrides=Overrides(
            default_campaign_id=_campaign(values.default_campaign_id),
            lookback_days=values.lookback_days,
            priority=priority,
            include_non_responses=values.include_non_responses,
            bypass_nurture_timeout=bool(values.bypass_nurture_timeout),
            fallback=values.fallback,
        ),
        dry_run=bool(values.dry_run),
    )


def _check_one_of_both(detail: Mapping[str, Any], naming: Naming) -> None:
    if (detail.get("person_id") is None) == (detail.get("task_id") is None):
        raise InvalidField("either this or task_id is required, and not both", naming("person_id"))


def _check_each_once(detail: Mapping[str, Any], naming: Naming) -> None:
    listed = detail.get("priority")
    if isinstance(listed, list) and any(listed.count(one) > 1 for one in listed):
        raise InvalidField("no class may be listed twice", naming("priority"))


def response_prompted(detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> ResponsePrompted:
    return prompted(required(Identifier, detail, "request_id", naming), detail, stamp, naming)


def prompted(request_id: str, detail: Mapping[str, Any], stamp: ChangeStamp, naming: Naming) -> ResponsePrompted:
    values: PromptValues
    values, _, person_id, campaign_id, user_id = gathered(
        lambda: checked(PromptValues, detail, naming),
        lambda: required(Intent, detail, "intent", naming),
        *(partial(required, Identifier, detail, name, naming) for name in ("person_id", "campaign_id", "user_id")),
    )
    # What a prompt falls back to by default is the prompted campaign.
    fallback = "keep_prompted" if values.fallback == "default" else values.fallback
    return ResponsePrompted(
        request_id,
        stamp,
        ids.widened_if(ids.PERSON, person_id),
        ids.widened_if(ids.CAMPAIGN, campaign_id),
        ids.widened_if(ids.USER, user_id),
        Overrides(fallback=fallback),
    )


def _campaign(campaign_id: str | None) -> str | None:
    return ids.widened_if(ids.CAMPAIGN, campaign_id) if campaign_id else None
