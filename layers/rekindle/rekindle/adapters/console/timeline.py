"""What happened to a person, as a list in which long silences are folded to one line."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rekindle.adapters.wire.views import Json
from rekindle.domain.core import times

IDLE = timedelta(days=14)
"""A silence that is worth a line of its own."""

_TITLE = {
    "stage_reached": "Reached {stage}",
    "deactivated": "Engagement ended: {reason}",
    "resumed": "Engagement resumed",
    "routed": "Routed to {owner_id}",
    "not_routed": "Not routed: {reason}",
    "merged": "United with {merged_id}",
    "erased": "Erased",
    "interaction": "{channel} {direction}",
    "response_renamed": "Response has a new id",
    "response_converted": "Response converted to {to}",
    "transition": "{from} → {to}",
}
_ABSENT = dict.fromkeys(("campaign_id", "scenario", "score", "cycle", "explanation"))
"""What not every kind of entry has."""
_TONE = {"decision": "credit", "deactivated": "end", "erased": "end", "clock_breached": "bad", "not_routed": "bad"}


def folded(entries: Sequence[Json]) -> list[Json]:
    """Entries, the newest first, each with a title; between two that are far apart, how long nothing happened."""
    return list(_folded(entries))


def _folded(entries: Sequence[Json]) -> Iterator[Json]:
    later: Json | None = None
    for entry in entries:
        if later is not None:
            silence = times.instant(later["at"]) - times.instant(entry["at"])
            if silence >= IDLE:
                yield {"days": silence.days}
        yield {**_ABSENT, **entry, "title": _title(entry), "tone": _tone(entry)}
        later = entry


def _title(entry: Json) -> str:
    kind = entry["kind"]
    if kind == "decision":
        outcome = _words(entry["outcome"])
        return f"{outcome}: {_words(entry['reason'])}" if entry["reason"] else outcome
    if kind in _TITLE:
        return _TITLE[kind].format(**{name: _words(value) for name, value in entry.items()}).strip()
    return _words(kind).capitalize()


def _tone(entry: Json) -> str:
    if entry["kind"] == "decision" and entry["reason"]:
        return "quiet"
    return _TONE.get(entry["kind"], "plain")


def _words(value: object) -> str:
    """A code as words. An id is left as it is: it has no underscores to lose where it matters."""
    text = "" if value is None else str(value)
    return text.replace("_", " ").lower() if text.isupper() or text.replace("_", "").islower() else text
