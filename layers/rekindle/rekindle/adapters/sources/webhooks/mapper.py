"""Bodies of webhooks as facts, in the envelope of the bus: by the rules of the settings, and by those ready made."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from rekindle.adapters.sources.webhooks.expressions import MappingFailed, is_true, search
from rekindle.adapters.sources.webhooks.ready_made import ignored_by, items_of, rules_of
from rekindle.adapters.wire.events import facts_of
from rekindle.domain.capture.facts import Fact, ResponseRecorded
from rekindle.domain.core import times
from rekindle.domain.core.errors import Malformed, Refusal, UnknownEvent
from rekindle.domain.reactivation.arrival import arrival_trigger_id
from rekindle.domain.reactivation.decision import decision_id
from rekindle.domain.settings.settings import Scenario
from rekindle.domain.webhooks.item import Item, RawWebhook
from rekindle.domain.webhooks.webhook import Rule, Webhook

MOST_ITEMS = 1_000
_MILLIS = 10**11
"""From here on a number is a time in milliseconds, and not in seconds."""

PersonOf = Callable[[str], str]


def mapped(webhook: Webhook, raw: RawWebhook, person_of: PersonOf) -> list[Item]:
    """Raises Malformed where the body cannot be read, and MappingFailed where its items cannot be distinguished."""
    content = content_of(raw)
    value = content if raw.is_item else search(items_of(webhook), content, "items")
    items = value if isinstance(value, list) and not raw.is_item else [value]
    if len(items) > MOST_ITEMS:
        raise Malformed(f"the body has more than {MOST_ITEMS:,} items")
    rules = rules_of(webhook)
    return [_item(webhook, rules, one, raw, person_of) for one in items]


def content_of(raw: RawWebhook) -> Any:
    """The body as JSON; of a form the fields by their names."""
    try:
        if raw.content_type.lower().startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(raw.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=1_000))
        return _read(raw.body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Malformed("the body is neither JSON nor a form") from None


def _read(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        # Tools cut texts off within an emoji. Half a character is replaced, so that the rest of a batch is applied.
        written = json.dumps(json.loads(body.decode()), ensure_ascii=False)
        return msgspec.json.decode(written.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def _item(
    webhook: Webhook, rules: tuple[tuple[str, Rule], ...], content: Any, raw: RawWebhook, person_of: PersonOf
) -> Item:
    people: list[str] = []
    try:
        events: list[Mapping[str, Any]] = []
        decisions: list[str | None] = []
        for path, rule in rules:
            if rule.when is None or is_true(search(rule.when, content, f"{path}.when")):
                detail = _detail(path, rule, content, person_of)
                people += [one for one in [detail.get("person_id")] if isinstance(one, str)]
                event = {
                    "detail-type": rule.event,
                    "source": f"webhook.{webhook.source}",
                    "time": _time(rule, content, raw, path),
                    "detail": detail,
                }
                decisions += map(_decision, facts_of(event, arrived_at=raw.received_at))
                events.append(event)
        ignored = ignored_by(webhook)
        if not events and not any(is_true(search(one, content, "ignore")) for one in ignored):
            raise UnknownEvent("no rule of the mapping applies, and it is not ignored")
        return Item(content, tuple(events), decision_ids=tuple(filter(None, decisions)))
    except Refusal as refusal:
        return Item(content, refusal=refusal, person_ids=tuple(dict.fromkeys(people)))


def _detail(path: str, rule: Rule, content: Any, person_of: PersonOf) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    for name, expression in rule.detail.items():
        value = search(expression, content, f"{path}.detail.{name}")
        if value is not None:  # What is not there is unchanged.
            _put(detail, name, value)
    if rule.person_by_email is not None:
        address = search(rule.person_by_email, content, f"{path}.person_by_email")
        if isinstance(address, str) and "@" in address:
            detail["person_id"] = person_of(address)
    return detail


def _decision(fact: Fact) -> str | None:
    """The decision that a fact leads to as it is recorded, if that can be said before."""
    if not isinstance(fact, ResponseRecorded) or fact.person_id is None:
        return None
    trigger = arrival_trigger_id(fact.response_id, responded=fact.responds)
    return decision_id(fact.person_id, Scenario.RESPONSE, trigger, fact.stamp.at)


def _put(detail: dict[str, Any], name: str, value: Any) -> None:
    outer, _, inner = name.partition(".")
    if inner:
        detail.setdefault(outer, {})[inner] = value
    else:
        detail[name] = value


def _time(rule: Rule, content: Any, raw: RawWebhook, path: str) -> str:
    value = search(rule.time, content, f"{path}.time") if rule.time is not None else None
    if value is None:
        return times.text(raw.received_at)
    if isinstance(value, int | float) and not isinstance(value, bool):
        function = "from_millis" if abs(value) >= _MILLIS else "from_seconds"
        value = search(f"{function}(@)", value, f"{path}.time")
    if not isinstance(value, str):
        raise MappingFailed("the expression finds no time", f"{path}.time")
    return value
