"""Bodies of `PUT` requests as the facts they tell: the rules of events, and unknown fields refused."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from rekindle.adapters.wire import records
from rekindle.adapters.wire.records import mark_of
from rekindle.adapters.wire.rules import only
from rekindle.domain.errors import InvalidField, Malformed
from rekindle.domain.facts import CampaignChanged, PersonChanged, UserChanged


def person_changed(person_id: str, body: bytes, now: datetime) -> PersonChanged:
    detail = _detail("person_id", person_id, body, records.PERSON)
    return records.person_changed(detail, mark_of("Person Changed", detail, now, str), str)


def campaign_changed(campaign_id: str, body: bytes, now: datetime) -> CampaignChanged:
    detail = _detail("campaign_id", campaign_id, body, records.CAMPAIGN)
    return records.campaign_changed(detail, mark_of("Campaign Changed", detail, now, str), str)


def user_changed(user_id: str, body: bytes, now: datetime) -> UserChanged:
    detail = _detail("user_id", user_id, body, records.USER)
    return records.user_changed(detail, mark_of("User Changed", detail, now, str), str)


def _detail(id_name: str, record_id: str, body: bytes, known: Collection[str]) -> dict[str, Any]:
    """What an event would have as its detail. The body may repeat the address's identifier, and no other."""
    try:
        values = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("the body is not JSON") from None
    if not isinstance(values, dict):
        raise Malformed("the body needs to be a JSON object")
    only({*known, "sequence", id_name}, values, str)
    if values.get(id_name, record_id) != record_id:
        raise InvalidField("it is not the identifier in the address", id_name)
    return {**values, id_name: record_id}
