"""Tracked links."""

from typing import Annotated, TypedDict

from rekindle.adapters.wire.answers import Instant


class Link(TypedDict):
    link_id: str
    destination: str
    campaign_id: str | None
    source_code: str | None
    channel: str | None
    response_type: str
    opts_out: bool
    created_at: Instant | None


class LinkToken(TypedDict):
    person_id: str
    token: str
    url: Annotated[str, ("description", "The address for the message to this person.")]


class LinkTokens(TypedDict):
    tokens: list[LinkToken]
