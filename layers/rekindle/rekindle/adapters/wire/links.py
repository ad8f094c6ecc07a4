"""Tracked links: requests for them, answers, and clicks as messages of a queue."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.api import object_of
from rekindle.adapters.wire.rules import Flag, Identifier, Text, checked, only, required, time_in
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import InvalidField, Malformed
from rekindle.domain.links.click import Click
from rekindle.domain.links.link import CLICK_THROUGH, Link

Json = dict[str, Any]
MOST_TOKENS = 200
Address = Annotated[
    str, Meta(min_length=9, max_length=2048, pattern="^https?://", description="an address, as https://example.com/a")
]
People = Annotated[
    list[Identifier],
    Meta(min_length=1, max_length=MOST_TOKENS, description=f"a list of 1 to {MOST_TOKENS} identifiers"),
]


class LinkValues(msgspec.Struct, gc=False):
    link_id: Identifier | None = None
    destination: Address | None = None
    campaign_id: Identifier | None = None
    source_code: Text | None = None
    channel: Text | None = None
    response_type: Text | None = None
    opts_out: Flag | None = None


FIELDS = frozenset(LinkValues.__struct_fields__)


def link_of(body: bytes) -> Link:
    """Without an identifier of the caller's, what the link says names it. Raises Malformed, InvalidField."""
    values = object_of(body)
    only(FIELDS, values, str)
    form = checked(LinkValues, values, str)
    destination = required(Address, values, "destination", str)
    if form.campaign_id is None and not form.source_code and not form.opts_out:
        raise InvalidField("this field is required, or source_code", "campaign_id")
    content = json.dumps(sorted((name, value) for name, value in values.items() if name != "link_id"))
    return Link(
        form.link_id or digest("link", content),
        destination,
        ids.widened_if(ids.CAMPAIGN, form.campaign_id) if form.campaign_id else None,
        form.source_code or None,
        form.channel or None,
        form.response_type or CLICK_THROUGH,
        bool(form.opts_out),
    )


def tokens_asked(body: bytes) -> tuple[list[str], datetime | None, datetime | None]:
    """For whom, when the message goes out, and until when the links hold. Raises Malformed, InvalidField."""
    values = object_of(body)
    only({"person_ids", "sent_at", "expires_at"}, values, str)
    people = [ids.widened_if(ids.PERSON, one) for one in required(People, values, "person_ids", str)]
    sent, expires = (
        time_in(values, name, str) if values.get(name) is not None else None for name in ("sent_at", "expires_at")
    )
    return people, sent, expires


def link(shown: Link) -> Json:
    return {
        "link_id": shown.link_id,
        "destination": shown.destination,
        "campaign_id": shown.campaign_id,
        "source_code": shown.source_code,
        "channel": shown.channel,
        "response_type": shown.response_type,
        "opts_out": shown.opts_out,
        "created_at": times.optional_text(shown.created_at),
    }


def tokens(issued: Sequence[tuple[str, str]], base: str) -> Json:
    return {
        "tokens": [{"person_id": person_id, "token": token, "url": f"{base}/r/{token}"} for person_id, token in issued]
    }


def click_message(click: Click, *, judge: bool) -> str:
    values = {
        "click_id": click.click_id,
        "link_id": click.link_id,
        "person_id": click.person_id,
        "campaign_id": click.campaign_id,
        "at": times.text(click.at),
        "suspected": click.suspected,
    }
    return json.dumps({"click": values, "judge": judge, "person_id": click.person_id})


def click_of(message: Mapping[str, Any]) -> tuple[Click, bool]:
    """A click, and whether it is to be judged. Raises Malformed."""
    values = message.get("click")
    if not isinstance(values, dict):
        raise Malformed("the message holds no click", "click")
    click_id, link_id, person_id = (
        required(Identifier, values, name, _in_click) for name in ("click_id", "link_id", "person_id")
    )
    campaign_id = required(Identifier, values, "campaign_id", _in_click) if values.get("campaign_id") else None
    at = time_in(values, "at", _in_click)
    return Click(click_id, link_id, person_id, campaign_id, at, bool(values.get("suspected"))), bool(
        message.get("judge")
    )


def is_click(content: Mapping[str, Any]) -> bool:
    """Whether a message of the failure queue is one."""
    return "click" in content


def _in_click(name: str) -> str:
    return f"click.{name}"
